"""Strict PDQ is the peer's, bit for bit: hash, quality and eight turns, on every picture that is tried."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import pdqhash
import pytest
import simplejpeg
from hash_drawings import DRAWINGS, draw, some
from PIL import Image

from openhotline import hashing
from openhotline.errors import BadInput
from openhotline.hashing import PdqHash, cosine, running_kernels, running_sums, strict

SIDES = ((5, 5), (5, 9), (63, 65), (64, 64), (65, 64), (64, 127), (128, 129), (257, 300), (641, 479))


def packed(bits: npt.NDArray[np.int64]) -> bytes:
    return np.packbits(bits.astype(np.uint8)).tobytes()


def assert_as_the_peer(picture: npt.NDArray[np.uint8], name: str = "") -> PdqHash:
    bits, quality = pdqhash.compute(picture)
    found = hashing.pdq_strict(picture)
    assert (found.value, found.quality) == (packed(bits), quality), name
    return found


def assert_turns_as_the_peer(picture: npt.NDArray[np.uint8], name: str = "") -> None:
    turned, quality = pdqhash.compute_dihedral(picture)
    found = hashing.dihedral(picture)
    assert [f.value for f in found] == [packed(bits) for bits in turned], name
    assert {f.quality for f in found} == {quality}, name


@pytest.mark.parametrize("kind", DRAWINGS)
@pytest.mark.parametrize(("height", "width"), SIDES)
def test_every_kind_of_drawing_at_every_awkward_size(kind: str, height: int, width: int) -> None:
    picture = draw(kind, height, width)
    assert_as_the_peer(picture)
    assert_turns_as_the_peer(picture)


def test_hundreds_of_drawings_from_five_to_a_thousand_pixels() -> None:
    for name, picture in some(280, largest=1000, seed=1):
        assert_as_the_peer(picture, name)


def test_all_eight_turns_of_many_drawings() -> None:
    for name, picture in some(84, largest=500, seed=2):
        assert_turns_as_the_peer(picture, name)


@pytest.mark.parametrize(("height", "width"), [(3000, 4000), (4000, 301), (2999, 2001)])
@pytest.mark.parametrize("kind", ["landscape", "gradient", "discs"])
def test_large_pictures(kind: str, height: int, width: int) -> None:
    assert_as_the_peer(draw(kind, height, width))


@pytest.mark.parametrize("kind", ["landscape", "discs", "haze"])
@pytest.mark.parametrize("quality", [70, 95])
@pytest.mark.parametrize("subsampling", ["420", "444"])
def test_a_jpeg_from_disk_by_our_decoder_and_by_the_peers(kind: str, quality: int, subsampling: str) -> None:
    picture = draw(kind, 483, 642)
    data = simplejpeg.encode_jpeg(picture, quality=quality, colorsubsampling=subsampling)
    theirs = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    bits, peer_quality = pdqhash.compute(theirs)
    ours = hashing.pdq_strict(simplejpeg.decode_jpeg(data, "RGB"))
    assert (ours.value, ours.quality) == (packed(bits), peer_quality)


def test_a_grey_picture_is_hashed_as_its_three_equal_colours() -> None:
    for name, picture in some(42, largest=400, seed=3):
        grey = np.ascontiguousarray(picture[:, :, 1])
        assert hashing.pdq_strict(grey) == assert_as_the_peer(np.repeat(grey[:, :, None], 3, axis=2), name)


def test_both_ways_are_taken_and_agree_where_the_quick_one_is_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    exact: list[bytes] = []
    original = running_sums.samples

    def noted(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        samples = original(rgb)
        exact.append(cosine.hash_bytes(cosine.frequencies_in_order(samples)))
        return samples

    monkeypatch.setattr(running_sums, "samples", noted)
    quick = 0
    for name, picture in some(140, largest=600, seed=4):
        before = len(exact)
        found = hashing.pdq_strict(picture)
        if len(exact) == before and min(picture.shape[:2]) >= 5:
            quick += 1
            noted(picture)
        assert exact[-1] == found.value, name
    assert 10 < quick < 130


def test_the_running_sums_are_the_peers_to_the_last_digit() -> None:
    for name, picture in some(70, largest=700, seed=5):
        expected, _ = pdqhash.compute_float(picture)
        found = cosine.frequencies_in_order(running_sums.samples(picture))
        assert np.array_equal(found.ravel()[::-1], expected), name


def test_the_assumed_rounding_is_not_exceeded() -> None:
    for name, picture in some(140, largest=900, seed=6):
        height, width = picture.shape[:2]
        if (height, width) == (64, 64):
            continue
        sides = strict.operator.side(height, height, 1.0), strict.operator.side(width, width, 1.0)
        linear, exact = strict.operator.samples(picture, *sides), running_sums.samples(picture)
        spectrum = cosine.frequencies(linear)
        median = np.partition(spectrum.ravel(), 127)[127]
        error = np.abs(spectrum - cosine.frequencies_in_order(exact))[np.abs(spectrum - median) < 0.5]
        assert error.max(initial=0) < strict.FREQUENCY_ERROR, name
        steps = [np.abs(np.diff(linear, axis=a) - np.diff(exact, axis=a)).max() for a in (0, 1)]
        assert max(steps) < strict.STEP_ERROR, name


def test_brightness_in_whole_numbers_is_the_peers_for_every_colour() -> None:
    green, blue = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(256, dtype=np.uint8))
    lines, line = np.empty((running_kernels.LANES, 65536), np.float32), np.empty(3 * 65536, np.float32)
    for top in range(0, 256, running_kernels.LANES):
        red = np.arange(top, top + running_kernels.LANES, dtype=np.uint8)
        rgb = np.empty((running_kernels.LANES, 65536, 3), np.uint8)
        rgb[:, :, 0], rgb[:, :, 1], rgb[:, :, 2] = red[:, None], green.ravel(), blue.ravel()
        running_kernels.luma(rgb.reshape(running_kernels.LANES, -1), 0, line, lines)
        expected = (rgb[:, :, 0] * 0.299 + rgb[:, :, 1] * 0.587 + rgb[:, :, 2] * 0.114).astype(np.float32)
        assert np.array_equal(lines, expected)


@pytest.mark.parametrize(("height", "width"), [(4, 900), (900, 4), (1, 1)])
def test_a_picture_with_a_side_below_five_pixels_has_no_hash(height: int, width: int) -> None:
    found = assert_as_the_peer(draw("noise", height, width))
    assert (found.value, found.quality, found.is_matchable) == (bytes(32), 0, False)
    assert {f.value for f in hashing.dihedral(draw("noise", height, width))} == {bytes(32)}


def test_a_picture_may_be_read_only_or_a_view() -> None:
    picture = draw("landscape", 200, 300)
    expected = hashing.pdq_strict(picture)
    picture.setflags(write=False)
    assert hashing.pdq_strict(picture) == expected
    wide = np.zeros((200, 400, 3), np.uint8)
    wide[:, 50:350] = picture
    assert hashing.pdq_strict(wide[:, 50:350]) == expected
    assert hashing.pdq_strict(np.asfortranarray(picture)) == expected


def test_what_is_no_picture_is_refused() -> None:
    for wrong in (np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9), np.float32), np.zeros(9, np.uint8)):
        with pytest.raises(BadInput, match="uint8"):
            hashing.pdq_strict(wrong)  # type: ignore[arg-type]


def test_turns_mean_what_their_names_say() -> None:
    picture = draw("landscape", 320, 320, seed=7)
    turned = {
        "rotate_90": np.rot90(picture),
        "rotate_180": np.rot90(picture, 2),
        "rotate_270": np.rot90(picture, 3),
        "flip_x": picture[::-1],
        "flip_y": picture[:, ::-1],
        "flip_plus_1": picture.swapaxes(0, 1),
        "flip_minus_1": np.rot90(picture, 2).swapaxes(0, 1),
    }
    found = dict(zip(hashing.VARIANTS, hashing.dihedral(picture), strict=True))
    assert found["original"] == hashing.pdq_strict(picture)
    for name, pixels in turned.items():
        # Positions are rounded down, so a turned picture is looked at half a pixel elsewhere.
        assert found[name].distance(hashing.pdq_strict(np.ascontiguousarray(pixels))) <= 16, name
