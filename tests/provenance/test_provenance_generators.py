"""Generators' marks: every place they write to, nothing of the words beside them, nothing on ordinary texts."""

from __future__ import annotations

import logging
import struct
import time

import pytest
from generator_cast import FLOW, GRAPH, LAW_NAME, LINES, TOKEN, app13, hidden, user_comment
from generator_files import MARKED, ORDINARY
from provenance_cast import (
    MAKE,
    MODEL,
    claims,
    exif,
    jpeg,
    png,
    webp,
)

from openhotline.provenance import UNREADABLE, examine
from openhotline.provenance.unsigned.generators import MAX_TEXT, comment_generator, text_generator


def claimed(source: str, said: str = "ai_generated") -> list[tuple[str, str, str]]:
    return [(source, said, "asserted_unsigned")]


@pytest.mark.parametrize("name", MARKED)
def test_every_place_names_the_program_and_no_word_of_the_prompt(
    name: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    data, media_type, source = MARKED[name]
    with caplog.at_level(logging.DEBUG):
        found = examine(data, media_type)
    assert claims(found) == claimed(source)
    printed = capsys.readouterr()
    assert TOKEN not in repr(found) + caplog.text + printed.out + printed.err


@pytest.mark.parametrize("label", ['"Label":"2"', '"Label": "3"'])
def test_a_suspicion_by_the_labelling_rules_is_less_than_a_claim(label: str) -> None:
    law = '{"AIGC":{' + label + ',"ContentProducer":"x"}}'
    said = "synthetic_or_edited_claimed"
    assert claims(examine(png({"AIGC": law}), "image/png")) == claimed(f"png_text:{LAW_NAME}", said)
    assert claims(examine(jpeg(exif=user_comment(law)), "image/jpeg")) == claimed(
        f"exif_user_comment:{LAW_NAME}", said
    )


@pytest.mark.parametrize("number", range(len(ORDINARY)))
def test_ordinary_texts_claim_nothing(number: int) -> None:
    data = ORDINARY[number]
    media_type = {b"\x89P": "image/png", b"\xff\xd8": "image/jpeg", b"RI": "image/webp"}[data[:2]]
    assert examine(data, media_type) == ()


def test_settings_in_the_cameras_tags_are_no_camera() -> None:
    data = webp(exif=exif({MAKE: f"workflow:{FLOW}", MODEL: f"prompt:{GRAPH}"}))
    assert {piece.claim for piece in examine(data, "image/webp")} == {"ai_generated"}


@pytest.mark.parametrize("text", ["[1, 2]", "5", '{"base_model": ["x"', "{" * 9000, "[" * 15_000])
def test_what_breaks_a_parser_is_unreadable_or_nothing_and_never_a_find(text: str) -> None:
    found = examine(png({"parameters": text}), "image/png")
    assert {(piece.source, piece.strength) for piece in found} <= {("sd_parsers", UNREADABLE)}


def test_more_text_than_the_parsers_may_get_is_unreadable() -> None:
    found = examine(png({"parameters": "a" * (MAX_TEXT + 1)}), "image/png")
    assert claims(found) == [("sd_parsers", "none", UNREADABLE)]


@pytest.mark.parametrize(
    "text", ["Hashes: {" * 1800, ", " * 8000, " " * MAX_TEXT, "Negative prompt:" * 1000, "a: b," * 3000]
)
def test_no_text_keeps_the_parsers_for_long(text: str) -> None:
    started = time.process_time()
    text_generator({"parameters": text.encode()})
    comment_generator(b"ASCII" + text.encode())
    text_generator(
        {"Comment": b'{"sampler": 1}', "Description": text.encode()[:9000], "Source": b" " * 190 + b"x"}
    )
    assert time.process_time() - started < 1


def test_an_exception_holds_no_word_of_the_text() -> None:
    for text in (f"{TOKEN}" * 2000, f'["{TOKEN}"]'):
        with pytest.raises(ValueError) as raised:
            text_generator({"parameters": text.encode()})
        assert TOKEN not in str(raised.value)


@pytest.mark.parametrize("kind", [0, 1, 2, 3])
@pytest.mark.parametrize(
    ("word", "colours"),
    [
        (b"stealth_pnginfo", 4),
        (b"stealth_pngcomp", 4),
        (b"stealth_rgbinfo", 3),
        (b"stealth_rgbcomp", 4),
    ],
)
def test_settings_hidden_in_pixels_are_found_under_every_filter(word: bytes, colours: int, kind: int) -> None:
    found = examine(hidden(word, colours=colours, kind=kind), "image/png")
    assert [(piece.source.split(":")[0], piece.claim) for piece in found] == [("png_pixels", "ai_generated")]


def test_another_word_in_pixels_is_nothing() -> None:
    assert examine(hidden(b"stealth_nothing", colours=4), "image/png") == ()
    assert examine(hidden(b"stealth_pnginfo", colours=4, size=(9, 100)), "image/png") == ()


def test_damaged_iptc_lines_are_unreadable() -> None:
    torn = app13((2, 110, b"x" * 40)).replace(
        struct.pack(">BBBH", 28, 2, 110, 40), struct.pack(">BBBH", 28, 2, 110, 99)
    )
    assert claims(examine(jpeg(segments=torn), "image/jpeg")) == [("iptc_iim", "none", UNREADABLE)]


@pytest.mark.parametrize(("kind", "source"), [("exif", "exif"), ("8bim", "iptc_iim"), ("xmp", "xmp")])
def test_a_damaged_profile_is_unreadable_and_hides_no_text_behind_it(kind: str, source: str) -> None:
    found = claims(
        examine(png({f"Raw profile type {kind}": "no digits at all", "parameters": LINES}), "image/png")
    )
    assert (source, "none", UNREADABLE) in found
    assert ("png_text:AUTOMATIC1111 or alike", "ai_generated", "asserted_unsigned") in found
