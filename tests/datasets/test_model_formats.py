"""The same numbers are the same tensors, whatever file, format, order, name or precision they were saved in."""

from __future__ import annotations

import io
import json
import pickle
import subprocess
import sys
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper
from tests.datasets.model_cast import (
    Weights,
    as_type,
    save_gguf,
    save_old_torch,
    save_onnx,
    save_safetensors,
    save_torch,
    state_ops,
    tensor_ops,
    text,
    weights,
)

from openhotline.datasets.models.asking import ENTRY
from openhotline.datasets.models.looking import ModelLook, look_at
from openhotline.datasets.models.planning import ModelFiles, models_in
from openhotline.media.confined import Pool

Save = Callable[[Path, Weights], Path]

FORMATS: dict[str, Save] = {
    "safetensors": save_safetensors,
    "gguf": save_gguf,
    "onnx": save_onnx,
    "torch": save_torch,
    "torch_old": save_old_torch,
}


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(ENTRY, workers=1) as pool:
        yield pool


def look(path: Path, pool: Pool) -> ModelLook:
    return look_at(ModelFiles(str(path), (str(path),)), pool)


def digests(found: ModelLook, kind: str) -> set[str]:
    return {getattr(one.digest, kind) for one in found.tensors}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_tensors(name: str, pool: Pool, tmp_path: Path) -> None:
    first = look(save_safetensors(tmp_path / "first", weights()), pool)
    found = look(FORMATS[name](tmp_path / "second.onnx", weights()), pool)
    assert (found.problems, found.form, len(found.tensors)) == ([], name, 6)
    assert digests(found, "f16") == digests(first, "f16")
    assert digests(found, "bf16") == digests(first, "bf16")
    assert {one.name for one in found.tensors} == set(weights())


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(("saved", "kind"), [("float16", "f16"), ("bfloat16", "bf16")])
def test_a_copy_in_half_precision_keeps_the_digest_of_that_precision(
    name: str, saved: str, kind: str, pool: Pool, tmp_path: Path
) -> None:
    first = look(save_safetensors(tmp_path / "first", weights()), pool)
    found = look(FORMATS[name](tmp_path / "second", as_type(weights(), saved)), pool)
    assert found.problems == [] and {one.kind for one in found.tensors} == {kind}
    assert digests(found, kind) == digests(first, kind)


def test_a_wider_copy_of_a_half_keeps_both_digests(pool: Pool, tmp_path: Path) -> None:
    for saved in ("float16", "bfloat16"):
        halved = as_type(weights(), saved)
        one = look(save_safetensors(tmp_path / "one", halved), pool)
        for wide in ("float32", "float64"):
            two = look(save_safetensors(tmp_path / "two", as_type(halved, wide)), pool)
            assert digests(one, "f16") == digests(two, "f16") and digests(one, "bf16") == digests(two, "bf16")


