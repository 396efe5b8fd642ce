"""Model files by somebody who wishes us ill: each is a problem with a name, and none does anything."""

from __future__ import annotations

import json
import pickle
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.datasets.model_cast import (
    save_gguf,
    save_old_torch,
    save_onnx,
    save_safetensors,
    save_torch,
    state_ops,
    tensor_ops,
    weights,
)

from openhotline.datasets.models.asking import ENTRY
from openhotline.datasets.models.looking import ModelLook, look_at
from openhotline.datasets.models.planning import ModelFiles
from openhotline.datasets.models.problems import WORDS
from openhotline.media.confined import Pool


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(ENTRY, workers=1) as pool:
        yield pool


def look(path: Path, pool: Pool) -> ModelLook:
    return look_at(ModelFiles(str(path), (str(path),)), pool)


def problem(path: Path, pool: Pool) -> str:
    """The one problem of a file that is still compared as a whole."""
    found = look(path, pool)
    assert len(found.files[0].sha256) == 64 and not found.tensors
    return next(kind for _, kind in found.problems)


def header(told: Any, data: bytes = b"") -> bytes:
    head = told if isinstance(told, bytes) else json.dumps(told).encode()
    return len(head).to_bytes(8, "little") + head + data


def one(begin: Any, end: Any, *, kind: str = "F32", shape: Any = (300,)) -> dict[str, Any]:
    return {"dtype": kind, "shape": list(shape), "data_offsets": [begin, end]}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (header({"a": one(0, 1200)}, bytes(1199)), "beyond"),
        (header({"a": one(0, 1204)}, bytes(1204)), "damaged"),
        (header({"a": one(0, 1200), "b": one(600, 1800)}, bytes(1800)), "overlapping"),
        (header({"a": one(-1200, 0)}, bytes(1200)), "damaged"),
        (header({"a": one(0, 1200.0)}, bytes(1200)), "damaged"),
        (header({"a": one(0, True)}, bytes(1200)), "damaged"),
        (header({"a": one(0, 1200, shape=[-300, -1])}, bytes(1200)), "damaged"),
        (header({"a": one(0, 1200, shape=[1 << 62, 1 << 62])}, bytes(1200)), "damaged"),
        (header({"a": one(0, 0, shape=[1] * 5000)}, bytes(1200)), "damaged"),
        (header(b'{"a":' + b"[" * 500_000), "damaged"),
        (header(b'{"a": {}, "a": {}}'), "ambiguous"),
        (header(b'{"a": null}'), "damaged"),
        (header(b'{"' + b"\xff" * 20 + b'": 1}'), "damaged"),
        (header(b'{"a": ' + b"9" * 5000 + b"}"), "damaged"),
        ((1 << 20).to_bytes(8, "little") + b"{}", "beyond"),
    ],
)
def test_a_safetensors_header_that_lies_is_refused(
    data: bytes, kind: str, pool: Pool, tmp_path: Path
) -> None:
    (tmp_path / "m").write_bytes(data)
    assert problem(tmp_path / "m", pool) == kind


