"""Where in a feed a partner goes on, rule by rule."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.conftest import NOON
from tests.feeds.feeds_cast import a_document, a_feed, entry_id, withdraw_now, write

from openhotline_server.accounts.models import User
from openhotline_server.ledger import queries as ledger
from openhotline_server.sharing import spans
from openhotline_server.sharing.deliveries import Told, note_page
from openhotline_server.sharing.models import AnsweredUntil, Delivery, Feed
from openhotline_server.sharing.pruning import prune
from openhotline_server.sharing.spans import Span

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def feed(paul: User) -> Feed:
    """A feed with a line an hour, from noon on."""
    made = a_feed()
    write([a_document() for _ in range(5)], [NOON + n * HOUR for n in range(5)])
    return made


def _noted(paul: User, feed: Feed, told: Told | None, delivered: int | None) -> None:
    note_page(partner=paul, feed=feed, protocol="p", lines=1, told=told, delivered=delivered, at=NOON)


def _since(paul: User, feed: Feed, moment: datetime, protocol: str = "p") -> int:
    return spans.since(paul, feed, protocol, moment)


def _sequences(feed: Feed) -> list[int]:
    return [line.sequence for line in spans.page(feed, Span(0, 1 << 60, 0), size=99).lines]


def test_a_moment_is_a_place_behind_the_last_line_before_it(paul: User, feed: Feed) -> None:
    one, two, *_ = _sequences(feed)
    assert _since(paul, feed, NOON) == 0
    assert _since(paul, feed, NOON + timedelta(microseconds=1)) == one
    assert _since(paul, feed, NOON + HOUR) == one
    assert _since(paul, feed, NOON + 1.5 * HOUR) == two
    assert spans.until(feed, NOON - HOUR) == 0


def test_a_line_that_is_not_out_is_behind_the_tip(feed: Feed) -> None:
    one, two, *_, last = _sequences(feed)
    assert spans.tip(feed, now=NOON) == one
    assert spans.tip(feed, now=NOON + HOUR) == two
    assert spans.tip(feed, now=NOON + 99 * HOUR) == last


def test_who_was_told_a_moment_goes_on_behind_the_line_it_really_got(paul: User, feed: Feed) -> None:
    _, two, three, *_ = _sequences(feed)
    ahead = NOON + 9 * HOUR
    _noted(paul, feed, Told(ahead, three), None)
    assert _since(paul, feed, ahead) == three
    _noted(paul, feed, Told(ahead, two), None)  # another program of the same partner, with less
    _noted(paul, feed, Told(ahead, three), None)
    assert _since(paul, feed, ahead) == two
    assert _since(paul, feed, ahead, protocol="other") > three


def test_of_many_moments_at_one_line_two_are_kept_and_all_are_answered_alike(paul: User, feed: Feed) -> None:
    _, two, three, *_ = _sequences(feed)
    ahead = [NOON + 9 * HOUR + n * timedelta(minutes=1) for n in range(100)]
    for moment in ahead:
        _noted(paul, feed, Told(moment, three), None)
    assert AnsweredUntil.objects.count() == 2
    assert {_since(paul, feed, moment) for moment in ahead} == {three}
    assert _since(paul, feed, ahead[0] - HOUR) > three < _since(paul, feed, ahead[-1] + HOUR)
    _noted(paul, feed, Told(ahead[50], two), None)  # a program of the same partner that has less
    assert [_since(paul, feed, ahead[n]) for n in (49, 50, 51)] == [three, two, three]


def test_moments_go_once_the_times_alone_say_the_same_and_not_before(paul: User, feed: Feed) -> None:
    *_, last = _sequences(feed)
    moments = [NOON + hours * HOUR for hours in (5, 10, 20)]
    for moment in moments:
        _noted(paul, feed, Told(moment, last), None)
    before = [_since(paul, feed, moment) for moment in moments]
    assert prune(at=NOON).answers == 0  # nothing came behind that line: a late one still may
    write([a_document()], [NOON + 6 * HOUR])
    assert prune(at=NOON).answers == 0  # the last moment needs its row, and the one between rests on both
    assert [_since(paul, feed, moment) for moment in moments] == before == [last] * 3
    AnsweredUntil.objects.filter(until=moments[-1]).delete()
    assert prune(at=NOON).answers == 1
    assert _since(paul, feed, moments[0]) == last


def test_nothing_is_skipped_that_was_never_delivered(paul: User, ana: User, feed: Feed) -> None:
    one, two, *_ = _sequences(feed)
    late = NOON + 4.5 * HOUR  # as a program asks whose time zone was corrected meanwhile
    assert _since(paul, feed, late) > two
    _noted(paul, feed, None, two)
    assert _since(paul, feed, late) == two
    _noted(paul, feed, None, one)  # who begins again does not move it back
    assert _since(paul, feed, late) == two
    assert _since(ana, feed, late) > two
    assert Delivery.objects.get().delivered_until == NOON + HOUR


def test_pages_give_each_thing_once_as_it_stands_at_the_end_of_the_span(feed: Feed) -> None:
    document = a_document()
    write([document, document], [NOON + 9 * HOUR] * 2)
    withdraw_now([document])
    everything = _sequences(feed)
    assert len(everything) == 6
    stone = everything[-1]
    before = spans.page(feed, Span(0, stone - 1, stone), size=99).lines
    assert [(line.reference, line.act) for line in before][-1] == (entry_id(document), "published")
    first = spans.page(feed, Span(0, stone, stone), size=4)
    assert first.rest == Span(everything[3], stone, stone)
    second = spans.page(feed, first.rest, size=4)
    assert ([line.sequence for line in second.lines], second.rest) == (everything[4:], None)


def test_a_full_last_page_has_nothing_behind_it(feed: Feed) -> None:
    assert spans.page(feed, Span(0, 1 << 60, 0), size=5).rest is None


def test_a_caller_in_the_west_is_given_what_it_means(feed: Feed) -> None:
    _, two, *_, last = _sequences(feed)
    now = NOON + 5 * HOUR
    span = Span(0, two, last)
    assert len(spans.early(feed, span, asked_until=now - 4 * HOUR, now=now)) == 3
    assert spans.early(feed, span, asked_until=now - 13 * HOUR, now=now) == []
    assert spans.early(feed, Span(0, last, last), asked_until=now, now=now) == []


def test_more_than_a_page_of_it_waits(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "MOST_EARLY", 2)
    _, two, *_, last = _sequences(feed)
    assert spans.early(feed, Span(0, two, last), asked_until=NOON + HOUR, now=NOON + 5 * HOUR) == []


def test_every_page_is_a_ledger_line(paul: User, feed: Feed) -> None:
    _noted(paul, feed, None, None)
    (line,) = ledger.search(event="list.downloaded")
    assert (line.actor, line.subject) == (str(paul.code), f"feed:{feed.code}")
    assert line.details == {"protocol": "p", "lines": 1}
