"""Somebody's CSV: forgiving about headers, strict about values."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from tests.hashlists.list_cast import bad, digits, good, read

from openhotline.errors import BadInput
from openhotline.hashlists import Entry, Grade, Row, Status, write_csv

MD5, SHA1, PDQ = digits(32, 1), digits(40, 2), digits(64, 3)


@pytest.mark.parametrize("name", ["md5", "MD5", "md5_hash", "Hash-MD5", "hash md5", "MD5 Sum", '"Md5"'])
def test_a_column_goes_by_many_names(name: str) -> None:
    assert read(f"{name}\n{MD5}\n", "csv") == [Row("md5", MD5, 2)]


@pytest.mark.parametrize("name", ["PDQ", "pdq_hash", "PDQ Hash", "Image PDQ"])
@pytest.mark.parametrize("quality", ["quality", "PDQ Quality", "pdq_quality"])
def test_a_pdq_has_its_quality(name: str, quality: str) -> None:
    assert read(f"{quality},{name}\n88,{PDQ}\n", "csv") == [Row("pdq", PDQ, 2, 88)]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_from_the_header(sign: str) -> None:
    text = f"id{sign}md5{sign}note\n7{sign}{MD5}{sign}-\n"
    assert read(text, "csv") == [Row("md5", MD5, 2, reference="7")]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfmd5\r\n" + MD5.encode() + b"\r\n",
        b"sep=,\nmd5\n" + MD5.encode(),
        b"# a list\n\nmd5\n# of one\n\n" + MD5.upper().encode() + b"\n",
        b'"md5"\n"' + MD5.encode() + b'"\n',
        b"md5, comment\n " + MD5.encode() + b" ,\n,,,\n",
    ],
)
def test_marks_ends_comments_spaces_and_quotes_do_not_matter(data: bytes) -> None:
    (row,) = read(data, "csv")
    assert isinstance(row, Row)
    assert row.value == MD5


def test_a_line_with_several_hashes_is_several_rows_of_one_reference() -> None:
    rows = read(f"pdq,id,md5,sha1\n{PDQ},x-1,{MD5},{SHA1}\n,x-2,,{SHA1}\n", "csv")
    assert [(row.algorithm, row.line, row.reference) for row in good(rows)] == [
        ("md5", 2, "x-1"),
        ("sha1", 2, "x-1"),
        ("pdq", 2, "x-1"),
        ("sha1", 3, "x-2"),
    ]


def test_what_our_own_writer_writes_is_read() -> None:
    grade = Grade("pseudo_photograph", "A", "2026-11")
    entries = (
        Entry("pdq", PDQ, 3, 77, {"gb-eng": grade}, "wholly_generated"),
        Entry("md5", MD5, 4, status=Status.WITHDRAWN),
    )
    stream = io.StringIO(newline="")
    write_csv(stream, entries)
    assert read(stream.getvalue(), "csv") == [
        Row("pdq", PDQ, 2, 77, grades={"gb-eng": grade}, ai="wholly_generated"),
        Row("md5", MD5, 3, withdrawn=True),
    ]


def test_an_algorithm_may_stand_in_each_line() -> None:
    text = f"Hash Type;Hash Value\nSHA-1;{SHA1}\npdq;{PDQ}\nurl;HTTPS://Example.ORG:443/a%2fb#c\nmd6;{MD5}\n"
    rows = read(text, "csv")
    assert [row.value for row in good(rows)] == [SHA1, PDQ, "https://example.org/a%2Fb"]
    assert [(row.line, "algorithm" in row.reason) for row in bad(rows)] == [(5, True)]


def test_what_else_a_line_says_is_kept() -> None:
    text = (
        "sha1,tags,category,status,updated,media_type\n"
        f"{SHA1},a;b a,3,Deleted,2026-11-03T13:00:00+01:00,video/mp4\n"
        f"{MD5.ljust(40, '0')},,,active,noon,\n"
    )
    first, second = good(read(text, "csv"))
    assert first == Row(
        algorithm="sha1",
        value=SHA1,
        line=2,
        media="video",
        tags=("a", "b", "category:3"),
        withdrawn=True,
        at=datetime(2026, 11, 3, 12, tzinfo=UTC),
    )
    assert (second.tags, second.withdrawn, second.at, second.media) == ((), False, None, "image")


def test_an_md5_of_a_video_is_called_so_wherever_it_stands() -> None:
    (row,) = good(read(f"md5,media\n{MD5},video\n", "csv"))
    assert (row.algorithm, row.media) == ("video_md5", "video")


def test_a_quoted_cell_may_run_over_lines_and_the_lines_stay_right() -> None:
    text = f'note,md5\n"one\ntwo, ""three""",{MD5}\nplain,{MD5}\n"x",nothing\n'
    rows = read(text, "csv")
    assert [row.line for row in good(rows)] == [2, 4]
    assert [row.line for row in bad(rows)] == [5]


