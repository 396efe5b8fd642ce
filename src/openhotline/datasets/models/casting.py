"""From the numbers of a tensor to its halves: what is left of them when a copy is saved in 16 bits.

Both casts round to the nearest, ties to even, as every framework's do (IEEE 754). A number of 64 bits becomes one of
32 first, as in PyTorch. What is too large becomes infinite, zero keeps its sign, and whatever is no number becomes one
bit pattern, because platforms differ there.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Halves = npt.NDArray[np.uint16]

F16_NAN, BF16_NAN = np.uint16(0x7E00), np.uint16(0x7FC0)
_PLACES = {"f64": "<f8", "f32": "<f4", "f16": "<f2", "bf16": "<u2"}


def halves(untrusted_bytes: bytes, kind: str) -> tuple[Halves, Halves]:
    """Return little-endian numbers of a kind as float16 and as bfloat16, each as uint16[n] of its bits."""
    numbers = np.frombuffer(untrusted_bytes, _PLACES[kind])
    if kind == "bf16":
        wide = (numbers.astype(np.uint32) << 16).view(np.float32)
        return _f16(wide), _one_nan(numbers.copy(), np.isnan(wide), BF16_NAN)
    with np.errstate(over="ignore", invalid="ignore"):
        single = numbers.astype(np.float32)
    if kind == "f16":
        return _one_nan(numbers.view("<u2").copy(), np.isnan(single), F16_NAN), _bf16(single)
    return _f16(single), _bf16(single)


def _f16(single: npt.NDArray[np.float32]) -> Halves:
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        found = single.astype("<f2").view("<u2")
    return _one_nan(found, np.isnan(single), F16_NAN)


def _bf16(single: npt.NDArray[np.float32]) -> Halves:
    bits = single.view(np.uint32)
    found = ((bits + (np.uint32(0x7FFF) + ((bits >> 16) & np.uint32(1)))) >> 16).astype("<u2")
    return _one_nan(found, np.isnan(single), BF16_NAN)


def _one_nan(found: Halves, where: npt.NDArray[np.bool_], pattern: np.uint16) -> Halves:
    if where.any():
        found[where] = pattern
    return found
