"""Tiny models made on the spot, with seeded random weights, and drawn landscapes of two kinds."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from benchmarks.landscapes import draw, jpeg
from onnx import TensorProto, helper, numpy_helper

from openhotline.provenance.detectors.calibration import Calibration, Sample, calibration_document
from openhotline.provenance.detectors.detector import CALIBRATION_FORMAT
from openhotline.provenance.detectors.fit import _json
from openhotline.provenance.detectors.manifest import FILE, Manifest, Output, written
from openhotline.provenance.detectors.picture import Normalisation, Preparation

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
INNER = "/vision_model/encoder/layers.7/Add_1_output_0"
SIDE, TOKENS, WIDTH, EMBEDDED = 224, 784, 12, 8

Array = npt.NDArray[Any]


def tensor(name: str, values: Array) -> TensorProto:
    return numpy_helper.from_array(np.ascontiguousarray(values), name)


def model(
    nodes: Sequence[onnx.NodeProto],
    stored: Sequence[TensorProto],
    inputs: dict[str, list[Any]],
    outputs: dict[str, list[Any]],
    domains: Sequence[str] = (),
) -> onnx.ModelProto:
    def described(shapes: dict[str, list[Any]]) -> list[onnx.ValueInfoProto]:
        return [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()
        ]

    graph = helper.make_graph(list(nodes), "tiny", described(inputs), described(outputs), list(stored))
    opsets = [helper.make_opsetid("", 17), *(helper.make_opsetid(domain, 1) for domain in domains)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def saved(made: onnx.ModelProto, path: Path) -> str:
    """Save a model and return its SHA-256."""
    path.write_bytes(made.SerializeToString(deterministic=True))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def quantised(weight: Array) -> tuple[Array, Array, Array]:
    """Return int8 values, scale and zero point of each column, with a zero point that is not 0."""
    low, high = weight.min(axis=0), weight.max(axis=0)
    scale = ((high - low) / 255).astype(np.float32)
    zero = np.clip(np.round(-128 - low / scale), -128, 127).astype(np.int8)
    values = np.clip(np.round(weight / scale) + zero, -128, 127).astype(np.int8)
    return values, scale, zero


@cache
def weight(rows: int, columns: int, seed: int) -> Array:
    return np.random.default_rng(seed).normal(0, 1, (rows, columns)).astype(np.float32)


def dynamic_product(
    left: str, out: str, values: Array, name: str
) -> tuple[list[onnx.NodeProto], list[TensorProto]]:
    """The four nodes in which a dynamically quantised MatMul is saved."""
    q, scale, zero = quantised(values)
    nodes = [
        helper.make_node("DynamicQuantizeLinear", [left], [f"{name}_q", f"{name}_s", f"{name}_z"]),
        helper.make_node(
            "MatMulInteger", [f"{name}_q", f"{name}_w", f"{name}_z", f"{name}_wz"], [f"{name}_i"]
        ),
        helper.make_node("Cast", [f"{name}_i"], [f"{name}_f"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{name}_s", f"{name}_ws"], [f"{name}_ss"]),
        helper.make_node("Mul", [f"{name}_f", f"{name}_ss"], [out]),
    ]
    return nodes, [tensor(f"{name}_w", q), tensor(f"{name}_wz", zero), tensor(f"{name}_ws", scale)]


def encoder(*, dynamic: bool) -> onnx.ModelProto:
    """A vision transformer's outside: tokens with a first one, an inner layer, an embedding."""
    kernel = weight(WIDTH, 3 * 8 * 8, 1).reshape(WIDTH, 3, 8, 8) * 0.1
    kernel = kernel - kernel.mean(axis=(2, 3), keepdims=True)  # it answers to texture, not to brightness
    nodes = [
        helper.make_node(
            "Conv", ["pixel_values", "kernel"], ["patches"], kernel_shape=[8, 8], strides=[8, 8]
        ),
        helper.make_node("Reshape", ["patches", "shape"], ["flat"]),
        helper.make_node("Transpose", ["flat"], ["tokens"], perm=[0, 2, 1]),
        helper.make_node("Abs", ["tokens"], ["sizes"]),
        helper.make_node("ReduceMean", ["sizes"], ["first"], axes=[1], keepdims=1),
        helper.make_node("Concat", ["first", "tokens"], ["sequence"], axis=1),
        helper.make_node("Add", ["sequence", "position"], [INNER]),
        helper.make_node("Abs", [INNER], ["all_sizes"]),
        helper.make_node("ReduceMean", ["all_sizes"], ["pooled"], axes=[1], keepdims=0),
    ]
    stored = [
        tensor("kernel", kernel),
        tensor("shape", np.array([1, WIDTH, TOKENS], np.int64)),
        tensor("position", weight(TOKENS + 1, WIDTH, 2) * 0.01),
    ]
    last = weight(WIDTH, EMBEDDED, 3)
    if dynamic:
        more, kept = dynamic_product("pooled", "image_embeds", last, "p")
        nodes, stored = [*nodes, *more], [*stored, *kept]
    else:
        nodes.append(helper.make_node("MatMul", ["pooled", "last"], ["image_embeds"]))
        stored.append(tensor("last", last))
    return model(nodes, stored, {"pixel_values": [1, 3, SIDE, SIDE]}, {"image_embeds": [1, EMBEDDED]})


