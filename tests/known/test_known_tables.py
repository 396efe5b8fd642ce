"""Exact values and addresses of a prepared list, against plain dictionaries; and lists opened by many processes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from openhotline.errors import Damaged
from openhotline.known import Question, Rule, Verdict, ask
from openhotline.known.digest_table import DigestTable, heads_of
from openhotline.known.lists import Known
from openhotline.known.opening import open_list
from openhotline.known.preparing import ROWS, prepare
from openhotline.known.taking import address_digest
from openhotline.matching import sections


def table_of(values: np.ndarray) -> DigestTable:
    return DigestTable(values, 10 * np.arange(len(values)), heads_of(values))


@pytest.mark.parametrize("width", [16, 20, 32, 9])
def test_many_values_are_found_as_one_by_one_in_a_dictionary(width: int) -> None:
    chance = np.random.default_rng(width)
    values = chance.integers(0, 256, (500, width), dtype=np.uint8)
    values[100:140, :8] = values[100, :8]  # the same beginning
    values[140] = 0
    values[141] = 255
    values = np.unique(values, axis=0)
    expected = {row.tobytes(): 10 * number for number, row in enumerate(values)}
    asked = np.concatenate([values[::3], chance.integers(0, 256, (200, width), dtype=np.uint8), values[:5]])
    asked[-1, -1] ^= 1
    table = table_of(values)
    places, rows = table.find_many(asked)
    truth = [(place, expected[row.tobytes()]) for place, row in enumerate(asked) if row.tobytes() in expected]
    assert sorted(zip(places.tolist(), rows.tolist(), strict=True)) == truth
    for row in asked:
        assert table.find(row.tobytes()) == [expected[key] for key in (row.tobytes(),) if key in expected]


def test_a_value_that_stands_twice_is_found_twice() -> None:
    values = np.zeros((3, 16), np.uint8)
    values[2] = 1
    places, rows = table_of(values).find_many(np.zeros((2, 16), np.uint8))
    assert sorted(zip(places.tolist(), rows.tolist(), strict=True)) == [(0, 0), (0, 10), (1, 0), (1, 10)]


def test_an_empty_table_and_values_of_another_width_find_nothing() -> None:
    empty = table_of(np.empty((0, 16), np.uint8))
    assert [len(found) for found in empty.find_many(np.zeros((3, 16), np.uint8))] == [0, 0]
    assert table_of(np.zeros((1, 16), np.uint8)).find(bytes(32)) == []


def test_a_table_copies_nothing_of_a_file(tmp_path: Path) -> None:
    known = listed(tmp_path)
    arrays = sections.read(tmp_path / "prepared" / ROWS).arrays
    assert not any(array.flags.owndata for array in arrays.values())
    table = known._tables["md5"]  # type: ignore[attr-defined]
    for held in (table._values, table._rows, table._heads):
        assert not held.flags.owndata
        assert not held.flags.writeable


def listed(folder: Path) -> Known:
    source = folder / "list.csv"
    source.write_text(
        "algorithm,value,quality,reference\n"
        f"md5,{'11' * 16},,one\n"
        f"sha256,{'22' * 32},,two\n"
        f"pdq,{'33' * 32},70,three\n"
        f"pdq,{'44' * 32},,four\n"
        "url,HTTPS://Example.org:443/a%2f,,five\n"
        "domain,Example.NET.,,six\n"
    )
    prepare(source, folder / "prepared")
    return open_list(folder / "prepared", name="list")


def test_addresses_are_looked_up_by_the_digest_of_their_normal_form(tmp_path: Path) -> None:
    known = listed(tmp_path)
    for kind, normal, reference in (
        ("url", "https://example.org/a%2F", "five"),
        ("domain", "example.net", "six"),
    ):
        [key] = known.exact(kind, address_digest(normal))
        assert known.entry(key).reference == reference
        assert known.exact(kind, address_digest(f"{normal}/")) == []
    assert known.exact_many("url", np.zeros((2, 32), np.uint8))[1].tolist() == []
    assert dict(known.kinds) == {"md5": 1, "sha256": 1, "pdq": 2, "url": 1, "domain": 1}


def test_a_question_about_a_file_never_asks_addresses_and_the_list_says_so(tmp_path: Path) -> None:
    known = listed(tmp_path)
    exact = {"sha256": address_digest("https://example.org/a%2F")}
    [answer] = ask(known, [Question(exact, bytes(32), 100)], Rule())
    assert answer.verdict is Verdict.NO_MATCH
    assert [doubt for doubt in known.doubts if "kind url" in doubt] == [
        "1 entries of the kind url are compared with addresses, not with files."
    ]


def test_a_list_of_addresses_alone_cannot_be_asked_about_a_file(tmp_path: Path) -> None:
    source = tmp_path / "list.csv"
    source.write_text("algorithm,value\nurl,https://example.org/a\n")
    prepare(source, tmp_path / "prepared")
    known = open_list(tmp_path / "prepared", name="list")
    [answer] = ask(known, [Question({"md5": bytes(16)}, bytes(32), 100)], Rule())
    assert answer.verdict is Verdict.NOT_COMPARED


def test_qualities_are_those_of_the_entries(tmp_path: Path) -> None:
    known = listed(tmp_path)
    keys = known.index.search(np.full((1, 32), 0x33, np.uint8), 255).key
    stated = [known.entry(int(key)).quality for key in keys]
    assert known.qualities(keys).tolist() == [255 if quality is None else quality for quality in stated]
    assert sorted(known.qualities(keys).tolist()) == [70, 255]


def test_one_process_verifies_and_the_others_only_map(tmp_path: Path) -> None:
    listed(tmp_path)
    rows = tmp_path / "prepared" / ROWS
    content = bytearray(rows.read_bytes())
    at = content.index(bytes.fromhex("11" * 16))
    content[at] ^= 1
    rows.write_bytes(content)
    open_list(tmp_path / "prepared", name="list", verify=False)
    with pytest.raises(Damaged):
        open_list(tmp_path / "prepared", name="list")
