"""JSON of three shapes: our own document, an array, an object a line."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest
from tests.hashlists.list_cast import bad, digits, flowing, good, outcome, read

from openhotline.errors import BadInput
from openhotline.hashlists import Entry, Grade, Row, Status, read_rows, write_json

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
A = Grade("pseudo_photograph", "A", "2026-11")
ENTRIES = (
    Entry("pdq", digits(64, 1), 3, 100, {"gb-eng": A}, "unknown"),
    Entry("md5", digits(32, 2), 2),
    Entry("sha256", digits(64, 3), 4, status=Status.WITHDRAWN),
)


def own() -> str:
    stream = io.StringIO()
    write_json(stream, name="own", edition=4, published_at=NOON, entries=ENTRIES)
    return stream.getvalue()


def test_our_own_document_becomes_rows() -> None:
    assert read(own(), "json") == [
        Row("pdq", digits(64, 1), 2, 100, grades={"gb-eng": A}, ai="unknown"),
        Row("md5", digits(32, 2), 3),
        Row("sha256", digits(64, 3), 4, withdrawn=True),
    ]


def test_one_wrong_entry_of_ours_is_a_bad_row() -> None:
    rows = read(own().replace('"quality": 100', '"quality": 101'), "json")
    assert (len(good(rows)), [row.line for row in bad(rows)]) == (2, [2])


@pytest.mark.parametrize(
    ("text", "words"),
    {
        own()[:-3]: "cut off",
        own()[:150]: "cut off",
        own() + "more": "behind the list's end",
        own().replace('"version": 1', '"version": 2'): "version 1",
        own().replace('"name": "own", ', ""): "not exactly",
        own().replace('"name": "own"', '"other": "own"'): "not exactly",
        own().replace('"edition": 4, "pub', '"edition": 4, "name": "a", "pub'): "twice",
        "": "no {",
        "null": "no {",
        "[1": "cut off",
    }.items(),
)
def test_a_document_that_is_not_whole_is_refused_behind_its_rows(text: str, words: str) -> None:
    _, problem = outcome(text.encode(), "json")
    assert problem.startswith("Line ")
    assert words in problem


def test_a_cut_document_gives_its_rows_first() -> None:
    rows, problem = outcome(own()[:-4].encode(), "json")
    assert len(good(rows)) == 3
    assert problem.startswith("Line 4 of the list: ")


OBJECTS = [
    {"MD5": digits(32, 1), "sha1_hash": digits(40, 2).upper(), "id": 7, "tags": ["a", "b"]},
    {"algorithm": "pdq", "value": digits(64, 3), "quality": 50},
    {"hashes": {"SHA-256": digits(64, 4)}, "status": "revoked", "more": {"x": [1]}},
]
EXPECTED = [
    ("md5", digits(32, 1), None, "7", ("a", "b"), False),
    ("sha1", digits(40, 2), None, "7", ("a", "b"), False),
    ("pdq", digits(64, 3), 50, "", (), False),
    ("sha256", digits(64, 4), None, "", (), True),
]
SHAPES = {
    "array": json.dumps(OBJECTS),
    "indented": json.dumps(OBJECTS, indent=1),
    "lines": "\n".join(map(json.dumps, OBJECTS)),
    "lines of Windows with a mark": "\ufeff" + "\r\n".join(map(json.dumps, OBJECTS)) + "\r\n",
}


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
def test_objects_of_others_may_call_their_members_as_columns_are_called(text: str) -> None:
    rows = good(read(text, "json"))
    assert [(r.algorithm, r.value, r.quality, r.reference, r.tags, r.withdrawn) for r in rows] == EXPECTED
    cannot_seek = read_rows(flowing([text.encode()[:9], text.encode()[9:]]), form="json")
    assert list(cannot_seek) == rows


BAD_OBJECTS = {
    json.dumps({"md5": digits(31, 1)}): "32 digits",
    json.dumps({"md5": digits(32, 1), "MD5": digits(32, 2)}): "mean the same: md5",
    json.dumps({"md5": 5}): "32 digits",
    json.dumps({"other": 5}): "no value",
    json.dumps({"md5": digits(32, 1), "id": "x" * 201}): "longer than 200",
    "[]": "no object",
    "7": "no object",
}


@pytest.mark.parametrize(("line", "words"), BAD_OBJECTS.items(), ids=BAD_OBJECTS.values())
def test_a_wrong_object_is_a_bad_row_and_reading_goes_on(line: str, words: str) -> None:
    fine = json.dumps({"md5": digits(32, 9)})
    for text in (f"[{fine},\n{line},\n{fine}]", f"{fine}\n{line}\n{fine}"):
        rows = read(text, "json")
        assert [row.line for row in good(rows)] == [1, 3]
        assert [(row.line, words in row.reason) for row in bad(rows)] == [(2, True)]


@pytest.mark.parametrize(
    "line", ['{"md5": "', "{}}", "x", '{"md5": "a", "md5": "b"}', "[" * 5000, "\x00", '{"a": NaN}']
)
def test_a_line_that_is_no_object_costs_one_line(line: str) -> None:
    fine = json.dumps({"md5": digits(32, 9)})
    rows = read(f"{fine}\n{line}\n{fine}\n", "json")
    assert ([row.line for row in good(rows)], [row.line for row in bad(rows)]) == ([1, 3], [2])


def test_an_entry_that_says_a_thing_twice_is_a_bad_row() -> None:
    text = own().replace('"ai": "unknown"', '"ai": "unknown", "ai": "none"')
    assert [row.line for row in bad(read(text, "json"))] == [2]


def test_a_stranger_cannot_smuggle_signs_that_a_database_refuses() -> None:
    text = json.dumps([{"md5": digits(32, 1), "id": "a\x00\ud800b", "tags": ["\x00"]}])
    (row,) = good(read(text, "json"))
    assert row.reference.isprintable()
    assert row.reference.encode()
    assert row.tags == ("\N{REPLACEMENT CHARACTER}",)


def test_bytes_that_are_no_text_end_a_document_where_they_stand() -> None:
    with pytest.raises(BadInput, match="UTF-8"):
        read(own().encode().replace(b"listed", b"\xff\xfe", 1), "json")
