"""What one look at a batch gives: a row of numbers a member, so that a billion of them cost little."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from openhotline.media.reasons import FAILED, TOO_LARGE, UNDECODABLE

NO_QUALITY = -1

REMARK = 0
"""The state of a row that is no member: its problem is about the shard (an end too early, a key that came twice)."""

LOOK = np.dtype(
    [
        ("size", "<i8"),
        ("md5", "u1", 16),
        ("sha1", "u1", 20),
        ("sha256", "u1", 32),
        ("pdq", "u1", 32),
        ("quality", "<i2"),
        ("mode", "u1"),
        ("state", "u1"),
        ("reason", "u1"),
        ("claims", "<u4"),
        ("near_median", "u1"),
    ]
)
"""One member. ``quality`` is -1 without a PDQ hash; ``mode`` a :class:`Mode`, ``state`` a :class:`State`; ``reason`` an
index into :data:`REASONS`; ``claims`` bits of ``openhotline.datasets.census``. What is not known is zero. A stated PDQ
hash of which nobody stated the quality has mode STATED and quality -1. ``near_median`` says of a fast hash how many bits
of it are in doubt (:class:`openhotline.hashing.PdqHash`)."""

Looks = npt.NDArray[Any]


class State(IntEnum):
    """What became of a member, in the order of the columns of the summary."""

    HASHED = 1
    UNREADABLE = 2  # a picture, or what is named like one, that could not be decoded: exact hashes only
    OTHER = 3  # no picture: exact hashes only
    LABEL = 4  # a caption or a class beside a picture: counted, not looked at
    UNREAD = 5  # its bytes could not be read: nothing is known of it
    STATED = 6  # no bytes: hashes that the data set states
    ADDRESS = 7  # no bytes: an address alone


class Mode(IntEnum):
    """How a PDQ hash was made."""

    NONE = 0
    FAST = 1
    STRICT = 2
    STATED = 3


@dataclass(frozen=True, slots=True)
class Looked:
    """A batch: parallel ``keys`` and ``looks``, LOOK[n]. ``untrusted`` are the bytes, or None, while the batch is held.

    ``problems`` by position say why a member was not read (a code of ``inputs.shard.PROBLEMS``); ``urls`` by position
    are addresses that the data set states, in the normal form of lists. ``stated`` by position holds hashes that the
    data set states of a member that was looked at as well, where they are not those of its bytes. ``stands_for`` by
    position is what counts in the data set's digest for a member that was fetched.
    """

    keys: list[str]
    looks: Looks
    untrusted: list[bytes | None]
    problems: Mapping[int, str] = field(default_factory=dict)
    urls: Mapping[int, str] = field(default_factory=dict)
    stated: Mapping[int, Mapping[str, bytes]] = field(default_factory=dict)
    stands_for: Mapping[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hit:
    """A member and one entry of a list that it is, or lies near. ``distance`` and ``threshold`` in bits, 0 where exact.

    ``by`` is the algorithm that matched; ``position`` the member's place in its batch. ``confirmed`` is False only where
    a hash was made of a scaled decode, or stated by the data set, and there was no picture to make it strictly.
    """

    position: int
    by: str
    distance: int
    threshold: int
    variant: str
    list: str
    edition: str
    confirmed: bool
    pdq: str = ""  # the hash that was compared, 64 hexadecimal digits
    quality: int | None = None
    entry_line: int = 0
    entry_reference: str = ""
    entry_quality: int | None = None
    ai: str = ""
    tags: tuple[str, ...] = ()
    grades: Mapping[str, Any] = field(default_factory=dict)


REMARKS = frozenset({"duplicate_key", "expands_too_far", "not_fetched", "unreadable_shard"})
"""Codes of ``inputs.shard.PROBLEMS`` that are no member's."""

REASONS: tuple[str, ...] = ("", *UNDECODABLE, *TOO_LARGE, *FAILED, "other")
"""Codes of why a picture was not decoded, as ``openhotline.media.reasons`` and the pool name them, in a fixed order."""
