from __future__ import annotations

import io

import numpy as np
import pytest
from media_drawings import every_kind, landscape, saved, sixteen_bit, with_orientation
from PIL import Image, ImageOps

from openhotline.media import PREVIEW_LEAST_SIDE, decode, make_preview
from openhotline.media.preview import LONGEST_SIDE, preview_size, read_preview

KINDS = every_kind()


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


@pytest.mark.parametrize(("name", "media_type", "data"), KINDS, ids=[kind[0] for kind in KINDS])
@pytest.mark.parametrize("want", ["luma", "rgb"])
def test_every_kind_has_a_grey_preview(name: str, media_type: str, data: bytes, want: str) -> None:
    decoded = decode(data, want=want)  # type: ignore[arg-type]
    preview = opened(make_preview(decoded))
    assert (preview.format, preview.mode) == ("JPEG", "L")
    assert preview.size == (decoded.full_width, decoded.full_height)
    grey = np.asarray(Image.open(io.BytesIO(data)).convert("RGB").convert("L"))
    assert np.abs(np.asarray(preview).astype(int) - grey).mean() < 6


@pytest.mark.parametrize("size", [(641, 480), (700, 500), (1155, 866), (1290, 3), (90, 2600), (4000, 3000)])
def test_a_preview_is_at_most_640_pixels_and_keeps_its_shape(size: tuple[int, int]) -> None:
    preview = opened(make_preview(decode(saved(landscape(*size), "JPEG"), want="luma")))
    assert 0.7 * LONGEST_SIDE <= max(preview.size) <= LONGEST_SIDE
    if min(size) > 100:
        assert preview.width / preview.height == pytest.approx(size[0] / size[1], rel=0.02)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_preview_stands_upright(orientation: int) -> None:
    data = with_orientation(landscape(900, 620), "JPEG", orientation)
    preview = opened(make_preview(decode(data, want="luma", min_short_side=256)))
    meant = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("L")
    for shown in (preview, opened(make_preview(decode(data, want="rgb")))):
        coarse = [np.asarray(p.resize((24, 24), Image.Resampling.BOX)).astype(int) for p in (shown, meant)]
        assert shown.width / shown.height == pytest.approx(meant.width / meant.height, rel=0.02)
        assert np.abs(coarse[0] - coarse[1]).mean() < 4


@pytest.mark.parametrize("least_side", [1, 80, 192, 240, 400, 640, 2000])
def test_a_preview_is_read_at_the_smallest_scale_that_is_large_enough(least_side: int) -> None:
    preview = make_preview(np.asarray(landscape(640, 400).convert("L")))
    pixels = read_preview(preview, least_side=least_side)
    width, height = preview_size(preview)
    assert pixels.shape[1] == max(80, min(-(-least_side // 80) * 80, width))
    small = np.asarray(opened(preview).resize(pixels.shape[::-1])).astype(int)
    assert np.abs(pixels - small).mean() < 6
    assert pixels.shape[0] == pytest.approx(pixels.shape[1] * height / width, abs=1)


def test_a_preview_carries_nothing_of_the_file_but_grey_pixels() -> None:
    preview = opened(make_preview(decode(with_orientation(landscape(800, 600), "JPEG", 6), want="luma")))
    assert not preview.getexif()
    assert set(preview.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_the_preview_of_a_wide_picture_is_not_white_where_the_peers_input_is() -> None:
    decoded = decode(sixteen_bit("PNG"), want="rgb")
    assert np.asarray(opened(make_preview(decoded))).std() > 50


@pytest.mark.parametrize(
    "size", [(700, 500), (900, 640), (1155, 866), (1400, 1100), (1700, 1300), (2400, 1800)]
)
def test_a_decode_at_the_previews_own_size_is_not_resized(size: tuple[int, int]) -> None:
    decoded = decode(
        saved(landscape(*size), "JPEG"), want="luma", min_short_side=256, min_long_side=PREVIEW_LEAST_SIDE
    )
    preview = opened(make_preview(decoded))
    assert preview.size == decoded.pixels.shape[::-1]
    assert PREVIEW_LEAST_SIDE <= max(preview.size) <= LONGEST_SIDE
    assert np.abs(np.asarray(preview).astype(int) - decoded.pixels).mean() < 6


@pytest.mark.parametrize("size", [(1750, 1300), (3000, 2200), (2600, 1000)])
def test_a_decode_that_is_too_large_all_the_same_is_resized(size: tuple[int, int]) -> None:
    decoded = decode(
        saved(landscape(*size), "JPEG"), want="luma", min_short_side=256, min_long_side=PREVIEW_LEAST_SIDE
    )
    assert max(decoded.pixels.shape) > LONGEST_SIDE
    assert PREVIEW_LEAST_SIDE <= max(opened(make_preview(decoded)).size) <= LONGEST_SIDE
