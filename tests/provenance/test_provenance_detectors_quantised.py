"""Quantised graphs: made float and equal to the float they stand for, or refused."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper
from tests.provenance.detector_cast import dynamic_product, encoder, model, quantised, saved, tensor, weight

from openhotline.errors import BadInput, Damaged
from openhotline.provenance.detectors.graph import load_graph
from openhotline.provenance.detectors.network import Network

INPUT = np.random.default_rng(5).normal(0, 1, (1, 6, 12)).astype(np.float32)


def _run(path: Path, made: onnx.ModelProto) -> Any:
    network = Network(path, saved(made, path), ["y"])
    return network, network.run(INPUT)[0]


def _one(nodes: list[Any], stored: list[Any], domains: tuple[str, ...] = ()) -> onnx.ModelProto:
    return model(nodes, stored, {"x": list(INPUT.shape)}, {"y": [None] * 3}, domains)


def test_a_dynamic_product_equals_the_float_it_stands_for(tmp_path: Path) -> None:
    values = weight(12, 5, 7)
    q, scale, zero = quantised(values)
    network, found = _run(tmp_path / "m.onnx", _one(*dynamic_product("x", "y", values, "p")))
    expected = INPUT @ ((q.astype(np.float32) - zero.astype(np.float32)) * scale)
    assert network.dequantised
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_as_it_is_stored_it_would_have_differed(tmp_path: Path) -> None:
    made = _one(*dynamic_product("x", "y", weight(12, 5, 7), "p"))
    stored = onnxruntime.InferenceSession(made.SerializeToString()).run(["y"], {"x": INPUT})[0]
    _, found = _run(tmp_path / "m.onnx", made)
    assert np.abs(stored - found).max() > 1e-3


def test_no_quantised_operator_is_left(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    made, changed = load_graph(path, saved(encoder(dynamic=True), path))
    assert changed
    assert not {node.op_type for node in made.graph.node} & {"DynamicQuantizeLinear", "MatMulInteger"}
    assert not [each for each in made.graph.initializer if each.data_type == TensorProto.INT8]


def test_a_float_graph_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    assert load_graph(path, saved(encoder(dynamic=False), path)) == (encoder(dynamic=False), False)


def test_a_dynamic_convolution_equals_the_float_it_stands_for(tmp_path: Path) -> None:
    kernel = weight(4, 6 * 3, 8).reshape(4, 6, 3)
    q = np.round(kernel * 20).astype(np.int8)
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
        helper.make_node("ConvInteger", ["q", "w", "z"], ["i"], kernel_shape=[3], pads=[1, 1], strides=[2]),
        helper.make_node("Cast", ["i"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["s", "ws"], ["ss"]),
        helper.make_node("Mul", ["f", "ss"], ["y"]),
    ]
    stored = [tensor("w", q), tensor("ws", np.array(0.05, np.float32))]
    _, found = _run(tmp_path / "m.onnx", _one(nodes, stored))
    plain = helper.make_node("Conv", ["x", "k"], ["y"], kernel_shape=[3], pads=[1, 1], strides=[2])
    _, expected = _run(
        tmp_path / "f.onnx", _one([plain], [tensor("k", q.astype(np.float32) * np.float32(0.05))])
    )
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_the_fused_form_equals_the_float_it_stands_for(tmp_path: Path) -> None:
    values, bias = weight(12, 5, 9), weight(1, 5, 10)[0]
    q, scale, zero = quantised(values)
    node = helper.make_node("DynamicQuantizeMatMul", ["x", "w", "s", "z", "b"], ["y"], domain="com.microsoft")
    stored = [tensor("w", q), tensor("s", scale), tensor("z", zero), tensor("b", bias)]
    _, found = _run(tmp_path / "m.onnx", _one([node], stored, ("com.microsoft",)))
    expected = INPUT @ ((q.astype(np.float32) - zero.astype(np.float32)) * scale) + bias
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("with_zeros", [False, True])
def test_four_bit_blocks_equal_what_the_runtime_makes_of_them(tmp_path: Path, with_zeros: bool) -> None:
    chance, rows, columns, block = np.random.default_rng(3), 12, 5, 16
    stored = [
        tensor("w", chance.integers(0, 256, (columns, 1, block // 2)).astype(np.uint8)),
        tensor("s", chance.uniform(0.01, 0.1, columns).astype(np.float32)),
    ]
    names = ["x", "w", "s"]
    if with_zeros:
        stored.append(tensor("z", chance.integers(0, 16, columns).astype(np.uint8)))
        names.append("z")
    sizes = {"K": rows, "N": columns, "bits": 4, "block_size": block}
    made = _one(
        [helper.make_node("MatMulNBits", names, ["y"], domain="com.microsoft", **sizes)],
        stored,
        ("com.microsoft",),
    )
    expected = onnxruntime.InferenceSession(made.SerializeToString()).run(["y"], {"x": INPUT})[0]
    network, found = _run(tmp_path / "m.onnx", made)
    assert network.dequantised
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)


def test_a_quantised_weight_that_is_computed_is_refused(tmp_path: Path) -> None:
    nodes, stored = dynamic_product("x", "y", weight(12, 5, 7), "p")
    nodes.insert(0, helper.make_node("Identity", ["hidden"], ["p_w"]))
    stored[0].name = "hidden"
    path = tmp_path / "m.onnx"
    with pytest.raises(BadInput, match="cannot be undone"):
        load_graph(path, saved(_one(nodes, stored), path))


def test_integer_kernels_with_fixed_scales_are_refused(tmp_path: Path) -> None:
    names = ["x", "a", "b", "w", "c", "d", "e", "f"]
    path = tmp_path / "m.onnx"
    with pytest.raises(BadInput, match="computes in integers"):
        load_graph(path, saved(_one([helper.make_node("QLinearMatMul", names, ["y"])], []), path))


def test_fixed_scales_between_float_operators_are_computed_in_float(tmp_path: Path) -> None:
    scale, zero = np.array(0.05, np.float32), np.array(128, np.uint8)
    values = weight(12, 5, 11)
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["d"]),
        helper.make_node("MatMul", ["d", "w"], ["y"]),
    ]
    stored = [tensor("s", scale), tensor("z", zero), tensor("w", values)]
    _, found = _run(tmp_path / "m.onnx", _one(nodes, stored))
    rounded = (np.clip(np.round(INPUT / scale) + 128, 0, 255) - 128) * scale
    np.testing.assert_allclose(found, rounded @ values, rtol=1e-4, atol=1e-4)


def test_an_unknown_operator_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    node = helper.make_node("Surprise", ["x"], ["y"], domain="somebody.else")
    with pytest.raises(BadInput, match="operator that is not known"):
        load_graph(path, saved(_one([node], [], ("somebody.else",)), path))


def test_an_operator_inside_a_branch_is_looked_at_too(tmp_path: Path) -> None:
    inner = helper.make_graph(
        [helper.make_node("Surprise", [], ["o"], domain="somebody.else")],
        "inner",
        [],
        [helper.make_tensor_value_info("o", TensorProto.FLOAT, None)],
    )
    node = helper.make_node("If", ["c"], ["y"], then_branch=inner, else_branch=inner)
    path = tmp_path / "m.onnx"
    with pytest.raises(BadInput, match="operator that is not known"):
        load_graph(path, saved(_one([node], [tensor("c", np.array(True))]), path))


def test_data_outside_the_file_is_refused(tmp_path: Path) -> None:
    made = encoder(dynamic=False)
    outside = made.graph.initializer[0]
    outside.ClearField("raw_data")
    outside.data_location = TensorProto.EXTERNAL
    outside.external_data.add(key="location", value="../../elsewhere.bin")
    path = tmp_path / "m.onnx"
    with pytest.raises(BadInput, match="outside its file"):
        load_graph(path, saved(made, path))


def test_another_file_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    digest = saved(encoder(dynamic=False), path)
    saved(encoder(dynamic=True), path)
    with pytest.raises(Damaged, match="not the one that was pinned"):
        load_graph(path, digest)


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(b"\xff no model \x00" * 20)
    with pytest.raises(BadInput):
        Network(path, hashlib.sha256(path.read_bytes()).hexdigest(), ["y"])


def test_two_sessions_give_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    digest = saved(encoder(dynamic=True), path)
    picture = np.random.default_rng(6).normal(0, 1, (1, 3, 224, 224)).astype(np.float32)
    first, second = (Network(path, digest, ["image_embeds"]).run(picture)[0].tobytes() for _ in range(2))
    assert first == second
