"""From a publication at the hotline to a partner's file: the site's commands, its door, and ``openhotline subscribe``."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result
from django.conf import settings
from tests.conftest import NOON
from tests.taxii.partners_cast import a_key, basic, published, settled_policy, sha256s, withdrawn

from openhotline import hashlists
from openhotline.cli import main
from openhotline.errors import Refused
from openhotline_server.accounts.models import User
from openhotline_server.commands.feeds import feed
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event
from openhotline_server.sharing.addresses import Found, Kind, publish_address
from openhotline_server.sharing.operations import end_entitlement
from openhotline_server.sharing.queries import get_feed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _house(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test has a data directory of its own for what is signed."""
    from openhotline_server.sharing import signed_files

    settled_policy()
    monkeypatch.setattr(signed_files, "settings", _Here(tmp_path / "data"))
    yield


class _Here:
    """The settings, with another data directory."""

    def __init__(self, root: Path) -> None:
        self.DATA = type("Data", (), {"root": root, "secrets": root / "secrets"})

    def __getattr__(self, name: str) -> Any:
        return getattr(settings, name)


@pytest.fixture
def readers(ana: User, ben: User) -> tuple[User, User]:
    return ana, ben


@pytest.fixture
def key(paul: User) -> str:
    return a_key(paul, "all", "category-b", "addresses")


@pytest.fixture
def subscribe(
    live_server: Any, key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Any]:
    """Run the command as a partner would; return its exit code, or its answer where it succeeded."""
    key_file, root_file = tmp_path / "ohl.key", tmp_path / "root.json"

    def run(name: str = "all", *, given: str = key) -> Any:
        key_file.write_text(f"{given}\n")
        root_file.write_bytes(
            (tmp_path / "data" / "updates" / name / "metadata" / "1.root.json").read_bytes()
        )
        url = f"{live_server.url}/api/1/feeds/{name}/updates"
        words = ["subscribe", url, "--root", str(root_file), "--out", str(tmp_path / f"held-{name}")]
        with pytest.raises(SystemExit) as ended:
            main([*words, "--key-file", str(key_file), "--json"])
        out = capsys.readouterr().out
        return json.loads(out) if ended.value.code == 0 else ended.value.code

    return run


def _publish_files(*words: str) -> Result:
    result = CliRunner().invoke(feed, ["publish-files", *words], catch_exceptions=False)
    assert result.exit_code == 0
    return result


def _listed(path: str) -> dict[str, bool]:
    """Value -> in force, of the SHA-256s of a file that a partner holds."""
    with Path(path).open("rb") as stream:
        rows = list(hashlists.read_rows(io.BytesIO(stream.read()), form="csv"))
    return {
        row.value: not row.withdrawn
        for row in rows
        if isinstance(row, hashlists.Row) and row.algorithm == "sha256"
    }


def test_a_partner_holds_what_was_published_and_follows(
    subscribe: Callable[..., Any], readers: tuple[User, User], mia: User
) -> None:
    items = published(readers, mia, members=30)
    said = _publish_files("all").output
    assert "all: edition 1, 90 rows." in said
    assert "1.root.json" in said
    assert "root.pem" in said
    first = subscribe()
    assert (first["list"], first["edition"], first["way"]) == ("all", 1, "whole")
    assert _listed(first["file"]) == dict.fromkeys(sha256s(items), True)

    withdrawn(items[0], mia, at=NOON + timedelta(hours=1))
    more = published(readers, mia, at=NOON + timedelta(hours=2))
    _publish_files("all")
    second = subscribe()
    assert (second["edition"], second["way"]) == (2, "by deltas")
    now = _listed(second["file"])
    assert {value for value, listed in now.items() if listed} == sha256s([*items[1:], *more])
    assert now[items[0].sha256 or ""] is False
    assert subscribe()["way"] == "held already"


def test_publishing_again_only_signs_anew(
    subscribe: Callable[..., Any], readers: tuple[User, User], mia: User
) -> None:
    published(readers, mia)
    _publish_files("all")
    assert "edition 1, 3 rows, as before." in _publish_files("--all").output
    assert subscribe()["edition"] == 1
    assert [
        line.details["edition"] for line in ledger.search(event=Event.EDITION_PUBLISHED, subject="feed:")
    ] == [1]


