"""A list that can be asked: one that was prepared from a file, or a bare PDQ index."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from openhotline.errors import BadInput
from openhotline.known.answers import (
    PDQ,
    Entry,
    ListAnswer,
    Match,
    Question,
    Rule,
    is_too_poor,
    verdict_of,
)
from openhotline.known.digest_table import DigestTable
from openhotline.known.preparing import FORMAT, ROWS
from openhotline.known.taking import ADDRESSES, NO_QUALITY
from openhotline.matching import ListIndex, sections

Values = npt.NDArray[np.uint8]
Keys = npt.NDArray[np.int64]


class Known(Protocol):
    """What every list can be asked. ``doubts`` are sentences about what in it cannot be compared."""

    name: str
    doubts: tuple[str, ...]
    bad_rows: int

    @property
    def edition(self) -> str:
        """Name the list's state."""

    @property
    def kinds(self) -> Mapping[str, int]:
        """Count entries by algorithm."""

    @property
    def index(self) -> ListIndex:
        """The PDQ entries."""

    def exact(self, algorithm: str, value: bytes) -> list[int]:
        """Return the keys of entries with exactly this value."""

    def exact_many(self, algorithm: str, values: Values) -> tuple[Keys, Keys]:
        """Look up uint8[m, width] at once: parallel int64 arrays of a place in ``values`` and an entry's key."""

    def keys(self, algorithm: str) -> Keys:
        """Return the keys of all entries of an algorithm, in the order of their values; none where it cannot say."""

    def qualities(self, keys: Keys) -> npt.NDArray[np.uint8]:
        """Return the qualities that the list states of PDQ entries; NO_QUALITY (255) where it states none."""

    def entry(self, key: int) -> Entry:
        """Say what the list says of an entry."""


class PreparedList:
    """A folder that :func:`openhotline.known.preparing.prepare` wrote, mapped into memory."""

    def __init__(self, folder: Path, *, name: str) -> None:
        self._rows = sections.read(folder / ROWS)
        about: Mapping[str, Any] = self._rows.about
        if about.get("format") != FORMAT:
            raise BadInput("This folder was prepared by another version. Name the list file itself.")
        self.name, self.edition = name, str(about["sha256"])[:16]
        self.kinds: Mapping[str, int] = dict(about["counts"])
        self.bad_rows: int = about["bad_rows"]
        self.doubts = tuple(_doubts(about))
        self.index = ListIndex.open(folder / PDQ)
        arrays = self._rows.arrays
        self._tables = {
            kind: DigestTable(arrays[f"{kind} values"], arrays[f"{kind} rows"], arrays[f"{kind} heads"])
            for kind in self.kinds
            if kind != PDQ
        }

    def verify(self) -> None:
        """Read every byte once; raises Damaged."""
        self._rows.verify()
        self.index.verify()

    def exact(self, algorithm: str, value: bytes) -> list[int]:
        table = self._tables.get(algorithm)
        return table.find(value) if table else []

    def exact_many(self, algorithm: str, values: Values) -> tuple[Keys, Keys]:
        table = self._tables.get(algorithm)
        return table.find_many(values) if table else nothing()

    def keys(self, algorithm: str) -> Keys:
        found: Keys = self._rows.arrays[f"{algorithm} rows"] if algorithm in self.kinds else nothing()[0]
        return found

    def qualities(self, keys: Keys) -> npt.NDArray[np.uint8]:
        found: npt.NDArray[np.uint8] = self._rows.arrays["qualities"][keys]
        return found

    def entry(self, key: int) -> Entry:
        arrays = self._rows.arrays
        quality = int(arrays["qualities"][key])
        said = arrays["says"][arrays["offsets"][key] : arrays["offsets"][key + 1]].tobytes()
        more = json.loads(said) if said else {}
        return Entry(
            key=key,
            line=int(arrays["lines"][key]),
            reference=more.get("reference", ""),
            quality=None if quality == NO_QUALITY else quality,
            ai=more.get("ai", ""),
            tags=tuple(more.get("tags", ())),
            grades=more.get("grades", {}),
        )


