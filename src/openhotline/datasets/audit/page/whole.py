"""An audit as one page to read: counts, plots with their tables, what was not compared and why.

It shows no picture, no caption and no member's key; a shard's name stands only where hits are counted by shard.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from openhotline.datasets.audit.page import hits as page_hits
from openhotline.datasets.audit.page import parts, plots
from openhotline.datasets.audit.page.words import MATCHED, NOT_COMPARED, STATES, STORED, VERDICTS, kind_words
from openhotline.datasets.audit.tally import EXAMINED, Tally

NOTHING = "none"


def page(document: Mapping[str, Any], tally: Tally) -> str:
    """Return the page for the summary ``document`` and what was counted beside it."""
    name = document["data_set"]["name"]
    title = f"Audit of {name}" if name else "Audit of a data set"
    return parts.document(
        title,
        [
            f'<p class="over">OpenHotline · finished {escape(document["finished_at"][:16].replace("T", " "))} UTC</p>',
            f"<h1>{escape(title)}</h1>",
            _verdict(document),
            _figures(document["counts"]),
            _looked(document["counts"]),
            *page_hits.hits(document, tally),
            *page_hits.along(tally),
            *_errors(document),
            _not_compared(document),
            *page_hits.qualities(tally),
            *_census(document, tally),
            _lists(document["asked"]),
            _how(document),
        ],
    )


def _verdict(document: Mapping[str, Any]) -> str:
    verdict, counts = document["verdict"], document["counts"]
    first, second = VERDICTS[verdict]
    said = first.format(members=f"{counts['hit_members']:,}", seen=f"{counts['seen']:,}")
    return f'<div class="verdict {verdict}"><p><strong>{escape(said)}</strong></p><p>{escape(second)}</p></div>\n'


def _figures(counts: Mapping[str, int]) -> str:
    return parts.figures(
        [
            ("Members seen", counts["seen"]),
            ("Pictures hashed", counts["hashed"]),
            ("Members with a hit", counts["hit_members"]),
            ("Errors", counts["errors"]),
            ("Shards", counts["shards"]),
        ]
    )


def _looked(counts: Mapping[str, int]) -> str:
    told = parts.table(
        "What the data set holds",
        ("Members", "number", "what was compared"),
        [(words, counts[name], compared) for name, words, compared in STATES],
    )
    shown = {words: counts[name] for name, words, _ in STATES if counts[name] and name != "too_poor"}
    drawn = plots.bars("states", "What the data set holds", shown, across="members")
    return parts.section("What the data set holds", _figure(drawn, "Members by what they are."), told)


def _errors(document: Mapping[str, Any]) -> Iterable[str]:
    errors: Mapping[str, int] = document["errors"]
    if not errors:
        return
    drawn = plots.bars("errors", "Errors by kind", dict(_ordered(errors)), across="rows in errors.parquet")
    told = parts.table(
        "Errors by kind",
        ("Kind", "number", "what it means"),
        [(kind, count, kind_words(kind)) for kind, count in _ordered(errors)],
    )
    yield parts.section(
        "Errors",
        parts.text(
            "Each is a row of errors.parquet with its shard and key. None was skipped in silence.", quiet=True
        ),
        _figure(drawn, "Errors by kind."),
        told,
    )


def _not_compared(document: Mapping[str, Any]) -> str:
    counts = document["counts"]
    said = [words.format(count=f"{counts[name]:,}") for name, words in NOT_COMPARED if counts.get(name)]
    if document["asked"].get("against"):
        said.append(STORED)
    for one in document["asked"].get("lists", ()):
        said += [f"List {one['name']}: {doubt}" for doubt in one.get("doubts", ())]
    if not said:
        return parts.section(
            "What was not compared", parts.text("Everything was compared with every entry that can be.")
        )
    return parts.section("What was not compared, and why", parts.items(said))


def _census(document: Mapping[str, Any], tally: Tally) -> Iterable[str]:
    claims: Mapping[str, int] = document["claims"]
    if not claims:
        return
    from openhotline.datasets.census import EDITION, WORDS, WORTH

    of = claims.get(EXAMINED, 0)
    rows = [
        (name, claims.get(name, 0), f"{claims.get(name, 0) / of:.2%}" if of else "", words)
        for name, words in WORDS.items()
    ]
    yield parts.section(
        "What pictures say of their origin",
        parts.text(WORTH),
        parts.table(f"Claims, edition {EDITION}", ("Claim", "pictures", "share", "what it is worth"), rows),
        parts.text("The numbers of every shard are in shards.parquet.", quiet=True),
        _shares(tally),
    )


def _shares(tally: Tally) -> str:
    """Return the share of pictures with a claim, along the data set."""
    claimed, examined = tally.claimed_along, tally.examined_along
    shares = [
        round(100 * part / of) if of else 0 for part, of in zip(claimed.values, examined.values, strict=True)
    ]
    title = "Share of pictures that claim a generator, along the data set"
    starts = [1 + at * claimed.width for at in range(len(shares))] + [claimed.count + 1]
    drawn = plots.columns(
        "claims", title, shares, starts=starts, across="shards, in the order of the plan", up="%"
    )
    rows = [
        (f"{first:,} to {after - 1:,}" if claimed.width > 1 else f"{first:,}", f"{share} %")
        for share, first, after in zip(shares, starts, starts[1:], strict=False)
    ]
    told = parts.table(title, ("Shards", "share"), rows, long=len(rows) > 9)
    return parts.beside(drawn, f"{title}.", told)


def _lists(asked: Mapping[str, Any]) -> str:
    rows = [
        (one["name"], str(one.get("edition", "")), str(one.get("sha256", "")), _kinds(one.get("entries", {})))
        for one in asked.get("lists", ())
    ]
    return parts.section(
        "Lists", parts.table("Lists that were asked", ("List", "edition", "SHA-256", "entries"), rows)
    )


def _how(document: Mapping[str, Any]) -> str:
    rule = document["asked"].get("rule", {})
    facts = [
        ("PDQ hashes match up to", f"{rule.get('distance', '')} bits of 256"),
        ("both of quality", f"{rule.get('min_quality', '')} or more"),
        ("Engine", str(document["asked"].get("engine", ""))),
        ("Started", str(document["asked"].get("started_at", ""))),
        ("Finished", document["finished_at"]),
        ("SHA-256 of the data set", document["data_set"]["sha256"]),
        ("Versions", ", ".join(f"{name} {number}" for name, number in document["versions"].items())),
    ]
    told = parts.table("How it was done", ("What", "value"), [fact for fact in facts if fact[1]])
    against = document["asked"].get("against")
    stored = (
        "No picture was read: the lists were asked about the fingerprints that an audit kept, whose summary has the "
        f"SHA-256 {against}. Members that only their pictures can decide stand in near.parquet."
    )
    words = (
        "The summary, summary.json, names every file here with its digest and is signed. Whoever holds the public key "
        "checks all of it with: openhotline audit verify FOLDER --key PUBLIC.pem"
    )
    return parts.section(
        "How it was done", *([parts.text(stored)] if against else []), told, parts.text(words, quiet=True)
    )


def _figure(drawn: str, words: str) -> str:
    return f"<figure>{drawn}<figcaption>{escape(words)}</figcaption></figure>"


def _kinds(kinds: Mapping[str, int]) -> str:
    return (
        ", ".join(f"{count:,} {MATCHED.get(kind, kind)}" for kind, count in sorted(kinds.items())) or NOTHING
    )


def _ordered(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
