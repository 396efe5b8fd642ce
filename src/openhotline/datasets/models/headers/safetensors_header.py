"""safetensors: a JSON object by tensor name, behind eight bytes with its length (huggingface/safetensors, README).

The metadata, which may hold the captions that a model was trained on, is not looked at.
"""

from __future__ import annotations

import json
from typing import Any

from openhotline.datasets.models.headers.found import Reply, Tensor, Unfit, reply, tensor

TYPES = {
    "F64": "f64",
    "F32": "f32",
    "F16": "f16",
    "BF16": "bf16",
    **dict.fromkeys(("BOOL", "U8", "I8", "I16", "U16", "I32", "U32", "I64", "U64"), "integer"),
}
"""All others that the format knows, and will know, are smaller numbers: quantised."""

METADATA = "__metadata__"


def read(untrusted_bytes: bytes, *, start: int) -> Reply:
    """Read the JSON; ``start`` is where the tensors' bytes begin in the file."""
    names = json.loads(untrusted_bytes.decode("utf-8"), object_pairs_hook=_pairs)
    if not isinstance(names, dict):
        raise Unfit("damaged")
    names.pop(METADATA, None)
    tensors = [_tensor(name, told, start) for name, told in names.items()]
    _refuse_overlaps(tensors)
    return reply(tensors)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unfit("ambiguous")
    return found


def _tensor(name: str, told: dict[str, Any], start: int) -> Tensor:
    begin, end = told["data_offsets"]
    if type(begin) is not int or type(end) is not int or not 0 <= begin <= end:
        raise Unfit("damaged")
    return tensor(name, TYPES.get(told["dtype"], "quantised"), told["shape"], start + begin, end - begin)


def _refuse_overlaps(tensors: list[Tensor]) -> None:
    """The format forbids them, and they would make a small file long to read."""
    reached = 0
    for offset, size in sorted((found[3], found[4]) for found in tensors):
        if offset < reached and size:
            raise Unfit("overlapping")
        reached = max(reached, offset + size)
