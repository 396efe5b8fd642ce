from __future__ import annotations

import pytest
from media_drawings import every_kind

from openhotline.media import sniff

KINDS = every_kind()


@pytest.mark.parametrize(("name", "media_type", "data"), KINDS, ids=[kind[0] for kind in KINDS])
def test_content_tells_the_type(name: str, media_type: str, data: bytes) -> None:
    assert sniff(data) == media_type


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"BM is how this sentence begins, which makes it no bitmap.",
        b"a text file that somebody named holiday.jpg",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"RIFF\x10\0\0\0WAVEfmt ",
        b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
)
def test_anything_else_is_none(data: bytes) -> None:
    assert sniff(data) is None


def test_a_file_may_end_anywhere_without_an_error() -> None:
    for _, _, data in KINDS:
        for length in range(64):
            sniff(data[:length])
