from __future__ import annotations

import io

import numpy as np
import pytest
from media_drawings import animated, every_kind, landscape, pillow_rgb, saved, sixteen_bit
from PIL import Image

from openhotline.media import NOTES, decode

KINDS = every_kind()
EACH = pytest.mark.parametrize(("name", "media_type", "data"), KINDS, ids=[kind[0] for kind in KINDS])


@EACH
def test_rgb_is_what_the_peers_hash(name: str, media_type: str, data: bytes) -> None:
    decoded = decode(data, want="rgb")
    assert np.array_equal(decoded.pixels, pillow_rgb(data))
    assert decoded.media_type == media_type
    assert (decoded.full_height, decoded.full_width) == decoded.pixels.shape[:2]
    assert set(decoded.notes) <= set(NOTES)


@EACH
def test_luma_is_the_grey_of_the_same_picture(name: str, media_type: str, data: bytes) -> None:
    luma = decode(data, want="luma").pixels
    grey = np.asarray(Image.open(io.BytesIO(data)).convert("RGB").convert("L"))
    assert luma.shape == grey.shape
    assert np.abs(luma.astype(int) - grey).mean() < 1.5


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("size", [(97, 53), (640, 481), (17, 300), (8, 8)])
@pytest.mark.parametrize("quality", [35, 92])
def test_turbo_and_pillow_agree_to_the_bit(subsampling: int, size: tuple[int, int], quality: int) -> None:
    data = saved(landscape(*size), "JPEG", quality=quality, subsampling=subsampling)
    decoded = decode(data, want="rgb")
    assert decoded.decoder.startswith("simplejpeg")
    assert np.array_equal(decoded.pixels, pillow_rgb(data))


@pytest.mark.parametrize(
    ("short", "wanted", "scale"),
    [(1024, 128, 8), (1024, 256, 4), (1000, 256, 2), (1000, 501, 1), (200, 256, 1)],
)
def test_luma_is_scaled_by_eight_four_or_two_but_never_below_what_was_asked(
    short: int, wanted: int, scale: int
) -> None:
    decoded = decode(saved(landscape(short + 61, short), "JPEG"), want="luma", min_short_side=wanted)
    assert decoded.scale == scale
    assert decoded.pixels.shape == (-(-short // scale), -(-(short + 61) // scale))
    assert (decoded.full_width, decoded.full_height) == (short + 61, short)


def test_scaled_luma_is_the_mean_of_blocks() -> None:
    data = saved(landscape(640, 480), "JPEG", quality=95)
    full, half = decode(data, want="luma").pixels, decode(data, want="luma", min_short_side=240).pixels
    blocks = full.reshape(240, 2, 320, 2).mean(axis=(1, 3))
    assert np.abs(blocks - half).mean() < 1.0


@pytest.mark.parametrize(("kind", "frames"), [("GIF", 3), ("WEBP", 4), ("PNG", 5), ("AVIF", 3), ("TIFF", 2)])
def test_the_first_frame_is_decoded_and_all_are_counted(kind: str, frames: int) -> None:
    data = animated(kind, frames)
    decoded = decode(data, want="rgb")
    assert decoded.frames == frames
    assert "first_of_several" in decoded.notes
    assert np.array_equal(decoded.pixels, pillow_rgb(data))


def test_an_animation_that_lost_its_end_says_so() -> None:
    for kind in ("GIF", "PNG"):
        data = animated(kind, 5)
        decoded = decode(data[: len(data) // 2], want="luma")
        assert "animation_cut_short" in decoded.notes


def test_print_colours_go_through_pillow_and_say_so() -> None:
    decoded = decode(saved(landscape().convert("CMYK"), "JPEG"), want="rgb")
    assert decoded.decoder.startswith("pillow")
    assert decoded.notes == ("cmyk_converted",)


def test_dropped_transparency_is_noted() -> None:
    assert decode(saved(landscape().convert("RGBA"), "PNG"), want="rgb").notes == ("alpha_ignored",)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("peak", [65535, 4095, 255])
def test_wide_samples_stay_visible(kind: str, peak: int) -> None:
    luma = decode(sixteen_bit(kind, peak), want="luma")
    assert luma.notes == ("wide_samples_scaled",)
    assert (luma.pixels.min(), luma.pixels.max()) == (0, 255)
    rgb = decode(sixteen_bit(kind, peak), want="rgb")
    assert rgb.notes == ("wide_samples_clipped",)
    assert np.array_equal(rgb.pixels, pillow_rgb(sixteen_bit(kind, peak)))
    assert rgb.visible is not None and np.array_equal(rgb.visible, luma.pixels)


@pytest.mark.parametrize("peak", [1.0, 200.0, 90000.0])
def test_floating_samples_stay_visible(peak: float) -> None:
    ramp = np.linspace(0, peak, 600).reshape(20, 30).astype(np.float32)
    ramp[0, 0] = np.nan
    luma = decode(saved(Image.fromarray(ramp), "TIFF"), want="luma").pixels
    assert luma.max() == (200 if peak == 200 else 255)


def test_the_smallest_picture_decodes() -> None:
    for kind in ("PNG", "GIF", "WEBP", "BMP", "TIFF"):
        dot = Image.new("RGB", (1, 1), (9, 9, 9))
        assert decode(saved(dot, kind), want="rgb").pixels.shape == (1, 1, 3)


@pytest.mark.parametrize(
    ("size", "eighths"),
    [
        ((400, 300), 8),
        ((640, 480), 6),
        ((800, 600), 5),
        ((1000, 750), 4),
        ((1300, 975), 3),
        ((2000, 1500), 2),
        ((4000, 3000), 1),
        ((1000, 500), 5),  # four would leave the shorter side too short
        ((1290, 3), 8),
    ],
)
def test_with_a_longer_side_luma_is_scaled_by_the_fewest_eighths_that_keep_both(
    size: tuple[int, int], eighths: int
) -> None:
    decoded = decode(saved(landscape(*size), "JPEG"), want="luma", min_short_side=256, min_long_side=448)
    assert decoded.scale == 8 / eighths
    assert decoded.pixels.shape == (-(-size[1] * eighths // 8), -(-size[0] * eighths // 8))
    assert (decoded.full_width, decoded.full_height) == size
