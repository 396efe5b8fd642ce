"""Clusters are stars: near their representative, complete, and the same every time."""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt
import pytest
from hash_sets import SETS, by_chance, chained, clustered, flipped
from hypothesis import given, settings
from hypothesis import strategies as st

from openhotline import matching
from openhotline.errors import BadInput
from openhotline.matching import Clusters

Hashes = npt.NDArray[np.uint8]


def hamming(one: Hashes, other: Hashes) -> int:
    return matching.hamming(one.tobytes(), other.tobytes())


def obvious(hashes: Hashes, distance: int, usable: npt.NDArray[np.bool_]) -> list[int]:
    """Greedy stars as a sentence says them."""
    near = {
        i: [
            j
            for j in range(len(hashes))
            if usable[i] and usable[j] and hamming(hashes[i], hashes[j]) <= distance
        ]
        for i in range(len(hashes))
    }
    representative = [-1] * len(hashes)
    for centre in sorted(range(len(hashes)), key=lambda i: (-len(near[i]), i)):
        for member in near[centre] or [centre]:
            if representative[centre] in (-1, centre) and representative[member] == -1:
                representative[member] = centre
    return representative


def check(hashes: Hashes, distance: int, usable: npt.NDArray[np.bool_], old: Hashes, found: Clusters) -> None:
    heads = [i for i in range(len(hashes)) if found.representative[i] == i]
    for i, (own, existing, bits) in enumerate(
        zip(found.representative, found.existing, found.distance, strict=True)
    ):
        assert (own >= 0) != (existing >= 0)
        head = hashes[own] if own >= 0 else old[existing]
        assert bits == hamming(hashes[i], head) <= distance
        assert own < 0 or own in heads
        if not usable[i]:
            assert own == i
        elif len(old):
            nearest = min(hamming(hashes[i], one) for one in old)
            assert (existing >= 0) == (nearest <= distance)
            assert existing < 0 or bits == nearest
    taking_part = [i for i in heads if usable[i]]
    assert {int(own) for own in found.representative[usable]} <= {-1, *taking_part}
    for index, one in enumerate(taking_part):
        for other in taking_part[index + 1 :]:
            assert hamming(hashes[one], hashes[other]) > distance


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("distance", [0, 12, 31])
def test_clusters_are_the_obvious_greedy_stars(name: str, distance: int) -> None:
    hashes = SETS[name]
    usable = np.arange(len(hashes)) % 7 != 3
    found = matching.cluster(hashes, distance, usable)
    assert found.representative.tolist() == obvious(hashes, distance, usable)
    check(hashes, distance, usable, by_chance(0), found)


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(0, 40),
    centres=st.integers(1, 6),
    most=st.integers(0, 40),
    distance=st.integers(0, 60),
    existing=st.integers(0, 6),
    seed=st.integers(0, 2**20),
    data=st.data(),
)
def test_every_member_is_near_its_representative_whatever_the_hashes(
    count: int, centres: int, most: int, distance: int, existing: int, seed: int, data: st.DataObject
) -> None:
    hashes = clustered(count, centres, most, seed)
    old = flipped(by_chance(centres, seed)[:existing], most, seed + 2)
    usable = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)), dtype=bool)
    found = matching.cluster(hashes, distance, usable, representatives=old)
    check(hashes, distance, usable, old, found)


def test_a_chain_does_not_become_one_cluster() -> None:
    hashes = chained(60, 13)
    found = matching.cluster(hashes, 31)
    assert hamming(hashes[0], hashes[-1]) > 62
    for head in set(found.representative.tolist()):
        members = hashes[found.representative == head]
        assert max(hamming(one, other) for one in members for other in members) <= 62


def test_who_has_most_neighbours_comes_first_and_the_earlier_of_equals() -> None:
    centre = by_chance(1)[0]
    left, right = centre.copy(), centre.copy()
    left[0] ^= 0xFF
    left[1] ^= 0xFF
    right[2] ^= 0xFF
    right[3] ^= 0xFF
    found = matching.cluster(np.array([left, centre, right]), 16)
    assert found.representative.tolist() == [1, 1, 1]
    assert found.distance.tolist() == [16, 0, 16]
    assert matching.cluster(np.array([left, centre]), 16).representative.tolist() == [0, 0]


def test_new_hashes_join_the_nearest_standing_cluster_and_change_none() -> None:
    old = by_chance(3, 1)
    near = old[1].copy()
    near[0] ^= 1
    fresh = by_chance(1, 2)[0]
    found = matching.cluster(np.array([near, fresh, fresh]), representatives=old)
    assert found.existing.tolist() == [1, -1, -1]
    assert found.representative.tolist() == [-1, 1, 1]
    assert found.distance.tolist() == [1, 0, 0]


def test_what_is_too_poor_stays_alone_even_if_it_equals_a_representative() -> None:
    old = by_chance(1, 1)
    found = matching.cluster(np.repeat(old, 3, axis=0), usable=np.zeros(3, bool), representatives=old)
    assert found.representative.tolist() == [0, 1, 2]
    assert found.existing.tolist() == [-1, -1, -1]


def test_a_months_batch_takes_well_under_a_second() -> None:
    hashes = clustered(20_254, 8_000, 12)
    matching.cluster(hashes[:10])  # load the kernels
    begin = time.process_time()
    found = matching.cluster(hashes)
    assert time.process_time() - begin < 2.0  # 0.15 s where the processor counts bits in vectors
    assert found.distance.max() <= 31


def test_what_are_no_hashes_is_refused() -> None:
    with pytest.raises(BadInput, match=r"uint8\[n, 32\]"):
        matching.cluster(np.zeros((3, 31), np.uint8))
    with pytest.raises(BadInput, match="usability"):
        matching.cluster(by_chance(3), usable=np.ones(2, bool))
