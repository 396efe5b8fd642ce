"""Floods are set aside and never lost; a person who reports once meets no limit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import RequestFactory, override_settings
from tests.conftest import NOON
from tests.public.door_cast import CODE, Door, work

from openhotline_server.intake.models import Report
from openhotline_server.public import networks, tickets
from openhotline_server.public.flood import (
    LEAST_SECONDS,
    MANY_PEOPLE,
    UNWORKED,
    UNWORKED_EVERYWHERE,
    WORKED,
    Allowance,
    Buckets,
    Flood,
)


def aside() -> int:
    return Report.objects.filter(standing=Report.Standing.QUARANTINED).count()


def test_a_flood_with_work_done_is_set_aside_beyond_the_limit_and_none_is_lost(door: Door) -> None:
    sent = int(WORKED.at_once) + 4
    for number in range(sent):
        assert CODE.search(door.report(words=str(number)).content.decode())
    assert Report.objects.count() == sent
    assert aside() == 4
    door.network = "203.0.113.1"
    door.report(words="a neighbour")
    assert aside() == 4


def test_without_work_a_form_sent_faster_than_anybody_reads_is_set_aside(door: Door) -> None:
    assert CODE.search(door.report(worked=False).content.decode())
    assert aside() == 1


def judged(
    flood: Flood, number: int, *, network: str = "n", worked: bool, age: float = 60, now: float = 0
) -> bool:
    return flood.is_flood(network=network, nonce=str(number), worked=worked, age=age, now=now)


def test_without_scripts_a_person_is_taken_like_anybody() -> None:
    flood = Flood()
    assert not judged(flood, 1, worked=False, age=LEAST_SECONDS)
    assert judged(Flood(), 1, worked=False, age=LEAST_SECONDS - 1)


def test_without_work_the_limit_is_lower_and_holds_for_many_networks_together() -> None:
    flood = Flood()
    one = [judged(flood, number, worked=False) for number in range(20)]
    assert one.count(False) == UNWORKED.at_once
    flood = Flood()
    many = [judged(flood, number, network=str(number), worked=False) for number in range(200)]
    assert many.count(False) == UNWORKED_EVERYWHERE.at_once


def test_work_counts_once() -> None:
    flood = Flood()
    answers = [flood.is_flood(network="n", nonce="same", worked=True, age=60, now=0) for _ in range(20)]
    assert answers.count(False) == 1 + UNWORKED.at_once


def test_with_time_a_network_may_send_again() -> None:
    flood = Flood()
    for number in range(100):
        judged(flood, number, worked=True)
    assert judged(flood, 101, worked=True)
    assert not judged(flood, 102, worked=True, now=3600 / WORKED.an_hour * 2)


def test_people_who_cannot_be_told_apart_share_more() -> None:
    flood = Flood()
    answers = [judged(flood, number, network=networks.SHARED, worked=True) for number in range(2000)]
    assert answers.count(False) == WORKED.at_once * MANY_PEOPLE


def test_the_memory_of_networks_is_bounded() -> None:
    buckets = Buckets(Allowance(1, 1), most=10)
    for number in range(1000):
        buckets.take(str(number), now=0)
    assert len(buckets._levels) == 10


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.0/24"),
        ("::ffff:198.51.100.7", "198.51.100.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("127.0.0.1", None),
        ("10.1.2.3", None),
        ("::1", None),
        ("fe80::1%eth0", None),
        ("", None),
        ("unix:", None),
    ],
)
def test_a_network_is_a_24_or_a_48(address: str, network: str | None) -> None:
    assert networks.network_of(address) == network


def test_a_mark_says_nothing_of_the_address_and_is_the_same_for_a_network() -> None:
    ask = RequestFactory()
    one, two = (networks.mark(ask.get("/", REMOTE_ADDR=f"198.51.100.{n}")) for n in (1, 200))
    assert one == two
    assert "198" not in one[:3] or len(one) == 32
    assert networks.mark(ask.get("/", REMOTE_ADDR="127.0.0.1")) == networks.SHARED


def test_a_forwarded_address_counts_only_behind_a_proxy_of_our_own() -> None:
    ask = RequestFactory()
    plain = networks.mark(ask.get("/", REMOTE_ADDR="198.51.100.1"))
    told = ask.get("/", REMOTE_ADDR="198.51.100.1", HTTP_X_FORWARDED_FOR="192.0.2.66, 203.0.113.5")
    assert networks.mark(told) == plain
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=1):
        assert networks.mark(told) == networks.mark(ask.get("/", REMOTE_ADDR="203.0.113.99"))


def test_a_ticket_is_ours_and_young_or_nothing() -> None:
    ticket = tickets.issue(at=NOON)
    assert tickets.read(ticket, at=NOON + timedelta(seconds=90)).age == 90  # type: ignore[union-attr]
    assert tickets.read(ticket, at=NOON + timedelta(days=2)) is None
    assert tickets.read(ticket, at=NOON - timedelta(days=1)) is None
    assert tickets.read(ticket + "x", at=NOON) is None
    assert tickets.read("", at=NOON) is None


def test_work_is_checked_against_its_own_ticket() -> None:
    ticket = tickets.issue(at=NOON)
    done = work(ticket, bits=12)
    assert tickets.is_worked(ticket, done, bits=12)
    assert not tickets.is_worked(ticket + "x", done, bits=12)
    for wrong in ("", "-1", "1e9", "9" * 40, "٣"):
        assert not tickets.is_worked(ticket, wrong, bits=12)
