"""Fetching somebody's list: from a checkpoint on, gone on with where it broke off, and no endless feed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.exchange.stub_peer import Answer, StubPeer, serving

from openhotline.errors import BadInput, Busy, NotAllowed, WrongUsage
from openhotline.exchange import ncmec, stopncii
from openhotline.exchange.fetching import Portion
from openhotline.exchange.peer import Limits, Peer
from openhotline.exchange.sources import HashSource

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
ONE_TRY = Limits(tries=1)
BROKEN = Answer(b"half", promised=1000)


def ncmec_page(name: str, following: str = "") -> Answer:
    entry = ncmec.Entry(ncmec.Member(7, "x"), name, NOON, {"md5": "a1" * 16})
    return Answer(ncmec.write_query_result(ncmec.QueryResult([entry], following)))


def stopncii_page(value: str, stamp: int, token: str = "") -> Answer:
    record = stopncii.Record(
        NOON,
        stopncii.Signal.IMAGE_PDQ,
        value * 64,
        stopncii.Status.ACTIVE,
        "c",
        "x",
        stopncii.Opinion.BLOCKED,
    )
    return Answer(stopncii.write_fetch_page(stopncii.FetchPage([record], stamp, token)))


def source(protocol: str, stub: StubPeer) -> HashSource:
    return HashSource(protocol, stub.base, user="u", secret="the-key", subscription="s")


def stored(portion: Portion) -> Mapping[str, Any]:
    """A checkpoint as it comes back from storage."""
    found: Mapping[str, Any] = json.loads(json.dumps(portion.checkpoint))
    return found


def taken(portions: list[Portion]) -> list[str]:
    return [getattr(row, "reference", "") or "bad" for portion in portions for row in portion.rows]


def asked(stub: StubPeer, number: int = -1) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(stub.asked[number][1]).query).items()}


def test_ncmec_begins_at_the_beginning_and_goes_on_from_where_it_was() -> None:
    with serving(ncmec_page("1", "/v2/entries?p=2"), ncmec_page("2")) as stub:
        portions = list(source("ncmec", stub).fetch(at=NOON))
    assert taken(portions) == ["7-1", "7-2"]
    assert [(p.anew, p.begins, p.complete) for p in portions] == [(True, True, False), (True, False, True)]
    assert asked(stub, 0) == {"from": "1970-01-01T00:00:00Z", "to": "2026-11-03T11:59:55Z"}
    assert stub.asked[1][1] == "/base/v2/entries?p=2"
    with serving(ncmec_page("3")) as stub:
        (portion,) = source("ncmec", stub).fetch(stored(portions[-1]), at=NOON + timedelta(hours=1))
    assert asked(stub) == {"from": "2026-11-03T11:49:55Z", "to": "2026-11-03T12:59:55Z"}
    assert (portion.anew, portion.begins, portion.complete) == (False, False, True)


def test_ncmec_goes_on_at_the_page_where_it_broke_off() -> None:
    with serving(ncmec_page("1", "/v2/entries?p=2"), BROKEN) as stub:
        walk = source("ncmec", stub).fetch(at=NOON, limits=ONE_TRY)
        first = next(walk)
        with pytest.raises(Busy):
            next(walk)
    with serving(ncmec_page("2")) as stub:
        (portion,) = source("ncmec", stub).fetch(stored(first), at=NOON + timedelta(hours=11))
    assert stub.asked[0][1] == "/base/v2/entries?p=2"
    assert (portion.anew, portion.begins, portion.complete) == (True, False, True)
    # The range that was begun at noon is done; the next one begins there, not eleven hours later.
    assert portion.checkpoint["until"] == "2026-11-03T11:59:55+00:00"


@pytest.mark.parametrize(("hours", "answers"), [(13, []), (1, [Answer(status=400)])])
def test_ncmec_begins_a_range_again_when_its_page_is_forgotten(hours: int, answers: list[Answer]) -> None:
    with serving(ncmec_page("1", "/v2/entries?p=2")) as stub:
        first = next(source("ncmec", stub).fetch(at=NOON))
    with serving(*answers, ncmec_page("2")) as stub:
        (portion,) = source("ncmec", stub).fetch(stored(first), at=NOON + timedelta(hours=hours))
    assert asked(stub)["from"] == "1970-01-01T00:00:00Z"
    assert (portion.anew, portion.begins, portion.complete) == (True, True, True)


def test_stopncii_begins_at_the_beginning_and_goes_on_from_where_it_was() -> None:
    with serving(stopncii_page("1", 90, "t"), stopncii_page("2", 100)) as stub:
        portions = list(source("stopncii", stub).fetch(at=NOON))
    assert [(p.anew, p.begins, p.complete) for p in portions] == [(True, True, False), (True, False, True)]
    assert asked(stub, 0) == {"startTimestamp": "10", "pageSize": "800"}
    assert asked(stub, 1) == {"startTimestamp": "10", "pageSize": "800", "nextPageToken": "t"}
    with serving(stopncii_page("3", 120)) as stub:
        (portion,) = source("stopncii", stub).fetch(stored(portions[-1]), at=NOON + timedelta(days=29))
    assert asked(stub)["startTimestamp"] == "100"
    assert (portion.anew, portion.complete, portion.checkpoint["start"]) == (False, True, 120)


def test_stopncii_never_goes_back_and_begins_anew_after_thirty_days() -> None:
    with serving(stopncii_page("1", 100)) as stub:
        (first,) = source("stopncii", stub).fetch(at=NOON)
    with serving(stopncii_page("2", 50)) as stub:
        (second,) = source("stopncii", stub).fetch(stored(first), at=NOON)
        assert second.checkpoint["start"] == 100
    with serving(stopncii_page("3", 200)) as stub:
        (third,) = source("stopncii", stub).fetch(stored(second), at=NOON + timedelta(days=30))
    assert asked(stub)["startTimestamp"] == "10"
    assert third.anew and third.begins


def test_stopncii_goes_on_at_the_page_where_it_broke_off_and_begins_again_when_that_is_forgotten() -> None:
    with serving(stopncii_page("1", 90, "t"), BROKEN) as stub:
        walk = source("stopncii", stub).fetch(at=NOON, limits=ONE_TRY)
        first = next(walk)
        with pytest.raises(Busy):
            next(walk)
    assert first.checkpoint["start"] == 10
    with serving(stopncii_page("2", 100)) as stub:
        (portion,) = source("stopncii", stub).fetch(stored(first), at=NOON)
    assert asked(stub)["nextPageToken"] == "t" and not portion.begins
    with serving(Answer(status=400), stopncii_page("1", 100)) as stub:
        (portion,) = source("stopncii", stub).fetch(stored(first), at=NOON)
    assert "nextPageToken" not in asked(stub) and portion.begins


@pytest.mark.parametrize(
    ("protocol", "page"),
    [("ncmec", ncmec_page("1", "/v2/entries?p=2")), ("stopncii", stopncii_page("1", 90, "t"))],
)
def test_a_feed_that_goes_in_circles_is_left(protocol: str, page: Answer) -> None:
    with serving(page) as stub, pytest.raises(BadInput, match="Tell its operator"):
        list(source(protocol, stub).fetch(at=NOON))
    assert len(stub.asked) == 2


@pytest.mark.parametrize(
    "path", ["https://example.org/v2/entries", "/v2/../entries", "/other", "//example.org/"]
)
def test_a_next_page_elsewhere_is_not_fetched(path: str) -> None:
    result = ncmec.write_query_result(ncmec.QueryResult([])).replace(
        b"</queryResult>", b"<paging><next>%s</next></paging></queryResult>" % path.encode()
    )
    with serving(Answer(result)) as stub, pytest.raises(BadInput, match="outside"):
        list(source("ncmec", stub).fetch(at=NOON))
    assert len(stub.asked) == 1


@pytest.mark.parametrize("protocol", ["ncmec", "stopncii"])
def test_refused_credentials_are_told_and_not_taken_for_a_forgotten_page(protocol: str) -> None:
    page = ncmec_page("1", "/v2/entries?p=2") if protocol == "ncmec" else stopncii_page("1", 90, "t")
    with serving(page, Answer(status=401)) as stub:
        walk = source(protocol, stub).fetch(at=NOON)
        first = next(walk)
        with pytest.raises(NotAllowed):
            next(source(protocol, stub).fetch(stored(first), at=NOON))


@pytest.mark.parametrize("protocol", ["ncmec", "stopncii"])
@pytest.mark.parametrize(
    "checkpoint", [{"nothing": "of it"}, {"until": 7}, {"start": "x", "fetched_at": None, "token": ""}]
)
def test_a_damaged_checkpoint_is_named(protocol: str, checkpoint: dict[str, Any]) -> None:
    with serving(Answer()) as stub, pytest.raises(BadInput, match="checkpoint is damaged"):
        list(source(protocol, stub).fetch(checkpoint, at=NOON))


def test_a_source_prints_no_key_and_needs_what_its_protocol_needs() -> None:
    described = HashSource("ncmec", "https://example.org", user="u", secret="the-key")
    assert "the-key" not in repr(described)
    for mistaken in (
        HashSource("other", "https://example.org", secret="k"),
        HashSource("ncmec", "https://example.org", secret="k"),
        HashSource("ncmec", "https://example.org", user="a:b", secret="k"),
        HashSource("stopncii", "https://example.org"),
    ):
        with pytest.raises(WrongUsage):
            mistaken.fetch(at=NOON)


def test_feedback_goes_back() -> None:
    with serving(Answer()) as stub:
        client = ncmec.Client(Peer(stub.base, {}))
        client.give_feedback(member=7, entry="a b", kind="PDQ", submission=ncmec.Submission(True))
        others = stopncii.Client(Peer(stub.base, {}))
        others.give_feedback([stopncii.Feedback("f8" * 32, stopncii.Opinion.BLOCKED)])
    assert [(method, path) for method, path, _, _ in stub.asked] == [
        ("PUT", "/base/v2/entries/7/a%20b/PDQ/feedback"),
        ("POST", "/base/SubmitFeedback"),
    ]
    assert ncmec.read_submission(stub.asked[0][3]).affirmative
    assert stopncii.read_feedbacks(stub.asked[1][3])[0].opinion == "Blocked"
