"""StopNCII's protocol, spoken with the unmodified ``threatexchange`` command line."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.feeds.cutting_proxy import before
from tests.feeds.feeds_cast import (
    a_feed,
    a_key,
    digits,
    listed,
    pdq,
    publish_now,
    publish_since,
    stopncii_program,
    withdraw_now,
    years_ago,
)
from threatexchange.exchanges.clients.stopncii import api

from openhotline_server.accounts.models import User
from openhotline_server.sharing.models import Feedback

FEED = "/api/1/feeds/all/stopncii"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def base(live_server: Any) -> str:
    return str(live_server.url) + FEED


def test_everything_arrives_and_a_second_fetch_brings_only_what_is_new(
    base: str, paul: User, tmp_path: Path
) -> None:
    key = a_key(paul, a_feed())
    first = publish_since(2000, years_ago(2), years_ago(0.1))
    program = stopncii_program(tmp_path, base, key)
    program.fetch()
    held = program.entries()
    assert set(held) == {pdq(d) for d in first}
    assert set(held.values()) == {"POSITIVE_CLASS +1 +OpenHotline"}
    new = publish_now(3)
    program.fetch()
    assert set(program.entries()) == {pdq(d) for d in first + new}


def test_a_withdrawn_entry_is_disputed_and_a_newcomer_never_gets_it(
    base: str, paul: User, tmp_path: Path
) -> None:
    key = a_key(paul, a_feed())
    kept, wrong = publish_now(2)
    program = stopncii_program(tmp_path / "a", base, key)
    program.fetch()
    withdraw_now([wrong])
    program.fetch()
    assert program.entries() == {
        pdq(kept): "POSITIVE_CLASS +1 +OpenHotline",
        pdq(wrong): "DISPUTED -1 -OpenHotline",
    }
    newcomer = stopncii_program(tmp_path / "b", base, key)
    newcomer.fetch()
    assert set(newcomer.entries()) == {pdq(kept)}


def test_wrong_credentials_are_refused_and_nothing_is_stored(base: str, paul: User, tmp_path: Path) -> None:
    a_key(paul, a_feed())
    publish_now(1)
    program = stopncii_program(tmp_path, base, "ohl_wrong")
    program.fetch(exit_code=3)
    assert not list(tmp_path.rglob("HOTLINE.state*"))


def test_a_server_that_stops_in_the_middle_of_a_page_costs_nothing(
    live_server: Any, paul: User, tmp_path: Path
) -> None:
    key = a_key(paul, a_feed())
    entries = publish_since(2000, years_ago(2), years_ago(0.1))
    with before(live_server.url) as proxy:
        program = stopncii_program(tmp_path, proxy.address + FEED, key)
        proxy.cut = {2, 4}
        program.fetch(exit_code=3)
        assert len(program.entries()) == 800
        program.fetch(exit_code=3)
        withdraw_now(entries[:1])
        program.fetch()
    held = program.entries()
    assert set(held) == {pdq(d) for d in entries}
    assert [value for value, said in held.items() if said.startswith("DISPUTED")] == [pdq(entries[0])]
    assert proxy.requests == 5


def test_the_library_gives_feedback_by_value(live_server: Any, paul: User) -> None:
    feed = a_feed()
    client = api.StopNCIIAPI("any", a_key(paul, feed), base_url_override=live_server.url + FEED)
    client._function_keys[api.StopNCIIEndpoint.SubmitFeedback] = client._function_keys[
        api.StopNCIIEndpoint.FetchHashes
    ]
    (document,) = publish_now(1)
    listed(feed, document)
    kind, words = api.StopNCIISignalType.ImagePDQ, api.StopNCIICSPFeedbackValue
    client.submit_feedback(kind, pdq(document), words.PendingReview)
    assert not Feedback.objects.exists()
    client.submit_feedback(kind, pdq(document), words.NotBlocked, {"drawing"})
    (said,) = Feedback.objects.all()
    assert (said.opinion, said.algorithm, said.reasons) == ("negative", "pdq", ["tag:drawing"])
    client.submit_feedback(kind, pdq(document), words.Withdrawn)
    assert not Feedback.objects.filter(superseded_at=None).exists()
    with pytest.raises(requests.HTTPError, match="404"):
        client.submit_feedback(kind, digits(64), words.Blocked)


def test_hashes_are_not_taken(live_server: Any, paul: User) -> None:
    key = a_key(paul, a_feed())
    functions = {api.StopNCIIEndpoint.SubmitHashes: key}
    client = api.StopNCIIAPI("any", key, functions, base_url_override=live_server.url + FEED)
    with pytest.raises(requests.HTTPError, match="403"):
        client.submit_hash(api.StopNCIISignalType.ImagePDQ, digits(64))


def test_who_is_entitled_late_gets_what_came_before_and_never_what_went_before(
    live_server: Any, paul: User, tmp_path: Path
) -> None:
    """The first fetch breaks off in the middle, so the second goes on from a moment and begins no more."""
    feed = a_feed()
    entries = publish_since(1000, years_ago(2), years_ago(0.1))
    withdraw_now(entries[:3])
    time.sleep(1.1)  # the protocol's moments are whole seconds
    key = a_key(paul, feed)
    with before(live_server.url) as proxy:
        program = stopncii_program(tmp_path, proxy.address + FEED, key)
        proxy.cut = {2}
        program.fetch(exit_code=3)
        assert 0 < len(program.entries()) < 997
        program.fetch()
        assert program.entries() == {pdq(d): "POSITIVE_CLASS +1 +OpenHotline" for d in entries[3:]}
        withdraw_now(entries[3:4])
        new = publish_now(2)
        program.fetch()
        held = program.entries()
    assert set(held) == {pdq(d) for d in entries[3:] + new}
    assert [value for value, said in held.items() if said.startswith("DISPUTED")] == [pdq(entries[3])]


def test_thousands_of_one_second_are_neither_skipped_nor_repeated(
    live_server: Any, paul: User, tmp_path: Path
) -> None:
    key = a_key(paul, a_feed())
    batch, other = publish_now(2500), publish_now(700)
    with before(live_server.url) as proxy:
        program = stopncii_program(tmp_path, proxy.address + FEED, key)
        proxy.cut = {3}
        program.fetch(exit_code=3)
        program.fetch()
        assert set(program.entries()) == {pdq(d) for d in batch + other}
        asked = proxy.requests
        program.fetch()
        assert proxy.requests == asked + 1  # a page of nothing: the batch is not fetched again
