"""Why a result is not what it was: every difference, entry by entry, and what of its making changed in between.

Works on results as ``openhotline examine --json`` writes them: a saved one and a new one of the same file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from openhotline.errors import BadInput

CAME, WENT, CHANGED = "came", "went", "changed"
TELL_US = (
    "Nothing that is recorded changed: the same file and the same making gave something else. Report it."
)

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """One difference. ``kind`` is one of the words above, ``what`` names the entry, ``words`` says it all."""

    kind: str
    what: str
    before: str
    after: str
    words: str


@dataclass(frozen=True)
class Cause:
    """One part of the making that is not what it was. ``code`` is for programs."""

    code: str
    words: str


@dataclass(frozen=True)
class Comparison:
    """``changes`` is empty where the result is what it was; ``causes`` may not be empty even then."""

    changes: tuple[Change, ...]
    causes: tuple[Cause, ...]


def compare(before: Entry, after: Entry) -> Comparison:
    """Return what differs between two results of one file and what may have caused it."""
    try:
        changes = tuple(_changes(before, after))
        causes = tuple(_causes(before.get("record"), after.get("record")))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise BadInput(
            "The saved result is not of the form that examine --json writes. Name the file that it wrote."
        ) from None
    if changes and not causes:
        causes = (Cause("unknown", TELL_US),)
    return Comparison(changes, causes)


def not_there(after: Entry) -> Comparison:
    """Return the comparison of a file that the saved result does not name."""
    words = "The file is not in the saved result under this path."
    return Comparison((Change(CAME, "file", "", str(after["outcome"]), words),), ())


def _changes(before: Entry, after: Entry) -> Iterator[Change]:
    for name, words in (
        ("outcome", "The outcome"),
        ("log10_lr", "The sum of the weights"),
        ("error", "The failure"),
    ):
        yield from _change(name, words, before.get(name), after.get(name))
    old, new = _by_name(before["evidence"]), _by_name(after["evidence"])
    for name in sorted(old.keys() | new.keys()):
        yield from _change(name, f"Evidence {name}", _weighed(old.get(name)), _weighed(new.get(name)))
    was, now = ({c["code"] for c in entry["contradictions"]} for entry in (before, after))
    for code in sorted(was ^ now):
        yield from _change(
            code, f"Contradiction {code}", code if code in was else None, code if code in now else None
        )


def _change(what: str, words: str, before: object, after: object) -> Iterator[Change]:
    if before == after:
        return
    if before is None:
        yield Change(CAME, what, "", str(after), f"{words} came: {after}.")
    elif after is None:
        yield Change(WENT, what, str(before), "", f"{words} went: {before}.")
    else:
        yield Change(CHANGED, what, str(before), str(after), f"{words} changed from {before} to {after}.")


def _by_name(evidence: list[Entry]) -> dict[str, Entry]:
    """Return evidence by what it is: family, place and claim. Of several alike the heaviest stands for all."""
    ordered = sorted(evidence, key=lambda e: (abs(float(e["log10_lr"])), str(e["strength"])))
    return {f"{e['family']}, {e['source']}, {e['claim']}": e for e in ordered}


def _weighed(piece: Entry | None) -> str | None:
    return None if piece is None else f"{piece['strength']}, {float(piece['log10_lr']):+.2f}"


def _causes(before: Any, after: Any) -> Iterator[Cause]:
    if not before or not after:
        yield Cause("no_record", "One of the two results has no record, so what changed cannot be told.")
        return
    if before["file"]["sha256"] != after["file"]["sha256"]:
        yield Cause("file", "The file is not the same: its bytes changed.")
    old, new = before["inputs"], after["inputs"]
    for package in sorted(old["versions"].keys() | new["versions"].keys()):
        was, now = old["versions"].get(package, ""), new["versions"].get(package, "")
        yield from _cause(
            "version", f"package {package} was {was or 'not there'}, now {now or 'not there'}", was != now
        )
    was, now = old["c2pa_sdk"], new["c2pa_sdk"]
    yield from _cause("c2pa_sdk", f"the C2PA library was {was}, now {now}: its rules change", was != now)
    for name in ("rules", "settings"):
        was, now = old[name], new[name]
        words = f"the {name} were edition {was['edition']}, now {now['edition']}"
        same_name = was["edition"] == now["edition"]
        yield from _cause(
            name, words + (" with another content" if same_name else ""), was["sha256"] != now["sha256"]
        )
    yield from _trust(old["trust"], new["trust"])
    yield from _devices(old["devices"], new["devices"])
    yield from _detectors(old["detectors"], new["detectors"])


def _trust(before: list[Entry], after: list[Entry]) -> Iterator[Cause]:
    old, new = ({one["name"]: one for one in lists} for lists in (before, after))
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        if was is None and now is not None:
            yield Cause("trust", f"The trust list {name} of {now['dated']} is loaded, and was not.")
        elif now is None and was is not None:
            yield Cause("trust", f"The trust list {name} of {was['dated']} was loaded, and is not.")
        elif was is not None and now is not None:
            words = f"the trust list {name} was of {was['dated']}, now of {now['dated']}"
            other = was["dated"] == now["dated"]
            yield from _cause(
                "trust", words + (" with another content" if other else ""), dict(was) != dict(now)
            )


def _devices(before: list[str], after: list[str]) -> Iterator[Cause]:
    for digest in sorted(set(before) ^ set(after)):
        words = "is compared with, and was not" if digest in after else "was compared with, and is not"
        yield Cause("device", f"The device with the pattern {digest[:16]} {words}.")


def _detectors(before: list[Entry], after: list[Entry]) -> Iterator[Cause]:
    old, new = ({one["name"]: one for one in detectors} for detectors in (before, after))
    for name in sorted(old.keys() ^ new.keys()):
        yield Cause(
            "detector",
            f"The detector {name} {'is asked, and was not' if name in new else 'was asked, and is not'}.",
        )
    for name in sorted(old.keys() & new.keys()):
        for part, words in (
            ("model_sha256", "model"),
            ("calibration_sha256", "calibration"),
            ("version", "version"),
        ):
            yield from _cause(
                "detector",
                f"the {words} of the detector {name} is another",
                old[name][part] != new[name][part],
            )


def _cause(code: str, words: str, differs: bool) -> Iterator[Cause]:
    if differs:
        yield Cause(code, f"{words[0].upper()}{words[1:]}.")
