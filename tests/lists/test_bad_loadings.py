"""Bad lists: each fault is named with its line, and the edition before stays in force."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.lists.lists_cast import a_list, csv_of, in_force, loaded, random_pdqs

from openhotline.errors import BadInput
from openhotline_server.lists import queries
from openhotline_server.lists.models import HashList, Loading, StagedRow

pytestmark = pytest.mark.django_db
ONE, TWO, THREE = random_pdqs(3)
HEAD = "algorithm,value,quality\n"
GIGABYTE = 2**30


@pytest.fixture
def partner(tmp_path: Path) -> HashList:
    """A list with one entry in force."""
    made = a_list()
    loaded(made, csv_of(tmp_path / "before.csv", [ONE]))
    return made


def _stopped(partner: HashList, file: Path) -> list[tuple[int, str]]:
    """Lines and reasons of a loading that stopped; the edition before is in force."""
    done = loaded(partner, file)
    assert done.state == Loading.State.STOPPED
    assert in_force(partner) == {ONE}
    rows = [(row.line, row.reason) for row in queries.list_rejected(done)]
    assert not any(value in reason for _, reason in rows for value in (ONE, TWO, THREE))
    return rows


ROWS: list[tuple[str, str, int, str]] = [
    ("wrong length", f"pdq,{TWO},90\npdq,{THREE[:-1]},90\n", 3, "64 digits"),
    ("wrong alphabet", f"pdq,{TWO},90\npdq,{'g' * 64},90\n", 3, "digits 0 to 9"),
    ("NUL bytes", f"pdq,{TWO},90\npdq,{THREE[:9]}\0{THREE[10:]},90\n", 3, "NUL"),
    ("two headers", f"pdq,{TWO},90\n{HEAD}pdq,{THREE},90\n", 3, "names of the columns"),
    ("an unknown kind", f"pdq,{TWO},90\nsmell,{THREE},90\n", 3, "algorithm"),
    ("a long line", f"pdq,{TWO},90\npdq,{'a' * 2_000_000},90\n", 3, "longer than"),
]


@pytest.mark.parametrize(("text", "line", "words"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_bad_row_is_named_with_its_line(
    partner: HashList, tmp_path: Path, text: str, line: int, words: str
) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(HEAD + text)
    ((found, reason),) = _stopped(partner, file)
    assert found == line
    assert words in reason


def test_an_id_that_stands_twice_is_named_with_its_line(partner: HashList, tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(f"id,pdq,quality\n7,{ONE},90\n8,{TWO},90\n7,{THREE},90\n")
    ((line, reason),) = _stopped(partner, file)
    assert line == 4
    assert "stood there before" in reason


def _no_header(file: Path) -> None:
    file.write_text(f"pdq,{TWO},90\n")


def _cut_off(file: Path) -> None:
    file.write_text(json.dumps([{"algorithm": "pdq", "value": TWO, "quality": 90}])[:-5])


def _no_list(file: Path) -> None:
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))


def _two_meanings(file: Path) -> None:
    file.write_text(f"md5,MD5 hash\n{'a' * 32},{'b' * 32}\n")


@pytest.mark.parametrize("write", [_no_header, _cut_off, _no_list, _two_meanings])
def test_a_file_that_is_no_list_as_a_whole_is_refused(
    partner: HashList, tmp_path: Path, write: Callable[[Path], None]
) -> None:
    write(tmp_path / "bad")
    with pytest.raises(BadInput):
        loaded(partner, tmp_path / "bad")
    assert in_force(partner) == {ONE}
    assert queries.find_open_loading(partner) is None
    assert not StagedRow.objects.exists()
    assert loaded(partner, csv_of(tmp_path / "good.csv", [ONE, TWO])).state == Loading.State.DONE


@pytest.mark.slow
def test_a_line_of_a_gigabyte_is_named_and_passed_over(partner: HashList, tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(HEAD + f"pdq,{TWO},90\n")
    with file.open("r+b") as stream:
        stream.seek(file.stat().st_size + GIGABYTE)  # a hole: it costs no disk
        stream.write(f"\npdq,{THREE},90\n".encode())
    ((line, reason),) = _stopped(partner, file)
    assert (line, "longer than" in reason) == (3, True)
