"""``openhotline feed``: what a script sees of it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.conftest import NOON
from tests.taxii.partners_cast import a_key, published, settled_policy, sha256s, withdrawn

from openhotline import hashlists
from openhotline.errors import BadInput, Conflict, NotFound, Refused, WrongUsage
from openhotline_server.accounts.models import User
from openhotline_server.commands.feeds import feed
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event
from openhotline_server.sharing.addresses import Found, Kind, publish_address

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _policy(db: None) -> None:
    settled_policy()


def _feed(*words: str) -> Result:
    result = CliRunner().invoke(feed, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def _confirmed(tmp_path: Path) -> str:
    text = _feed("categories", "--profile", "uk").output
    path = tmp_path / "uk.toml"
    path.write_text(
        text.replace('confirmed_by = ""', 'confirmed_by = "A test"').replace('_on = ""', "_on = 2026-11-03")
    )
    return str(path)


def test_the_standard_feeds_are_listed_with_who_reads_them(paul: User) -> None:
    a_key(paul, "category-a")
    rows = {row["name"]: row for row in json.loads(_feed("list", "--json").output)}
    assert {"all", "category-a", "generated", "prohibited", "addresses"} <= rows.keys()
    assert rows["category-a"]["recipients"] == ["paul"]
    assert rows["all"]["recipients"] == []
    assert rows["addresses"]["released_at_times"] == ["12:00", "17:00"]
    assert "nobody" in _feed("list").output


def test_a_feed_is_added_once(ana: User, ben: User, mia: User, tmp_path: Path) -> None:
    items = published((ana, ben), mia, members=2)
    _feed("add", "partner-x", "--grades", "A,B", "--times", "09:00,17:30")
    rows = {row["name"]: row for row in json.loads(_feed("list", "--json").output)}
    assert rows["partner-x"]["grades"] == ["A", "B"]
    assert rows["partner-x"]["released_at_times"] == ["09:00", "17:30"]
    out = tmp_path / "x.csv"
    _feed("export", "partner-x", "--out", str(out))
    assert {
        e.value
        for e in hashlists.read_csv(io.StringIO(out.read_text(), newline=""))
        if e.algorithm == "sha256"
    } == (sha256s(items))
    with pytest.raises(Conflict):
        _feed("add", "partner-x")
    with pytest.raises(WrongUsage, match="12:00"):
        _feed("add", "partner-y", "--times", "noon")


@pytest.mark.parametrize("form", ["csv", "json"])
def test_an_export_is_our_own_form_and_is_written_down(
    ana: User, ben: User, mia: User, tmp_path: Path, form: str
) -> None:
    items = published((ana, ben), mia, members=2)
    withdrawn(items[0], mia, at=NOON)
    out = tmp_path / f"list.{form}"
    _feed("export", "all", "--form", form, "--out", str(out))
    assert out.stat().st_mode & 0o777 == 0o600
    read = {"csv": hashlists.read_csv, "json": lambda stream: hashlists.read_json(stream).entries}[form]
    entries = [e for e in read(io.StringIO(out.read_text(), newline="")) if e.algorithm == "sha256"]
    assert {e.value for e in entries if e.is_listed} == sha256s(items[1:])
    assert {e.value for e in entries if not e.is_listed} == sha256s(items[:1])
    (line,) = ledger.search(event=Event.FEED_EXPORTED)
    assert line.details == {"form": form}


def test_vics_needs_confirmed_categories_or_none(ana: User, ben: User, mia: User, tmp_path: Path) -> None:
    items = published((ana, ben), mia, members=3)
    withdrawn(items[0], mia, at=NOON)
    out = tmp_path / "set.json"
    shipped = tmp_path / "shipped.toml"
    shipped.write_text(_feed("categories").output)
    with pytest.raises(Refused, match="not confirmed"):
        _feed("export", "all", "--form", "vics", "--categories", str(shipped), "--out", str(out))
    assert not list(tmp_path.glob("*set.json*"))
    with pytest.raises(WrongUsage, match="--without-categories"):
        _feed("export", "all", "--form", "vics", "--out", str(out))
    with pytest.raises(WrongUsage):
        _feed("export", "all", "--without-categories", "--out", str(out))

    _feed("export", "all", "--form", "vics", "--categories", _confirmed(tmp_path), "--out", str(out))
    rows = [
        r
        for r in hashlists.read_rows(io.BytesIO(out.read_bytes()), form="vics")
        if isinstance(r, hashlists.Row)
    ]
    assert {r.value for r in rows if r.algorithm == "sha256"} == sha256s(items[1:])
    assert {r.value for r in rows if r.algorithm == "md5"} == {item.md5 for item in items[1:]}
    assert all("vics:default:2" in r.tags for r in rows)

    _feed("export", "all", "--form", "vics", "--without-categories", "--out", str(out))
    assert all("Category" not in entry for entry in json.loads(out.read_text())["value"])


def test_addresses_are_no_vics(mia: User, tmp_path: Path) -> None:
    page = Found(Kind.URL, "https://img.example.net/benign/1.png", "photograph", "C", "none")
    publish_address(found=page, person=mia, at=NOON)
    out = tmp_path / "addresses"
    with pytest.raises(BadInput, match="addresses"):
        _feed("export", "addresses", "--form", "vics", "--without-categories", "--out", str(out))
    _feed("export", "addresses", "--form", "json", "--out", str(out))
    assert page.address in out.read_text()


def test_a_feed_that_is_not_there_or_empty(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="feed list"):
        _feed("export", "no-such-feed", "--out", str(tmp_path / "x"))
    _feed("list")
    with pytest.raises(NotFound, match="Nothing was published"):
        _feed("export", "all", "--out", str(tmp_path / "x"))
    with pytest.raises(WrongUsage):
        _feed("publish-files")
    with pytest.raises(WrongUsage):
        _feed("publish-files", "all", "--replace-keys")
    with pytest.raises(WrongUsage, match="of its own"):
        _feed("publish-files", "--all", "--root-key", __file__)
