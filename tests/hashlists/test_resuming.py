"""Whoever stops anywhere and goes on from the position gets what reading through would have given."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.hashlists.list_cast import digits, flowing, outcome

from openhotline.errors import BadInput
from openhotline.hashlists import Position, byte_lines, json_walk, read_rows, rows

SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every boundary between pieces fall inside these short lists."""
    monkeypatch.setattr(byte_lines, "CHUNK", 61)
    monkeypatch.setattr(byte_lines, "LONGEST_LINE", 300)
    monkeypatch.setattr(json_walk, "WINDOW", 61)
    monkeypatch.setattr(rows, "BATCH_ROWS", 3)


hexadecimal = st.integers(0, 999).map(lambda seed: digits(32, seed))
value = st.one_of(
    hexadecimal, hexadecimal.map(str.upper), st.sampled_from(["", "x", "\N{SNOWMAN}", "a\x00b"])
)
note = st.sampled_from(
    ["", "plain", '"quoted, one"', '"over\ntwo lines"', '"open', "\N{SNOWMAN}", "z" * 400, 'in "the" middle']
)
end = st.sampled_from(["\n", "\r\n"])


@st.composite
def csv_lists(draw: st.DrawFn) -> bytes:
    break_ = draw(end)
    lines = draw(st.lists(st.tuples(value, note), max_size=12))
    text = break_.join(
        ["# a list", "id,md5,note", *(f"{n},{one},{two}" for n, (one, two) in enumerate(lines))]
    )
    return text.encode() + draw(
        st.sampled_from([b"", b"\n", b"\n\xff\xfe,,\n", b"\nid,md5,note\n", b"\nsha1\n"])
    )


@st.composite
def line_lists(draw: st.DrawFn) -> bytes:
    line = st.one_of(value.map(lambda one: f"md5 {one}"), st.sampled_from(["", "# x", "z" * 700]))
    return draw(end).join(draw(st.lists(line, max_size=12))).encode()


media = st.fixed_dictionaries(
    {"MD5": value},
    optional={"Category": st.integers(-1, 9), "Comments": note, "SHA1": value, "id": st.integers(0, 5)},
)


@st.composite
def cut(draw: st.DrawFn, text: str) -> bytes:
    data = text.encode()
    return data[: draw(st.one_of(st.just(len(data)), st.integers(0, len(data))))]


@st.composite
def vics_lists(draw: st.DrawFn) -> bytes:
    context = draw(st.sampled_from(["UK/$metadata#Media", "UK/$metadata#Cases", ""]))
    found: list[Any] = draw(st.lists(media, max_size=8))
    if "Media" not in context:
        found = [{"CaseNumber": "1", "Media": found, "Total": 3}, {"Media": found[:2]}]
    told = {"@odata.context": f"DataModels/2.0.xml/{context}"} if context else {}
    text = json.dumps({**told, "value": found}, indent=draw(st.sampled_from([None, 1])), ensure_ascii=False)
    return draw(cut(text))


@st.composite
def json_lists(draw: st.DrawFn) -> bytes:
    found = draw(st.lists(media, min_size=1, max_size=9))
    text = draw(
        st.sampled_from(
            [
                json.dumps(found, ensure_ascii=False),
                json.dumps(found, indent=1),
                "\ufeff" + "\n".join(json.dumps(one, ensure_ascii=False) for one in found),
                json.dumps({"format": "openhotline-hash-list", "name": "a", "entries": found}, indent=1),
            ]
        )
    )
    return draw(cut(text))


@st.composite
def ncmec_lists(draw: st.DrawFn) -> bytes:
    images = "".join(
        f'<image><member id="7"/><id>{n}</id><fingerprints><md5>{one.replace(chr(0), "")}</md5></fingerprints></image>\n'
        for n, one in enumerate(draw(st.lists(value, max_size=9)))
    )
    return draw(cut(f"<queryResult><images>{images}</images></queryResult>"))


def check(data: bytes, form: str) -> None:
    through, problem = outcome(data, form)
    for stop in range(len(through) + 1):
        reading = read_rows(io.BytesIO(data), form=form)
        first = [next(reading) for _ in range(stop)]
        position = Position.from_json(json.loads(json.dumps(reading.position.as_json())))
        rest, later = outcome(data, form, position)
        assert (first + rest, later) == (through, problem)


@SETTINGS
@given(csv_lists())
def test_csv_goes_on(data: bytes) -> None:
    check(data, "csv")


@SETTINGS
@given(line_lists())
def test_signal_lines_go_on(data: bytes) -> None:
    check(data, "threatexchange")


@SETTINGS
@given(vics_lists())
def test_vics_goes_on(data: bytes) -> None:
    check(data, "vics")


@SETTINGS
@given(json_lists())
def test_json_goes_on(data: bytes) -> None:
    check(data, "json")


@SETTINGS
@given(ncmec_lists())
def test_ncmec_goes_on(data: bytes) -> None:
    check(data, "ncmec-xml")


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_stream_that_cannot_seek_goes_on_too(form: str) -> None:
    found = [{"md5": digits(32, n)} for n in range(9)]
    data = (
        json.dumps(found).encode()
        if form == "json"
        else b"md5\n" + b"\n".join(m["md5"].encode() for m in found)
    )
    through, _ = outcome(data, form)
    reading = read_rows(io.BytesIO(data), form=form)
    first = [next(reading) for _ in range(5)]
    again = read_rows(flowing([data[:50], data[50:]]), form=form, start=reading.position)
    assert first + list(again) == through


def test_the_position_moves_through_the_file() -> None:
    data = b"md5\n" + b"".join(digits(32, n).encode() + b"\n" for n in range(200))
    reading = read_rows(io.BytesIO(data), form="csv")
    offsets = [reading.bytes_done for _ in reading]
    assert offsets == sorted(offsets)
    assert offsets[-1] == len(data)
    assert reading.position.offset > len(data) - 200


@pytest.mark.parametrize(
    "stored",
    [
        None,
        {},
        7,
        {"offset": -1, "line": 1, "given": 0, "state": {}},
        {"offset": 0, "line": 1, "given": 0, "state": 7},
    ],
)
def test_a_damaged_position_is_refused(stored: Any) -> None:
    with pytest.raises(BadInput, match="position"):
        Position.from_json(stored)


@pytest.mark.parametrize("form", ["csv", "json", "vics", "ncmec-xml", "stopncii-json"])
def test_a_position_of_another_form_is_refused(form: str) -> None:
    with pytest.raises(BadInput, match="position"):
        list(
            read_rows(
                io.BytesIO(b"x" * 99), form=form, start=Position(9, 1, 0, {"shape": "other", "names": 7})
            )
        )
