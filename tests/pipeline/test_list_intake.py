"""Lists of the police and of other hotlines become reports: once, part by part, with bad lines named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.conftest import NOON

from openhotline.errors import BadInput
from openhotline_server.commands.reporting import reports
from openhotline_server.evidence.models import FailedSighting, Item, Sighting
from openhotline_server.intake.models import Address, Mention, Report
from openhotline_server.pipeline import list_intake
from openhotline_server.pipeline.list_intake import ListTaken, import_list
from openhotline_server.statistics.publication import count_tables
from openhotline_server.statistics.scope import Scope
from openhotline_server.triage.models import AddressCase

pytestmark = pytest.mark.django_db
MD5, SHA256 = "a1" * 16, "c3" * 32


def write(path: Path, *lines: str, header: str = "address,sha256") -> Path:
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def take(path: Path, *, source: str = "Police of Example") -> ListTaken:
    return import_list(path=path, source=source, received_on=NOON.date(), actor="test", clock=lambda: NOON)


def place(number: int) -> str:
    return f"https://img.example.net/a/{number}"


def hold(**hashes: str) -> Item:
    return Item.objects.create(captured_at=NOON, captured_by="test", tool="test", **hashes)


def test_a_list_is_a_report_and_its_addresses_have_cases(tmp_path: Path) -> None:
    done = take(write(tmp_path / "list.csv", place(1), f"{place(2)},{SHA256}"))
    assert (done.form, done.reports, done.entries, done.new) == ("csv", 1, 2, 2)
    assert (Report.objects.get().kind, Report.objects.get().source) == ("hotline", "Police of Example")
    assert AddressCase.objects.count() == 2
    assert Mention.objects.get(address__normal=place(2)).stated == {"hashes": {"sha256": SHA256}}


def test_the_same_list_twice_is_once(tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", place(1))
    take(path)
    again = take(path)
    assert (again.reports, again.again, again.new, Report.objects.count()) == (0, 1, 0, 1)


def test_a_longer_list_falls_into_parts_and_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_intake, "IN_PART", 10)
    path = write(tmp_path / "list.csv", *(place(n) for n in range(35)))
    whole = list_intake.take_in_many
    calls = iter(range(10))

    def stops(**more: object) -> object:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return whole(**more)  # type: ignore[arg-type]

    monkeypatch.setattr(list_intake, "take_in_many", stops)
    with pytest.raises(KeyboardInterrupt):
        take(path)
    assert Address.objects.count() == 20
    monkeypatch.setattr(list_intake, "take_in_many", whole)
    done = take(path)
    assert (done.again, done.reports, done.new, Address.objects.count()) == (2, 2, 15, 35)


def test_bad_lines_are_named_at_the_report_and_the_others_taken(tmp_path: Path) -> None:
    done = take(write(tmp_path / "list.csv", place(1), "nothing of the kind", f"{place(2)},12"))
    assert (done.new, done.bad) == (1, 2)
    assert [row.line for row in done.bad_rows] == [3, 4]
    assert list(FailedSighting.objects.values_list("path", flat=True)) == ["line 3", "line 4"]


def test_a_bad_line_is_no_file_that_waits_to_be_read(tmp_path: Path) -> None:
    take(write(tmp_path / "list.csv", place(1), "nothing of the kind"))
    overview = count_tables(Scope(), public=False).table("overview")
    assert dict(row[:2] for row in overview.rows)["unread"] == 0  # type: ignore[misc]


def test_a_hash_alone_makes_no_item(tmp_path: Path) -> None:
    done = take(write(tmp_path / "list.csv", f",{SHA256}"))
    assert (done.hashes_only, done.held, done.reports) == (1, 0, 1)
    assert Item.objects.count() == Sighting.objects.count() == Address.objects.count() == 0


def test_a_hash_of_what_is_held_is_a_stated_sighting(tmp_path: Path) -> None:
    item = hold(sha256=SHA256, md5=MD5)
    done = take(write(tmp_path / "list.csv", f",{SHA256},", f"{place(1)},,{MD5}", header="url,sha256,md5"))
    assert (done.hashes_only, done.held, Item.objects.count()) == (1, 2, 1)
    assert set(Sighting.objects.values_list("item", "path")) == {(item.pk, "line 2"), (item.pk, "line 3")}


def test_a_vics_document_is_a_list_too(tmp_path: Path) -> None:
    context = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/UK/$metadata#Media"
    media = {"MediaID": 1, "Category": 3, "MD5": MD5, "MediaFiles": [{"FilePath": place(1)}]}
    path = tmp_path / "set.json"
    path.write_text(json.dumps({"@odata.context": context, "value": [media, {"MediaID": 2, "MD5": SHA256}]}))
    done = take(path)
    assert (done.form, done.new, done.bad) == ("vics", 1, 1)
    assert Mention.objects.get().stated == {
        "severity": "3",
        "scheme": "vics:uk",
        "reference": "1",
        "hashes": {"md5": MD5},
    }


def test_a_list_that_is_cut_off_is_refused_before_anything_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_intake, "IN_PART", 1)
    context = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/UK/$metadata#Media"
    text = json.dumps({"@odata.context": context, "value": [{"MD5": MD5}] * 5})
    (tmp_path / "set.json").write_text(text[:-10])
    with pytest.raises(BadInput):
        take(tmp_path / "set.json")
    assert Report.objects.count() == 0


@pytest.mark.parametrize("text", ['{"a": 1}', "<x/>", "address\nnothing\n"])
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "list").write_text(text)
    with pytest.raises(BadInput):
        take(tmp_path / "list")
    assert Report.objects.count() == 0


def test_an_address_of_two_lists_is_known_in_the_second(tmp_path: Path) -> None:
    take(write(tmp_path / "one.csv", place(1)))
    done = take(write(tmp_path / "two.csv", place(1), place(2)), source="Example Hotline")
    assert (done.new, done.known) == (1, 1)


def test_the_command_takes_a_list_and_names_bad_lines(tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", place(1), "nothing of the kind")
    answer = CliRunner().invoke(reports, ["import", str(path), "--source", "Police of Example"])
    assert answer.exit_code == 1
    assert "1 entries: 1 new addresses" in answer.output
    assert "line 3: " in answer.output
    again = CliRunner().invoke(reports, ["import", str(path), "--source", "Police of Example", "--json"])
    assert json.loads(again.output)["again"] == 1
