"""The cut into bands leaves no pair out: that is arithmetic, so it is checked as such."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openhotline.matching.bands import BITS, FEW, SIGNATURE_BITS, WIDTHS, cut, memory_of, plan, share_out
from openhotline.matching.index import MOST_ROWS
from openhotline.matching.probes import probes_for

SIZES = [1, 9, 150, 5_000, 10_000, 123_456, 1_000_000, 10_000_000, 100_000_000, MOST_ROWS]


@pytest.mark.parametrize("count", SIZES)
def test_bands_tile_the_bits_and_their_rest_fits_the_signature(count: int) -> None:
    at = 0
    for band in cut(count):
        assert band.start == at
        assert band.width in WIDTHS
        assert 0 < band.group_bits <= band.width
        assert 0 <= band.rest_bits <= SIGNATURE_BITS
        at += band.width
    assert at == BITS


def test_the_larger_the_list_the_fewer_the_bands_and_the_less_memory() -> None:
    bands = [len(cut(count)) for count in SIZES[4:]]
    assert bands == sorted(bands, reverse=True)
    for count, most in ((1_000_000, 130), (10_000_000, 130), (100_000_000, 100)):
        assert 36 + sum(memory_of(band, count) for band in cut(count)) <= most


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("distance", [0, 1, 7, 30, 31, 32, 39])
def test_flips_are_shared_out_by_the_pigeonhole_rule(count: int, distance: int) -> None:
    flips, cost = share_out(cut(count), count, distance)
    assert sum(most + 1 for most in flips) == distance + 1
    assert cost > 0


def test_probes_are_all_groups_within_the_flips() -> None:
    bands = cut(200_000)
    probes = probes_for(bands, 200_000, 31)
    assert probes is not None
    for band, (begin, end), flips in zip(bands, probes.slices, probes.flips, strict=True):
        found = dict(zip(probes.masks[begin:end].tolist(), probes.left[begin:end].tolist(), strict=True))
        assert (
            len(found) == end - begin == sum(comb(band.group_bits, flipped) for flipped in range(flips + 1))
        )
        for mask, left in found.items():
            assert mask < 2**band.group_bits
            assert mask.bit_count() + left == flips


def test_a_few_are_compared_with_all_and_so_are_large_distances() -> None:
    assert plan(FEW) == ()
    assert plan(FEW + 1)
    assert probes_for((), 100, 31) is None
    assert probes_for(cut(1_000_000), 1_000_000, 39) is not None
    assert probes_for(cut(1_000_000), 1_000_000, 120) is None
    assert probes_for(cut(1_000_000), 1_000_000, 256) is None


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, 200_000), distance=st.integers(0, 45), data=st.data())
def test_whoever_is_within_the_distance_passes_some_band_and_the_one_behind_it(
    count: int, distance: int, data: st.DataObject
) -> None:
    bands = cut(count)
    flips, _ = share_out(bands, count, distance)
    away = data.draw(st.sets(st.integers(0, BITS - 1), max_size=distance))
    differ = [sum(band.start <= bit < band.start + band.width for bit in away) for band in bands]
    assert any(
        differ[number - 1] <= flips[number - 1]
        and differ[number - 1] + differ[number] <= flips[number - 1] + flips[number] + 1
        for number in range(len(bands))
    )


def test_masks_are_what_combinations_say() -> None:
    bands = cut(50_000)
    probes = probes_for(bands, 50_000, 31)
    assert probes is not None
    begin, end = probes.slices[0]
    single = {1 << bit for bit in range(bands[0].group_bits)}
    double = {one | other for one, other in combinations(sorted(single), 2)}
    expected = {0} | (single if probes.flips[0] >= 1 else set()) | (double if probes.flips[0] >= 2 else set())
    assert set(np.unique(probes.masks[begin:end]).tolist()) == expected