def test_a_forgotten_quotation_mark_costs_one_line() -> None:
    lines = [f"a,{digits(32, n)}" for n in range(200)]
    lines[10] = f'"a,{MD5}'
    rows = read("note,md5\n" + "\n".join(lines), "csv")
    assert len(good(rows)) == 199
    assert [row.line for row in bad(rows)] == [12]


WRONG = {
    f"md5\n{MD5[1:]}": "32 digits",
    f"md5\n{MD5[1:]}g": "something else",
    f"md5\n{MD5[:20]} {MD5[21:]}": "something else",
    "md5\n\u0660" + MD5[1:]: "something else",
    f"pdq,quality\n{PDQ},101": "0 to 100",
    f"pdq,quality\n{PDQ},x": "0 to 100",
    f"md5,ai\n{MD5},maybe": "none of",
    f"md5,status\n{MD5},gone": "status",
    f"md5,grades\n{MD5},A": "grades",
    "md5,id\n,1": "no value",
    f"md5\n{MD5},more": "more cells",
    f"md5,id\n{MD5},{'i' * 201}": "longer than 200",
    f'md5\n"{MD5}" x': "quotation marks",
    f"photodna\n{digits(286, 4)}": "144 bytes",
    "url\nexample.org/a": "http",
    "url\nhttps://user@example.org/": "names no user",
    "url\nhttps://exa_mple!/": "no domain",
    "domain\nexample.org/": "host name",
    "domain\n*.example.org": "host name",
    f"md5,sha1\n{MD5},{SHA1[1:]}": "40 digits",
}


@pytest.mark.parametrize(("text", "words"), WRONG.items(), ids=WRONG.values())
def test_a_wrong_value_makes_a_bad_row_and_reading_goes_on(text: str, words: str) -> None:
    header, _, line = text.partition("\n")
    rows = read(f"{header}\n{line}\n{line}\n", "csv")
    assert [row.line for row in bad(rows)] == [2, 3]
    assert all(words in row.reason for row in bad(rows))
    assert not any(line.split(",")[0] in row.reason for row in bad(rows) if line.split(",")[0])


REFUSED = {
    "": "empty",
    "\n\n": "empty",
    f"{MD5}\n{MD5}\n": "Line 1 of the list: No column",
    "name,size\na,1\n": "Line 1 of the list: No column",
    f"md5\r{MD5}\r": "No column",
    f"md5,hash_md5\n{MD5},{MD5}\n": "mean the same: md5",
    f"quality,tags\n1,{MD5}\n": "No column",
    f"md5,sha1\n{MD5},{SHA1}\nsha1,md5\n{SHA1},{MD5}\n": "Line 3 of the list: Other columns",
    f"pdq,sha256\n{PDQ},{PDQ}\nname,sha256,pdq\na,{PDQ},{PDQ}\n": "Line 3 of the list: Other columns",
    f"algorithm,value\nmd5,{MD5}\nmd5,sha1\n": "Line 3 of the list: Other columns",
}


@pytest.mark.parametrize(("text", "words"), REFUSED.items(), ids=REFUSED.values())
def test_a_file_that_is_no_list_is_refused(text: str, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(text, "csv")
    assert words in refused.value.message


def test_the_header_may_stand_there_again() -> None:
    rows = read(f"md5,id\n{MD5},1\nMD5,ID\n{MD5},2\n", "csv")
    assert [row.line for row in good(rows)] == [2, 4]
    assert [(row.line, "again" in row.reason) for row in bad(rows)] == [(3, True)]


def test_a_strangers_text_does_no_harm() -> None:
    (row,) = good(read(f"md5,id,tags\n{MD5},\x1b[2Jx,a\x07b\n", "csv"))
    assert row.reference.isprintable()
    assert all(tag.isprintable() for tag in row.tags)
