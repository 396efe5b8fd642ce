"""The kernels find exactly what the slow, obvious way finds."""

from __future__ import annotations

import numpy as np
import pytest
from hash_sets import SETS, by_chance, flipped

from openhotline import matching
from openhotline.errors import BadInput
from openhotline.matching import brute
from openhotline.matching.packed import pack


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("distance", [0, 1, 30, 31, 32, 256])
def test_search_finds_what_the_reference_finds(name: str, distance: int) -> None:
    hashes = SETS[name]
    queries = np.concatenate([flipped(hashes[:20], 34, 9), by_chance(5, 8)])
    pairs = matching.search(queries, hashes, distance)
    found = list(zip(pairs.query.tolist(), pairs.index.tolist(), pairs.distance.tolist(), strict=True))
    expected = [
        (number, near.index, near.distance)
        for number, query in enumerate(queries)
        for near in sorted(matching.within(query.tobytes(), hashes, distance), key=lambda near: near.index)
    ]
    assert found == expected


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("distance", [0, 31, 255])
def test_the_nearest_is_the_references_first(name: str, distance: int) -> None:
    hashes = SETS[name]
    queries = np.concatenate([flipped(hashes[:30], 40, 9), by_chance(5, 8)])
    index, bits = matching.nearest(queries, hashes, distance)
    for query, found, away in zip(queries, index.tolist(), bits.tolist(), strict=True):
        near = matching.within(query.tobytes(), hashes, distance)
        assert (found, away) == ((near[0].index, near[0].distance) if near else (-1, -1))


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("distance", [0, 31])
def test_degrees_are_those_of_all_pairs(name: str, distance: int) -> None:
    hashes = SETS[name]
    expected = np.zeros(len(hashes), np.int64)
    for one, other in matching.all_pairs(hashes, distance):
        expected[[one, other]] += 1
    assert np.array_equal(brute.degrees(pack(hashes), distance), expected)


def test_more_hashes_than_a_block_holds() -> None:
    hashes = by_chance(20_000, 3)
    hashes[[0, 8191, 8192, 19_999]] = hashes[5]
    pairs = matching.search(hashes[5:6], hashes, 31)
    assert pairs.index.tolist() == [0, 5, 8191, 8192, 19_999]


def test_hashes_are_stacked_from_bytes() -> None:
    rows = [bytes(32), b"\xff" * 32]
    assert matching.stack(rows).tolist() == [[0] * 32, [255] * 32]
    assert matching.stack([]).shape == (0, 32)
    assert matching.hamming(*rows) == 256
    with pytest.raises(BadInput, match="32 bytes"):
        matching.stack([b"short"])
    with pytest.raises(BadInput, match=r"uint8\[n, 32\]"):
        matching.search(np.zeros((1, 31), np.uint8), by_chance(1), 31)
