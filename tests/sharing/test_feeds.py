"""Feeds: one log, many streams; what leaves a feed's selection gets a tombstone there."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.conftest import NOON
from tests.desk_of import PROHIBITED, PSEUDO_B, a_case, answered

from openhotline import hashlists
from openhotline.errors import BadInput, Conflict
from openhotline_server.accounts.models import User
from openhotline_server.assessment.models import LegalResult
from openhotline_server.assessment.operations import set_policy
from openhotline_server.assessment.queries import DEFAULT_POLICY, ReviewPolicy
from openhotline_server.findings.queries import list_members
from openhotline_server.lists.queries import find_edition
from openhotline_server.sharing import own_list, rules
from openhotline_server.sharing.feeds import ensure_standard_feeds, make_feed
from openhotline_server.sharing.models import Feed
from openhotline_server.sharing.operations import publish, withdraw
from openhotline_server.sharing.queries import get_feed, lines, newest_lines

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_samples(db: None) -> None:
    policy = ReviewPolicy(**{**DEFAULT_POLICY, "second_vote_percent": 0, "last_hour": 24})
    set_policy(policy=policy, actor="system", at=NOON)


def _shown(name: str) -> list[str]:
    return [line.act for line in lines(get_feed(name), now=NOON)]


def _entries(name: str) -> dict[str, hashlists.Status]:
    feed = get_feed(name)
    edition = find_edition(feed.hash_list)
    assert edition is not None
    out = io.StringIO(newline="")
    own_list.write_csv(out, feed, edition.number, edition.loaded_at, now=NOON)
    return {e.value: e.status for e in hashlists.read_csv(io.StringIO(out.getvalue(), newline=""))}


def test_a_line_shows_in_every_feed_whose_selection_it_meets(ana: User, ben: User, mia: User) -> None:
    publish(cases=[answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_B))], person=mia, at=NOON)
    publish(cases=[answered(a_case(), (ana, PROHIBITED), (ben, PROHIBITED))], person=mia, at=NOON)
    assert _shown("all") == ["published", "published"]
    assert _shown("category-b") == ["published"]
    assert _shown("photographic") == ["published"]
    assert _shown("prohibited") == ["published"]
    assert _shown("category-a") == []
    assert _shown("addresses") == []


def test_a_new_grade_moves_an_item_and_leaves_a_tombstone(ana: User, ben: User, mia: User) -> None:
    case = answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_B))
    publish(cases=[case], person=mia, at=NOON)
    LegalResult.objects.filter(jurisdiction="gb-eng").update(grade="C")  # as a corrected file would derive it
    publish(cases=[case], person=mia, at=NOON)
    assert _shown("all") == ["published", "published"]
    assert _shown("category-b") == ["published", "withdrawn"]
    assert _shown("category-c") == ["published"]
    assert set(_entries("category-b").values()) == {hashlists.Status.WITHDRAWN}
    assert set(_entries("category-c").values()) == {hashlists.Status.LISTED}
    assert newest_lines(get_feed("all"), now=NOON).count() == 1


def test_a_withdrawal_reaches_only_the_feeds_that_showed_it(ana: User, ben: User, mia: User) -> None:
    case = answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_B))
    publish(cases=[case], person=mia, at=NOON)
    withdraw(item=list_members(case.cluster)[0], reason="graded in error", person=mia, at=NOON)
    assert _shown("category-b") == ["published", "withdrawn"]
    assert _shown("category-c") == []
    tombstone = lines(get_feed("category-b"), now=NOON).last()
    assert tombstone is not None
    assert tombstone.publication.document["hashes"].keys() == {"md5", "sha1", "sha256"}
    assert set(_entries("category-b").values()) == {hashlists.Status.WITHDRAWN}
    assert _entries("category-c") == {}


def test_a_feed_made_later_begins_with_what_the_log_holds(ana: User, ben: User, mia: User) -> None:
    publish(cases=[answered(a_case(members=3), (ana, PSEUDO_B), (ben, PSEUDO_B))], person=mia, at=NOON)
    make_feed(name="partner-x", title="X", selection={"grades": ["B"]}, actor="system", at=NOON)
    assert _shown("partner-x") == ["published"] * 3
    with pytest.raises(Conflict):
        make_feed(name="partner-x", title="X", selection={}, actor="system", at=NOON)
    with pytest.raises(BadInput):
        make_feed(name="partner-y", title="Y", selection={"colour": ["red"]}, actor="system", at=NOON)


def test_times_never_go_back_even_when_a_clock_does(ana: User, ben: User, mia: User) -> None:
    for moment in (NOON, NOON - timedelta(hours=1)):
        publish(cases=[answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_B))], person=mia, at=moment)
    first, second = lines(get_feed("all"), now=NOON)
    assert first.at <= second.at


def test_a_feed_with_release_times_waits_for_them(ana: User, ben: User, mia: User) -> None:
    ensure_standard_feeds(at=NOON)
    Feed.objects.filter(name="all").update(released_at_times=["17:00"])
    publish(cases=[answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_B))], person=mia, at=NOON)
    assert not lines(get_feed("all"), now=NOON).exists()
    assert _entries("all") == {}
    assert lines(get_feed("all"), now=NOON.replace(hour=18)).exists()


def test_the_last_release_is_found_across_midnight_and_zones() -> None:
    zone = ZoneInfo("Asia/Tokyo")
    now = datetime(2026, 11, 2, 9, 0, tzinfo=zone)
    assert rules.released_until(["12:00", "17:00"], now, zone) == datetime(2026, 11, 1, 17, 0, tzinfo=zone)
    later = now.replace(hour=13)
    assert rules.released_until(["17:00", "12:00"], later, zone) == later.replace(hour=12)
    assert rules.released_until([], now, zone) == now
