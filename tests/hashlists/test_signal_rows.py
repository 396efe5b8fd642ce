"""Files of the threatexchange program, as it writes them."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from tests.hashlists.list_cast import bad, digits, good, read

from openhotline.errors import WrongUsage
from openhotline.hashlists import Row, read_rows

PDQ, MD5, SHA256 = digits(64, 1), digits(32, 2), digits(64, 3)


def test_a_line_is_a_type_and_a_value() -> None:
    text = f"# ours\npdq {PDQ}\n\nvideo_md5 {MD5}\r\nvideo_sha256 {SHA256}\nurl https://example.org\n"
    assert read(text, "threatexchange") == [
        Row("pdq", PDQ, 2),
        Row("video_md5", MD5, 4, media="video"),
        Row("sha256", SHA256, 5, media="video"),
        Row("url", "https://example.org/", 6, media="address"),
    ]


def test_what_the_program_prints_is_read() -> None:
    text = (
        f"pdq {PDQ} 'Our \\'own\\' list' POSITIVE_CLASS +1,category:A\n"
        f'pdq {PDQ} "it\'s" NEGATIVE_CLASS\n'
        f"pdq {PDQ} 'x' DISPUTED\n"
    )
    rows = good(read(text, "threatexchange"))
    assert [row.tags for row in rows] == [
        ("+1", "category:A", "category:POSITIVE_CLASS"),
        ("category:NEGATIVE_CLASS",),
        ("category:DISPUTED",),
    ]
    assert [row.withdrawn for row in rows] == [False, True, False]


def test_a_file_of_nothing_but_values_is_read_where_their_kind_is_named() -> None:
    rows = read(f"{MD5}\n{MD5}x\n", "threatexchange", algorithm="md5")
    assert (rows[0], [row.line for row in bad(rows)]) == (Row("md5", MD5, 1), [2])
    with pytest.raises(WrongUsage):
        read_rows(io.BytesIO(), form="threatexchange", algorithm="md6")
    with pytest.raises(WrongUsage):
        read_rows(io.BytesIO(), form="csv", algorithm="md5")


def test_a_line_that_cannot_be_taken_is_named() -> None:
    rows = read(f"pdq\npdq {MD5}\nraw_text some words\nvpdq []\npdq {PDQ}\n", "threatexchange")
    assert ([row.line for row in bad(rows)], [row.line for row in good(rows)]) == ([1, 2, 3, 4], [5])


def test_the_programs_own_exports_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drive the unmodified program over its local file exchange, and read both of its exports."""
    main = pytest.importorskip("threatexchange.cli.main")
    monkeypatch.setenv("TX_STATEDIR", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))
    given = tmp_path / "signals"
    given.write_text(f"pdq {PDQ}\nvideo_md5 {MD5}\n")

    def run(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["threatexchange", *arguments])
        with redirect_stdout(io.StringIO()) as out:
            main.main()
        return out.getvalue()

    run("config", "collab", "edit", "local_file", "--create", "Ours", "--filename", str(given))
    run("fetch")
    expected = {("pdq", PDQ), ("video_md5", MD5)}
    for form, more in (("threatexchange", ()), ("csv", ("--csv",)), ("threatexchange", ("-S",))):
        rows = read(run("dataset", "-P", "-c", "Ours", *more), form)
        assert {(row.algorithm, row.value) for row in good(rows)} == expected
        assert not bad(rows)
