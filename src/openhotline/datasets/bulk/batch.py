"""Members gathered into a batch: digests are made here, on the reading side, by ``hashlib``; nothing is decoded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from struct import Struct

import numpy as np
import numpy.typing as npt

from openhotline.datasets.bulk.record import LOOK, NO_QUALITY, REASONS, REMARK, REMARKS, Looked, Mode, State
from openhotline.datasets.bulk.replies import Answers
from openhotline.datasets.bulk.stating import read_stated
from openhotline.datasets.inputs.shard import Item
from openhotline.hashing import Digests
from openhotline.media.sniff import sniff

MOST_ROWS = 4096
"""Members of a batch, however little each holds."""

REQUEST_BYTES, REQUEST_MEMBERS = 960 << 10, 256
"""So much lies whole in the pipe to a confined process, which then need not wait for who reads and compares."""

PICTURES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".gif", ".webp", ".tif", ".tiff", ".bmp", ".dib"),
    *(".heic", ".heif", ".hif", ".avif", ".jp2", ".jxl", ".ico", ".svg", ".dng"),
)
"""Endings of names of which a picture is expected: what cannot be decoded there is told as unreadable."""

_TOO_LARGE = REASONS.index("too_many_bytes")
_NO_PICTURE = [REASONS.index(reason) for reason in ("empty", "not_a_picture")]
_LOOK = Struct("<q16s20s32s32shBBBIB")
_md5 = partial(hashlib.md5, usedforsecurity=False)
_sha1 = partial(hashlib.sha1, usedforsecurity=False)


class Batch:
    """Members in their order. ``asked`` are the places of those that a confined process is to look at.

    ``size`` is in bytes, of those; ``missing`` counts them until their answers are there.
    """

    def __init__(self, *, expects_pictures: bool = False) -> None:
        self._expects_pictures = expects_pictures
        self.keys: list[str] = []
        self.untrusted: list[bytes | None] = []
        self.asked: list[int] = []
        self.size = self.missing = 0
        self._rows: list[bytes] = []
        self._answers: list[tuple[Sequence[int], Answers]] = []
        self._problems: dict[int, str] = {}
        self._urls: dict[int, str] = {}
        self._stated: dict[int, Mapping[str, bytes]] = {}
        self._stands_for: dict[int, bytes] = {}

    def add(self, item: Item) -> None:
        """Take one member."""
        data = item.untrusted_bytes
        # a picture that only calls itself a label is looked at as any other
        if data is not None and not item.problem and not (item.is_label and sniff(data) is None):
            self.asked.append(len(self.keys))
            self.missing += 1
            self.size += len(data)
            self.untrusted.append(data)
            self._rows.append(_digested(data, State.UNREADABLE))
        else:
            self.untrusted.append(None)
            self._rows.append(self._not_asked(item))
        if item.stated:
            self._add_stated(item.stated)
        if item.stands_for:
            self._stands_for[len(self.keys)] = item.stands_for
        self.keys.append(item.key)

    def _not_asked(self, item: Item) -> bytes:
        """Return the row of what no process is asked about."""
        if item.problem:
            self._problems[len(self.keys)] = item.problem
            return _row(REMARK if item.problem in REMARKS else State.UNREAD)
        if item.is_label:
            return (
                _row(State.LABEL)
                if item.untrusted_bytes is None
                else _digested(item.untrusted_bytes, State.LABEL)
            )
        if item.digests is not None:
            return _of_digests(item.digests, State.UNREADABLE if self._is_picture(item.key) else State.OTHER)
        if not item.stated:
            self._problems[len(self.keys)] = "empty"
        return _row(State.UNREAD)

    def _add_stated(self, values: Mapping[str, str]) -> None:
        """Take what is stated of the newest member: as its row where it has no bytes, else beside it."""
        place, stated = len(self.keys), read_stated(values)
        if stated.is_bad:
            self._problems.setdefault(place, "bad_value")
        if stated.url:
            self._urls[place] = stated.url
        if self.untrusted[place] is not None or _state(self._rows[place]) != State.UNREAD:
            own = _LOOK.unpack(self._rows[place])[1:4]
            differing = {name: value for name, value in stated.hashes.items() if value not in own}
            if differing:
                self._stated[place] = differing
        elif stated.hashes:
            self._rows[place] = _row(State.STATED, *_stated_values(stated.hashes), quality=stated.quality)
        elif stated.url:
            self._rows[place] = _row(State.ADDRESS)

    def requests(self) -> Iterator[list[int]]:
        """Yield the places of those to be looked at in portions of at most REQUEST_BYTES, or of one larger member."""
        portion: list[int] = []
        size = 0
        for place in self.asked:
            coming = len(self.untrusted[place] or b"")
            if portion and (size + coming > REQUEST_BYTES or len(portion) == REQUEST_MEMBERS):
                yield portion
                portion, size = [], 0
            portion.append(place)
            size += coming
        if portion:
            yield portion

    def payload(self, places: Sequence[int]) -> list[bytes]:
        """Return the bytes of some members, each a piece."""
        return [data for place in places if (data := self.untrusted[place]) is not None]

    def answer(self, places: Sequence[int], answers: Answers) -> None:
        """Take a confined process's checked answers about the members at these places."""
        self._answers.append((places, answers))
        self.missing -= len(places)

    def looked(self) -> Looked:
        """Return the whole batch, once nothing is missing."""
        looks = np.frombuffer(bytearray(b"".join(self._rows)), LOOK)
        for places, answers in self._answers:
            self._fill(looks, np.asarray(places), answers)
        return Looked(
            self.keys, looks, self.untrusted, self._problems, self._urls, self._stated, self._stands_for
        )

    def _fill(self, looks: npt.NDArray[np.void], places: npt.NDArray[np.int64], answers: Answers) -> None:
        for name in ("pdq", "quality", "mode", "reason", "claims", "near_median"):
            looks[name][places] = answers[name]
        looks["state"][places[answers["quality"] != NO_QUALITY]] = State.HASHED
        if not self._expects_pictures:
            for place in places[np.isin(answers["reason"], _NO_PICTURE)].tolist():
                if not self._is_picture(self.keys[place]):
                    looks["state"][place] = State.OTHER

    def _is_picture(self, key: str) -> bool:
        return self._expects_pictures or key.lower().endswith(PICTURES)


def _row(state: int, *digests: bytes, size: int = 0, quality: int = NO_QUALITY, reason: int = 0) -> bytes:
    md5, sha1, sha256, pdq = digests or (b"", b"", b"", b"")
    mode = Mode.STATED if pdq else Mode.NONE
    return _LOOK.pack(size, md5, sha1, sha256, pdq, quality, mode, state, reason, 0, 0)


def _digested(data: bytes, state: int) -> bytes:
    return _LOOK.pack(
        *(len(data), _md5(data).digest(), _sha1(data).digest(), hashlib.sha256(data).digest()),
        *(b"", NO_QUALITY, Mode.NONE, state, 0, 0, 0),
    )


def _of_digests(made: Digests, state: int) -> bytes:
    values = (bytes.fromhex(made.md5), bytes.fromhex(made.sha1), bytes.fromhex(made.sha256), b"")
    return _row(state, *values, size=made.size, reason=_TOO_LARGE)


def _stated_values(hashes: Mapping[str, bytes]) -> tuple[bytes, ...]:
    return tuple(hashes.get(name, b"") for name in ("md5", "sha1", "sha256", "pdq"))


def _state(row: bytes) -> int:
    state: int = _LOOK.unpack(row)[7]
    return state
