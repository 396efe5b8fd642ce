"""A tensor's two digests, and whether it tells anything.

A digest covers the numbers in their order and how many there are; not the name, the shape, the file, the format or the
precision. ``docs/decisions/0015-tensor-digests.md`` says why, and what that cannot recognise.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from openhotline.datasets.models.casting import Halves, halves

F16, BF16 = "tensor_f16", "tensor_bf16"
KINDS = (F16, BF16)

FEWEST_ELEMENTS = 256
"""A tensor with fewer tells nothing: biases, scales and tables that stand alike in models that share nothing else."""

FEWEST_VALUES = 64
"""Different values, as bfloat16, that a tensor must have: a mask, and a layer as it was initialised, have fewer."""

FEW, EVEN = "few", "even"


@dataclass(frozen=True, slots=True)
class TensorDigest:
    """Hexadecimal. ``silent`` says why the tensor tells nothing: FEW elements, EVEN values; else it is empty."""

    f16: str
    bf16: str
    silent: str = ""


def digest_of(chunks: Iterable[bytes], *, kind: str, elements: int) -> TensorDigest:
    """Return the digests of a tensor whose bytes come piece by piece, whole elements at a time."""
    if elements < FEWEST_ELEMENTS:
        return TensorDigest("", "", FEW)
    count = struct.pack("<Q", elements)
    one = hashlib.sha256(b"openhotline tensor f16 1\n" + count)
    two = hashlib.sha256(b"openhotline tensor bf16 1\n" + count)
    variety = _Variety()
    for chunk in chunks:
        f16, bf16 = halves(chunk, kind)
        one.update(f16.data)
        two.update(bf16.data)
        variety.add(bf16)
    return TensorDigest(one.hexdigest(), two.hexdigest(), "" if variety.is_enough else EVEN)


class _Variety:
    """Counts different values until there are enough."""

    def __init__(self) -> None:
        self._seen = np.zeros(1 << 16, bool)
        self.is_enough = False

    def add(self, values: Halves) -> None:
        if not self.is_enough:
            self._seen[values] = True
            self.is_enough = int(np.count_nonzero(self._seen)) >= FEWEST_VALUES
