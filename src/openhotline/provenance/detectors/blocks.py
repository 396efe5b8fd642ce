"""Weights stored as small integers in blocks, as MatMulNBits of com.microsoft has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from openhotline.errors import BadInput


def unpack_blocks(
    packed: np.ndarray[Any, Any],
    scales: np.ndarray[Any, Any],
    zeros: np.ndarray[Any, Any] | None,
    sizes: Mapping[str, int],
) -> np.ndarray[Any, Any]:
    """Return the weight, float32[K, N]. ``packed`` is uint8[N, blocks, bytes of a block], low half first."""
    rows, columns, bits, block = sizes["K"], sizes["N"], sizes.get("bits", 4), sizes["block_size"]
    if bits not in (4, 8):
        raise BadInput("This model's weights have a width that is not known here. Export it in float.")
    count = -(-rows // block)
    values = _spread(packed.reshape(columns, count, -1), bits)[:, :, :block]
    middle = np.full((columns, count), float(1 << (bits - 1)), np.float32)
    if zeros is not None:
        floats = zeros.dtype.kind == "f"
        spread = zeros.reshape(columns, -1) if floats else _spread(zeros.reshape(columns, -1), bits)
        middle = spread[:, :count].astype(np.float32)
    factors = scales.reshape(columns, count, 1).astype(np.float32)
    weight = (values.astype(np.float32) - middle[:, :, None]) * factors
    return np.ascontiguousarray(weight.reshape(columns, count * block)[:, :rows].T)


def _spread(packed: np.ndarray[Any, Any], bits: int) -> np.ndarray[Any, Any]:
    """Return one number a place, from bytes that hold one or two."""
    if bits == 8:
        return packed
    return np.stack([packed & 0x0F, packed >> 4], axis=-1).reshape(*packed.shape[:-1], -1)
