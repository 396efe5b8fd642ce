"""A model file checked before anything runs it: its digest, its size, where its data lie, what it computes with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openhotline.errors import BadInput, Damaged, NotFound, TooLarge
from openhotline.provenance.detectors.dequantising import dequantise, is_dynamic
from openhotline.provenance.detectors.extra import need

MOST_BYTES = 1 << 30
"""A file of 1 GiB; in float it may take four times as much memory."""

_PLAIN_DOMAINS = ("", "ai.onnx", "ai.onnx.ml")
# Float operators that the runtime's own optimiser writes into saved graphs.
_KNOWN_FUSED = frozenset(
    {
        *(
            "Attention",
            "BiasGelu",
            "BiasSplitGelu",
            "FastGelu",
            "FusedConv",
            "FusedGemm",
            "FusedMatMul",
            "Gelu",
        ),
        *("LayerNormalization", "MultiHeadAttention", "NhwcConv", "QuickGelu", "SkipLayerNormalization"),
        *("BiasAdd", "GroupNorm", "DynamicQuantizeMatMul", "MatMulIntegerToFloat", "MatMulNBits"),
    }
)
# Fixed scales, but integer kernels: some processors cut off pairs of products at 16 bits, others do not.
_INTEGER = ("QLinearMatMul", "QLinearConv", "QGemm", "QAttention", "QLinearAdd", "QLinearMul")


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a model file in hexadecimal; raise where it is missing or too large."""
    _check_size(path)
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _check_size(path: Path) -> None:
    if not path.is_file():
        raise NotFound("The model file is missing. Put it where detector.toml says, or name another.")
    if path.stat().st_size > MOST_BYTES:
        raise TooLarge("The model file is larger than 1 GiB. Use a smaller model.")


def load_graph(path: Path, sha256: str) -> tuple[Any, bool]:
    """Return a model (an onnx ModelProto) that is safe to run, and whether it had to be made float.

    What is quantised dynamically is made float; what computes in integers otherwise is refused.
    """
    model = checked_graph(path, sha256)
    return (dequantise(model), True) if is_dynamic(model) else (model, False)


def checked_graph(path: Path, sha256: str) -> Any:
    """Return a model as it is stored.

    1. Its bytes are those that were pinned. 2. All its data are in the file. 3. Every operator is known.
    """
    model = _parsed(_pinned(path, sha256))
    for tensor in _tensors(model.graph):
        if tensor.data_location == tensor.EXTERNAL or tensor.external_data:
            raise BadInput("The model keeps data outside its file. Save it as one file.")
    _check_operators(model)
    return model


def _pinned(path: Path, sha256: str) -> bytes:
    _check_size(path)
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Damaged(
            "The model file is not the one that was pinned: its SHA-256 differs. Put the right file back, or, if the "
            "change was meant, calibrate the detector anew."
        )
    return data


def _parsed(data: bytes) -> Any:
    onnx = need("onnx")
    try:
        return onnx.load_model_from_string(data)
    except Exception as problem:
        # A stranger's file must not end a command, whatever it makes the parser raise.
        raise BadInput("The model file is no ONNX model. Export it again.") from problem


def _check_operators(model: Any) -> None:
    if len(model.functions):
        raise BadInput("The model brings functions of its own. Export it with its functions inlined.")
    for node in _nodes(model.graph):
        if node.op_type in _INTEGER:
            raise BadInput(
                "The model computes in integers, and its scores would differ between processors. Export it in float.",
                details=node.op_type,
            )
        known = node.domain in _PLAIN_DOMAINS or (
            node.domain == "com.microsoft" and node.op_type in _KNOWN_FUSED
        )
        if not known:
            raise BadInput(
                "The model uses an operator that is not known here. Export it with standard operators.",
                details=f"{node.domain}:{node.op_type}",
            )


def _nodes(graph: Any) -> Iterator[Any]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                yield from _nodes(inner)


def _tensors(graph: Any) -> Iterator[Any]:
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for node in graph.node:
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)
            for inner in (attribute.g, *attribute.graphs):
                yield from _tensors(inner)
