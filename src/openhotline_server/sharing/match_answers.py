"""What lists answer a partner: a verdict for each list, and of its matches what the grant lets be told.

The verdicts and their order are those of :mod:`openhotline.known`, so that the site and the gate say the
same. A list that is set aside is not asked, and says so; it is never "no match".
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from openhotline.known import Question, Rule, Verdict
from openhotline.known.answers import is_too_poor, verdict_of
from openhotline_server.accounts.models import User
from openhotline_server.ledger.prepared import Place, Prepared
from openhotline_server.lists import asking, index, queries
from openhotline_server.lists.index_changes import PDQ, packed
from openhotline_server.lists.models import Edition, Entry, HashList
from openhotline_server.sharing.models import MatchGrant, Publication
from openhotline_server.sharing.queries import feeds_of, lines

SAME_AS = {
    "md5": ("md5", "video_md5"),
    "sha1": ("sha1",),
    "sha256": ("sha256", "file_sha256"),
    "photodna": ("photodna",),
    "text_sha256": ("text_sha256",),
    "tensor_f16": ("tensor_f16",),
    "tensor_bf16": ("tensor_bf16",),
    "url": ("url",),
    "domain": ("domain",),
    PDQ: (PDQ,),
}
"""By what is asked, the algorithms of entries that mean the same. Whatever a list can hold is here."""

ASKED_AS: dict[str, Any] = {kind: name for name, same in SAME_AS.items() for kind in same}
"""By an entry's algorithm, what it is asked and told as."""

TEXTS = ("url", "domain")
"""Values that are text; all others are bytes, written in hexadecimal."""

VALUES_AT_ONCE = 5000
FEW = 12

SET_ASIDE = "This list is set aside at present and was not asked. Ask again later."
NO_EDITION = "This list has no edition yet."


@dataclass(frozen=True)
class Answer:
    """What one list answers about one question. ``matches`` are those that stand, the nearest first."""

    grant: MatchGrant
    edition: Edition | None
    verdict: Verdict
    matches: tuple[asking.Match, ...] = ()
    reason: str = ""


def ask(*, grants: Sequence[MatchGrant], questions: Sequence[Question], at: datetime) -> list[list[Answer]]:
    """Ask the granted lists about many things at once: for each question, an answer of each list.

    Raises Busy or Damaged where a list cannot be asked: then nothing is answered.
    """
    granted = _with_editions(one.hash_list for one in grants)
    found = _found(list(granted.values()), questions, at=at)
    if any(found):
        found = _with_false_positives(found, questions, at=at)
    settled = [_standing(matches) for matches in found]
    return [
        [_answer(one, granted.get(one.hash_list_id), question, settled[n]) for one in grants]
        for n, question in enumerate(questions)
    ]


def lies_near(*, grants: Sequence[MatchGrant], question: Question, margin: int) -> bool:
    """Say whether anything lies near, ``margin`` bits further than the lists allow, whatever becomes of it then."""
    if question.pdq is None:
        return False
    hashes = packed([question.pdq.hex()])
    lists = [one.hash_list for one in grants if one.hash_list.state == HashList.State.IN_FORCE]
    return any(len(index.search(one, hashes, one.max_distance + margin).key) for one in lists)


def _with_editions(lists: Iterable[HashList]) -> dict[int, tuple[HashList, Edition]]:
    """Those of the lists that may match now, each with its edition, by key."""
    editions = ((one, queries.find_edition(one)) for one in lists if one.state == HashList.State.IN_FORCE)
    return {one.pk: (one, edition) for one, edition in editions if edition is not None}


def _with_false_positives(
    found: Sequence[list[asking.Match]], questions: Sequence[Question], *, at: datetime
) -> list[list[asking.Match]]:
    """Add what lists of known false positives say of whatever was found at all."""
    false = _with_editions(queries.list_lists().filter(purpose=HashList.Purpose.SUPPRESSES))
    if not false:
        return list(found)
    asked = [question if found[n] else Question() for n, question in enumerate(questions)]
    more = _found(list(false.values()), asked, at=at)
    return [mine + other for mine, other in zip(found, more, strict=True)]


def _found(
    lists: Sequence[tuple[HashList, Edition]], questions: Sequence[Question], *, at: datetime
) -> list[list[asking.Match]]:
    found: list[list[asking.Match]] = [[] for _ in questions]
    by_list = {one.pk: (one, edition) for one, edition in lists}
    exact = _exact([pair for question in questions for pair in _digests(question)], at=at)
    for number, question in enumerate(questions if exact else ()):
        for pair in _digests(question):
            entries = (e for e in exact.get(pair, ()) if e.hash_list_id in by_list)
            found[number] += [asking.Match(*by_list[e.hash_list_id], e) for e in entries]
    for hash_list, edition in lists:
        rule = rule_of(hash_list)
        good = [
            (number, variant, value)
            for number, question in enumerate(questions)
            if not is_too_poor(question, rule)
            for variant, value in question.hashes(turned=rule.turned)
        ]
        if not good:
            continue
        nearest: dict[tuple[int, int], asking.Match] = {}
        hashes = packed(value.hex() for _, _, value in good)
        for near in asking.near(hash_list, hashes, hash_list.max_distance, at=at):
            number, variant, _ = good[near.query]
            other = nearest.get((number, near.entry.pk))
            if other is None or near.distance < other.distance:
                nearest[number, near.entry.pk] = asking.Match(
                    *(hash_list, edition, near.entry, near.distance, rule.distance),
                    quality=questions[number].quality,
                    variant=variant,
                )
        for (number, _), match in nearest.items():
            found[number].append(match)
    return found


