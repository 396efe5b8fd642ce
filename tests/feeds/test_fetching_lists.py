"""``lists fetch``: a peer's feed becomes a list of ours, kept up to date by the same command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.feeds.cutting_proxy import before
from tests.feeds.feeds_cast import a_feed, a_key, pdq, publish_now, publish_since, withdraw_now, years_ago

from openhotline.cli import main
from openhotline_server.accounts.models import User
from openhotline_server.api import ncmec
from openhotline_server.lists.models import HashList, Loading
from openhotline_server.lists.queries import entries_in_force

pytestmark = pytest.mark.django_db(transaction=True)
PROTOCOLS = ("ncmec", "stopncii")
Run = Callable[..., tuple[int, str]]


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ncmec, "PAGE_SIZE", 400)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process; give its exit code and what it printed."""

    def command(*arguments: str | Path) -> tuple[int, str]:
        with pytest.raises(SystemExit) as stop:
            main(["lists", *map(str, arguments)])
        told = capsys.readouterr()
        return int(stop.value.code or 0), told.out

    assert command("add", "peer", "--title", "A peer's")[0] == 0
    return command


@pytest.fixture
def key(tmp_path: Path, paul: User) -> Path:
    file = tmp_path / "key"
    file.write_text(a_key(paul, a_feed()) + "\n")
    return file


def _fetch(run: Run, server: str, protocol: str, key: Path) -> tuple[int, dict[str, Any]]:
    base = f"{server}/api/1/feeds/all/{protocol}"
    code, words = run(
        "fetch", "peer", "--protocol", protocol, "--base", base, "--user", "paul", "--key-file", key, "--json"
    )
    return code, json.loads(words)


def _held() -> set[str]:
    entries = entries_in_force(HashList.objects.get(name="peer")).filter(algorithm="pdq")
    return set(entries.values_list("value", flat=True))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_feed_becomes_a_list_and_the_same_command_brings_it_up_to_date(
    live_server: Any, run: Run, key: Path, protocol: str
) -> None:
    old = publish_since(900, years_ago(2), years_ago(1))
    code, answer = _fetch(run, live_server.url, protocol, key)
    assert (code, answer["edition"], answer["bad_rows"]) == (0, 1, 0)
    assert _held() == {pdq(d) for d in old}
    new = publish_now(2)
    withdraw_now(old[:3])
    assert _fetch(run, live_server.url, protocol, key)[1]["edition"] == 2
    assert _held() == {pdq(d) for d in old[3:] + new}
    code, answer = _fetch(run, live_server.url, protocol, key)
    assert (code, answer["edition"]) == (0, None)  # nothing new: no edition
    assert _held() == {pdq(d) for d in old[3:] + new}


def test_a_peer_that_stops_in_the_middle_is_gone_on_with(live_server: Any, run: Run, key: Path) -> None:
    old = publish_since(900, years_ago(2), years_ago(1))
    with before(live_server.url) as proxy:
        proxy.cut = set(range(3, 1000))
        code, answer = _fetch(run, proxy.address, "ncmec", key)
        assert code == 3, answer
        loading = Loading.objects.get()
        assert loading.state == Loading.State.READING
        assert loading.rows > 0
        assert _held() == set()  # nothing half is in force
        proxy.cut = set()
        assert _fetch(run, proxy.address, "ncmec", key)[0] == 0
    assert _held() == {pdq(d) for d in old}
    assert Loading.objects.get().state == Loading.State.DONE


def test_a_wrong_key_is_an_error_and_the_list_stays(live_server: Any, run: Run, key: Path) -> None:
    old = publish_since(5, years_ago(2), years_ago(1))
    assert _fetch(run, live_server.url, "ncmec", key)[0] == 0
    key.write_text("ohl_wrong")
    code, answer = _fetch(run, live_server.url, "ncmec", key)
    assert code == answer["exit_code"] != 0
    assert "key" in answer["error"], answer
    assert _held() == {pdq(d) for d in old}
