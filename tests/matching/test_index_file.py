"""A damaged index file is named and refused, and never makes a search read what is not its own."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hash_sets import by_chance, clustered

from openhotline import matching
from openhotline.errors import Damaged, NotFound, OpenHotlineError
from openhotline.matching import sections
from openhotline.matching.sections import TAIL, TAIL_MAGIC

HASHES = clustered(9_000, 2_000, 12, 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "list.index"
    matching.build_index(np.arange(len(HASHES)), HASHES, path)
    return path


def rewrite(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change what is said at the end of a file, and make its digests fit."""
    content = path.read_bytes()
    length, _, _ = TAIL.unpack(content[-TAIL.size :])
    about = json.loads(content[-TAIL.size - length : -TAIL.size])
    change(about)
    text = json.dumps(about).encode()
    tail = TAIL.pack(len(text), hashlib.sha256(text).digest(), TAIL_MAGIC)
    path.write_bytes(content[: -TAIL.size - length] + text + tail)


def test_a_whole_file_is_verified(path: Path) -> None:
    index = matching.open_index(path)
    index.verify()
    assert list(path.parent.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o600


def test_opening_takes_no_longer_for_a_large_file(path: Path) -> None:
    begin = time.process_time()
    for _ in range(10):
        matching.open_index(path)
    assert (time.process_time() - begin) / 10 < 0.1


def test_a_file_that_was_cut_short_is_named(path: Path) -> None:
    whole = path.read_bytes()
    for length in [0, 1, 20, 69, 4096, len(whole) // 2, len(whole) - 48, len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(Damaged, match="Build the list's index again") as caught:
            matching.open_index(path)
        assert str(path) in caught.value.details
        assert str(path) not in caught.value.message


def test_every_changed_byte_is_noticed_and_none_leads_a_search_astray(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    chance = np.random.default_rng(3)
    copy = path.with_name("copy")
    for at in chance.integers(0, len(whole), 60).tolist():
        changed = whole.copy()
        changed[at] ^= int(chance.integers(1, 256))
        copy.unlink(missing_ok=True)
        copy.write_bytes(changed)
        if changed[at] == 0 or whole[at] == 0:
            continue  # perhaps the padding between two arrays, which says nothing
        with pytest.raises(Damaged) as caught:
            index = matching.open_index(copy)
            index.search(HASHES[:20], 31)
            index.verify()
        assert str(copy) in caught.value.details


@pytest.mark.parametrize(
    "name", ["keys", "codes", "offsets.0", "offsets.7", "signatures.0", "signatures.15", "rows.0", "rows.15"]
)
def test_arrays_of_nonsense_are_searched_without_harm(path: Path, name: str) -> None:
    index = matching.open_index(path)
    array, start = index.contents.arrays[name], index.contents.starts[name]
    for filler in (b"\xff", b"\x00", b"\x80\x01\x03\xff", None):
        copy = path.with_name("copy")
        copy.unlink(missing_ok=True)
        content = bytearray(path.read_bytes())
        size = array.nbytes
        noise = os.urandom(size) if filler is None else (filler * size)[:size]
        content[start : start + size] = noise
        copy.write_bytes(content)
        opened = matching.open_index(copy)
        opened.search(HASHES[:200], 31)
        opened.keys.rows_of(np.arange(50))
        if size:
            with pytest.raises(Damaged, match="damaged"):
                opened.verify()


DISTORTIONS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "another format": lambda about: about.update(format="openhotline-index-9"),
    "a count too high": lambda about: about.update(count=about["count"] + 1),
    "no count": lambda about: about.update(count="many"),
    "no first key": lambda about: about.pop("first_key"),
    "a bit that goes nowhere": lambda about: about["permutation"].__setitem__(3, about["permutation"][4]),
    "no permutation": lambda about: about.update(permutation=None),
    "bands that overlap": lambda about: about["bands"][1].__setitem__(0, about["bands"][1][0] - 1),
    "bands that leave the hash": lambda about: about["bands"].append([256, 16, 12]),
    "a band too wide": lambda about: about["bands"][0].__setitem__(1, 40),
    "a group that is none": lambda about: about["bands"][0].__setitem__(2, 0),
    "a group of another size": lambda about: about["bands"][0].__setitem__(2, about["bands"][0][2] - 1),
    "no bands": lambda about: about.update(bands="none"),
    "an array that leaves the file": lambda about: about["sections"][1].update(at=1 << 40),
    "an array that begins before it": lambda about: about["sections"][1].update(at=-64),
    "an array off its place": lambda about: about["sections"][1].update(at=about["sections"][1]["at"] + 8),
    "an array of endless length": lambda about: about["sections"][1].update(shape=[1 << 62, 1 << 62]),
    "an array of negative length": lambda about: about["sections"][1].update(shape=[-1, 4]),
    "an array of Python objects": lambda about: about["sections"][1].update(type="|O"),
    "an array without a name": lambda about: about["sections"][1].pop("name"),
    "no arrays": lambda about: about.update(sections=[]),
    "no description of arrays": lambda about: about.pop("sections"),
}


@pytest.mark.parametrize("name", DISTORTIONS)
def test_a_description_that_fits_its_digest_is_not_believed_for_that(path: Path, name: str) -> None:
    rewrite(path, DISTORTIONS[name])
    with pytest.raises(Damaged) as caught:
        matching.open_index(path)
    assert str(path) in caught.value.details


def test_another_file_is_no_index(tmp_path: Path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(os.urandom(5000))
    with pytest.raises(Damaged, match="damaged"):
        matching.open_index(path)
    with pytest.raises(NotFound, match="Build it first"):
        matching.open_index(tmp_path / "missing")


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, piece: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises((OSError, OpenHotlineError)):
        matching.build_index(np.arange(5), by_chance(5), tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_arrays_begin_on_cache_lines_and_large_ones_on_huge_pages(tmp_path: Path) -> None:
    large, small = np.zeros(3_000_000, np.uint32), np.arange(3, dtype=np.uint64)
    sections.write(tmp_path / "x", {}, [("small", small), ("large", large), ("last", small)])
    contents = sections.read(tmp_path / "x")
    assert [contents.starts[name] % 64 for name in ("small", "large", "last")] == [0, 0, 0]
    assert contents.starts["large"] % sections.HUGE == 0
    assert contents.arrays["last"].tolist() == [0, 1, 2]
    assert not contents.arrays["last"].flags.writeable
