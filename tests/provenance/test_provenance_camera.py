"""Traces of a camera: weak, and weaker where they do not agree."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from provenance_cast import MAKE, MODEL, OWN_TABLES, camera_exif, claims, exif, heif, jpeg, png

from openhotline.provenance import CAMERA_TRACES, Evidence, examine, rules
from openhotline.provenance.unsigned.camera import OWN, STANDARD, UNKNOWN, table_family


def only(data: bytes, media_type: str = "image/jpeg") -> Evidence:
    (piece,) = examine(data, media_type)
    assert piece.family == CAMERA_TRACES
    assert piece.claim == "camera_capture_claimed"
    assert piece.strength == "asserted_unsigned"
    return piece


def test_maker_note_and_tables_that_agree_support_a_camera_a_little() -> None:
    piece = only(jpeg(exif=camera_exif(), tables=OWN_TABLES))
    assert (piece.source, piece.log10_lr) == ("exif_camera:agree", -0.5)


@pytest.mark.parametrize(
    ("maker_note", "tables", "software"),
    [(True, None, "1.02"), (False, OWN_TABLES, "1.02"), (True, OWN_TABLES, "Adobe Photoshop 25")],
    ids=["libjpeg's tables", "no maker note", "an editor"],
)
def test_traces_that_are_not_all_there_support_it_less(
    maker_note: bool, tables: list[list[int]] | None, software: str
) -> None:
    piece = only(jpeg(exif=camera_exif(maker_note=maker_note, software=software), tables=tables))
    assert (piece.source, piece.log10_lr) == ("exif_camera:partly", -0.25)


@pytest.mark.parametrize(
    ("tables", "software"),
    [(None, "1.02"), (OWN_TABLES, "GIMP 2.10")],
    ids=["libjpeg's tables", "an editor's tables"],
)
def test_a_makers_name_alone_is_inconsistent(tables: list[list[int]] | None, software: str) -> None:
    piece = only(jpeg(exif=camera_exif(maker_note=False, software=software), tables=tables))
    assert (piece.source, piece.log10_lr) == ("exif_camera:inconsistent", 0.0)
    assert "easily added" in piece.doubt


def test_a_makers_name_beside_a_generators_is_inconsistent() -> None:
    data = jpeg(exif=camera_exif(software="stability.ai"), tables=OWN_TABLES)
    assert ("exif_camera:inconsistent", "camera_capture_claimed", "asserted_unsigned") in claims(
        examine(data, "image/jpeg")
    )


def test_without_a_maker_nothing_is_said() -> None:
    assert examine(jpeg(tables=OWN_TABLES), "image/jpeg") == ()
    assert examine(jpeg(exif=exif({MODEL: "DO-1"}, maker_note=b"DRAWN" * 9)), "image/jpeg") == ()
    assert examine(jpeg(exif=exif({MAKE: "   "})), "image/jpeg") == ()


@pytest.mark.parametrize("big_endian", [False, True])
def test_exif_is_read_in_both_byte_orders_and_outside_jpeg(big_endian: bool) -> None:
    written = exif({MAKE: "Drawn Optics"}, maker_note=b"DRAWN" * 9, big_endian=big_endian)
    assert only(heif(exif=written), "image/heic").source == "exif_camera:partly"


def test_exif_is_read_from_png() -> None:
    stream = io.BytesIO()
    Image.new("RGB", (4, 4)).save(stream, "PNG", exif=camera_exif())
    assert only(stream.getvalue(), "image/png").source == "exif_camera:partly"
    assert examine(png(), "image/png") == ()


@pytest.mark.parametrize("quality", [1, 5, 24, 25, 49, 50, 51, 75, 92, 99, 100])
def test_every_table_of_libjpeg_is_recognised(quality: int) -> None:
    assert table_family(_tables(jpeg(quality=quality))) == STANDARD


def test_another_table_is_not_libjpegs() -> None:
    assert table_family(_tables(jpeg(tables=OWN_TABLES))) == OWN
    assert table_family(b"\x10" + bytes(128)) == UNKNOWN
    assert table_family(b"") == UNKNOWN


def _tables(data: bytes) -> bytes:
    at = data.index(b"\xff\xdb")
    return data[at + 4 : at + 2 + int.from_bytes(data[at + 2 : at + 4])]


def test_the_weights_stay_within_their_bounds() -> None:
    lowest, highest = rules().bounds[CAMERA_TRACES]
    assert all(lowest <= weight <= highest <= 0 for weight in rules().camera_weights.values())


def test_names_from_the_file_are_not_kept() -> None:
    assert "Drawn" not in repr(examine(jpeg(exif=camera_exif(), tables=OWN_TABLES), "image/jpeg"))
