"""Rows of a list as they are taken: columns of numbers, so that ten million rows stay below two gigabytes.

What stands last in the list holds: a value that comes again replaces what was said of it before, and a tombstone
takes away what stands before it.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections import Counter
from dataclasses import asdict, dataclass, field

import numpy as np
import numpy.typing as npt

from openhotline.hashlists import BadRow, Row
from openhotline.hashlists.kinds import MANY_OF_ONE

MOST_BAD_NAMED, NO_QUALITY = 100, 255

COMPARED_AS = {
    "md5": "md5",
    "video_md5": "md5",
    "sha1": "sha1",
    "sha256": "sha256",
    "file_sha256": "sha256",
    "photodna": "photodna",
    "text_sha256": "text_sha256",
    "pdq": "pdq",
    "url": "url",
    "domain": "domain",
    "tensor_f16": "tensor_f16",
    "tensor_bf16": "tensor_bf16",
}
"""Which entries can be asked about, and by which value. Nobody makes a text's hash of a file, nor an address."""

ADDRESSES = ("url", "domain")
"""Kinds whose values are texts; what is stored and compared is :func:`address_digest`."""

Values = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]


@dataclass
class _Column:
    values: bytearray = field(default_factory=bytearray)
    rows: array[int] = field(default_factory=lambda: array("q"))


class Taking:
    """``lines``, ``qualities`` (255: none) and ``says`` (up to ``offsets``) are by row; rows count from 0."""

    def __init__(self) -> None:
        self.lines, self.qualities = array("q"), array("B")
        self.says, self.offsets = bytearray(), array("q", [0])
        self.left_out: Counter[str] = Counter()
        self.bad: list[BadRow] = []
        self.bad_rows = 0
        self._columns: dict[str, _Column] = {}
        self._references, self._withdrawn = array("Q"), array("b")
        self._ended: list[tuple[int, int]] = []  # a reference, and the row from which on it may stand again

    def take(self, row: Row | BadRow) -> None:
        """Take one row, or note that it cannot be taken."""
        if isinstance(row, BadRow):
            self.bad_rows += 1
            if len(self.bad) < MOST_BAD_NAMED:
                self.bad.append(row)
        elif not row.algorithm:
            self._ended.append((_number(row.reference), len(self.lines)))
        elif row.algorithm not in COMPARED_AS:
            self.left_out[row.algorithm] += not row.withdrawn
        else:
            self._take(row)

    def _take(self, row: Row) -> None:
        column = self._columns.setdefault(COMPARED_AS[row.algorithm], _Column())
        text = row.algorithm in ADDRESSES
        column.values += address_digest(row.value) if text else bytes.fromhex(row.value)
        column.rows.append(len(self.lines))
        self.lines.append(row.line)
        self.qualities.append(NO_QUALITY if row.quality is None else row.quality)
        self._references.append(_number(row.reference))
        self._withdrawn.append(row.withdrawn)
        self.says += said_of(row)
        self.offsets.append(len(self.says))

    @property
    def algorithms(self) -> tuple[str, ...]:
        """What files are compared by."""
        return tuple(sorted(self._columns))

    def standing(self, algorithm: str) -> tuple[Values, Numbers]:
        """Return values, uint8[n, width] in ascending order, and their row numbers, without what was withdrawn."""
        column = self._columns[algorithm]
        rows = np.frombuffer(column.rows, np.int64)
        values = np.frombuffer(bytes(column.values), np.uint8).reshape(len(rows), -1)
        told = values
        if algorithm in MANY_OF_ONE:  # a tensor stands once for each model that has it
            names = np.array(self._references, np.uint64)[rows]
            told = np.concatenate([values, names.view(np.uint8).reshape(-1, 8)], axis=1)
        order = _in_order(told)
        last = np.ones(len(order), bool)
        last[:-1] = (told[order[:-1]] != told[order[1:]]).any(axis=1)
        kept = order[last]
        kept = kept[~self._gone()[rows[kept]]]
        return values[kept], rows[kept]

    def _gone(self) -> npt.NDArray[np.bool_]:
        gone = np.array(self._withdrawn, dtype=bool)
        references = np.array(self._references, dtype=np.uint64)
        for reference, before in self._ended:
            gone[:before] |= references[:before] == np.uint64(reference)
        return gone


def _in_order(values: Values) -> Numbers:
    """Return the stable ascending order of rows of bytes."""
    width = -(-values.shape[1] // 8) * 8
    padded = np.zeros((len(values), width), np.uint8)
    padded[:, : values.shape[1]] = values
    return np.lexsort(padded.view(">u8").astype(np.uint64).T[::-1]).astype(np.int64)


def address_digest(normal: str) -> bytes:
    """Return the SHA-256 of an address's or a domain's normal form (:mod:`openhotline.hashlists.addresses`)."""
    return hashlib.sha256(normal.encode()).digest()


def _number(reference: str) -> int:
    """Return 64 bits that stand for a sender's name; 0 is no name."""
    return int.from_bytes(hashlib.blake2b(reference.encode(), digest_size=8).digest()) | 1 if reference else 0


def said_of(row: Row) -> bytes:
    """Return what is told about an entry beside its value, as JSON; nothing where there is nothing."""
    said = {
        "reference": row.reference,
        "ai": row.ai,
        "tags": list(row.tags),
        "grades": {name: asdict(grade) for name, grade in row.grades.items()},
    }
    said = {name: value for name, value in said.items() if value}
    return json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode() if said else b""