@pytest.mark.parametrize("name", FORMATS)
def test_a_long_header_is_read_piece_by_piece(
    name: str, pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = weights(150, rows=13)
    first = look(save_safetensors(tmp_path / "first", many), pool)
    monkeypatch.setattr("openhotline.datasets.models.asking.FIRST_WINDOW", 500)
    monkeypatch.setattr("openhotline.datasets.models.layout.FIRST_WINDOW", 500)
    found = look(FORMATS[name](tmp_path / "second", many), pool)
    assert found.problems == [] and digests(found, "f16") == digests(first, "f16")


def test_names_order_metadata_and_repeats_do_not_count(pool: Pool, tmp_path: Path) -> None:
    first = look(save_safetensors(tmp_path / "a", weights()), pool)
    other = {f"other.{n}": value for n, value in enumerate(reversed(list(weights().values())))}
    other["again"] = other["other.0"].copy()
    second = look(save_safetensors(tmp_path / "b", other, {"ss_comment": "words"}), pool)
    assert digests(first, "f16") == digests(second, "f16") and first.files[0].sha256 != second.files[0].sha256
    assert (second.counts["told"], second.counts["twice"]) == (6, 1)


def test_a_model_in_several_files_is_one_model(pool: Pool, tmp_path: Path) -> None:
    whole, names = weights(), list(weights())
    first = look(save_safetensors(tmp_path / "whole", whole), pool)
    folder = tmp_path / "model"
    folder.mkdir()
    parts = {"a.safetensors": names[:2], "b.safetensors": names[2:]}
    for part, inside in parts.items():
        save_safetensors(folder / part, {name: whole[name] for name in inside})
    told = {"weight_map": {name: part for part, inside in parts.items() for name in inside}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(told))
    save_gguf(folder / "z-00001-of-00002.gguf", {name: whole[name] for name in names[:3]})
    save_gguf(folder / "z-00002-of-00002.gguf", {name: whole[name] for name in names[3:]})
    (folder / "readme.md").write_text("words")
    found = [look_at(model, pool) for model in models_in([f"{tmp_path}/./model"], pool)]
    assert [(Path(one.name).name, len(one.files)) for one in found] == [
        ("model.safetensors.index.json", 3),
        ("readme.md", 1),
        ("z-00001-of-00002.gguf", 2),
    ]
    for one in found:
        assert one.problems == [] and (not one.tensors or digests(one, "bf16") == digests(first, "bf16"))
    (folder / "b.safetensors").unlink()
    (folder / "z-00001-of-00002.gguf").unlink()
    short = [look_at(model, pool) for model in models_in([str(folder)], pool)]
    assert sorted(kind for one in short for _, kind in one.problems) == ["missing_part"] * 2


def test_an_index_cannot_name_a_file_of_another_folder(pool: Pool, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    save_safetensors(tmp_path / "out.safetensors", weights())
    for name in ("../out.safetensors", str(tmp_path / "out.safetensors"), "..", ""):
        (tmp_path / "in" / "m.index.json").write_text(json.dumps({"weight_map": {"a": name}}))
        [found] = models_in([str(tmp_path / "in")], pool)
        assert (len(found.paths), found.problem) == (1, "missing_part")


def test_weights_beside_an_onnx_file_are_read_from_there_and_from_nowhere_else(
    pool: Pool, tmp_path: Path
) -> None:
    first = look(save_safetensors(tmp_path / "first", weights()), pool)
    (tmp_path / "in").mkdir()
    saved = save_onnx(tmp_path / "in" / "m.onnx", weights(), external="m.data")
    assert digests(look(saved, pool), "f16") == digests(first, "f16")
    (tmp_path / "in" / "m.data").rename(tmp_path / "m.data")
    assert {kind for _, kind in look(saved, pool).problems} == {"unreadable"}
    (tmp_path / "in" / "m.data").symlink_to(tmp_path / "m.data")
    assert {kind for _, kind in look(saved, pool).problems} == {"outside"}
    for place in ("../m.data", str(tmp_path / "m.data"), "a\0b"):
        model = onnx.load(str(saved), load_external_data=False)
        for one in model.graph.initializer:
            one.external_data[0].value = place
        saved.write_bytes(model.SerializeToString())
        found = look(saved, pool)
        assert {kind for _, kind in found.problems} == {"outside"} and found.tensors == []


def test_constants_and_inner_graphs_of_onnx_are_tensors_too(pool: Pool, tmp_path: Path) -> None:
    first = look(save_safetensors(tmp_path / "first", weights()), pool)
    found = look(save_onnx(tmp_path / "m.onnx", weights(), constants=True), pool)
    assert digests(found, "f16") == digests(first, "f16")
    inner = helper.make_graph(
        [], "inner", [], [], [helper.make_tensor("w", 1, [300], list(np.linspace(0, 1, 300)))]
    )
    node = helper.make_node("If", ["c"], ["o"], then_branch=inner, else_branch=inner)
    onnx.save(helper.make_model(helper.make_graph([node], "outer", [], [])), str(tmp_path / "n.onnx"))
    [one] = look(tmp_path / "n.onnx", pool).tensors
    assert (one.name, one.elements) == ("w", 300)


def test_tensors_that_lie_crosswise_or_share_a_storage_are_read_as_they_are_meant(
    pool: Pool, tmp_path: Path
) -> None:
    stored = np.random.default_rng(4).normal(size=(30, 40)).astype(np.float32)
    views: dict[str, Any] = {
        "crosswise": (tensor_ops("0", "float32", (40, 30), (1, 40)), stored.T),
        "later": (tensor_ops("0", "float32", (20, 40), (40, 1), offset=400), stored[10:]),
        "narrow": (tensor_ops("0", "float32", (30, 20), (40, 1), offset=10), stored[:, 10:30]),
        "one side": (tensor_ops("0", "float32", (1, 30, 40), (7, 40, 1)), stored),
    }
    pickle = b"\x80\x02}(" + b"".join(text(name) + ops for name, (ops, _) in views.items()) + b"u."
    found = look(save_torch(tmp_path / "m.pt", {"0": stored}, pickle=pickle), pool)
    plain = {name: np.ascontiguousarray(value) for name, (_, value) in views.items()}
    assert found.problems == []
    assert digests(found, "f16") == digests(look(save_safetensors(tmp_path / "s", plain), pool), "f16")


class Tensor:
    """Is pickled in the way of PyTorch's tensors."""

    def __init__(self, key: str, value: np.ndarray[Any, Any]) -> None:
        self.key, self.value = key, value

    def __reduce__(self) -> tuple[Any, ...]:
        torch = sys.modules["torch._utils"]
        sides, steps = self.value.shape, [stride // 4 for stride in self.value.strides]
        return torch._rebuild_tensor_v2, (self, 0, sides, tuple(steps), False, OrderedDict())


@pytest.mark.parametrize("protocol", range(2, 6))
def test_what_pythons_own_writer_of_pickles_makes_of_a_checkpoint_is_read(
    protocol: int, pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {name: type(name, (), {"__module__": "torch"}) for name in ("FloatStorage",)}
    exec("def _rebuild_tensor_v2(): pass", space := {"__name__": "torch._utils"})
    for name, inside in (("torch", made), ("torch._utils", space)):
        module = ModuleType(name)
        vars(module).update(inside)
        monkeypatch.setitem(sys.modules, name, module)

    class Writer(pickle.Pickler):
        """A tensor that comes again, as an argument of its own call, is its storage."""

        def __init__(self, stream: io.BytesIO) -> None:
            super().__init__(stream, protocol)
            self.open: set[str] = set()

        def persistent_id(self, one: Any) -> Any:
            if isinstance(one, Tensor) and one.key in self.open:
                self.open.remove(one.key)
                return ("storage", made["FloatStorage"], one.key, "cpu", one.value.size)
            if isinstance(one, Tensor):
                self.open.add(one.key)
            return None

    tensors = weights(5)
    state = OrderedDict((name, Tensor(str(n), value)) for n, (name, value) in enumerate(tensors.items()))
    stream = io.BytesIO()
    Writer(stream).dump(
        {"state_dict": state, "epoch": 3, "rates": [0.1, 0.2], "done": ({1: 2}, True), "none": None}
    )
    found = look(save_torch(tmp_path / "m.pt", tensors, pickle=stream.getvalue()), pool)
    first = look(save_safetensors(tmp_path / "s", tensors), pool)
    assert (found.problems, found.dangers) == ([], [])
    assert digests(found, "f16") == digests(first, "f16")
    assert {one.name for one in found.tensors} == set(tensors)


def test_what_cannot_be_compared_is_counted(pool: Pool, tmp_path: Path) -> None:
    tensors: Weights = {
        "few": np.ones(3, np.float32),
        "even": np.ones(3000, np.float32),
        "steps": np.arange(3000),
        "bytes": np.arange(3000).astype(np.uint8),
    }
    assert dict(look(save_safetensors(tmp_path / "s", tensors), pool).counts) == {
        "few": 1,
        "even": 1,
        "integer": 2,
    }
    head = json.dumps({"q": {"dtype": "F8_E4M3", "shape": [400], "data_offsets": [0, 400]}}).encode()
    (tmp_path / "f8").write_bytes(len(head).to_bytes(8, "little") + head + bytes(400))
    assert dict(look(tmp_path / "f8", pool).counts) == {"quantised": 1}


def test_a_checkpoints_pickle_may_be_packed_but_not_its_weights(pool: Pool, tmp_path: Path) -> None:
    saved = save_torch(tmp_path / "m.pt", weights(), method=zipfile.ZIP_DEFLATED)
    found = look(saved, pool)
    assert [kind for _, kind in found.problems] == ["compressed"] and len(found.files[0].sha256) == 64
    with zipfile.ZipFile(tmp_path / "n.pt", "w") as archive:
        archive.writestr("m/data.pkl", state_ops(weights()), zipfile.ZIP_DEFLATED)
        for number, value in enumerate(weights().values()):
            archive.writestr(f"m/data/{number}", value.tobytes())
    assert len(look(tmp_path / "n.pt", pool).tensors) == 6


MEASURE = """
import resource, sys
from openhotline.datasets.models.asking import ENTRY
from openhotline.datasets.models.looking import look_at
from openhotline.datasets.models.planning import ModelFiles
from openhotline.media.confined import Pool

with Pool(ENTRY, workers=1) as pool:
    for path in sys.argv[1:]:
        found = look_at(ModelFiles(path, (path,)), pool)
        print(found.counts["told"], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_is_flat_in_the_size_of_a_file(tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    for name, rows in (("small", 1024), ("large", 4096)):  # 16 and 64 MiB
        save_safetensors(tmp_path / name, {"w": chance.random((rows, 4096), np.float32)})
    command = [sys.executable, "-c", MEASURE, str(tmp_path / "small"), str(tmp_path / "large")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    (one, small), (two, large) = (map(int, line.split()) for line in done.stdout.splitlines())
    assert (one, two) == (1, 1) and large < small + 8_000  # kibibytes
