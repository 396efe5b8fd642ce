"""Making lines: one canonical spelling, and nothing recorded that two readers could read differently."""

from __future__ import annotations

import hashlib
import json
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhotline.chain import GENESIS, JSON, Line, link, verify
from openhotline.chain.canonical import decode, encode, moment, plain, read_moment
from openhotline.chain.line import body
from openhotline.errors import BadInput, TooLarge

NOON = datetime(2023, 10, 1, 12, tzinfo=UTC)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)


def first(**changes: Any) -> Line:
    given: dict[str, Any] = {
        "previous": GENESIS,
        "sequence": 1,
        "at": NOON,
        "actor": "ana",
        "event": "report.received",
        "subject": "r1",
        "details": {},
    }
    return link(**(given | changes))


def test_a_digest_is_the_sha256_of_the_body() -> None:
    line = first(details={"size": 3})
    assert body(line) == (
        b'{"actor":"ana","at":"2023-10-01T12:00:00.000000Z","details":{"size":3},"event":"report.received",'
        b'"previous":"' + b"0" * 64 + b'","sequence":1,"subject":"r1"}'
    )
    assert line.digest == hashlib.sha256(body(line)).hexdigest()


@given(st.dictionaries(names, values, max_size=4), words.filter(bool), words)
def test_any_line_of_the_subset_verifies(details: dict[str, JSON], actor: str, subject: str) -> None:
    assert verify([first(details=details, actor=actor, subject=subject)]).lines == 1


@given(values)
def test_encoding_agrees_with_the_slow_obvious_one(value: JSON) -> None:
    assert encode(value) == slow_encode(value).encode()
    assert decode(encode(value)) == value


def slow_encode(value: Any) -> str:
    """RFC 8785 by hand, for the subset."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "[" + ",".join(map(slow_encode, value)) + "]"
    if isinstance(value, dict):
        order = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{slow_encode(name)}:{slow_encode(value[name])}" for name in order) + "}"
    short = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
    return '"' + "".join(short.get(c, f"\\u{ord(c):04x}" if c < " " else c) for c in value) + '"'


def test_text_is_hashed_as_given_and_never_normalised() -> None:
    assert first(actor="\u00e9").digest != first(actor="e\u0301").digest


def test_a_moment_is_written_in_utc_with_microseconds() -> None:
    there = datetime(2023, 10, 1, 14, 0, 0, 5, tzinfo=timezone(timedelta(hours=2)))
    assert moment(there) == "2023-10-01T12:00:00.000005Z"
    assert read_moment(moment(there)) == there
    assert first(at=there).at.tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["2023-10-01T12:00:00Z", "2023-10-01T12:00:00.000000+00:00", "now", 3, "²" * 27]
)
def test_any_other_spelling_of_a_moment_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="canonical"):
        read_moment(text)


@pytest.mark.parametrize(
    "value",
    [1.5, 2**53, -(2**53), b"bytes", {"é": 1}, {"": 1}, {1: 1}, {"a\n": 1}, {"x" * 65: 1}, object(), {1, 2}],
)
def test_what_two_readers_could_read_differently_is_refused(value: object) -> None:
    with pytest.raises(BadInput):
        plain({"value": value})


def test_bottomless_details_are_refused() -> None:
    details: dict[str, Any] = {}
    details["again"] = details
    with pytest.raises(BadInput, match="nested deeper"):
        first(details=details)


@pytest.mark.parametrize(
    "changes",
    [
        {"at": NOON.replace(tzinfo=None)},
        {"previous": "0" * 63},
        {"previous": "G" * 64},
        {"sequence": 0},
        {"actor": ""},
        {"event": ""},
        {"actor": 7},
        {"subject": "\ud800"},
        {"details": {"text": "\udfff"}},
    ],
)
def test_a_line_that_says_nothing_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        first(**changes)


def test_a_line_is_no_place_for_the_thing_itself() -> None:
    with pytest.raises(TooLarge):
        first(details={"bytes": "x" * (1 << 20)})


def test_a_line_stays_as_it_was_when_the_caller_changes_the_mapping() -> None:
    details = {"list": [1]}
    line = first(details=details)
    details["list"].append(2)
    assert verify([line]).head == line.digest
    with pytest.raises(FrozenInstanceError):
        line.actor = "otto"  # type: ignore[misc]


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        '{"b":1,"a":1}',
        '{"a":1,"a":1}',
        "1.0",
        "1e3",
        "-0",
        "NaN",
        '"\\u0041"',
        "[" * 10**5,
        "9" * 5000,
    ],
)
def test_an_unusual_spelling_is_not_canonical(text: str) -> None:
    with pytest.raises(ValueError):
        decode(text.encode())
    if text.startswith('{"a": '):
        assert json.loads(text) == {"a": 1}
