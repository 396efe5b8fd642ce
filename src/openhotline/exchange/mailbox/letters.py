"""A letter as it lies in a mailbox: its place there, and its bytes or the reason why they were not read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

LARGEST = 25 * 2**20
"""Bytes of one letter with all that hangs on it: what common mail servers take. A larger one is named and left."""


@dataclass(frozen=True)
class RawLetter:
    """``place`` names it for a person ("letter 3", "UID 17"). ``untrusted_bytes`` is None where ``problem`` says why.

    ``arrived_on`` is the day on which the receiving server took it, where the mailbox tells.
    """

    place: str
    untrusted_bytes: bytes | None
    problem: str = ""
    arrived_on: date | None = None


def too_large(place: str, arrived_on: date | None = None) -> RawLetter:
    """A letter that is not read for its size."""
    words = f"It is larger than {LARGEST // 2**20} MB. Look at it in the mailbox."
    return RawLetter(place, None, words, arrived_on)