class BareIndex:
    """A directory of a :class:`ListIndex` alone: PDQ hashes and their keys. Changes to it are seen at once."""

    doubts: tuple[str, ...] = ()
    bad_rows = 0

    def __init__(self, folder: Path, *, name: str) -> None:
        self.name = name
        self.index = ListIndex.open(folder)

    @property
    def edition(self) -> str:
        return str(self.index.state)

    @property
    def kinds(self) -> Mapping[str, int]:
        return {PDQ: self.index.count}

    def exact(self, algorithm: str, value: bytes) -> list[int]:
        return []

    def exact_many(self, algorithm: str, values: Values) -> tuple[Keys, Keys]:
        return nothing()

    def keys(self, algorithm: str) -> Keys:
        return nothing()[0]

    def qualities(self, keys: Keys) -> npt.NDArray[np.uint8]:
        return np.full(len(keys), NO_QUALITY, np.uint8)

    def entry(self, key: int) -> Entry:
        return Entry(key)


def nothing() -> tuple[Keys, Keys]:
    """Return what was found where there is nothing to look in."""
    return np.empty(0, np.int64), np.empty(0, np.int64)


def ask(known: Known, questions: Sequence[Question], rule: Rule) -> list[ListAnswer]:
    """Ask one list many questions at once; the answers are in their order."""
    edition, kinds = known.edition, known.kinds
    near = _near(known, questions, rule)
    answers = []
    for question, matches in zip(questions, near, strict=True):
        found = (*_exact(known, question), *matches)
        verdict, reason = verdict_of(question, matches=found, kinds=kinds, rule=rule)
        answers.append(ListAnswer(known.name, edition, verdict, found, reason))
    return answers


def _exact(known: Known, question: Question) -> tuple[Match, ...]:
    return tuple(
        Match(algorithm, 0, 0, known.entry(key), question.quality if algorithm == PDQ else None)
        for algorithm, value in question.exact.items()
        for key in known.exact(algorithm, value)
    )


def _near(known: Known, questions: Sequence[Question], rule: Rule) -> list[list[Match]]:
    """Search for every hash that says enough, in one call; entries that say too little are passed over."""
    found: list[list[Match]] = [[] for _ in questions]
    asked = _searched(questions, rule)
    if not asked or not known.kinds.get(PDQ):
        return found
    for (number, variant, _), key, distance in _pairs(known, asked, rule.distance):
        entry = known.entry(key)
        if entry.quality is None or entry.quality >= rule.min_quality:
            match = Match(PDQ, distance, rule.distance, entry, questions[number].quality, variant)
            found[number].append(match)
    return [_nearest(matches) for matches in found]


def lies_near(known: Known, question: Question, rule: Rule, *, margin: int) -> bool:
    """Say whether any entry lies within the rule's distance and ``margin`` bits more."""
    asked = _searched([question], rule)
    return bool(asked) and any(_pairs(known, asked, rule.distance + margin))


def _searched(questions: Sequence[Question], rule: Rule) -> list[tuple[int, str, bytes]]:
    """Return the hashes that say enough, with their question's number and their variant."""
    good = ((n, q) for n, q in enumerate(questions) if not is_too_poor(q, rule))
    return [(n, variant, value) for n, q in good for variant, value in q.hashes(turned=rule.turned)]


def _pairs(
    known: Known, asked: Sequence[tuple[int, str, bytes]], distance: int
) -> Iterator[tuple[tuple[int, str, bytes], int, int]]:
    hashes = np.frombuffer(b"".join(value for _, _, value in asked), np.uint8).reshape(-1, 32)
    pairs = known.index.search(hashes, distance)
    for query, key, bits in zip(*_lists(pairs.query, pairs.key, pairs.distance), strict=True):
        yield asked[query], key, bits


def _nearest(matches: Sequence[Match]) -> list[Match]:
    """Return each entry once: two turns of one picture may lie near it."""
    best: dict[int, Match] = {}
    for match in matches:
        other = best.get(match.entry.key)
        if other is None or match.distance < other.distance:
            best[match.entry.key] = match
    return list(best.values())


def _lists(*arrays: npt.NDArray[np.int64]) -> list[list[int]]:
    return [array.tolist() for array in arrays]


def _doubts(about: Mapping[str, Any]) -> list[str]:
    doubts = []
    if about["bad_rows"]:
        lines = ", ".join(str(row["line"]) for row in about["bad"][:10])
        more = " and more" if about["bad_rows"] > 10 else ""
        doubts.append(f"{about['bad_rows']} rows could not be taken: lines {lines}{more}.")
    doubts += [
        f"{count} entries of the kind {kind} are not compared." for kind, count in about["left_out"].items()
    ]
    doubts += [
        f"{about['counts'][kind]} entries of the kind {kind} are compared with addresses, not with files."
        for kind in ADDRESSES
        if about["counts"].get(kind)
    ]
    return doubts
