"""What a confined process answers about a batch, checked: nothing in it is believed that could not be."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from openhotline.datasets.bulk.entry import ANSWER
from openhotline.datasets.bulk.record import NO_QUALITY, REASONS, Mode
from openhotline.datasets.census import ALL_BITS
from openhotline.errors import OpenHotlineError
from openhotline.hashing import SELF_CHECK_LIMIT
from openhotline.media.confined import Reply
from openhotline.media.reasons import reason_of

Answers = npt.NDArray[Any]

DTYPE = np.dtype(
    [
        *(("pdq", "u1", 32), ("quality", "<i2"), ("mode", "u1"), ("reason", "u1")),
        *(("claims", "<u4"), ("near_median", "u1")),
    ]
)
"""One :data:`entry.ANSWER`."""

assert DTYPE.itemsize == ANSWER.size


def read_reply(reply: Reply, *, asked: int, census: bool) -> Answers | None:
    """Return the answers about the first of the members asked about, at least one; None where the form is not kept."""
    if len(reply.blobs) != 1 or not reply.blobs[0] or len(reply.blobs[0]) % DTYPE.itemsize:
        return None
    answers = np.frombuffer(reply.blobs[0], DTYPE)
    if len(answers) > asked or reply.header != {"done": len(answers)}:
        return None
    return answers if _could_be(answers, ALL_BITS if census else 0) else None


def failed(reason: str, members: int = 1) -> Answers:
    """Return what stands for members of which nothing was learned."""
    answers = np.zeros(members, DTYPE)
    answers["quality"] = NO_QUALITY
    answers["reason"] = REASONS.index(reason)
    return answers


def failed_by(problem: OpenHotlineError) -> Answers:
    """Return what stands for the one member that a process was asked about when this came instead of an answer."""
    return failed(reason_of(problem))


def _could_be(answers: Answers, bits: int) -> bool:
    """Say whether each is either a hash or a reason, and no number outside its range."""
    quality, mode, reason = answers["quality"], answers["mode"], answers["reason"]
    hashed = (quality >= 0) & (quality <= 100) & ((mode == Mode.FAST) | (mode == Mode.STRICT)) & (reason == 0)
    without = (quality == NO_QUALITY) & (mode == Mode.NONE) & (reason > 0) & (reason < len(REASONS))
    without &= ~answers["pdq"].any(axis=1)
    within = (answers["claims"] & ~np.uint32(bits)) == 0
    within &= answers["near_median"] <= np.where(mode == Mode.FAST, SELF_CHECK_LIMIT, 0)
    return bool(((hashed | without) & within).all())
