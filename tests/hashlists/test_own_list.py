"""Our own list: what is written is read back, and what is not as described is refused with its line."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openhotline import taxonomy
from openhotline.errors import BadInput
from openhotline.hashlists import (
    ALGORITHMS,
    COLUMNS,
    Entry,
    Grade,
    HashList,
    Status,
    read_csv,
    read_json,
    write_csv,
    write_json,
)
from openhotline.hashlists.entry import DIGITS

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
DOCUMENT = Path(__file__).parents[2] / "docs/reference/hash-list-format.md"
A = Grade("pseudo_photograph", "A", "2026-11")
LISTED = Entry("pdq", "8a" * 32, 3, 100, {"gb-eng": A, "x-1": Grade("covered", "", "7")}, "unknown")
EXACT = Entry("md5", "0f" * 16, 2)
GONE = Entry("sha256", "c3" * 32, 4, status=Status.WITHDRAWN)
LIST = HashList("own", 4, NOON, (LISTED, EXACT, GONE))


def as_csv(entries: tuple[Entry, ...]) -> str:
    stream = io.StringIO(newline="")
    assert write_csv(stream, entries) == len(entries)
    return stream.getvalue()


def as_json(hash_list: HashList) -> str:
    stream = io.StringIO()
    write_json(
        stream,
        name=hash_list.name,
        edition=hash_list.edition,
        published_at=hash_list.published_at,
        entries=hash_list.entries,
    )
    return stream.getvalue()


hexadecimal = st.binary(min_size=32, max_size=32).map(bytes.hex)
grades = st.builds(
    Grade,
    outcome=st.sampled_from(taxonomy.load("outcomes").codes),
    grade=st.sampled_from(["", "A", "B1"]),
    edition=st.sampled_from(["2026-11", "3"]),
)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    algorithm = draw(st.sampled_from(ALGORITHMS))
    value = draw(hexadecimal)[: DIGITS[algorithm]]
    edition = draw(st.integers(1, 9))
    if draw(st.booleans()):
        return Entry(algorithm, value, edition, status=Status.WITHDRAWN)
    return Entry(
        algorithm,
        value,
        edition,
        quality=draw(st.integers(0, 100)) if algorithm == "pdq" else None,
        grades=draw(st.dictionaries(st.sampled_from(["gb-eng", "us-ncmec", "x"]), grades)),
        ai=draw(st.sampled_from(["", *taxonomy.load("ai").codes])),
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(entries(), unique_by=lambda entry: (entry.algorithm, entry.value)))
def test_every_list_comes_back_as_it_was_from_either_format(found: list[Entry]) -> None:
    assert read_csv(io.StringIO(as_csv(tuple(found)), newline="")) == tuple(found)
    hash_list = HashList("own", 9, NOON, tuple(found))
    assert read_json(io.StringIO(as_json(hash_list))) == hash_list


def test_the_document_shows_what_is_written_and_describes_every_column() -> None:
    text = DOCUMENT.read_text("utf-8").partition("\n## The lists of others")[0]
    shown_csv = re.findall(r"```csv\n(.*?)```", text, re.DOTALL)[0]
    shown_json = re.findall(r"```json\n(.*?)```", text, re.DOTALL)[0]
    read = read_json(io.StringIO(shown_json))
    assert as_json(read) == shown_json
    assert as_csv(read.entries) == shown_csv
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == list(COLUMNS)
    for code in (*taxonomy.load("ai").codes, *ALGORITHMS, *Status):
        assert f"`{code}`" in text


def test_times_are_written_in_utc_and_need_a_zone() -> None:
    summer = NOON.astimezone(timezone(timedelta(hours=2)))
    assert as_json(HashList("own", 4, summer, ())) == as_json(HashList("own", 4, NOON, ()))
    assert read_json(io.StringIO(as_json(HashList("own", 4, summer, ())))).published_at == NOON
    with pytest.raises(BadInput, match="time zone"):
        as_json(HashList("own", 4, NOON.replace(tzinfo=None), ()))


WRONG_CELLS = {
    "pdq,8a,100,,,3,listed": "64 lower-case hexadecimal digits",
    f"pdq,{'8A' * 32},100,,,3,listed": "64 lower-case hexadecimal digits",
    f"crc,{'8a' * 32},100,,,3,listed": "algorithm is none of md5",
    f"pdq,{'8a' * 32},101,,,3,listed": "0 to 100",
    f"pdq,{'8a' * 32},,,,3,listed": "belongs to every pdq",
    f"md5,{'8a' * 16},50,,,3,listed": "belongs to every pdq",
    f"pdq,{'8a' * 32},050,,,3,listed": "not a whole number",
    f"pdq,{'8a' * 32},\u0665,,,3,listed": "not a whole number",
    f"pdq,{'8a' * 32},50,,,0,listed": "from 1 on",
    f"pdq,{'8a' * 32},50,,,,listed": "not a whole number",
    f"pdq,{'8a' * 32},50,,,9999999999,listed": "from 1 on",
    f"pdq,{'8a' * 32},50,,,3,gone": "status is none of listed, withdrawn",
    f"pdq,{'8a' * 32},50,,perhaps,3,listed": "'ai' is none of",
    f"pdq,{'8a' * 32},50,gb-eng,,3,listed": "jurisdiction=outcome/grade@edition",
    f"pdq,{'8a' * 32},50,gb-eng=a@1;gb-eng=b@1,,3,listed": "each once",
    f"pdq,{'8a' * 32},50,GB=a@1,,3,listed": "code such as gb-eng",
    f"pdq,{'8a' * 32},50,gb-eng=Big Outcome@1,,3,listed": "outcome, then letters",
    f"pdq,{'8a' * 32},50,gb-eng=a@ü,,3,listed": "edition of its jurisdiction file",
    f"md5,{'8a' * 16},,,unknown,3,withdrawn": "withdrawn entry says nothing",
    f"md5,{'8a' * 16},,,,3": "6 cells instead of 7",
    f"md5,{'8a' * 16},,,,3,listed,more": "8 cells instead of 7",
    "": "0 cells instead of 7",
    f"md5,{'0f' * 16},,,,3,listed": "same value stands further up",
    'md5,"8a,,,,3,listed': "no CSV",
}


@pytest.mark.parametrize(("line", "words"), WRONG_CELLS.items(), ids=WRONG_CELLS.values())
def test_a_line_of_csv_that_is_not_as_described_is_named(line: str, words: str) -> None:
    text = as_csv((LISTED, EXACT)) + line + "\n" + as_csv((GONE,)).split("\n")[1] + "\n"
    with pytest.raises(BadInput, match=r"Line \d+ of the list") as refused:
        read_csv(io.StringIO(text, newline=""))
    assert words in str(refused.value)
    assert str(refused.value).startswith("Line 4 ") or "no CSV" in words
    assert "8a8a" not in str(refused.value)


@pytest.mark.parametrize(
    "head", ["", "value,algorithm\n", "algorithm,value,quality,grades,ai,edition\n", "\ufeff"]
)
def test_a_csv_with_other_columns_is_refused(head: str) -> None:
    with pytest.raises(BadInput, match=r"Line 1 of the list: .*columns"):
        read_csv(io.StringIO(head + (as_csv((EXACT,)) if head == "\ufeff" else ""), newline=""))


def entry_line(**changes: object) -> str:
    value = {
        "algorithm": "md5",
        "value": "8a" * 16,
        "quality": None,
        "grades": {},
        "ai": "",
        "edition": 3,
        "status": "listed",
    }
    return json.dumps(value | changes)


WRONG_ENTRIES = {
    entry_line(edition=5): "later edition than the list",
    entry_line(edition=True): "whole number",
    entry_line(edition="3"): "whole number",
    entry_line(quality=1.0): "whole number",
    entry_line(ai=None): "are texts",
    entry_line(status=[]): "are texts",
    entry_line(status="gone"): "status is none of",
    entry_line(grades=[]): "object by jurisdiction",
    entry_line(grades={"gb-eng": {"outcome": "a"}}): "exactly outcome, grade and edition",
    entry_line(grades={"gb-eng": {"outcome": "a", "grade": None, "edition": "1"}}): "are texts",
    entry_line(more=1): "exactly algorithm",
    entry_line(value="0f" * 16): "same value stands further up",
    "[]": "exactly algorithm",
    "7": "exactly algorithm",
    "": "no JSON",
    '{"ai": "", "ai": ""}': "twice in one object",
    '{"ai": NaN}': "number is not a number",
    '{"ai": ' + "[" * 100_000: "goes so deep",
    '{"edition": ' + "9" * 5000 + "}": "counts so far",
    '{"ai": "}': "no JSON",
}


@pytest.mark.parametrize(("line", "words"), WRONG_ENTRIES.items(), ids=WRONG_ENTRIES.values())
def test_an_entry_of_json_that_is_not_as_described_is_named(line: str, words: str) -> None:
    lines = as_json(LIST).split("\n")
    lines.insert(3, line + ",")
    with pytest.raises(BadInput, match=r"^Line 4 of the list: ") as refused:
        read_json(io.StringIO("\n".join(lines)))
    assert words in str(refused.value)


WRONG_HEADS = {
    "": "no {",
    "[]": "no {",
    "{}": "not exactly",
    '{1: 2, "entries": []}': "quotation marks",
    '{"entries": []}': "exactly format",
    as_json(LIST) + "more": "behind the list's end",
    as_json(LIST).replace('"version": 1', '"version": 2'): "version 1",
    as_json(LIST).replace('"version": 1', '"version": 1, "version": 1'): "stands there twice",
    as_json(LIST).replace('"edition": 4, "pub', '"edition": 0, "pub'): "from 1 on",
    as_json(LIST).replace('"edition": 4, "pub', '"edition": true, "pub'): "from 1 on",
    as_json(LIST).replace("12:00:00Z", "12:00:00"): "time zone",
    as_json(LIST).replace("2026-11-03T12", "noon"): "time zone",
    as_json(LIST).replace('"name": "own"', '"name": 3'): "not a text",
    as_json(LIST).replace('"name": "own", ', ""): "exactly format",
    as_json(LIST).replace("\n]}", "\n}"): "no , or ]",
    as_json(LIST).replace('"entries": [', '"entries": {'): "no [",
}


@pytest.mark.parametrize(("text", "words"), WRONG_HEADS.items(), ids=WRONG_HEADS.values())
def test_a_json_that_is_no_list_is_refused(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=r"^Line \d+ of the list: ") as refused:
        read_json(io.StringIO(text))
    assert words in str(refused.value)


def test_a_list_laid_out_otherwise_is_the_same_list_and_its_lines_are_right() -> None:
    text = json.dumps(json.loads(as_json(LIST)), indent=2)
    assert read_json(io.StringIO(text)) == LIST
    line = 1 + text[: text.index("withdrawn")].count("\n")
    with pytest.raises(BadInput, match="Line") as refused:
        read_json(io.StringIO(text.replace("withdrawn", "gone")))
    assert line - len(COLUMNS) < int(re.findall(r"\d+", str(refused.value))[0]) <= line


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "list"
    file.write_bytes(as_csv((LISTED,)).encode() + b"\xff\n")
    with pytest.raises(BadInput, match="UTF-8"), file.open(encoding="utf-8", newline="") as stream:
        read_csv(stream)
    with pytest.raises(BadInput, match="UTF-8"), file.open(encoding="utf-8") as stream:
        read_json(stream)


def test_a_value_is_never_written_twice_nor_of_a_later_edition() -> None:
    with pytest.raises(BadInput, match="further up"):
        as_csv((EXACT, EXACT))
    with pytest.raises(BadInput, match="later edition"):
        as_json(HashList("own", 3, NOON, (GONE,)))
