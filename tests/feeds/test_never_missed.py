"""Nothing is ever missed: clients with every fault of clock and luck, against a log that is written late.

The clients here do what the peers' own ones do (their loops are in ``threatexchange/exchanges/impl``), only faster, and
with a clock that a test sets: hours ahead or behind, pages of three, and a power cut now and then.
"""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.test import Client
from tests.conftest import NOON
from tests.feeds.feeds_cast import GRADES, a_document, a_key, entry_id, pdq, write

from openhotline_server.accounts.models import User
from openhotline_server.api import asking, ncmec
from openhotline_server.sharing import rules, spans
from openhotline_server.sharing.feeds import make_feed
from openhotline_server.sharing.models import AnsweredUntil, Feed, Publication

pytestmark = pytest.mark.django_db
FEED = "/api/1/feeds/category-c"
HOURS = (-12, -5, -3.5, 0, 0.01, 5.75, 9, 14)


class PowerCut(Exception):
    """The client's machine goes off: what it did not store is gone."""


@dataclass
class World:
    """One hotline with its clock, and what its feed should show."""

    random: Random
    now: datetime = NOON
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    standing: dict[str, str] = field(default_factory=dict)  # entry -> PDQ hash

    def pass_time(self) -> None:
        self.now += timedelta(seconds=self.random.choice((0.001, 0.2, 0.9, 1, 7, 400, 20_000)))

    def publish(self) -> None:
        """Publish a few, or again with another grade; now and then with a time of long ago, as a slow writer does."""
        known = list(self.documents.values())
        for _ in range(self.random.randint(1, 4)):
            grade = self.random.choice("CCCB")
            grades = {**GRADES, "gb-eng": {**GRADES["gb-eng"], "grade": grade}}
            again = known and self.random.random() < 0.3
            document = a_document(grades=grades)
            if again:
                old = self.random.choice(known)
                document |= {"reference": entry_id(old), "hashes": old["hashes"]}
            write([document], [self.now - timedelta(seconds=self.random.choice((0, 0, 0.5, 3, 30)))])
            self.documents[entry_id(document)] = document
            self.standing.pop(entry_id(document), None)
            if grade == "C":
                self.standing[entry_id(document)] = pdq(document)

    def withdraw(self) -> None:
        if self.standing:
            gone = self.random.choice(list(self.standing))
            stone = rules.tombstone(self.documents.pop(gone), reason="published in error")
            write([stone], [self.now], Publication.Act.WITHDRAWN)
            del self.standing[gone]


@dataclass
class Taker:
    """A partner's program: its clock, and what it holds."""

    world: World
    key: str
    hours: float
    held: dict[str, str] = field(default_factory=dict)
    checkpoint: Any = None

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Any:
        answer = Client().get(FEED + path, query, headers=headers)
        assert answer.status_code == 200, answer.content
        if self.world.random.random() < 0.08:
            raise PowerCut
        return answer

    def fetch(self) -> bool:
        """Fetch; say whether it came to the end."""
        try:
            self.walk()
        except PowerCut:
            return False
        return True

    def walk(self) -> None:
        raise AssertionError


