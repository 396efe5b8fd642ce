"""Our own clients at our own doors: what one hotline publishes, another loads."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.feeds.cutting_proxy import before
from tests.feeds.feeds_cast import (
    a_feed,
    a_key,
    entry_id,
    pdq,
    publish_now,
    publish_since,
    withdraw_now,
    years_ago,
)

from openhotline.errors import Busy, NotAllowed
from openhotline.exchange import ncmec as ncmec_client
from openhotline.exchange import stopncii as stopncii_client
from openhotline.exchange.peer import Limits, Peer
from openhotline.exchange.sources import HashSource
from openhotline.hashlists import BadRow, Row
from openhotline_server.accounts.models import User
from openhotline_server.api import limits, ncmec
from openhotline_server.sharing.models import Feedback

pytestmark = pytest.mark.django_db(transaction=True)
PROTOCOLS = ("ncmec", "stopncii")
QUICK = Limits(first_wait=0.01, longest_wait=0)


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ncmec, "PAGE_SIZE", 400)


def a_source(protocol: str, server: str, key: str) -> HashSource:
    return HashSource(protocol, f"{server}/api/1/feeds/all/{protocol}", user="paul", secret=key)


class Loader:
    """What a site keeps of a source: its rows by PDQ hash, and the checkpoint, as it comes back from storage."""

    def __init__(self, source: HashSource) -> None:
        self.source = source
        self.held: dict[str, Row] = {}
        self.checkpoint: Any = None
        self.portions = 0

    def load(self) -> None:
        for portion in self.source.fetch(self.checkpoint, at=datetime.now(UTC), limits=QUICK):
            if portion.begins:
                self.held.clear()
            for row in portion.rows:
                assert not isinstance(row, BadRow)
                self._take(row)
            self.checkpoint = json.loads(json.dumps(portion.checkpoint))
            self.portions += 1

    def _take(self, row: Row) -> None:
        if not row.withdrawn and row.algorithm == "pdq":
            self.held[row.value] = row
        elif row.withdrawn:
            gone = [v for v, held in self.held.items() if row.value == v or held.reference == row.reference]
            for value in gone:
                del self.held[value]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_list_is_loaded_brought_up_to_date_and_rid_of_what_was_withdrawn(
    live_server: Any, paul: User, protocol: str
) -> None:
    loader = Loader(a_source(protocol, live_server.url, a_key(paul, a_feed())))
    old = publish_since(1000, years_ago(2), years_ago(1))
    loader.load()
    assert set(loader.held) == {pdq(d) for d in old}
    assert loader.portions > 1
    new = publish_now(2)
    withdraw_now(old[:3])
    loader.load()
    assert set(loader.held) == {pdq(d) for d in old[3:] + new}
    row = loader.held[pdq(new[0])]
    if protocol == "ncmec":
        assert (row.grades["us-ncmec"].grade, "gb-eng" in row.grades) == ("A2", False)
        assert row.reference == f"1-{entry_id(new[0])}"
    else:
        assert "category:C" in row.tags and row.grades == {}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_server_that_stops_in_the_middle_of_a_page_is_asked_again(
    live_server: Any, paul: User, protocol: str
) -> None:
    key = a_key(paul, a_feed())
    documents = publish_since(1000, years_ago(2), years_ago(1))
    with before(live_server.url) as proxy:
        loader = Loader(a_source(protocol, proxy.address, key))
        proxy.cut = {1, 3, 4}
        loader.load()
        assert proxy.broken == 3
        assert set(loader.held) == {pdq(d) for d in documents}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_server_that_stays_away_is_gone_on_with_later(live_server: Any, paul: User, protocol: str) -> None:
    key = a_key(paul, a_feed())
    documents = publish_since(1000, years_ago(2), years_ago(1))
    with before(live_server.url) as proxy:
        loader = Loader(a_source(protocol, proxy.address, key))
        proxy.cut = set(range(2, 7))
        with pytest.raises(Busy, match="middle of its answer"):
            loader.load()
        assert 0 < len(loader.held) < len(documents)
        loader.load()
        assert set(loader.held) == {pdq(d) for d in documents}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_wrong_credentials_are_told(live_server: Any, paul: User, protocol: str) -> None:
    a_key(paul, a_feed())
    with pytest.raises(NotAllowed, match="credentials"):
        Loader(a_source(protocol, live_server.url, "ohl_wrong")).load()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_too_many_calls_are_waited_for(
    live_server: Any, paul: User, protocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CALLS_A_MINUTE", 1)
    loader = Loader(a_source(protocol, live_server.url, a_key(paul, a_feed())))
    loader.load()
    with pytest.raises(Busy, match="429"):
        loader.load()


def test_our_feedback_arrives(live_server: Any, paul: User) -> None:
    key = a_key(paul, a_feed())
    (document,) = publish_now(1)
    base = f"{live_server.url}/api/1/feeds/all/ncmec"
    client = ncmec_client.Client(Peer(base, ncmec_client.Client.headers("paul", key)))
    assert client.status().name == "Paul"
    assert [member.name for member in client.members()] == ["OpenHotline", "Paul"]
    lawful = next(guid for guid, name in client.reasons("PDQ").items() if name == "Not illegal")
    said = ncmec_client.Submission(False, (lawful,))
    client.give_feedback(member=1, entry=entry_id(document), kind="PDQ", submission=said)
    assert Feedback.objects.get().reasons == ["lawful"]


def test_our_subscription_key_is_taken_and_means_nothing(live_server: Any, paul: User) -> None:
    headers = stopncii_client.Client.headers(a_key(paul, a_feed()), "any")
    client = stopncii_client.Client(Peer(f"{live_server.url}/api/1/feeds/all/stopncii", headers))
    assert client.page(10).rows == ()