def test_addresses_are_signed_too(subscribe: Callable[..., Any], mia: User) -> None:
    where = "https://img.example.net/benign/1.png"
    publish_address(found=Found(Kind.URL, where, "photograph", "C", "none"), person=mia, at=NOON)
    _publish_files("addresses")
    answer = subscribe("addresses")
    with Path(answer["file"]).open("rb") as stream:
        (row,) = hashlists.read_rows(stream, form="csv")
    assert isinstance(row, hashlists.Row)
    assert row.value == where


def test_only_entitled_partners_get_files(
    subscribe: Callable[..., Any],
    live_server: Any,
    key: str,
    paul: User,
    readers: tuple[User, User],
    mia: User,
) -> None:
    published(readers, mia)
    _publish_files("all", "category-a")
    base = f"{live_server.url}/api/1/feeds/all/updates"
    assert requests.get(f"{base}/metadata/timestamp.json", timeout=60).status_code == 401
    assert (
        requests.get(f"{base}/metadata/timestamp.json", headers=basic("paul", key), timeout=60).status_code
        == 200
    )
    assert subscribe(given="ohl_wrong") == 1
    assert subscribe("category-a") == 1
    assert subscribe()["edition"] == 1
    end_entitlement(partner=paul, feed=get_feed("all"), actor="system", at=NOON)
    assert subscribe() == 1


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            "metadata",
            ".lock",
            "../../secrets/updates/all/root.pem",
            "metadata/../../all/.lock",
            "targets/.list.new",
        ),
        *(
            "metadata/x.json",
            "metadata/root.json",
            "targets/list.csv.gz",
            "%2e%2e/all/metadata/timestamp.json",
        ),
    ],
)
def test_nothing_else_of_the_data_directory_is_served(live_server: Any, key: str, name: str) -> None:
    _publish_files("all")
    url = f"{live_server.url}/api/1/feeds/all/updates/{name}"
    request = requests.Request("GET", url, headers=basic("paul", key)).prepare()
    request.url = url  # as written: not tidied up by the client
    with requests.Session() as session:
        assert session.send(request, timeout=60).status_code == 404


def test_every_list_file_that_goes_out_is_a_line_of_the_ledger(
    subscribe: Callable[..., Any], paul: User, readers: tuple[User, User], mia: User
) -> None:
    published(readers, mia)
    _publish_files("all")
    subscribe()
    subscribe()
    (line,) = ledger.search(event=Event.LIST_DOWNLOADED, actor=str(paul.code))
    assert line.details["protocol"] == "updates"


def test_the_root_key_is_kept_elsewhere_and_renews_the_root(
    subscribe: Callable[..., Any], tmp_path: Path, readers: tuple[User, User], mia: User
) -> None:
    published(readers, mia)
    _publish_files("all")
    away = tmp_path / "offline.pem"
    (tmp_path / "data" / "secrets" / "updates" / "all" / "root.pem").rename(away)
    assert "root.pem" not in _publish_files("all").output
    _publish_files("all", "--root-key", str(away))
    _publish_files("all", "--root-key", str(away), "--replace-keys")
    assert (tmp_path / "data" / "updates" / "all" / "metadata" / "3.root.json").is_file()
    assert subscribe()["edition"] == 1
    with pytest.raises(Refused, match="not the root key"):
        wrong = tmp_path / "data" / "secrets" / "updates" / "all" / "targets.pem"
        _publish_files("all", "--root-key", str(wrong))


def test_a_key_is_never_printed(
    subscribe: Callable[..., Any],
    key: str,
    readers: tuple[User, User],
    mia: User,
    capsys: pytest.CaptureFixture[str],
) -> None:
    published(readers, mia)
    _publish_files("all")
    subscribe(given="ohl_secret")
    told = capsys.readouterr()
    assert "ohl_secret" not in told.out + told.err
