"""Marks of origin in drawn files: provenance reads out what drawing wrote in."""

from __future__ import annotations

import pytest

from openhotline.provenance import examine
from openhotline_server.pipeline.drawing import MARKS, Entry, file_bytes

EXPECTED = {
    "generator_text": "png_text:AUTOMATIC1111 or alike",
    "source_type_generated": "xmp_digital_source_type:trainedAlgorithmicMedia",
    "camera": "exif_camera:agree",
    "source_type_edited": "xmp_digital_source_type:compositeWithTrainedAlgorithmicMedia",
    "generator_software": "exif_software:imaginAIry",
    "camera_without_note": "exif_camera:inconsistent",
    "source_type_camera": "xmp_digital_source_type:digitalCapture",
}


@pytest.mark.parametrize("name", MARKS)
def test_every_mark_is_found_again_and_nothing_else_is(name: str) -> None:
    for file_format in MARKS[name].formats:
        data = file_bytes(Entry("x", 3, 48, 32, file_format, 85, mark=name))
        assert [piece.source for piece in examine(data, f"image/{file_format}")] == [EXPECTED[name]]


@pytest.mark.parametrize("file_format", ["jpeg", "png", "webp", "gif"])
def test_a_file_without_a_mark_says_nothing(file_format: str) -> None:
    assert examine(file_bytes(Entry("x", 3, 48, 32, file_format, 85)), f"image/{file_format}") == ()