def gguf(tensors: int, pairs: int, rest: bytes = b"", edition: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", edition, tensors, pairs) + rest


def info(offset: int, dims: tuple[int, ...] = (300,)) -> bytes:
    return struct.pack("<Q1sI", 1, b"a", len(dims)) + struct.pack(f"<{len(dims)}QIQ", *dims, 0, offset)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (gguf(1 << 60, 0), "too_many"),
        (gguf(0, 1 << 60), "too_many"),
        (gguf(5, 0), "damaged"),
        (gguf(0, 0, edition=1), "unknown_edition"),
        (gguf(0, 0, edition=3 << 24), "unknown_edition"),
        (gguf(0, 1, struct.pack("<Q1sI", 1, b"k", 99)), "damaged"),
        (gguf(0, 1, struct.pack("<Q1sIQ", 1, b"k", 8, 1 << 62)), "damaged"),
        (gguf(0, 1, struct.pack("<Q1sI", 1, b"k", 9) + struct.pack("<IQ", 9, 1) * 900), "damaged"),
        (gguf(0, 1, struct.pack("<Q1sI", 1, b"k", 9) + struct.pack("<IQ", 0, 1 << 63)), "damaged"),
        (gguf(1, 0, info(1 << 59)), "beyond"),
        (gguf(1, 0, info(1 << 63)), "damaged"),
        (gguf(1, 0, info(0, (1 << 40, 1 << 40))), "damaged"),
        (gguf(9, 0, b"".join(info(0) for _ in range(9)) + bytes(1400)), "too_much"),
    ],
)
def test_a_gguf_header_that_lies_is_refused(data: bytes, kind: str, pool: Pool, tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(data)
    assert problem(tmp_path / "m", pool) == kind


def field(number: int, data: bytes) -> bytes:
    length, head = len(data), bytearray()
    while length > 127:
        head.append(length & 127 | 128)
        length >>= 7
    return bytes([number << 3 | 2]) + bytes([*head, length]) + data


def nested(depth: int) -> bytes:
    inner = b""
    for _ in range(depth):
        inner = field(1, field(5, field(6, inner)))
    return field(7, inner)


@pytest.mark.parametrize(
    "data",
    [
        b"\x08\x08" + bytes([7 << 3 | 2]) + b"\xff" * 30,
        b"\x08\x08" + bytes([7 << 3 | 2, 100]) + b"short",
        b"\x08\x08" + nested(60),
        b"\x08\x08" + b"\x0b" * 50,
        b"\x08\x08" + field(7, field(5, field(8, bytes(70_000)))),
        b"\x08\x08" + field(7, field(5, b"\x08\xac\x02\x10\x01" + field(9, bytes(1199)))),
        b"\x08\x08"
        + field(
            7, field(5, b"\x08\xac\x02\x10\x01\x70\x01" + field(13, field(1, b"offset") + field(2, b"-5")))
        ),
    ],
)
def test_an_onnx_file_that_lies_is_refused(data: bytes, pool: Pool, tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(data)
    assert problem(tmp_path / "m.onnx", pool) in ("damaged", "too_many")


class exec_of:  # noqa: N801 - an instance stands for a call
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, (f"open({str(self.mark)!r}, 'w').close()",)


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_is_never_executed_and_its_danger_is_told(
    protocol: int, pool: Pool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mark = tmp_path / "mark"
    trap = pickle.dumps({"a": exec_of(mark)}, protocol)
    (tmp_path / "plain.pkl").write_bytes(trap)
    save_torch(tmp_path / "whole.pt", {}, pickle=trap)
    save_torch(tmp_path / "beside.pt", weights(), more={"archive/extra.pkl": trap, "unnamed": trap})
    for name in ("plain.pkl", "whole.pt", "beside.pt"):
        found = look(tmp_path / name, pool)
        assert {danger.level for _, danger in found.dangers} == {"dangerous"}
        assert {danger.name.rpartition(".")[2] for _, danger in found.dangers} == {"exec"}
    assert len(found.tensors) == 6 and len(found.dangers) == (2 if protocol > 1 else 1)
    assert not mark.exists() and capsys.readouterr().out == ""


def test_an_ordinary_checkpoint_is_no_danger(pool: Pool, tmp_path: Path) -> None:
    assert look(save_torch(tmp_path / "m.pt", weights()), pool).dangers == []
    assert look(save_old_torch(tmp_path / "n.pt", weights()), pool).dangers == []


@pytest.mark.parametrize(
    "ops",
    [
        b"\x80\x02.",
        b"\x80\x02R.",
        b"\x80\x02h\x05.",
        b"\x80\x02t.",
        b"\x80\x02" + b"(" * 1000 + b".",
        b"\x80\x02" + b"]" * 300_000,
        b"\x80\x04\x95" + b"\xff" * 8 + b".",
        b"\x80\x02X\xff\xff\xff\x7fabc.",
        tensor_ops("0", "float32", (300,), (1,)),
        b"\x80\x02" + tensor_ops("0", "float32", (-300,), (1,)) + b".",
        b"\x80\x02" + tensor_ops("0", "float32", (300,), (-1,)) + b".",
        b"\x80\x02" + tensor_ops("0", "float32", (300,), (1, 1)) + b".",
        b"\x80\x02" + tensor_ops("0", "float32", (301,), (1,)) + b".",
        b"\x80\x02" + tensor_ops("0", "float32", (2, 300), (1 << 40, 1)) + b".",
        b"\x80\x02" + tensor_ops("7", "float32", (300,), (1,)) + b".",
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(K\x01tR.",
    ],
)
def test_a_checkpoint_that_lies_is_refused(ops: bytes, pool: Pool, tmp_path: Path) -> None:
    saved = save_torch(tmp_path / "m.pt", {"0": np.linspace(0, 1, 300).astype(np.float32)}, pickle=ops)
    assert problem(saved, pool) in ("damaged", "beyond", "missing_part")


def test_many_tensors_over_the_same_bytes_are_too_much(pool: Pool, tmp_path: Path) -> None:
    ops = b"\x80\x02](" + tensor_ops("0", "float32", (30_000,), (1,)) * 40 + b"e."
    saved = save_torch(tmp_path / "m.pt", {"0": np.linspace(0, 1, 30_000).astype(np.float32)}, pickle=ops)
    assert problem(saved, pool) == "too_much"
    wide = b"\x80\x02" + tensor_ops("0", "float32", (1 << 14, 1 << 14), (0, 0)) + b"."
    saved = save_torch(tmp_path / "m.pt", {"0": np.zeros(300, np.float32)}, pickle=wide)
    assert dict(look(saved, pool).counts) == {"unread": 1}


def test_archives_that_lie_are_refused(pool: Pool, tmp_path: Path) -> None:
    bomb = zipfile.ZipInfo("a/data.pkl")
    with zipfile.ZipFile(tmp_path / "bomb.pt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(bomb, bytes(80 << 20), zipfile.ZIP_DEFLATED)
    assert {kind for _, kind in look(tmp_path / "bomb.pt", pool).problems} == {"too_large", "unscanned"}
    save_torch(tmp_path / "two.pt", weights(), more={"other/data.pkl": state_ops(weights())})
    assert problem(tmp_path / "two.pt", pool) == "ambiguous"
    with pytest.warns(UserWarning, match="Duplicate"):
        save_torch(tmp_path / "twice.pt", weights(), more={"archive/data/0": b"other"})
    assert problem(tmp_path / "twice.pt", pool) == "ambiguous"
    honest = save_torch(tmp_path / "honest.pt", weights()).read_bytes()
    at = honest.rindex(b"PK\x05\x06")
    for place, value in ((10, b"\xff\xff"), (12, b"\xff\xff\xff\x7f"), (16, b"\xff\xff\xff\x7f")):
        lying = honest[: at + place] + value + honest[at + place + len(value) :]
        (tmp_path / "lying.pt").write_bytes(lying)
        assert problem(tmp_path / "lying.pt", pool) in ("damaged", "too_many")
    save_torch(tmp_path / "big.pt", weights(), more={}).write_bytes(
        honest.replace(b"byteorder", b"byteorder").replace(b"little", b"big\0\0\0")
    )
    assert problem(tmp_path / "big.pt", pool) == "big_endian"


def test_a_long_comment_or_a_far_directory_is_still_found(pool: Pool, tmp_path: Path) -> None:
    saved = save_torch(tmp_path / "m.pt", weights(), more={f"archive/x/{n:0200}": b"" for n in range(800)})
    with zipfile.ZipFile(saved, "a") as archive:
        archive.comment = b"c" * 65_535
    assert len(look(saved, pool).tensors) == 6


FORMATS = (save_safetensors, save_gguf, save_onnx, save_torch, save_old_torch)


@pytest.mark.parametrize("save", FORMATS)
def test_whatever_is_broken_is_told_and_stops_nothing(save: Any, pool: Pool, tmp_path: Path) -> None:
    chance = np.random.default_rng(5)
    data = save(tmp_path / "whole", weights(3, rows=14)).read_bytes()
    broken = tmp_path / "broken.onnx"
    for turn in range(60):
        hurt = bytearray(data)
        for place in chance.integers(0, len(data) if turn % 3 else 400, 1 + turn % 5):
            hurt[place] = chance.integers(256)
        if turn % 4 == 0:
            del hurt[chance.integers(len(data)) :]
        broken.write_bytes(hurt)
        found = look(broken, pool)
        assert all(kind in WORDS for _, kind in found.problems)
        assert len(found.files) == 1 and len(found.files[0].sha256) == 64


def test_what_is_no_file_or_goes_away_is_a_problem(pool: Pool, tmp_path: Path) -> None:
    assert look(tmp_path / "none", pool).problems == [(str(tmp_path / "none"), "unreadable")]
    assert look(tmp_path, pool).problems == [(str(tmp_path), "unreadable")]
    (tmp_path / "empty").touch()
    assert look(tmp_path / "empty", pool).problems == []
