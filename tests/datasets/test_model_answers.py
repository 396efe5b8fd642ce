"""What a list says about a model, and how it is explained."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from tests.datasets.model_cast import Weights, as_type, save_gguf, save_safetensors, weights

from openhotline.datasets.models.answering import Answer, ModelList
from openhotline.datasets.models.asking import ENTRY
from openhotline.datasets.models.listing import Writer, entries_of
from openhotline.datasets.models.looking import ModelLook, look_at
from openhotline.datasets.models.planning import ModelFiles
from openhotline.hashlists import read_rows
from openhotline.hashlists.checking import check
from openhotline.known.opening import open_list
from openhotline.known.preparing import prepare
from openhotline.media.confined import Pool

LISTED = weights(230, seed=7, rows=14)
SECOND = {**weights(40, seed=8, rows=14), **dict(list(LISTED.items())[200:])}
ADAPTER = {
    f"model.{n}.lora_{part}.weight": value
    for n, (part, value) in enumerate(zip("AB" * 8, weights(16, seed=9, rows=14).values(), strict=True))
}


@pytest.fixture(scope="module")
def pool() -> Iterable[Pool]:
    with Pool(ENTRY, workers=1) as pool:
        yield pool


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


def look(pool: Pool, home: Path, tensors: Weights, name: str = "asked") -> ModelLook:
    path = str(save_safetensors(home / name, tensors))
    return look_at(ModelFiles(path, (path,)), pool)


def rows_of(looked: ModelLook, reference: str, *, kinds: tuple[str, ...] = ()) -> list[str]:
    text = io.StringIO()
    writer = Writer(text, reference)
    for entry in entries_of(looked, ()):
        writer.write(entry)
    return [line for line in text.getvalue().splitlines()[1:] if not kinds or line.split(",")[0] in kinds]


def a_list(home: Path, name: str, rows: list[str]) -> ModelList:
    (home / f"{name}.csv").write_text("\n".join(["algorithm,value,media,reference", *rows]) + "\n")
    prepare(home / f"{name}.csv", home / name)
    return ModelList(open_list(home / name, name=name))


@pytest.fixture(scope="module")
def known(pool: Pool, home: Path) -> ModelList:
    rows = [
        *rows_of(look(pool, home, LISTED), "model-1"),
        *rows_of(look(pool, home, SECOND), "model-2"),
        *rows_of(look(pool, home, ADAPTER), "adapter-1"),
    ]
    return a_list(home, "known", rows)


def ask(known: ModelList, looked: ModelLook) -> dict[str, Answer]:
    return {answer.reference: answer for answer in known.ask(looked)}


def test_the_file_itself_is_the_listed_one(known: ModelList, pool: Pool, home: Path) -> None:
    told = ask(known, look(pool, home, LISTED))["model-1"]
    assert (told.explanation, told.identical, told.listed) == ("same_file", 230, 230)
    assert {hit.matched for hit in told.hits} == {"file_sha256", "tensor_f16", "tensor_bf16"}


def test_one_listed_file_of_a_set_is_told_as_such(known: ModelList, pool: Pool, home: Path) -> None:
    parts = [str(save_safetensors(home / "p1", LISTED)), str(save_safetensors(home / "p2", weights(2)))]
    told = ask(known, look_at(ModelFiles(parts[0], tuple(parts)), pool))["model-1"]
    assert told.words == "1 of 2 files are, byte for byte, listed ones. 230 of 230 tensors identical."


@pytest.mark.parametrize("saved", ["float16", "bfloat16", "float64"])
def test_a_copy_saved_again_is_the_listed_model(saved: str, known: ModelList, pool: Pool, home: Path) -> None:
    renamed = {f"t{n}": value for n, value in enumerate(reversed(list(as_type(LISTED, saved).values())))}
    told = ask(known, look(pool, home, renamed))["model-1"]
    assert told.explanation == "same_tensors"
    assert told.words.startswith("230 of 230 tensors identical")


def test_a_merge_keeps_what_it_did_not_change(known: ModelList, pool: Pool, home: Path) -> None:
    merged = {
        name: value if n < 214 else value * np.float32(0.7) for n, (name, value) in enumerate(LISTED.items())
    }
    told = ask(known, look(pool, home, merged))
    assert (told["model-1"].explanation, told["model-1"].identical) == ("some", 214)
    assert told["model-1"].words.startswith("214 of 230 tensors identical, among 230")
    assert told["model-2"].words.startswith("14 of 70 tensors identical")  # which shares 30 of model-1's
    assert "adapter-1" not in told


def test_a_part_and_a_whole_among_others_are_told_apart(known: ModelList, pool: Pool, home: Path) -> None:
    part = ask(known, look(pool, home, dict(list(LISTED.items())[:9])))["model-1"]
    assert (part.explanation, part.identical, part.listed) == ("part", 9, 230)
    among = ask(known, look(pool, home, {**LISTED, **{f"n.{k}": v for k, v in weights(5, seed=3).items()}}))
    assert among["model-1"].explanation == "contains"
    assert "230 of 230 tensors identical, among 235" in among["model-1"].words


def test_an_adapter_is_recognised_in_half_precision(known: ModelList, pool: Pool, home: Path) -> None:
    told = ask(known, look(pool, home, as_type(ADAPTER, "float16")))
    assert list(told) == ["adapter-1"]
    assert (told["adapter-1"].explanation, told["adapter-1"].identical) == ("adapter", 16)


def test_another_model_is_nothing(known: ModelList, pool: Pool, home: Path) -> None:
    told = ask(known, look(pool, home, weights(20, seed=11)))
    assert told[""].explanation == "nothing" and told[""].hits == ()


def test_what_cannot_be_compared_is_never_nothing(pool: Pool, home: Path) -> None:
    half = a_list(home, "half", rows_of(look(pool, home, LISTED), "model-1", kinds=("tensor_f16",)))
    told = ask(half, look(pool, home, as_type(LISTED, "bfloat16")))[""]
    assert told.explanation == "not_compared"
    assert "230 tensors are saved as bfloat16, and the list knows tensors as float16 only" in told.words
    assert ask(half, look(pool, home, as_type(LISTED, "float16")))["model-1"].identical == 230
    path = home / "q.gguf"
    save_gguf(path, {"a": weights(1)["layer.0.weight"]})
    data = path.read_bytes()
    at = data.rindex(b"a" + (2).to_bytes(4, "little")) + 1 + 4 + 16
    path.write_bytes(data[:at] + (12).to_bytes(4, "little") + data[at + 4 :])
    told = ask(half, look_at(ModelFiles(str(path), (str(path),)), pool))[""]
    assert told.explanation == "not_compared" and "1 quantised tensors" in told.words


def test_a_list_of_other_things_compares_nothing(pool: Pool, home: Path) -> None:
    pictures = a_list(home, "pictures", [f"md5,{'ab' * 16},image,p"])
    told = ask(pictures, look(pool, home, LISTED))[""]
    assert told.explanation == "not_compared" and "holds nothing that a model" in told.words


def test_a_list_without_names_says_how_many(pool: Pool, home: Path) -> None:
    rows = rows_of(look(pool, home, LISTED), "x", kinds=("tensor_f16", "tensor_bf16"))
    nameless = a_list(home, "nameless", [row.rpartition(",")[0] + "," for row in rows])
    told = ask(nameless, look(pool, home, as_type(LISTED, "float16")))[""]
    assert (told.identical, told.listed) == (230, 0) and told.words.startswith("230 tensors are on the list")


def test_a_tensor_stands_once_for_each_model_and_is_withdrawn_for_each(pool: Pool, home: Path) -> None:
    looked = look(pool, home, weights(3, seed=5))
    one, two = (rows_of(looked, name, kinds=("tensor_f16", "tensor_bf16")) for name in ("one", "two"))
    assert set(ask(a_list(home, "both", one + two + one), looked)) == {"one", "two"}
    gone = [f"{row},withdrawn" for row in two]
    text = "\n".join(["algorithm,value,media,reference,status", *(f"{row}," for row in one + two), *gone])
    (home / "gone.csv").write_text(text + "\n")
    prepare(home / "gone.csv", home / "gone")
    told = ask(ModelList(open_list(home / "gone", name="gone")), looked)
    assert set(told) == {"one"} and told["one"].listed == 3


def test_many_tensors_of_one_reference_are_no_contradiction(pool: Pool, home: Path) -> None:
    rows = rows_of(look(pool, home, weights(3, seed=5)), "one")
    text = "\n".join(["algorithm,value,media,reference", *rows, *rows])
    found = check(read_rows(io.BytesIO(text.encode()), form="csv"), form="csv", limit=5)
    assert found.is_clean and found.same == len(rows)
    assert {row.media for row in read_rows(io.BytesIO(text.encode()), form="csv")} == {"model"}  # type: ignore[union-attr]


def test_what_the_base_has_too_is_left_out(pool: Pool, home: Path) -> None:
    base, tuned = weights(10, seed=5), weights(10, seed=5) | {"new": weights(1, seed=6)["layer.0.weight"]}
    text = io.StringIO()
    writer = Writer(text, "tuned", set(entries_of(look(pool, home, base), ())))
    for entry in entries_of(look(pool, home, tuned), ()):
        writer.write(entry)
    assert (writer.count, writer.left_out) == (3, 20)
