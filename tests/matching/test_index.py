"""The index finds exactly what comparing with every hash finds, on sets that are kind to it and on those that are not."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hash_sets import SETS, by_chance, clustered, flipped, in_few_groups, of_pictures
from hypothesis import given, settings
from hypothesis import strategies as st

from openhotline import matching
from openhotline.errors import BadInput
from openhotline.matching.bands import cut
from openhotline.matching.keys import pack_keys
from openhotline.matching.permutation import decode, encode, standard
from openhotline.matching.searching import find
from openhotline.matching.tables import fixed, in_memory

Hashes = npt.NDArray[np.uint8]
Found = list[tuple[int, int, int]]

LARGE = {
    "by chance": lambda: by_chance(10_000, 1),
    "of pictures": of_pictures,
    "clustered": lambda: clustered(10_000, 900, 16, 2),
    "in few groups": lambda: in_few_groups(9_000, 3),
    "clumped": lambda: np.concatenate(
        [flipped(np.repeat(by_chance(1, 4), 3000, 0), 8, 4), by_chance(6500, 5)]
    ),
}


def index_of(hashes: Hashes, folder: Path) -> matching.Index:
    """An index whose keys are 7 times the row."""
    matching.build_index(7 * np.arange(len(hashes)), hashes, folder / "x.index")
    return matching.open_index(folder / "x.index")


def pairs(found: matching.Found) -> Found:
    return list(zip(found.query.tolist(), found.key.tolist(), found.distance.tolist(), strict=True))


def by_brute_force(queries: Hashes, hashes: Hashes, distance: int) -> Found:
    near = matching.search(queries, hashes, distance)
    found = zip(near.query.tolist(), (7 * near.index).tolist(), near.distance.tolist(), strict=True)
    return sorted(found, key=lambda pair: (pair[0], pair[2], pair[1]))


def in_bands(queries: Hashes, hashes: Hashes, distance: int) -> Found:
    """Search as a large index does, however few the hashes are."""
    codes, asking = fixed(encode(hashes, standard())), encode(queries, standard())
    return sorted(
        zip(
            *(column.tolist() for column in find(in_memory(codes, cut(len(codes))), asking, distance)),
            strict=True,
        )
    )


def by_reference(queries: Hashes, hashes: Hashes, distance: int) -> Found:
    found = [
        (number, near.index, near.distance)
        for number, query in enumerate(queries)
        for near in matching.within(query.tobytes(), hashes, distance)
    ]
    return sorted(found)


@pytest.mark.parametrize("name", [name for name in SETS if name != "none"])
@pytest.mark.parametrize("distance", [0, 1, 15, 30, 31, 32, 39])
def test_bands_find_what_the_reference_finds(name: str, distance: int) -> None:
    hashes = SETS[name]
    queries = np.concatenate([flipped(hashes[:20], 34, 9), by_chance(5, 8)])
    assert in_bands(queries, hashes, distance) == by_reference(queries, hashes, distance)


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(1, 60),
    centres=st.integers(1, 6),
    most=st.integers(0, 45),
    distance=st.integers(0, 45),
    seed=st.integers(0, 2**20),
)
def test_bands_find_what_the_reference_finds_whatever_the_hashes(
    count: int, centres: int, most: int, distance: int, seed: int
) -> None:
    hashes = clustered(count, centres, most, seed)
    queries = flipped(hashes[:8], most, seed + 5)
    assert in_bands(queries, hashes, distance) == by_reference(queries, hashes, distance)


@pytest.mark.parametrize("name", LARGE)
def test_an_index_finds_what_brute_force_finds_at_every_distance(name: str, tmp_path: Path) -> None:
    hashes = LARGE[name]()
    index = index_of(hashes, tmp_path)
    assert index.tables.bands
    queries = np.concatenate([flipped(hashes[:: len(hashes) // 20], 36, 9), by_chance(5, 8)])
    for distance in [*range(33), 39, 64, 255]:
        some = queries[:3] if distance == 255 else queries
        assert pairs(index.search(some, distance)) == by_brute_force(some, hashes, distance), distance


def test_the_boundary_is_exact_whichever_bits_differ(tmp_path: Path) -> None:
    hashes = by_chance(9_000, 6)
    index = index_of(hashes, tmp_path)
    chance = np.random.default_rng(7)
    for away in (0, 1, 30, 31, 32, 39, 40):
        queries = np.unpackbits(hashes[:300], axis=1)
        for row in queries:
            row[chance.choice(256, away, replace=False)] ^= 1
        for distance in (31, 39):
            found = index.search(np.packbits(queries, axis=1), distance)
            assert (found.key.tolist() == (7 * np.arange(300)).tolist()) == (away <= distance)
            assert set(found.distance.tolist()) <= {away}


@pytest.mark.parametrize(
    "hashes", [by_chance(1, 1), np.zeros((1, 32), np.uint8), np.full((1, 32), 255, np.uint8)]
)
def test_ten_thousand_equal_hashes_are_found_each_once(hashes: Hashes, tmp_path: Path) -> None:
    index = index_of(np.repeat(hashes, 10_000, axis=0), tmp_path)
    found = index.search(np.concatenate([hashes, ~hashes, hashes]), 31)
    assert np.bincount(found.query, minlength=3).tolist() == [10_000, 0, 10_000]
    assert found.key[:10_000].tolist() == list(range(0, 70_000, 7))


def test_nothing_is_found_in_nothing_and_by_nothing(tmp_path: Path) -> None:
    index = index_of(by_chance(0), tmp_path)
    assert index.count == 0
    assert pairs(index.search(by_chance(3), 256)) == []
    index.verify()
    one = by_chance(1, 2)
    index = index_of(one, tmp_path)
    assert pairs(index.search(one, 0)) == [(0, 0, 0)]
    assert pairs(index.search(by_chance(0), 31)) == []
    large = index_of(by_chance(9_000), tmp_path)
    assert pairs(large.search(by_chance(0), 31)) == []


def test_keys_come_in_any_order_and_are_given_back(tmp_path: Path) -> None:
    hashes = by_chance(9_000, 1)
    keys = np.random.default_rng(2).permutation(20_000)[:9_000] - 10_000
    keys[5] = -(2**63)
    keys[6] = 2**63 - 1
    matching.build_index(keys, hashes, tmp_path / "x")
    index = matching.open_index(tmp_path / "x")
    found = index.search(hashes, 0)
    assert found.key.tolist() == keys.tolist()
    assert np.array_equal(index.hashes(index.keys.rows_of(keys)), hashes)
    assert index.keys.rows_of(np.array([20_000, -20_000])).tolist() == [-1, -1]


@pytest.mark.parametrize("first", [0, 7, -(2**63), -5, 2**63 - 2**20, 2**32 - 3])
@pytest.mark.parametrize("step", [1, 2**10, 2**40])
def test_keys_are_stored_close_together_or_not(first: int, step: int) -> None:
    wanted = [first + number * step for number in range(300) if first + number * step < 2**63]
    keys = pack_keys(np.array(wanted, np.int64))
    assert (keys.above.dtype == np.uint32) == (wanted[-1] - wanted[0] < 2**32)
    assert keys.of(np.arange(len(wanted))).tolist() == wanted
    assert keys.rows_of(np.array(wanted)).tolist() == list(range(len(wanted)))
    others = {
        number
        for number in (first - 1, wanted[-1] + 1, 0, -1, 2**63 - 1, -(2**63))
        if -(2**63) <= number < 2**63
    }
    assert keys.rows_of(np.array(sorted(others - set(wanted)))).tolist() == [-1] * len(others - set(wanted))


def test_what_is_no_list_is_refused(tmp_path: Path) -> None:
    hashes, path = by_chance(3), tmp_path / "x"
    with pytest.raises(BadInput, match="twice"):
        matching.build_index(np.array([1, 2, 1]), hashes, path)
    with pytest.raises(BadInput, match="one key"):
        matching.build_index(np.arange(2), hashes, path)
    with pytest.raises(BadInput, match=r"uint8\[n, 32\]"):
        matching.build_index(np.arange(3), hashes[:, :31], path)
    assert list(tmp_path.iterdir()) == []
    matching.build_index(np.arange(3), hashes, path)
    with pytest.raises(BadInput, match="0 to 256"):
        matching.open_index(path).search(hashes, 257)


@pytest.mark.parametrize("in_order", [True, False])
def test_an_index_made_in_the_memory_of_its_hashes_is_the_same(tmp_path: Path, *, in_order: bool) -> None:
    hashes, keys = by_chance(9_000, 1), np.arange(9_000)
    keys = keys if in_order else keys[::-1].copy()
    locked = hashes.copy()
    locked.setflags(write=False)
    matching.build_index(keys, hashes, tmp_path / "kept")
    matching.build_index(keys, locked, tmp_path / "locked", consume=True)
    matching.build_index(keys, hashes.copy(), tmp_path / "consumed", consume=True)
    kept, *others = ((tmp_path / name).read_bytes() for name in ("kept", "locked", "consumed"))
    assert others == [kept, kept]
    assert np.array_equal(hashes, by_chance(9_000, 1))  # nothing but consume writes over them


def test_threads_share_an_index(tmp_path: Path) -> None:
    hashes = of_pictures()
    index = index_of(hashes, tmp_path)
    queries = [flipped(hashes[start : start + 50], 30, start) for start in range(0, 400, 50)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda some: pairs(index.search(some, 31)), queries))
    assert found == [pairs(index.search(some, 31)) for some in queries]


def test_codes_are_hashes_with_their_bits_in_another_order() -> None:
    hashes, permutation = by_chance(100, 3), standard()
    codes = encode(hashes, permutation)
    bits = np.unpackbits(hashes, axis=1, bitorder="little")
    expected = np.empty_like(bits)
    expected[:, permutation] = bits
    shuffled = np.unpackbits(codes.view(np.uint8).reshape(-1, 32), axis=1, bitorder="little")
    assert np.array_equal(shuffled, expected)
    assert np.array_equal(decode(codes, permutation), hashes)


def test_opening_an_index_loads_no_numba(tmp_path: Path) -> None:
    index_of(by_chance(9_000), tmp_path)
    code = "import sys, pathlib; from openhotline import matching; "
    code += "print(matching.open_index(pathlib.Path(sys.argv[1])).count, 'numba' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code, tmp_path / "x.index"], capture_output=True, text=True)
    assert ran.stdout.split() == ["9000", "False"], ran.stderr


def test_all_kernels_are_prepared() -> None:
    source = Path(matching.__file__).parent
    kernels = {path.stem for path in source.glob("*_kernels.py")}
    matching.prepare()
    assert {name.rpartition(".")[2] for name in sys.modules if name.endswith("_kernels")} >= kernels
    text = (source / "preparation.py").read_text()
    assert all(f'"{name}"' in text for name in kernels)
