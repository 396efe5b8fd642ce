"""Models of random numbers, written by the formats' own writers, and checkpoints made by hand as they are published."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import gguf
import ml_dtypes
import numpy as np
import onnx
from onnx import TensorProto, external_data_helper, helper, numpy_helper
from safetensors.numpy import save_file

Weights = dict[str, np.ndarray[Any, Any]]

STORAGES = {
    "float64": "DoubleStorage",
    "float32": "FloatStorage",
    "float16": "HalfStorage",
    "bfloat16": "BFloat16Storage",
    "int64": "LongStorage",
}


def weights(count: int = 6, seed: int = 1, rows: int = 24) -> Weights:
    """Return float32 tensors that tell something."""
    chance = np.random.default_rng(seed)
    return {
        f"layer.{number}.weight": chance.normal(0, 0.05, (rows, 20 + number)).astype(np.float32)
        for number in range(count)
    }


def as_type(tensors: Mapping[str, np.ndarray[Any, Any]], name: str) -> Weights:
    kind = ml_dtypes.bfloat16 if name == "bfloat16" else np.dtype(name)
    return {key: value.astype(kind) for key, value in tensors.items()}


def save_safetensors(path: Path, tensors: Weights, metadata: dict[str, str] | None = None) -> Path:
    save_file(tensors, path, metadata=metadata)
    return path


def save_gguf(path: Path, tensors: Weights) -> Path:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_array("tokenizer.ggml.tokens", [f"token {n}" for n in range(50)])
    writer.add_custom_alignment(64)
    for name, value in tensors.items():
        if value.dtype == ml_dtypes.bfloat16:
            raw = value.view(np.uint8).reshape(*value.shape[:-1], -1)
            writer.add_tensor(name, raw, raw_dtype=gguf.GGMLQuantizationType.BF16)
        else:
            writer.add_tensor(name, value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def save_onnx(path: Path, tensors: Weights, *, external: str = "", constants: bool = False) -> Path:
    protos = [_proto(name, value) for name, value in tensors.items()]
    nodes = []
    if constants:
        nodes = [helper.make_node("Constant", [], [proto.name], value=proto) for proto in protos]
    graph = helper.make_graph(nodes, "drawn", [], [], initializer=[] if constants else protos)
    model = helper.make_model(graph, producer_name="test")
    if external:
        external_data_helper.convert_model_to_external_data(model, location=external, size_threshold=0)
    onnx.save(model, str(path))
    return path


def _proto(name: str, value: np.ndarray[Any, Any]) -> TensorProto:
    if value.dtype == ml_dtypes.bfloat16:
        raw = value.view(np.uint16).tobytes()
        return helper.make_tensor(name, TensorProto.BFLOAT16, value.shape, raw, raw=True)
    return numpy_helper.from_array(value, name)


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def whole(value: int) -> bytes:
    return b"J" + struct.pack("<i", value) if value < 1 << 31 else b"\x8a\x08" + struct.pack("<q", value)


def row(values: Iterable[int]) -> bytes:
    return b"(" + b"".join(map(whole, values)) + b"t"


def tensor_ops(
    key: str,
    kind: str,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    *,
    offset: int = 0,
    old: bool = False,
) -> bytes:
    """Return the instructions that make one tensor, as ``torch.save`` writes them."""
    storage = b"(" + text("storage") + b"ctorch\n" + STORAGES[kind].encode() + b"\n" + text(key)
    storage += text("cpu") + whole(1 << 20) + (b"N" if old else b"") + b"tQ"
    rest = whole(offset) + row(shape) + row(strides) + b"\x89" + b"ccollections\nOrderedDict\n)R"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + rest + b"tR"


def in_order(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(np.prod(shape[place + 1 :])) for place in range(len(shape)))


def state_ops(tensors: Weights, *, old: bool = False) -> bytes:
    """Return the pickle of a state dictionary; tensor n lies in storage n."""
    made = [
        text(name) + tensor_ops(str(n), str(value.dtype), value.shape, in_order(value.shape), old=old)
        for n, (name, value) in enumerate(tensors.items())
    ]
    return b"\x80\x02ccollections\nOrderedDict\n)Rq\x00(" + b"".join(made) + b"u."


def save_torch(
    path: Path,
    tensors: Weights,
    *,
    pickle: bytes | None = None,
    more: Mapping[str, bytes] | None = None,
    method: int = zipfile.ZIP_STORED,
) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("archive/data.pkl", state_ops(tensors) if pickle is None else pickle)
        archive.writestr("archive/byteorder", b"little")
        for number, value in enumerate(tensors.values()):
            archive.writestr(f"archive/data/{number}", value.tobytes())
        for name, data in (more or {}).items():
            archive.writestr(name, data)
        archive.writestr("archive/version", b"3\n")
    return path


def save_old_torch(path: Path, tensors: Weights) -> Path:
    magic = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
    edition, system = b"\x80\x02M\xe9\x03.", b"\x80\x02}q\x00(" + text("little_endian") + b"\x88u."
    keys = sorted(str(n) for n in range(len(tensors)))
    listed = b"\x80\x02]q\x00(" + b"".join(text(key) for key in keys) + b"e."
    values = list(tensors.values())
    stored = b"".join(struct.pack("<q", values[int(key)].size) + values[int(key)].tobytes() for key in keys)
    path.write_bytes(magic + edition + system + state_ops(tensors, old=True) + listed + stored)
    return path
