"""Drawn folders: planned, repeatable, and holding all that an import may meet."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from openhotline.errors import Conflict, WrongUsage
from openhotline_server.pipeline.drawing import (
    BENCHMARK,
    DEFAULT_FORMATS,
    MARKS,
    ONLY_JPEG,
    Entry,
    draw_folder,
    file_bytes,
    plan,
)


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("drawn")
    drawn = draw_folder(out, count=90, seed=5, mean_megapixels=0.05)
    assert (drawn.files, drawn.near_duplicates, drawn.exact_duplicates, drawn.broken) == (90, 27, 4, 2)
    assert drawn.bytes == sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    return out


def test_the_files_are_those_of_the_plan_in_nested_folders(folder: Path) -> None:
    entries = plan(count=90, seed=5, mean_megapixels=0.05)
    found = digests(folder)
    assert set(found) == {entry.path for entry in entries}
    assert all(len(Path(path).parts) == 3 for path in found)


def test_the_same_arguments_give_the_same_bytes_with_two_processes(folder: Path, tmp_path: Path) -> None:
    draw_folder(tmp_path, count=90, seed=5, mean_megapixels=0.05, processes=2)
    assert digests(tmp_path) == digests(folder)


def test_copies_are_the_same_bytes_and_all_else_is_not(folder: Path) -> None:
    found = digests(folder)
    copies = [entry for entry in plan(count=90, seed=5, mean_megapixels=0.05) if entry.copies]
    assert all(found[entry.path] == found[entry.copies] for entry in copies)
    assert len(set(found.values())) == len(found) - len(copies)


def test_every_whole_file_opens_and_every_broken_one_does_not(folder: Path) -> None:
    formats = Counter()
    for entry in plan(count=90, seed=5, mean_megapixels=0.05):
        if entry.flaw:
            with pytest.raises(OSError), Image.open(folder / entry.path) as picture:
                picture.load()
            continue
        with Image.open(folder / entry.path) as picture:
            picture.load()
            formats[str(picture.format)] += 1
    assert formats["JPEG"] > 60


def test_the_demo_holds_every_format_and_every_mark() -> None:
    entries = plan(count=300, seed=1, mean_megapixels=0.6)
    assert {entry.file_format for entry in entries} == set(DEFAULT_FORMATS)
    assert {entry.mark for entry in entries} == {*MARKS, ""}
    assert {entry.flaw for entry in entries} == {"", "text", "truncated"}


def test_families_have_several_members() -> None:
    entries = plan(count=300, seed=1, mean_megapixels=0.6)
    families = Counter(entry.family for entry in entries if not entry.flaw)
    assert max(families.values()) >= 6
    assert sum(1 for members in families.values() if members > 2) >= 12


def test_the_mean_size_is_what_was_asked_for() -> None:
    entries = plan(count=2000, seed=3, mean_megapixels=1.0, formats=ONLY_JPEG, mix=BENCHMARK)
    assert sum(entry.width * entry.height for entry in entries) / 2000 == pytest.approx(1e6, rel=0.01)
    assert not any(entry.flaw for entry in entries)


def test_a_file_says_what_its_mark_says() -> None:
    for name, mark in MARKS.items():
        for file_format in mark.formats:
            data = file_bytes(Entry("x", 1, 64, 48, file_format, 85, mark=name))
            plain = file_bytes(Entry("x", 1, 64, 48, file_format, 85))
            assert data != plain
            assert (mark.source_type.encode() in data) and (b"Drawn Optics" in data) == mark.camera


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(Conflict):
        draw_folder(tmp_path, count=3, seed=1)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    "arguments", [{"count": 0}, {"mean_megapixels": 0}, {"formats": {}}, {"formats": {"bmp": 1.0}}]
)
def test_a_folder_that_cannot_be_is_refused(arguments: dict[str, object], tmp_path: Path) -> None:
    given = {"count": 3, "seed": 1, **arguments}
    with pytest.raises(WrongUsage):
        draw_folder(tmp_path, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("count", [1, 2, 9])
def test_a_small_folder_is_complete_too(count: int, tmp_path: Path) -> None:
    assert draw_folder(tmp_path, count=count, seed=2, mean_megapixels=0.01).files == count