def _exact(wanted: Sequence[tuple[str, str]], *, at: datetime) -> dict[tuple[str, str], list[Entry]]:
    """Entries that may match, by algorithm and value.

    Whether they were withdrawn is looked at here: asked for that, SQLite walks through everything that was not.
    """
    found: dict[tuple[str, str], list[Entry]] = {}
    for first in range(0, len(wanted), VALUES_AT_ONCE):
        part = wanted[first : first + VALUES_AT_ONCE]
        for entry in _named({kind for kind, _ in part}, {value for _, value in part}):
            if entry.withdrawn_in_id is None and (entry.expires_at is None or entry.expires_at > at):
                found.setdefault((entry.algorithm, entry.value), []).append(entry)
    return found


def _named(kinds: set[str], values: set[str]) -> Iterable[Entry]:
    """Every entry of these kinds with one of these values. A file's few digests are asked by a prepared query."""
    if len(kinds) + len(values) <= FEW:
        return _few_named(len(kinds), len(values)).rows(*kinds, *values)
    return Entry.objects.select_related("hash_list").filter(algorithm__in=kinds, value__in=values)


@lru_cache(maxsize=FEW * FEW)
def _few_named(kinds: int, values: int) -> Prepared[Entry]:
    places = [Place(number) for number in range(kinds + values)]
    entries = Entry.objects.select_related("hash_list")
    return Prepared(lambda: entries.filter(algorithm__in=places[:kinds], value__in=places[kinds:]))


def _standing(matches: Iterable[asking.Match]) -> list[asking.Match]:
    """The matches that no known false positive takes back, each with its sources."""
    standing = [match for match in asking.settle(matches) if match.suppressed_by is None]
    return asking.with_sources(standing) if standing else []


def _answer(
    grant: MatchGrant,
    asked: tuple[HashList, Edition] | None,
    question: Question,
    matches: Iterable[asking.Match],
) -> Answer:
    if asked is None:
        if grant.hash_list.state != HashList.State.IN_FORCE:
            return Answer(grant, None, Verdict.NOT_ASKED, reason=SET_ASIDE)
        return Answer(grant, None, Verdict.NOT_COMPARED, reason=NO_EDITION)
    hash_list, edition = asked
    mine = sorted(
        (match for match in matches if match.list.pk == hash_list.pk),
        key=lambda match: (match.distance, not match.is_exact, match.entry.pk),
    )
    if mine:
        return Answer(grant, edition, Verdict.MATCH, tuple(mine))
    kinds = kinds_of(hash_list.code, edition.number)
    verdict, reason = verdict_of(question, matches=(), kinds=kinds, rule=rule_of(hash_list))
    return Answer(grant, edition, verdict, reason=reason)


def rule_of(hash_list: HashList) -> Rule:
    """When a near match counts for a list. Callers cannot choose it."""
    return Rule(hash_list.max_distance, hash_list.min_quality, hash_list.turned)


@lru_cache(maxsize=256)
def kinds_of(hash_list: uuid.UUID, edition: int) -> dict[str, int]:
    """Entries of an edition that can be compared, by what is asked. Counting a million takes a while: kept."""
    counted = queries.kinds_in_force(queries.get_list(hash_list))
    return {name: sum(counted.get(kind, 0) for kind in same) for name, same in SAME_AS.items()}


def _digests(question: Question) -> list[tuple[str, str]]:
    return [
        (kind, value.decode() if kind in TEXTS else value.hex())
        for name, value in question.exact.items()
        for kind in SAME_AS[name]
    ]


def shown_hashes(partner: User, match: asking.Match, *, at: datetime) -> dict[str, str]:
    """The hashes of the material behind a match, by algorithm, if a feed that the partner may read shows them."""
    reference = match.entry.source_reference
    for feed in feeds_of(partner).filter(hash_list=match.list) if match.list.is_own and reference else ():
        last = lines(feed, now=at).filter(reference=reference).order_by("-sequence").first()
        if last is not None and last.act == Publication.Act.PUBLISHED:
            hashes = last.publication.document["hashes"]
            return {name: str(said["value"]) for name, said in hashes.items()}
    return {}
