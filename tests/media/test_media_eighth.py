"""Luma at an eighth is libjpeg-turbo's to the bit, or left to it."""

from __future__ import annotations

import io
import random
import subprocess
import sys

import numpy as np
import pytest
import simplejpeg
from coded_jpegs import coded_jpeg
from media_drawings import landscape, pillow_rgb, saved
from PIL import Image

from openhotline.media import decode, eighth
from openhotline.media.decoded import Pixels
from openhotline.media.eighth.scan import read_scan

HILLS = landscape(173, 131)


def turbo(data: bytes) -> Pixels:
    height, width, _, _ = simplejpeg.decode_jpeg_header(data)
    return simplejpeg.decode_jpeg(data, "GRAY", min_height=-(-height // 8), min_width=-(-width // 8))[:, :, 0]


def encoded(picture: Image.Image, sampling: str, quality: int = 90) -> bytes:
    pixels, colours = np.asarray(picture), "RGB"
    if sampling == "Gray":
        pixels, colours = np.asarray(picture.convert("L"))[:, :, None], "GRAY"
    return bytes(simplejpeg.encode_jpeg(pixels, quality, colorspace=colours, colorsubsampling=sampling))


def replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new, 1)


def changed(data: bytes, marker: bytes, at: int, value: int) -> bytes:
    """Set one byte, counted from the first marker of that kind."""
    place = data.index(marker) + at
    return data[:place] + bytes([value]) + data[place + 1 :]


@pytest.mark.parametrize("sampling", ["444", "422", "420", "440", "411", "Gray"])
@pytest.mark.parametrize("size", [(97, 53), (640, 481), (17, 300), (33, 1), (5, 1), (16, 16), (8, 8)])
@pytest.mark.parametrize("quality", [5, 60, 92, 100])
def test_every_sampling_is_read_to_the_bit(sampling: str, size: tuple[int, int], quality: int) -> None:
    data = encoded(landscape(*size), sampling, quality)
    found = eighth.read_luma(data)
    assert found is not None and np.array_equal(found, turbo(data))


@pytest.mark.parametrize("quality", [5, 30, 75, 95, 100])
@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize(
    "options", [{"optimize": True}, {"restart_marker_blocks": 3}, {"restart_marker_rows": 1}]
)
def test_own_tables_and_restarts_are_read_to_the_bit(
    quality: int, subsampling: int, options: dict[str, int]
) -> None:
    data = saved(HILLS, "JPEG", quality=quality, subsampling=subsampling, **options)
    found = eighth.read_luma(data)
    assert found is not None and np.array_equal(found, turbo(data))


def test_noise_in_any_code_is_read_to_the_bit() -> None:
    for seed in range(600):
        data = coded_jpeg(random.Random(seed))
        height, width, _, _ = simplejpeg.decode_jpeg_header(data)
        found = eighth.read_luma(data)
        assert found is None if max(height, width) < 5 else np.array_equal(found, turbo(data)), seed


def test_levels_that_no_coefficient_can_hold_are_left_to_others() -> None:
    read = 0
    for seed in range(300):
        data = coded_jpeg(random.Random(seed), wild=True)
        found = eighth.read_luma(data)
        assert found is None or np.array_equal(found, turbo(data)), seed
        read += found is not None
    assert 50 < read < 250


def test_what_follows_the_picture_is_not_looked_at() -> None:
    data = encoded(HILLS, "420") + b"\xff\xd8 another picture \xff\xff\0"
    assert np.array_equal(eighth.read_luma(data), turbo(data))


def test_a_picture_of_grey_may_claim_any_sampling() -> None:
    data = changed(encoded(HILLS, "Gray"), b"\xff\xc0", 11, 0x22)
    assert np.array_equal(eighth.read_luma(data), turbo(data))


ORDINARY = encoded(HILLS, "420")
WHOLE = ORDINARY[:-2]
FRAME, SCAN, CODES, QUANTISERS = b"\xff\xc0", b"\xff\xda", b"\xff\xc4", b"\xff\xdb"
INTERLEAVED, ALONE = b"\0\x0c\3\1\0\2\x11\3\x11\0\x3f\0", b"\0\x08\1\1\0\0\x3f\0"
UNUSUAL_HEADERS = {
    "progressive": saved(HILLS, "JPEG", progressive=True),
    "print colours": saved(HILLS.convert("CMYK"), "JPEG"),
    "arithmetic": changed(ORDINARY, FRAME, 1, 0xC9),
    "12 bits a sample": changed(ORDINARY, FRAME, 4, 12),
    "wide quantisers": changed(ORDINARY, QUANTISERS, 4, 0x10),
    "no quantiser": changed(ORDINARY, FRAME, 12, 3),
    "no height yet": replaced(ORDINARY, b"\x08\0\x83\0\xad", b"\x08\0\0\0\xad"),
    "two components": changed(ORDINARY, FRAME, 9, 2),
    "the same component twice": changed(changed(ORDINARY, FRAME, 13, 1), SCAN, 7, 1),
    "luma coarser than colours": changed(ORDINARY, FRAME, 14, 0x41),
    "five times finer": changed(ORDINARY, FRAME, 11, 0x51),
    "eleven blocks a unit": changed(changed(ORDINARY, FRAME, 11, 0x42), FRAME, 14, 0x21),
    "two frames": replaced(ORDINARY, FRAME, ORDINARY[ORDINARY.index(FRAME) :][:19] + FRAME),
    "another order in the scan": changed(changed(ORDINARY, SCAN, 5, 2), SCAN, 7, 1),
    "one component a scan": replaced(ORDINARY, INTERLEAVED, ALONE),
    "part of the spectrum": changed(ORDINARY, SCAN, 12, 5),
    "missing codes": changed(ORDINARY, SCAN, 6, 0x22),
    "more codes than there can be": changed(changed(ORDINARY, CODES, 6, 5), CODES, 7, 1),
    "differences of 12 bits": changed(ORDINARY, CODES, 21 + 11, 12),
    "a marker that is filled up": replaced(ORDINARY, FRAME, b"\xff" + FRAME),
    "an unknown marker": replaced(ORDINARY, FRAME, b"\xff\xf0\0\2" + FRAME),
    "a header cut off": ORDINARY[: ORDINARY.index(SCAN) + 3],
}
UNUSUAL_DATA = {
    "no end": WHOLE,
    "an end filled up": WHOLE + b"\xff\xff\xd9",
    "a byte too many": WHOLE + b"\0\xff\xd9",
    "a restart too many": WHOLE + b"\xff\xd0\xff\xd9",
    "lines counted afterwards": WHOLE + b"\xff\xdc\0\4\0\x83\xff\xd9",
    "another scan": WHOLE + ORDINARY[ORDINARY.index(SCAN) :],
    "half of it": ORDINARY[: len(ORDINARY) // 2],
    "no data": ORDINARY[: ORDINARY.index(SCAN) + 14],
    "four pixels": encoded(landscape(4, 4), "444"),
}


@pytest.mark.parametrize("data", UNUSUAL_HEADERS.values(), ids=UNUSUAL_HEADERS)
def test_an_unusual_header_is_left_to_others(data: bytes) -> None:
    assert read_scan(ORDINARY) is not None
    assert read_scan(data) is None
    assert eighth.read_luma(data) is None


@pytest.mark.parametrize("data", UNUSUAL_DATA.values(), ids=UNUSUAL_DATA)
def test_unusual_data_are_left_to_others(data: bytes) -> None:
    assert eighth.read_luma(ORDINARY) is not None
    assert eighth.read_luma(data) is None


def test_decoding_uses_it_at_an_eighth_and_nowhere_else() -> None:
    data = encoded(HILLS, "420")
    small = decode(data, want="luma", min_short_side=16)
    assert (small.decoder, small.scale) == (eighth.DECODER, 8)
    assert np.array_equal(small.pixels, turbo(data))
    assert small.pixels.flags.c_contiguous and small.pixels.flags.writeable
    for more in (
        decode(data, want="luma", min_short_side=18),
        decode(data, want="luma"),
        decode(data, want="rgb"),
    ):
        assert more.decoder.startswith("simplejpeg")


def test_a_picture_kept_in_red_green_and_blue_has_no_luma_to_read() -> None:
    data = saved(HILLS, "JPEG", keep_rgb=True)
    assert decode(data, want="luma", min_short_side=1).decoder.startswith("simplejpeg")


def test_a_sampling_without_a_name_is_decoded_by_pillow() -> None:
    data = changed(encoded(landscape(32, 32), "411"), b"\xff\xc0", 11, 0x14)
    decoded = decode(data, want="rgb")
    assert decoded.decoder.startswith("pillow")
    assert np.array_equal(decoded.pixels, pillow_rgb(data))
    assert Image.open(io.BytesIO(data)).size == (32, 32)


def test_importing_media_loads_no_compiler() -> None:
    code = "import sys, openhotline.media; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
