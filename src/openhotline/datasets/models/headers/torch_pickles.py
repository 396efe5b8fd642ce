"""What PyTorch's checkpoints say in their pickles (``torch/serialization.py`` and ``torch/_utils.py``, as published).

A tensor is a call of ``_rebuild_tensor_v2`` with a storage, an offset, a size and strides; a storage is fetched by a
persistent identifier, ``("storage", its class, its key, a device, its elements)``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from openhotline.datasets.models.headers.found import (
    FLOATS,
    LONGEST_NAME,
    MOST_TENSORS,
    Reply,
    Tensor,
    Unfit,
    reply,
    tensor,
)
from openhotline.datasets.models.headers.pickle_walk import Called, Kept, Named, Walk

MAGIC = 0x1950A86A20F9469CFC6C
"""The first value of a checkpoint from before zip (2020)."""

EDITION = 1001
STORAGES = {
    "DoubleStorage": ("f64", 8),
    "FloatStorage": ("f32", 4),
    "HalfStorage": ("f16", 2),
    "BFloat16Storage": ("bf16", 2),
    "LongStorage": ("integer", 8),
    "IntStorage": ("integer", 4),
    "ShortStorage": ("integer", 2),
    **{f"{name}Storage": ("integer", 1) for name in ("Char", "Byte", "Bool", "Untyped")},
    "ComplexDoubleStorage": ("integer", 16),
    "ComplexFloatStorage": ("integer", 8),
    "QInt8Storage": ("quantised", 1),
    "QUInt8Storage": ("quantised", 1),
    "QInt32Storage": ("quantised", 4),
    "Float8_e4m3fnStorage": ("quantised", 1),
}
"""By class, what its elements are and how many bytes each has; nothing of complex numbers is compared."""

TYPES = {
    "float64": "f64",
    "float32": "f32",
    "float16": "f16",
    "bfloat16": "bf16",
    "double": "f64",
    "float": "f32",
    "half": "f16",
    **dict.fromkeys(("int64", "int32", "int16", "int8", "uint8", "bool"), "integer"),
}
REBUILT = ("_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3")
SAME = ("_rebuild_parameter", "_rebuild_parameter_with_state", "_rebuild_from_type_v2")


class _Made(list[Any]):
    """A tensor, told apart from the lists that a pickle makes."""


@dataclass
class _Noticed:
    """``widths`` has the bytes of an element of each storage that a tensor lies in."""

    tensors: list[Tensor] = field(default_factory=list)
    widths: dict[str, int] = field(default_factory=dict)

    def call(self, what: Any, given: Any) -> Any:
        """Notice the making of a tensor; every other call stays a word."""
        if not isinstance(what, Named) or not isinstance(given, tuple):
            return Called(what, given)
        if what.module == "torch._utils" and what.name in REBUILT:
            return self._tensor(given, versioned=what.name.endswith("v3"))
        if what.module == "torch._utils" and what.name in SAME and given:
            return given[0]
        if what.module == "torch._tensor" and what.name in SAME and len(given) > 2:
            return self.call(given[0], given[2])
        if what.module == "torch._utils" and what.name.startswith("_rebuild"):
            return self._keep(tensor("", "unread", (), 0, 0))
        return Called(what, given)

    def _tensor(self, given: tuple[Any, ...], *, versioned: bool) -> Tensor:
        storage, offset, shape, *rest = given
        kind, key, before = self._storage(storage)
        if versioned and len(rest) > 3 and isinstance(rest[3], Named):
            kind = TYPES.get(rest[3].name, "quantised")
        strides = rest[0] if rest and isinstance(rest[0], tuple) else ()
        offset += before
        numbers = (offset, *shape, *strides)
        if not all(type(number) is int and number >= 0 for number in numbers):
            raise Unfit("damaged")
        return self._keep(tensor("", kind, shape, offset * FLOATS.get(kind, 0), 0, key, strides))

    def _storage(self, storage: Any) -> tuple[str, str, int]:
        """Return type and key of a storage, and the element of it at which a view of it begins."""
        told = storage.told if isinstance(storage, Kept) else None
        if (
            not isinstance(told, tuple)
            or len(told) < 5
            or told[0] != "storage"
            or not isinstance(told[2], str)
        ):
            raise Unfit("damaged")
        kind, width = STORAGES.get(told[1].name if isinstance(told[1], Named) else "", ("quantised", 0))
        self.widths[told[2]] = width
        view = told[5] if len(told) > 5 else None
        return kind, told[2], view[1] if isinstance(view, tuple) else 0

    def _keep(self, told: Tensor) -> Tensor:
        if len(self.tensors) >= MOST_TENSORS:
            raise Unfit("too_many")
        found = _Made(told)
        self.tensors.append(found)
        return found

    def name(self, name: str, value: Any) -> None:
        """Note under which name a tensor was put."""
        if isinstance(value, _Made) and not value[0]:
            value[0] = name[:LONGEST_NAME]


def read(untrusted_bytes: bytes) -> Reply:
    """Read the pickle of an archive; a tensor's ``place`` is its storage, its offset counts from there."""
    noticed = _Noticed()
    Walk(noticed.call, noticed.name).run(untrusted_bytes)
    return reply(noticed.tensors)


def read_old(untrusted_bytes: bytes) -> Reply:
    """Read the five pickles of a checkpoint from before zip; the storages follow at ``end``, in the order of ``keys``."""
    at, noticed, answers = 0, _Noticed(), list[Any]()
    for _ in range(5):
        walk = Walk(noticed.call, noticed.name)
        at += walk.run(untrusted_bytes[at:])
        answers.append(walk.answer)
    keys = answers[4]
    if answers[:2] != [MAGIC, EDITION] or not isinstance(keys, list) or len(keys) > MOST_TENSORS:
        raise Unfit("damaged")
    if not all(isinstance(key, str) for key in keys):
        raise Unfit("damaged")
    widths = [noticed.widths.get(key, 0) for key in keys]
    if not all(widths):
        raise Unfit("unknown_edition")
    more, blobs = reply(noticed.tensors, end=at)
    return more, [*blobs, json.dumps([keys, widths]).encode()]