class NcmecTaker(Taker):
    """The loop of ``ncmec_api.py``: ranges up to five seconds ago, written in local time and called UTC."""

    def walk(self) -> None:
        now = int(self.world.now.timestamp()) - 5
        start, paging = self.checkpoint or (0, None)
        while start < now:
            # The real one shrinks and grows its ranges by what it guesses; any range must do.
            end = self.world.random.choice((now, now, now, start + (now - start) // 2 + 1))
            if paging:
                end, page, paging = paging[0], self.page(paging[1], None), None
            else:
                page = self.page("/v2/entries", {"from": self.local(start), "to": self.local(end)})
            while page is not None:
                following = page.findtext("{*}paging/{*}next")
                self.merge(page)
                self.checkpoint = (start, (end, following)) if following else (end, None)
                page = self.page(following, None) if following else None
            start = end

    def page(self, path: str | None, query: dict[str, Any] | None) -> ElementTree.Element:
        pair = base64.b64encode(f"paul:{self.key}".encode()).decode()
        answer = self.get(f"/ncmec{path}", query, authorization=f"Basic {pair}")
        return ElementTree.fromstring(answer.content)

    def local(self, seconds: int) -> str:
        return f"{datetime.fromtimestamp(seconds, UTC) + timedelta(hours=self.hours):%Y-%m-%dT%H:%M:%SZ}"

    def merge(self, page: ElementTree.Element) -> None:
        for entry in page.iterfind("{*}images/*"):
            name = entry.findtext("{*}id") or ""
            if entry.tag.endswith("deletedImage"):
                self.held.pop(name, None)
            else:
                self.held[name] = entry.findtext("{*}fingerprints/{*}pdq") or ""


class StopNCIITaker(Taker):
    """The loop of ``stop_ncii_api.py``: the checkpoint is what each page says, and time is the server's."""

    def walk(self) -> None:
        start, token, more = self.checkpoint or 10, "", True
        while more:
            query = {"startTimestamp": start, "pageSize": 3} | ({"nextPageToken": token} if token else {})
            page = self.get("/stopncii/FetchHashes", query, **{"x-functions-key": self.key}).json()
            for record in page["hashRecords"]:
                (case,) = record["caseNumbers"]
                self.held.pop(case, None)
                if record["hashStatus"] == "Active":
                    self.held[case] = record["hashValue"]
            assert page["nextSetTimestamp"] >= (self.checkpoint or 0)
            self.checkpoint = page["nextSetTimestamp"]
            token, more = page["nextPageToken"] or "", page["hasMoreRecords"]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[World]:
    made = World(Random(request.param))
    monkeypatch.setattr(asking.timezone, "now", lambda: made.now)
    monkeypatch.setattr(ncmec, "PAGE_SIZE", 3)
    yield made


def a_key_for_category_c(paul: User) -> str:
    selection = {"grades": ["C"]}
    feed = make_feed(name="category-c", title="C", selection=selection, actor="system", at=NOON)
    return a_key(paul, feed, since=NOON)


def live(world: World, takers: list[Taker], steps: int) -> Iterator[Taker]:
    """Let things happen; yield whoever just came to the end of a fetch."""
    for _ in range(steps):
        world.pass_time()
        happens = world.random.choice(("publish", "publish", "withdraw", "fetch", "fetch", "fetch"))
        if happens == "fetch":
            taker = world.random.choice(takers)
            if taker.fetch():
                yield taker
        else:
            getattr(world, happens)()


@pytest.mark.parametrize("world", range(3), indirect=True)
def test_a_taker_by_ncmec_holds_exactly_what_stands(world: World, paul: User) -> None:
    key = a_key_for_category_c(paul)
    takers: list[Taker] = [NcmecTaker(world, key, hours) for hours in HOURS]
    ends = 0
    for taker in live(world, takers, 80):
        assert taker.held == world.standing, taker.hours
        ends += 1
    assert ends > 10


@pytest.mark.parametrize("world", range(2), indirect=True)
def test_a_taker_by_stopncii_holds_exactly_what_stands(world: World, paul: User) -> None:
    key = a_key_for_category_c(paul)
    takers: list[Taker] = [StopNCIITaker(world, key, 0) for _ in range(4)]
    ends = 0
    for taker in live(world, takers, 80):
        assert taker.held == world.standing
        ends += 1
    assert ends > 10


@pytest.mark.parametrize("world", [7], indirect=True)
def test_what_a_slow_clock_was_not_given_early_comes_when_it_gets_there(
    world: World, paul: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spans, "early", lambda *words, **more: [])
    key = a_key_for_category_c(paul)
    takers: list[Taker] = [NcmecTaker(world, key, hours) for hours in HOURS]
    for _ in live(world, takers, 100):
        pass
    world.now += timedelta(hours=12, seconds=6)
    for taker in takers:
        while not taker.fetch():
            pass
        assert taker.held == world.standing, taker.hours


@pytest.mark.parametrize("world", [1], indirect=True)
def test_a_clock_that_is_set_right_loses_nothing(
    world: World, paul: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spans, "early", lambda *words, **more: [])
    taker = NcmecTaker(world, a_key_for_category_c(paul), -5)
    world.publish()
    world.now += timedelta(hours=1)
    while not taker.fetch():
        pass
    taker.hours = 0
    world.now += timedelta(minutes=1)
    while not taker.fetch():
        pass
    assert taker.held == world.standing != {}


@pytest.mark.parametrize("world", [5], indirect=True)
def test_a_feed_with_times_of_release_loses_nothing(world: World, paul: User) -> None:
    """A line comes out hours after its time: every client has asked for that time before."""
    key = a_key_for_category_c(paul)
    Feed.objects.update(released_at_times=["12:00", "17:00"])
    takers: list[Taker] = [NcmecTaker(world, key, 0), NcmecTaker(world, key, 9), StopNCIITaker(world, key, 0)]
    world.now += timedelta(hours=1)
    for _ in range(2):
        before = dict(world.standing)
        while world.standing.keys() == before.keys():
            world.publish()
        for taker in takers:
            while not taker.fetch():
                pass
            assert taker.held == before
        world.now = world.now.replace(hour=17, minute=1)
        for taker in takers:
            while not taker.fetch():
                pass
            assert taker.held == world.standing
        world.now += timedelta(hours=22)


@pytest.mark.parametrize("world", [3], indirect=True)
def test_what_times_alone_settle_is_not_kept(world: World, paul: User) -> None:
    taker = NcmecTaker(world, a_key_for_category_c(paul), 0)
    world.publish()
    for _ in range(40):
        world.now += timedelta(minutes=1)
        taker.fetch()
    assert AnsweredUntil.objects.count() == 2  # of forty moments at which the same line was the last
    world.publish()
    world.now += timedelta(minutes=1)
    while not taker.fetch():
        pass
    assert taker.held == world.standing
    assert AnsweredUntil.objects.count() < 5
