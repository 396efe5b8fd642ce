"""What the readers of headers have in common: what they return, and how they say that they need more.

A tensor is a JSON array, ``[name, type, shape, offset, size, place, strides]``. ``type`` is one of ``f64``, ``f32``,
``f16``, ``bf16``, ``integer``, ``quantised`` or ``unread``; ``offset`` and ``size`` are bytes, from where the format
counts; ``place`` is another file or a storage, empty where the bytes are in this one; ``strides`` count elements, and
are empty where the elements stand one behind the other.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

MOST_TENSORS = 200_000
"""Of one file. The largest models that are published have some ten thousand."""

LONGEST_NAME = 300
"""Characters of a tensor's name that are told."""

FLOATS = {"f64": 8, "f32": 4, "f16": 2, "bf16": 2}
"""Bytes of an element of what can be compared."""

Tensor = list[Any]
Reply = tuple[dict[str, Any], list[bytes]]


class Short(Exception):
    """The header goes on behind what was given. ``needed`` bytes from the same place would do for the next step."""

    def __init__(self, needed: int) -> None:
        super().__init__()
        self.needed = needed


class Unfit(Exception):
    """The file cannot be taken for one of its format; ``problem`` is a key of ``problems.WORDS``."""

    def __init__(self, problem: str) -> None:
        super().__init__()
        self.problem = problem


def tensor(
    name: str,
    kind: str,
    shape: Sequence[int],
    offset: int,
    size: int,
    place: str = "",
    strides: Sequence[int] = (),
) -> Tensor:
    """Return one tensor as it goes over the pipe."""
    return [name[:LONGEST_NAME], kind, list(shape), offset, size, place, list(strides)]


def reply(tensors: Sequence[Tensor], **more: Any) -> Reply:
    """Return an answer; the tensors travel as a blob, because a header may hold 4 MiB only."""
    if len(tensors) > MOST_TENSORS:
        raise Unfit("too_many")
    return more, [json.dumps(tensors, separators=(",", ":")).encode()]
