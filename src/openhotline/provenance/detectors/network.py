"""A model that runs: one picture at a time, in float, on one thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openhotline.errors import BadInput, OpenHotlineError
from openhotline.provenance.detectors.extra import need
from openhotline.provenance.detectors.graph import checked_graph, load_graph

Vector = NDArray[np.float32]


class Network:
    """A pinned model, loaded. May be asked from several threads; each answer is computed on the thread that asks.

    ``wanted``: names of outputs, or of tensors inside the graph, which then become outputs. ``dequantised``:
    whether the file was quantised dynamically and runs here in float.
    """

    def __init__(self, path: Path, sha256: str, wanted: Sequence[str]) -> None:
        self.wanted = tuple(wanted)
        # Nothing holds the graph any more when the runtime makes its own: there are gigabytes otherwise.
        data, self.dequantised = _ready(path, sha256, self.wanted)
        self._session = _session(data)
        self.input = self._session.get_inputs()[0]
        if len(self._session.get_inputs()) != 1:
            raise BadInput(
                "The model wants more than one input. Export it with the picture as its only input."
            )

    def run(self, tensor: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        """Return the wanted tensors for one prepared picture, float32[1, ...]."""
        try:
            found = self._session.run(list(self.wanted), {self.input.name: tensor})
        except Exception as problem:
            # A stranger's model must not end a command in a page of the runtime's text.
            raise OpenHotlineError(
                "The model could not be run on a picture. Check the input size and layout in detector.toml.",
                details=str(problem)[:600],
            ) from problem
        return tuple(np.asarray(tensor, np.float32) for tensor in found)


def _session(data: bytes) -> Any:
    runtime = need("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = runtime.ExecutionMode.ORT_SEQUENTIAL
    options.use_deterministic_compute = True
    options.log_severity_level = 3
    # Graphs with fixed scales (QuantizeLinear, DequantizeLinear) stay float between the two: fused into integer
    # kernels they would differ between processors.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    try:
        return runtime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as problem:
        # A stranger's model must not end a command in a page of the runtime's text.
        raise BadInput(
            "The runtime does not take this model. Export it again, for opset 17 or so.",
            details=str(problem)[:600],
        ) from problem


def _ready(path: Path, sha256: str, wanted: Sequence[str]) -> tuple[bytes, bool]:
    model, dequantised = load_graph(path, sha256)
    return _with_outputs(model, wanted), dequantised


def _with_outputs(model: Any, wanted: Sequence[str]) -> bytes:
    """Return the model with the wanted tensors as its outputs, and no others."""
    onnx = need("onnx")
    graph = model.graph
    made = {name for node in graph.node for name in node.output}
    present = {output.name: output for output in graph.output}
    for name in wanted:
        if name not in made:
            raise BadInput("The model has no tensor of the name that is wanted.", details=name)
    outputs = [present.get(name) or onnx.ValueInfoProto(name=name) for name in dict.fromkeys(wanted)]
    del graph.output[:]
    graph.output.extend(outputs)
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def anatomy(path: Path, sha256: str) -> tuple[tuple[tuple[str, int | None], ...], int | None]:
    """Return what the graph computes, its outputs last and with their number of dimensions; and the input's side."""
    model = checked_graph(path, sha256)
    inner = tuple((name, None) for node in model.graph.node for name in node.output)
    outputs = ((o.name, len(o.type.tensor_type.shape.dim)) for o in model.graph.output)
    stored = {tensor.name for tensor in model.graph.initializer}
    inputs = [each for each in model.graph.input if each.name not in stored]
    sides = [each.dim_value for each in inputs[0].type.tensor_type.shape.dim] if len(inputs) == 1 else []
    if len(sides) != 4 or sides[1] not in (0, 3):
        raise BadInput(
            "The model's input is not one picture in the order channels, rows, columns. Export it so."
        )
    return (*inner, *outputs), sides[2] or None
