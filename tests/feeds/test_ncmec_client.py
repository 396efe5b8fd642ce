"""NCMEC's protocol, spoken with the unmodified client of threatexchange: by its command line with the extension
package of ``extras/``, in several time zones, and by its library with nothing but our address."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from tests.feeds.cutting_proxy import before
from tests.feeds.feeds_cast import (
    a_document,
    a_feed,
    a_key,
    entry_id,
    ncmec_program,
    pdq,
    publish_now,
    publish_since,
    withdraw_now,
    write,
    years_ago,
)
from threatexchange.exchanges.clients.ncmec import hash_api

from openhotline_server.accounts.models import User
from openhotline_server.api import ncmec
from openhotline_server.sharing.models import Feedback

pytestmark = pytest.mark.django_db(transaction=True)
FEED = "/api/1/feeds/all/ncmec"


def a_client(live_server: Any, key: str) -> hash_api.NCMECHashAPI:
    """The library's client; all it asks of an environment is its address."""
    environment: Any = SimpleNamespace(value=live_server.url + FEED)
    return hash_api.NCMECHashAPI("paul", key, environment)


@pytest.mark.slow
def test_no_entry_is_missed_in_any_time_zone(live_server: Any, paul: User, tmp_path: Path) -> None:
    """20,000 entries, one key, three programs: each holds exactly what stands, after every fetch."""
    key = a_key(paul, a_feed())
    old = publish_since(20_000, years_ago(3), years_ago(0.1))
    programs = [
        ncmec_program(tmp_path / zone, live_server.url + FEED, "paul", key, zone)
        for zone in ("UTC", "America/New_York", "Asia/Tokyo")
    ]
    standing = {pdq(d) for d in old}
    for program in programs:
        program.fetch()
        held = program.entries()
        assert set(held) == standing, program.zone
        assert set(held.values()) == {"POSITIVE_CLASS A2"}

    new = publish_now(30)
    withdraw_now(old[:10])
    standing = {pdq(d) for d in old[10:] + new}
    for program in programs:
        program.fetch()
        assert set(program.entries()) == standing, program.zone

    last = publish_now(1)
    withdraw_now(new[:1])
    standing = (standing - {pdq(new[0])}) | {pdq(last[0])}
    for program in programs:
        program.fetch()
        assert set(program.entries()) == standing, program.zone


def test_a_server_that_stops_in_the_middle_of_a_page_costs_nothing(
    live_server: Any, paul: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ncmec, "PAGE_SIZE", 300)
    key = a_key(paul, a_feed())
    old = publish_since(1000, years_ago(0.2), years_ago(0.199))
    with before(live_server.url) as proxy:
        program = ncmec_program(tmp_path, proxy.address + FEED, "paul", key)
        program.fetch()
        whole = proxy.requests
        program.run("fetch", "--clear")
        for number in (1, whole // 2, 1):
            proxy.cut = {proxy.requests + number}
            print(whole, number, proxy.requests)
            program.fetch(exit_code=3)
            withdraw_now([old.pop()])
        program.fetch()
    assert proxy.broken == 3
    assert set(program.entries()) == {pdq(d) for d in old}


def test_wrong_credentials_are_refused_and_nothing_is_stored(
    live_server: Any, paul: User, tmp_path: Path
) -> None:
    a_key(paul, a_feed())
    publish_now(1)
    program = ncmec_program(tmp_path, live_server.url + FEED, "paul", "ohl_wrong")
    program.fetch(exit_code=3)
    assert not list(tmp_path.rglob("HOTLINE.state*"))


def test_the_library_asks_who_it_is(live_server: Any, paul: User) -> None:
    client = a_client(live_server, a_key(paul, a_feed()))
    assert client.status() == hash_api.StatusResult(1000 + paul.pk, "Paul")
    assert [member.esp_name for member in client.members()] == ["OpenHotline", "Paul"]
    with pytest.raises(requests.HTTPError, match="401"):
        a_client(live_server, "ohl_wrong").status()


def test_feedback_is_stored_with_its_reason_and_a_newer_word_replaces_it(
    live_server: Any, paul: User
) -> None:
    client = a_client(live_server, a_key(paul, a_feed()))
    (document,) = publish_now(1)
    hashes = hash_api.FingerprintType
    reasons = client.feedback_reasons(hashes.pdq)
    assert reasons == client.feedback_reasons(hashes.md5)
    lawful = next(guid for guid, name in reasons.items() if name == "Not illegal")
    client.submit_feedback(1, entry_id(document), hashes.pdq, hash_api.FeedbackType.downvote, lawful)
    client.submit_upvote(1, entry_id(document), hashes.md5)
    client.submit_upvote(1, entry_id(document), hashes.md5)
    said = {(f.algorithm, f.opinion, *f.reasons) for f in Feedback.objects.all()}
    assert said == {("pdq", "negative", "lawful"), ("md5", "affirmative")}
    assert Feedback.objects.count() == 2
    client.submit_upvote(1, entry_id(document), hashes.pdq)
    standing = Feedback.objects.filter(superseded_at=None)
    assert {(f.algorithm, f.opinion) for f in standing} == {("pdq", "affirmative"), ("md5", "affirmative")}
    assert Feedback.objects.count() == 3


@pytest.mark.parametrize(("member", "entry", "status"), [(2, "", 404), (1, "no-such-entry", 404)])
def test_feedback_on_what_is_not_here_is_refused(
    live_server: Any, paul: User, member: int, entry: str, status: int
) -> None:
    client = a_client(live_server, a_key(paul, a_feed()))
    (document,) = publish_now(1)
    with pytest.raises(requests.HTTPError, match=str(status)):
        client.submit_upvote(member, entry or entry_id(document), hash_api.FingerprintType.pdq)
    assert not Feedback.objects.exists()


def test_feedback_on_a_kind_of_hash_that_the_entry_has_not_is_refused(live_server: Any, paul: User) -> None:
    client = a_client(live_server, a_key(paul, a_feed()))
    (document,) = publish_now(1)
    for kind, status in ((hash_api.FingerprintType.pdna, 400), (hash_api.FingerprintType.netclean, 404)):
        with pytest.raises(requests.HTTPError, match=str(status)):
            client.submit_upvote(1, entry_id(document), kind)


def test_thousands_of_one_second_are_neither_skipped_nor_repeated(
    live_server: Any, paul: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ncmec, "PAGE_SIZE", 400)
    key = a_key(paul, a_feed())
    batch = [a_document() for _ in range(1500)]
    write(batch, [years_ago(0.2)] * len(batch))
    with before(live_server.url) as proxy:
        program = ncmec_program(tmp_path, proxy.address + FEED, "paul", key)
        program.fetch()
        assert set(program.entries()) == {pdq(d) for d in batch}
        withdraw_now(batch[:1])
        time.sleep(6)  # the client asks up to five seconds ago
        asked = proxy.requests
        program.fetch()
        assert set(program.entries()) == {pdq(d) for d in batch[1:]}
        assert proxy.requests <= asked + 3  # the batch is not fetched again
