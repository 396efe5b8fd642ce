"""Fast PDQ is near the full-resolution hash, and knows when it may not be."""

from __future__ import annotations

import numpy as np
import pytest
import simplejpeg
from hash_drawings import draw

from openhotline import hashing
from openhotline.errors import BadInput
from openhotline.hashing import PdqHash, operator
from openhotline.hashing.fast import steps
from openhotline.hashing.geometry import bounds, positions


def encoded(kind: str, height: int, width: int, seed: int) -> bytes:
    return bytes(simplejpeg.encode_jpeg(draw(kind, height, width, seed), quality=88, colorsubsampling="420"))


def fast(data: bytes, scale: int) -> PdqHash:
    height, width, _, _ = simplejpeg.decode_jpeg_header(data)
    luma = simplejpeg.decode_jpeg(data, "GRAY", min_height=-(-height // scale), min_width=-(-width // scale))
    return hashing.pdq_fast(luma, width=width, height=height, decoder="simplejpeg")


def strictly(data: bytes) -> PdqHash:
    return hashing.pdq_strict(simplejpeg.decode_jpeg(data, "RGB"))


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_distances_to_the_full_resolution_are_small(scale: int) -> None:
    chance = np.random.default_rng(scale)
    found = []
    for seed in range(24):
        height, width = (int(side) for side in chance.integers(256 * scale, 256 * scale + 400, 2))
        data = encoded("landscape", height, width, seed)
        full, quick = strictly(data), fast(data, scale)
        if full.is_matchable and quick.is_certain:
            found.append(full.distance(quick))
    assert len(found) >= 20
    assert np.mean(found) <= 2
    assert max(found) <= 10


def test_an_eighth_still_hashes_the_full_picture() -> None:
    data = encoded("landscape", 2201, 2903, 1)
    assert strictly(data).distance(fast(data, 8)) <= 10


def test_a_picture_crowded_around_the_median_sends_the_caller_to_strict() -> None:
    quick = fast(encoded("haze", 700, 900, 3), 2)
    assert quick.mode == "fast"
    assert quick.near_median > hashing.SELF_CHECK_LIMIT
    assert not quick.is_certain
    assert strictly(encoded("haze", 700, 900, 3)).is_certain


def test_the_answer_says_how_it_was_made() -> None:
    quick = fast(encoded("landscape", 600, 800, 4), 2)
    assert (quick.mode, quick.decoder, quick.is_certain, quick.is_matchable) == (
        "fast",
        "simplejpeg",
        True,
        True,
    )


def test_without_a_size_the_picture_is_taken_as_decoded() -> None:
    grey = np.ascontiguousarray(draw("landscape", 300, 400, 5)[:, :, 0])
    assert hashing.pdq_fast(grey).value == hashing.pdq_strict(grey).value
    assert hashing.pdq_fast(grey[:, :, None]).value == hashing.pdq_strict(grey).value


@pytest.mark.parametrize(
    ("full", "scaled", "expected"),
    [
        ((3000, 4000), (375, 500), 8.0),
        ((3001, 4001), (376, 501), 8.0),
        ((301, 403), (151, 202), 2.0),
        ((301, 403), (301, 403), 1.0),
        ((800, 801), (300, 301), 8 / 3),
    ],
)
def test_the_steps_of_a_jpeg_decoder_are_recognised(
    full: tuple[int, int], scaled: tuple[int, int], expected: float
) -> None:
    assert steps(*full, *scaled) == (expected, expected)


def test_any_other_scaling_is_even() -> None:
    assert steps(1000, 1500, 333, 512) == (1000 / 333, 1500 / 512)


@pytest.mark.parametrize(
    ("length", "scaled"), [(5, 5), (300, 300), (4000, 500), (4001, 501), (1000, 333), (9, 5)]
)
def test_the_weights_of_every_sample_add_up_to_one(length: int, scaled: int) -> None:
    step = steps(length, length, scaled, scaled)[0]
    side = operator.side(length, scaled, step)
    assert np.allclose(side.weights.sum(axis=1), 1, atol=1e-5)
    assert (side.first >= 0).all()
    assert (side.first + side.count <= scaled).all()
    beyond = np.arange(side.weights.shape[1])[None, :] >= side.count[:, None]
    assert not side.weights[beyond].any()


def test_the_weights_are_two_box_passes() -> None:
    length = 1111
    low, high = bounds(length)
    box = np.array(
        [(np.arange(length) >= a) & (np.arange(length) <= b) for a, b in zip(low, high, strict=True)]
    )
    mean = box / box.sum(axis=1, keepdims=True)
    expected = (mean @ mean)[positions(length)]
    side = operator.side(length, length, 1.0)
    for row, first, count, weights in zip(expected, side.first, side.count, side.weights, strict=True):
        assert np.allclose(row[first : first + count], weights[:count], atol=1e-6)
        assert np.isclose(row[first : first + count].sum(), 1)


def test_what_is_no_scaled_brightness_is_refused() -> None:
    with pytest.raises(BadInput, match="grey"):
        hashing.pdq_fast(np.zeros((9, 9, 3), np.uint8))
    with pytest.raises(BadInput, match="larger than the full one"):
        hashing.pdq_fast(np.zeros((90, 90), np.uint8), width=80, height=90)


def test_a_picture_too_small_has_no_hash() -> None:
    assert hashing.pdq_fast(np.zeros((4, 90), np.uint8)).quality == 0
