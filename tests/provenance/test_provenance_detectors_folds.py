"""Sources: found in folders and manifests, and never on both sides of a division."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openhotline.errors import BadInput, NotFound, WrongUsage
from openhotline.provenance.detectors.folds import at_random, by_source, fold_count
from openhotline.provenance.detectors.samples import find_samples

sizes = st.lists(st.integers(1, 40), min_size=2, max_size=9)


@settings(max_examples=100, deadline=None)
@given(sizes, sizes, st.integers(2, 8), st.integers(0, 5))
def test_no_source_stands_on_both_sides(real: list[int], generated: list[int], most: int, turn: int) -> None:
    named = [(f"r{i}", False, n) for i, n in enumerate(real)] + [
        (f"g{i}", True, n) for i, n in enumerate(generated)
    ]
    sources = [name for name, _, count in named for _ in range(count)]
    made = np.array([flag for _, flag, count in named for _ in range(count)])
    count = fold_count(sources, made, most)
    assert count == min(most, len(real), len(generated))
    fold = by_source(sources, made, count, turn)
    for name in set(sources):
        assert len({int(number) for number, source in zip(fold, sources, strict=True) if source == name}) == 1
    for number in range(count):
        assert set(made[fold == number]) == {False, True}


def test_a_source_of_both_classes_stays_together() -> None:
    sources = ["both"] * 4 + ["r"] * 2 + ["g"] * 2
    made = np.array([True, True, False, False, False, False, True, True])
    assert len(set(by_source(sources, made, 2)[:4].tolist())) == 1


def test_by_chance_both_classes_are_in_each_fold() -> None:
    made = np.array([True] * 5 + [False] * 9)
    fold = at_random(made, 4)
    assert all(set(made[fold == number]) == {True, False} for number in range(4))


def _touch(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("real/camera/a.jpg", "real/camera/deep/b.jpg", "real/site/c.png", "generated/x/d.webp"):
        _touch(tmp_path / name)
    return tmp_path / "real", tmp_path / "generated"


def test_sub_directories_are_sources(folders: tuple[Path, Path]) -> None:
    found = find_samples(*folders)
    assert [(s.path.name, s.source, s.generated) for s in found.samples] == [
        ("a.jpg", "camera", False),
        ("b.jpg", "camera", False),
        ("c.png", "site", False),
        ("d.webp", "x", True),
    ]
    assert found.doubts == ()


def test_a_manifest_beside_the_folders_names_the_sources(folders: tuple[Path, Path]) -> None:
    text = "file,label,group\nreal/camera/a.jpg,real,one\nreal/site/c.png,generated,two\n"
    (folders[0].parent / "manifest.csv").write_text(text)
    found = find_samples(*folders)
    assert [s.source for s in found.samples] == ["one", "camera", "two", "x"]
    assert "calls 1 of the real pictures generated" in found.doubts[0]


def test_a_manifest_may_be_named_with_its_column(folders: tuple[Path, Path], tmp_path: Path) -> None:
    table = tmp_path / "list.csv"
    table.write_text("path,shelf\nreal/camera/a.jpg,top\n")
    found = find_samples(*folders, manifest=table, source_column="shelf")
    assert found.samples[0].source == "top"
    with pytest.raises(BadInput, match="lacks a column"):
        find_samples(*folders, manifest=table)


def test_flat_folders_have_no_sources_and_say_so(tmp_path: Path) -> None:
    for name in ("real/a.jpg", "real/b.jpg", "generated/c.jpg"):
        _touch(tmp_path / name)
    found = find_samples(tmp_path / "real", tmp_path / "generated")
    assert {s.source for s in found.samples} == {""}
    assert any("2 of 2 real pictures have no source" in doubt for doubt in found.doubts)


def test_empty_and_nested_folders_are_refused(tmp_path: Path) -> None:
    _touch(tmp_path / "real/a.jpg")
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotFound, match="generated"):
        find_samples(tmp_path / "real", tmp_path / "empty")
    with pytest.raises(WrongUsage, match="same folder"):
        find_samples(tmp_path / "real", tmp_path)
