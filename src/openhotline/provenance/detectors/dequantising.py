"""Quantised graphs made float again, in memory, so that a score depends on the picture and nothing else.

A dynamically quantised graph chooses the scale of its activations anew in every run, in a way that differs between
versions of the runtime and with the batch: the embeddings of one CLIP encoder agreed between two versions only to
a cosine of 0.955 to 0.99. What it computes is ``scale_x * (q_x - z_x)`` for an activation and ``scale_w * (q_w - z_w)``
for a weight. So:

1. every DynamicQuantizeLinear is dropped; its ``q_x`` becomes the float activation, its scale 1, its zero point 0;
2. every MatMulInteger and ConvInteger becomes MatMul and Conv with the weight ``q_w - z_w`` in float; the
   multiplication by the scales that follows stays as it is and now multiplies by ``1 * scale_w``;
3. the fused forms of com.microsoft become a MatMul with the whole weight in float, and an Add for the bias.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from openhotline.errors import BadInput
from openhotline.provenance.detectors.blocks import unpack_blocks
from openhotline.provenance.detectors.extra import need

DYNAMIC = frozenset(
    {
        *("DynamicQuantizeLinear", "MatMulInteger", "ConvInteger"),
        *("DynamicQuantizeMatMul", "MatMulIntegerToFloat", "MatMulNBits"),
    }
)


def is_dynamic(model: Any) -> bool:
    """Whether the graph holds an operator whose result moves with the runtime."""
    return any(node.op_type in DYNAMIC for node in model.graph.node)


def dequantise(model: Any) -> Any:
    """Return ``model`` (an onnx ModelProto, changed in place) in float; raise BadInput where that is impossible.

    Cost: the weights take four times their room; 0.3 s for a graph of 90 MB.
    """
    work = _Work(model)
    for node in model.graph.node:
        work.take(node)
    work.finish()
    return model


@dataclass
class _Work:
    model: Any
    floats: dict[str, str] = field(default_factory=dict)
    """The float activation behind each quantised one."""
    made: dict[str, str] = field(default_factory=dict)
    nodes: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.onnx = need("onnx")
        self.weights = {tensor.name: tensor for tensor in self.model.graph.initializer}

    def take(self, node: Any) -> None:
        """Add the node, or what stands in its place."""
        stand_in = {
            "DynamicQuantizeLinear": self._activation,
            "MatMulInteger": self._multiply,
            "ConvInteger": self._convolve,
            "DynamicQuantizeMatMul": self._fused_dynamic,
            "MatMulIntegerToFloat": self._fused_to_float,
            "MatMulNBits": self._fused_blocks,
        }.get(node.op_type)
        if stand_in is not None:
            stand_in(node)
            return
        if any(name in self.floats for name in node.input):
            raise _cannot(f"{node.op_type} reads a quantised activation")
        self.nodes.append(node)

    def _activation(self, node: Any) -> None:
        quantised, scale, zero = node.output
        self.floats[quantised] = node.input[0]
        self.nodes.append(self._constant(scale, 1.0))
        self.nodes.append(self._constant(zero, 0.0))

    def _constant(self, name: str, value: float) -> Any:
        tensor = self.onnx.numpy_helper.from_array(np.asarray(value, np.float32))
        return self.onnx.helper.make_node("Constant", [], [name], value=tensor)

    def _multiply(self, node: Any) -> None:
        left, right = (self._operand(node, i, channel_axis=-1) for i in (0, 1))
        self.nodes.append(self.onnx.helper.make_node("MatMul", [left, right], node.output, name=node.name))

    def _convolve(self, node: Any) -> None:
        left, right = self._operand(node, 0, channel_axis=1), self._operand(node, 1, channel_axis=0)
        made = self.onnx.helper.make_node("Conv", [left, right], node.output, name=node.name)
        made.attribute.extend(node.attribute)
        self.nodes.append(made)

    def _operand(self, node: Any, place: int, *, channel_axis: int) -> str:
        """Return the name of an operand in float: an activation as it was, a weight less its zero point."""
        name = node.input[place]
        if name in self.floats:
            return self.floats[name]
        zero = node.input[place + 2] if len(node.input) > place + 2 else ""
        return self._weight(name, zero, channel_axis=channel_axis)

    def _weight(self, name: str, zero: str, *, scale: str = "", channel_axis: int = -1) -> str:
        made = f"{name}|{zero}|{scale}|float"
        if made not in self.made:
            values = self._values(name).astype(np.float32)
            if zero:
                values = values - _along(self._values(zero), values, channel_axis)
            if scale:
                values = values * _along(self._values(scale), values, channel_axis)
            self._store(made, values)
        return made

    def _store(self, name: str, values: np.ndarray[Any, Any]) -> None:
        values = np.ascontiguousarray(values, np.float32)
        self.model.graph.initializer.append(self.onnx.numpy_helper.from_array(values, name))
        self.made[name] = name

    def _values(self, name: str) -> np.ndarray[Any, Any]:
        if name not in self.weights:
            raise _cannot("a quantised weight is computed, not stored")
        values: np.ndarray[Any, Any] = self.onnx.numpy_helper.to_array(self.weights[name])
        return values

    def _fused_dynamic(self, node: Any) -> None:
        left, weight, scale, zero, bias = _padded(node, 5)
        self._product(node, left, self._weight(weight, zero, scale=scale), bias)

    def _fused_to_float(self, node: Any) -> None:
        left, weight, _, scale, _, zero, bias = _padded(node, 7)
        if left not in self.floats:
            raise _cannot("MatMulIntegerToFloat reads what is not a quantised activation")
        self._product(node, self.floats[left], self._weight(weight, zero, scale=scale), bias)

    def _fused_blocks(self, node: Any) -> None:
        left, weight, scale, zero, order, bias = _padded(node, 6)
        if order:
            raise _cannot("MatMulNBits with reordered groups")
        sizes = {a.name: a.i for a in node.attribute}
        zeros = self._values(zero) if zero else None
        name = f"{weight}|blocks|float"
        if name not in self.made:
            self._store(name, unpack_blocks(self._values(weight), self._values(scale), zeros, sizes))
        self._product(node, left, name, bias)

    def _product(self, node: Any, left: str, right: str, bias: str) -> None:
        if not bias:
            self.nodes.append(self.onnx.helper.make_node("MatMul", [left, right], node.output))
            return
        between = f"{node.output[0]}|product"
        self.nodes.append(self.onnx.helper.make_node("MatMul", [left, right], [between]))
        self.nodes.append(self.onnx.helper.make_node("Add", [between, bias], node.output))

    def finish(self) -> None:
        """Put the nodes in, drop stored weights that nothing reads, and have the graph checked."""
        graph = self.model.graph
        if any(output.name in self.floats for output in graph.output):
            raise _cannot("an output is a quantised activation")
        del graph.node[:]
        graph.node.extend(self.nodes)
        read = {name for node in self.nodes for name in node.input} | {output.name for output in graph.output}
        kept = [tensor for tensor in graph.initializer if tensor.name in read]
        del graph.initializer[:]
        graph.initializer.extend(kept)
        # Stored notes on the types between nodes were true for integers.
        del graph.value_info[:]


def _along(values: np.ndarray[Any, Any], weight: np.ndarray[Any, Any], axis: int) -> np.ndarray[Any, Any]:
    """Shape one value, or one for each channel, so that it meets the weight along ``axis``."""
    values = values.astype(np.float32)
    if values.size == 1:
        return values.reshape(())
    if values.ndim == 1:
        shape = [1] * weight.ndim
        shape[axis] = values.size
        return values.reshape(shape)
    return values


def _padded(node: Any, count: int) -> list[str]:
    return [*node.input, *[""] * (count - len(node.input))][:count]


def _cannot(why: str) -> BadInput:
    return BadInput(
        "This model is quantised in a way that cannot be undone, and its scores would move with the runtime. "
        "Export it in float.",
        details=why,
    )