def redness() -> onnx.ModelProto:
    """A model with two outputs: mean blue less mean red, and the opposite."""
    turned = np.array([[-1, 1], [0, 0], [1, -1]], np.float32)
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["mean"], axes=[2, 3], keepdims=0),
        helper.make_node("MatMul", ["mean", "turned"], ["scores"]),
    ]
    return model(nodes, [tensor("turned", turned)], {"x": [1, 3, SIDE, SIDE]}, {"scores": [1, 2]})


def plain_manifest(sha256: str, *, generated: str = "high", index: int = 1) -> Manifest:
    return Manifest(
        name="redness",
        version="1",
        licence="Apache-2.0",
        model="model.onnx",
        sha256=sha256,
        preparation=Preparation(size=SIDE, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0)),
        normalisation=Normalisation(),
        output=Output((), "scores", index, generated),
    )


def write_plain(
    directory: Path,
    *,
    generated: str = "high",
    slope: float = 4.0,
    offset: float = 0.0,
    sample: Sample | None = None,
    name: str = "redness",
) -> Path:
    """Write a detector that calls red pictures generated, or those that are not."""
    directory.mkdir()
    manifest = replace(
        plain_manifest(saved(redness(), directory / "model.onnx"), generated=generated), name=name
    )
    data = _json(
        {
            "format": CALIBRATION_FORMAT,
            "model_sha256": manifest.sha256,
            "head": None,
            "calibration": calibration_document(
                Calibration(slope, offset, sample or Sample(500, 500, 30, 30))
            ),
            "validated_on": {"date": "2026-11-22"},
        }
    )
    (directory / "calibration.json").write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    manifest = replace(manifest, calibration="calibration.json", calibration_sha256=digest)
    (directory / FILE).write_text(written(manifest))
    return directory


def tinted(red: int, blue: int, seed: int = 1) -> npt.NDArray[np.uint8]:
    """A landscape, uint8[256, 320, 3], with some red or blue added."""
    picture = draw(320, 256, seed).astype(np.int16) // 2 + 60
    picture += np.array([red, 0, blue], np.int16)
    return np.clip(picture, 0, 255).astype(np.uint8)


def collection(folder: Path, sources: int = 3, pictures: int = 4) -> tuple[Path, Path]:
    """Write landscapes with grain (real) and without (generated), a sub-directory for each source."""
    for kind, grain, start in (("real", 6.0, 0), ("generated", 0.3, 500)):
        for source in range(sources):
            place = folder / kind / f"{kind}-{source}"
            place.mkdir(parents=True)
            for number in range(pictures):
                pixels = draw(272, 240, start + 50 * source + number, grain=grain)
                (place / f"{number}.jpg").write_bytes(jpeg(pixels, 92))
    return folder / "real", folder / "generated"
