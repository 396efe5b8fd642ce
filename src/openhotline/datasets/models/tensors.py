"""A tensor's place in a file, checked: what comes from behind untrusted bytes is believed in nothing."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openhotline.datasets.models.problems import refused

WIDTHS = {"f64": 8, "f32": 4, "f16": 2, "bf16": 2}
"""Bytes of an element of each type that can be compared."""

OTHERS = ("integer", "quantised", "unread")
"""Types that are counted and not compared."""

MOST_TENSORS, MOST_DIMENSIONS, MOST_ELEMENTS = 200_000, 64, 1 << 48
MOST_READ = 4
"""Times the file's size that its tensors together may have: two tensors may share their bytes in a checkpoint."""

_unprintable = re.compile(r"[^\x20-\x7e]")


@dataclass(frozen=True, slots=True)
class Tensor:
    """``size`` bytes from ``offset`` on; in another file if ``place`` names one.

    ``strides`` count elements and are empty where the elements stand one behind the other. ``size`` and ``offset``
    mean nothing where ``kind`` is none of :data:`WIDTHS`.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    offset: int
    size: int
    place: str = ""
    strides: tuple[int, ...] = ()

    @property
    def elements(self) -> int:
        return math.prod(self.shape)

    @property
    def is_compared(self) -> bool:
        """Say whether it holds numbers of a kind that digests are made of."""
        return self.kind in WIDTHS


def read_tensors(blob: bytes) -> list[Tensor]:
    """Read what a confined process told, and refuse what it cannot have found."""
    told = read_list(blob)
    if len(told) > MOST_TENSORS:
        raise refused("too_many")
    return [_tensor(one) for one in told]


def read_list(blob: bytes) -> list[Any]:
    """Read a JSON array that came from behind untrusted bytes."""
    try:
        told = json.loads(blob)
    except (ValueError, RecursionError):
        raise refused("failed") from None
    if not isinstance(told, list):
        raise refused("failed")
    return told


def _tensor(told: Any) -> Tensor:
    try:
        name, kind, shape, offset, size, place, strides = told
        numbers = (offset, *shape, *strides)
        whole = all(type(number) is int and 0 <= number < 1 << 60 for number in numbers) and type(size) is int
        texts = isinstance(name, str) and isinstance(place, str)
    except (TypeError, ValueError):
        raise refused("failed") from None
    if not (whole and texts and (kind in WIDTHS or kind in OTHERS) and len(shape) <= MOST_DIMENSIONS):
        raise refused("damaged")
    if math.prod(shape) > MOST_ELEMENTS:
        raise refused("damaged")
    return Tensor(printable(name), kind, tuple(shape), offset, size, place, tuple(strides))


def printable(text: str) -> str:
    """Return a stranger's name so that no terminal and no table takes harm from it."""
    return _unprintable.sub("?", text[:200])


def check_places(tensors: Sequence[Tensor], size: int) -> None:
    """Refuse tensors outside a file of ``size`` bytes, of another size than their elements have, or too much of them."""
    compared = [one for one in tensors if one.is_compared]
    for one in compared:
        if one.offset + one.size > size:
            raise refused("beyond")
        if not one.strides and one.size != one.elements * WIDTHS[one.kind]:
            raise refused("damaged")
    if sum(one.size for one in compared) > MOST_READ * size:
        raise refused("too_much")
