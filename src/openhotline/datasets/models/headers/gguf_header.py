"""GGUF, editions 2 and 3: counts, key-value pairs, tensors, then their bytes (ggml-org/ggml, ``docs/gguf.md``)."""

from __future__ import annotations

import struct

from openhotline.datasets.models.headers.found import MOST_TENSORS, Reply, Short, Tensor, Unfit, reply, tensor

MAGIC = b"GGUF"
TYPES = {0: "f32", 1: "f16", 28: "f64", 30: "bf16", **dict.fromkeys((24, 25, 26, 27), "integer")}
SIZES = {"f64": 8, "f32": 4, "f16": 2, "bf16": 2}
ALIGNMENT = b"general.alignment"

TEXT, ARRAY, U32 = 8, 9, 4
WIDTHS = {0: 1, 1: 1, 2: 2, 3: 2, U32: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
"""Bytes of a value of each type that is a number."""

DEEPEST, MOST_PAIRS, MOST_DIMENSIONS = 4, 100_000, 8


class _Reader:
    def __init__(self, untrusted_bytes: bytes) -> None:
        self.bytes, self.at = untrusted_bytes, 0

    def take(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self.bytes):
            raise Short(end)
        found, self.at = self.bytes[self.at : end], end
        return found

    def u32(self) -> int:
        return int(struct.unpack("<I", self.take(4))[0])

    def u64(self) -> int:
        return int(struct.unpack("<Q", self.take(8))[0])

    def text(self) -> bytes:
        return self.take(self.u64())


def read(untrusted_bytes: bytes) -> Reply:
    """Read everything before the tensors' bytes. Raises Short where the header goes on."""
    source = _Reader(untrusted_bytes)
    if source.take(4) != MAGIC:
        raise Unfit("damaged")
    if source.u32() not in (2, 3):
        raise Unfit("unknown_edition")
    count, pairs = source.u64(), source.u64()
    if count > MOST_TENSORS or pairs > MOST_PAIRS:
        raise Unfit("too_many")
    alignment = 32
    for _ in range(pairs):
        key, kind = source.text(), source.u32()
        if key == ALIGNMENT and kind == U32:
            alignment = source.u32()
        else:
            _pass_over(source, kind)
    if not 0 < alignment <= 1 << 20:
        raise Unfit("damaged")
    found = [_tensor(source) for _ in range(count)]
    start = -(-source.at // alignment) * alignment
    for one in found:
        one[3] += start
    return reply(found)


def _pass_over(source: _Reader, kind: int, depth: int = 0) -> None:
    if kind in WIDTHS:
        source.take(WIDTHS[kind])
    elif kind == TEXT:
        source.text()
    elif kind == ARRAY and depth < DEEPEST:
        inner, length = source.u32(), source.u64()
        if inner in WIDTHS:
            source.take(WIDTHS[inner] * length)
        else:
            for _ in range(length):
                _pass_over(source, inner, depth + 1)
    else:
        raise Unfit("damaged")


def _tensor(source: _Reader) -> Tensor:
    name, dimensions = source.text(), source.u32()
    if dimensions > MOST_DIMENSIONS:
        raise Unfit("damaged")
    shape = [source.u64() for _ in range(dimensions)][::-1]  # written the fastest first
    kind, offset = TYPES.get(source.u32(), "quantised"), source.u64()
    elements = 1
    for length in shape:
        elements *= length
    size = elements * SIZES.get(kind, 0)
    return tensor(name.decode("utf-8", "replace"), kind, shape, offset, size)
