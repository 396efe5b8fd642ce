from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from media_drawings import every_kind, landscape, saved

from openhotline.errors import TooLarge, Undecodable
from openhotline.media import Limits, decode, limits, reason_of

KINDS = [kind for kind in every_kind() if "film" not in kind[0] and kind[0] not in ("apng", "pages tiff")]


@pytest.mark.parametrize(("name", "media_type", "data"), KINDS, ids=[kind[0] for kind in KINDS])
@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.97])
def test_half_a_picture_is_no_picture(name: str, media_type: str, data: bytes, part: float) -> None:
    with pytest.raises(Undecodable) as refusal:
        decode(data[: int(len(data) * part)], want="rgb")
    assert reason_of(refusal.value) in ("truncated", "damaged", "not_a_picture")
    if part > 0.5:
        assert reason_of(refusal.value) == "truncated"


def test_nothing_is_empty() -> None:
    with pytest.raises(Undecodable) as refusal:
        decode(b"", want="luma")
    assert reason_of(refusal.value) == "empty"


def test_a_text_is_not_a_picture_whatever_its_name_was() -> None:
    with pytest.raises(Undecodable) as refusal:
        decode(b"Dear hotline, the picture is attached.", want="luma")
    assert reason_of(refusal.value) == "not_a_picture"


def test_damage_that_the_peers_pass_over_is_noted() -> None:
    data = saved(landscape(320, 240), "JPEG", quality=80)
    middle = len(data) // 2
    hurt = data[:middle] + b"\xff\xd3" + data[middle + 2 :]
    assert "damaged_data" in decode(hurt, want="rgb").notes


@pytest.mark.parametrize("kind", ["PNG", "HEIF", "TIFF"])
def test_rubbish_behind_a_header_is_refused(kind: str) -> None:
    data = bytearray(saved(landscape(), kind))
    for position in range(60, len(data)):
        data[position] = position * 7 % 251
    with pytest.raises(Undecodable):
        decode(bytes(data), want="rgb")


def png_of(width: int, height: int) -> bytes:
    """A PNG that declares any size and holds almost nothing."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = b"IDAT" + zlib.compress(bytes(100))
    parts = (chunk, body, b"IEND")
    coded = (struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(coded)


def webp_of(width: int, height: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + size
    return b"RIFF" + struct.pack("<I", len(body)) + body


def grown(kind: str, width: int, height: int) -> bytes:
    """A small file whose header was changed to declare more."""
    data = bytearray(saved(landscape(64, 48), kind))
    if kind == "JPEG":
        at = data.index(b"\xff\xc0") + 5
        data[at : at + 4] = struct.pack(">HH", height, width)
    elif kind == "GIF":
        data[6:10] = struct.pack("<HH", width, height)
    else:
        data[18:26] = struct.pack("<ii", width, height)
    return bytes(data)


@pytest.mark.parametrize(
    "bomb",
    [
        png_of(60_000, 60_000),
        webp_of(16_383, 16_383),
        grown("JPEG", 65_500, 65_500),
        grown("GIF", 65_535, 65_535),
        grown("BMP", 50_000, 50_000),
    ],
    ids=["png", "webp", "jpeg", "gif", "bmp"],
)
def test_a_pixel_bomb_is_refused_by_its_header(bomb: bytes) -> None:
    with pytest.raises(TooLarge) as refusal:
        decode(bomb, want="luma", min_short_side=64)
    assert reason_of(refusal.value) == "too_many_pixels"


@pytest.fixture
def small_limit() -> Iterator[None]:
    limits.adopt(replace(Limits(), pixels=160 * 120 - 1))
    yield
    limits.adopt(Limits())


@pytest.mark.parametrize(("name", "media_type", "data"), KINDS, ids=[kind[0] for kind in KINDS])
@pytest.mark.usefixtures("small_limit")
def test_the_limit_on_pixels_holds_for_every_kind(name: str, media_type: str, data: bytes) -> None:
    with pytest.raises(TooLarge):
        decode(data, want="luma")


def test_no_pixels_are_no_picture() -> None:
    with pytest.raises(Undecodable):
        decode(png_of(0, 10), want="rgb")
