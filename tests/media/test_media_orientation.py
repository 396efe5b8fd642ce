from __future__ import annotations

import io

import numpy as np
import pytest
from media_drawings import landscape, pillow_rgb, saved, with_orientation
from PIL import Image, ImageOps

from openhotline.media import decode
from openhotline.media.orientation import exif_orientation, jpeg_orientation, upright

ALL = range(1, 9)


@pytest.mark.parametrize("orientation", ALL)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_orientation_is_reported_and_pixels_are_left_alone(kind: str, orientation: int) -> None:
    plain = decode(saved(landscape(), kind), want="rgb")
    turned = decode(with_orientation(landscape(), kind, orientation), want="rgb")
    assert turned.orientation == orientation
    assert np.array_equal(turned.pixels, plain.pixels)


@pytest.mark.parametrize("orientation", ALL)
def test_a_tiff_is_turned_by_pillow_itself_as_the_peers_see_it(orientation: int) -> None:
    data = with_orientation(landscape(40, 30), "TIFF", orientation)
    decoded = decode(data, want="rgb")
    assert decoded.orientation == 1
    assert np.array_equal(decoded.pixels, pillow_rgb(data))
    assert (decoded.full_width, decoded.full_height) == ((30, 40) if orientation > 4 else (40, 30))


@pytest.mark.parametrize("orientation", ALL)
def test_upright_is_what_pillow_makes_of_it(orientation: int) -> None:
    data = with_orientation(landscape(40, 30), "PNG", orientation)
    picture = Image.open(io.BytesIO(data))
    expected = np.asarray(ImageOps.exif_transpose(picture))
    assert np.array_equal(upright(np.asarray(picture), orientation), expected)


def test_nonsense_stands_upright() -> None:
    assert decode(with_orientation(landscape(), "JPEG", 77), want="luma").orientation == 1
    assert exif_orientation(b"II*\0\xff\xff\xff\xff" + bytes(8)) == 1
    assert exif_orientation(b"") == 1


def test_a_header_may_end_anywhere_without_an_error() -> None:
    data = with_orientation(landscape(16, 16), "JPEG", 6)
    assert jpeg_orientation(data) == 6
    for length in range(200):
        assert jpeg_orientation(data[:length]) in (1, 6)
