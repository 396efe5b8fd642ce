"""Damaged and hostile files: never an exception, never silence, never for long."""

from __future__ import annotations

import struct
import time
import zlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from provenance_cast import (
    CONTAINERS,
    MAKE,
    OWN_TABLES,
    TRAINED,
    camera_exif,
    chunk,
    claims,
    exif,
    jpeg,
    packet,
    png,
    segment,
    tiff,
    webp,
)

from openhotline.provenance import CAMERA_TRACES, UNREADABLE, UNSIGNED_CLAIMS, examine
from openhotline.provenance.unsigned.xmp import MAX_PACKET

BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY a%d "%s">' % (i, (b"&a%d;" % (i - 1) if i else b"&a;") * 10) for i in range(9)
)
DESCRIPTION = '<rdf:Description xmlns:e="e" e:DigitalSourceType="{}"/>'
HOSTILE = {
    "entity bomb": BOMB + b"]>" + packet(DESCRIPTION.format("&a8;")),
    "external entity": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    + packet(DESCRIPTION.format("&e;")),
    "parameter entity": b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1/"> %p;]>' + TRAINED,
    "undefined entity": packet(DESCRIPTION.format("&e;")),
    "malformed": TRAINED.replace(b"</rdf:RDF>", b""),
    "no XML at all": b"DigitalSourceType=trainedAlgorithmicMedia :xmpmeta",
}
TYPES = ("image/jpeg", "image/png", "image/webp", "image/tiff", "image/heic", "image/gif", None)


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("container", ["jpeg", "png", "png, compressed", "webp", "tiff"])
def test_a_hostile_packet_is_refused_and_said_to_be_unreadable(kind: str, container: str) -> None:
    media_type, put_into = CONTAINERS[container]
    data = put_into(HOSTILE[kind])
    started = time.process_time()
    assert claims(examine(data, media_type)) == [("xmp", "none", UNREADABLE)]
    assert time.process_time() - started < 0.5


def test_a_packet_that_is_cut_off_is_unreadable() -> None:
    assert claims(examine(b"junk" + TRAINED[: len(TRAINED) // 2], None)) == [("xmp", "none", UNREADABLE)]


def test_a_packet_that_is_too_large_is_unreadable() -> None:
    large = packet(DESCRIPTION.format("trainedAlgorithmicMedia") + " " * MAX_PACKET)
    assert claims(examine(png(xmp=large), "image/png")) == [("xmp", "none", UNREADABLE)]


def test_texts_that_would_not_end_are_unreadable() -> None:
    bomb = zlib.compress(bytes(50_000_000), 9)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"zTXt", b"parameters\x00\x00" + bomb) * 50
    assert {piece.strength for piece in examine(data, "image/png")} == {UNREADABLE}


def test_a_damaged_exif_is_unreadable_for_both_families() -> None:
    found = examine(jpeg(exif=b"II*\x00\xff\xff\xff\xff" + bytes(30)), "image/jpeg")
    assert [(piece.family, piece.source, piece.strength) for piece in found] == [
        (CAMERA_TRACES, "exif", UNREADABLE),
        (UNSIGNED_CLAIMS, "exif", UNREADABLE),
    ]


def test_a_value_outside_the_file_is_unreadable() -> None:
    whole = exif({MAKE: "Drawn Optics of somewhere"})
    found = examine(jpeg(exif=whole[:-12]), "image/jpeg")
    assert {piece.strength for piece in found} == {UNREADABLE}


def test_a_failed_check_does_not_stop_the_others() -> None:
    found = examine(jpeg(exif=camera_exif(), tables=OWN_TABLES, xmp=HOSTILE["malformed"]), "image/jpeg")
    assert claims(found) == [
        ("exif_camera:agree", "camera_capture_claimed", "asserted_unsigned"),
        ("xmp", "none", UNREADABLE),
    ]


def test_what_stands_before_a_damaged_place_is_kept() -> None:
    whole = jpeg(xmp=TRAINED)
    found = claims(examine(whole[: whole.index(b"\xff\xdb") + 9], "image/jpeg"))
    assert ("xmp_digital_source_type:trainedAlgorithmicMedia", "ai_generated", "asserted_unsigned") in found
    assert ("jpeg_segments", "none", UNREADABLE) in found


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png", "image/webp", "image/tiff"])
def test_a_text_with_the_name_of_a_picture_is_unreadable(media_type: str) -> None:
    assert {piece.strength for piece in examine(b"This is a text.\n", media_type)} == {UNREADABLE}


def test_an_empty_file_and_one_of_no_known_kind_say_nothing() -> None:
    assert all(examine(b"", media_type) == () for media_type in TYPES)
    assert examine(b"This is a text.\n", None) == ()


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8" + b"\xff" * 3_000_000,
        b"\xff\xd8" + segment(b"") * 1_000_000,
        b"\x89PNG\r\n\x1a\n" + chunk(b"tEXt", b"a\x00b") * 300_000,
        b"RIFF\xff\xff\xff\x00WEBP" + struct.pack("<4sI", b"abcd", 0) * 300_000,
        b"<" * 3_000_000 + b":xmpmeta",
        b"II*\x00\x08\x00\x00\x00" * 300_000,
    ],
    ids=["fill bytes", "segments", "texts", "chunks", "brackets", "headers"],
)
def test_many_small_things_take_no_long_time(data: bytes) -> None:
    started = time.process_time()
    for media_type in TYPES:
        examine(data, media_type)
    assert time.process_time() - started < 2


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(TYPES))
@example(b"\xff\xd8\xff", "image/jpeg")
@example(b"\x89PNG\r\n\x1a\n", "image/png")
@example(b"RIFF1234WEBPx", "image/webp")
@example(b"MM\x00*", "image/tiff")
def test_any_bytes_are_taken(data: bytes, media_type: str | None) -> None:
    examine(data, media_type)


WHOLE = (
    (jpeg(xmp=TRAINED, exif=camera_exif(), tables=OWN_TABLES), "image/jpeg"),
    (png({"parameters": "Steps: 1, Sampler: x"}, xmp=TRAINED, packed=True), "image/png"),
    (webp(xmp=TRAINED, exif=camera_exif()), "image/webp"),
    (tiff(xmp=TRAINED), "image/tiff"),
)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(WHOLE),
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=6),
    st.integers(0, 3000),
)
def test_any_damage_is_taken(whole: tuple[bytes, str], changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(whole[0])
    for place, value in changes:
        data[place % len(data)] = value
    found = examine(bytes(data[: max(1, len(data) - cut)]), whole[1])
    assert all(piece.log10_lr <= 0 for piece in found)


def test_an_ordinary_file_takes_less_than_three_milliseconds() -> None:
    for whole, media_type in WHOLE:
        data = whole + bytes(400_000)
        best = 1.0
        for _ in range(9):
            started = time.process_time()
            examine(data, media_type)
            best = min(best, time.process_time() - started)
        assert best < 0.003
