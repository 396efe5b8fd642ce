"""From a delivery to the queue, once; and what its reporter may know of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from tests.conftest import NOON

from openhotline.errors import BadInput, NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.intake.models import Address, Report, WithoutAddress
from openhotline_server.intake.reports import Given, GivenAddress, Taken, ToTake
from openhotline_server.intake.without_address import close_report
from openhotline_server.ledger import queries as ledger
from openhotline_server.pipeline import reporting
from openhotline_server.pipeline.reporting import (
    ORDER,
    add_addresses,
    admit,
    refuse,
    state_for_reporter,
    take_in,
    take_in_many,
)
from openhotline_server.triage.address_cases import move
from openhotline_server.triage.models import AddressCase

pytestmark = pytest.mark.django_db
State = AddressCase.State
Capture = Callable[..., AbstractContextManager[list[Any]]]


def delivery(
    origin: str, *texts: str, standing: Report.Standing = Report.Standing.TAKEN, **said: Any
) -> ToTake:
    given = Given([GivenAddress(text) for text in texts], **said)
    return ToTake(Report.Kind.FORM, "Public form", given, NOON.date(), origin, standing)


def took(one: ToTake) -> Taken:
    return take_in_many(deliveries=[one], actor="reporter", at=NOON)[0]


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The address keys whose trace was asked for, without asking anybody."""
    keys: list[int] = []

    class One:
        @staticmethod
        def enqueue(key: int) -> None:
            keys.append(key)

    class Many:
        @staticmethod
        def enqueue(several: list[int]) -> None:
            keys.extend(several)

    monkeypatch.setattr(reporting, "trace_address", One)
    monkeypatch.setattr(reporting, "trace_addresses", Many)
    return keys


def test_a_report_comes_into_the_queue_and_is_traced(
    traced: list[int], django_capture_on_commit_callbacks: Capture
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        taken = take_in(
            kind=Report.Kind.FORM, source="Public form", given=Given([GivenAddress("example.org")]),
            received_on=NOON.date(), origin="a", actor="reporter", at=NOON,
        )  # fmt: skip
        assert not traced
    assert traced == [taken.mentions[0].address_id]
    assert AddressCase.objects.get().address_id == traced[0]
    assert ledger.verify().lines == 2


def test_twice_is_once_and_a_known_one_is_not_traced_again(
    traced: list[int], django_capture_on_commit_callbacks: Capture
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        took(delivery("a", "example.org"))
        took(delivery("a", "example.org"))
        took(delivery("b", "example.org"))
    assert len(traced) == 1
    assert AddressCase.objects.get().reported_times == 2


def test_many_share_tasks_and_all_are_traced(
    traced: list[int], django_capture_on_commit_callbacks: Capture
) -> None:
    texts = [f"https://example.org/{n}" for n in range(230)]
    with django_capture_on_commit_callbacks(execute=True) as asked:
        took(delivery("a", *texts))
    assert len(asked) == 3
    assert sorted(traced) == sorted(Address.objects.values_list("pk", flat=True))
    assert AddressCase.objects.count() == 230


def test_what_is_named_by_several_at_once_is_one_case() -> None:
    taken = take_in_many(
        deliveries=[delivery(str(n), "example.org", f"example.org/{n % 2}") for n in range(6)],
        actor="partner",
        at=NOON,
    )
    assert [(t.new, t.known) for t in taken] == [(2, 0), (1, 1), *[(0, 2)] * 4]
    times = AddressCase.objects.order_by("address__normal").values_list("reported_times", flat=True)
    assert list(times) == [6, 3, 3]


def test_one_bad_delivery_leaves_none_of_them() -> None:
    with pytest.raises(BadInput):
        take_in_many(deliveries=[delivery("a", "example.org"), delivery("b")], actor="partner", at=NOON)
    assert not Report.objects.exists() and not AddressCase.objects.exists() and not ledger.length()


def test_what_was_set_aside_waits_for_a_person(ana: User, mia: User) -> None:
    aside = took(delivery("a", "example.org", standing=Report.Standing.QUARANTINED)).report
    assert not AddressCase.objects.exists()
    assert state_for_reporter(aside).code == "received"
    with pytest.raises(NotAllowed):
        admit(report=aside, person=ana, at=NOON)
    assert len(admit(report=aside, person=mia, at=NOON).opened) == 1
    other = took(delivery("b", "example.net", standing=Report.Standing.QUARANTINED)).report
    refuse(report=other, person=mia, at=NOON)
    assert AddressCase.objects.count() == 1
    assert state_for_reporter(other).code == "set_aside"


def test_what_was_gone_is_traced_anew(traced: list[int], django_capture_on_commit_callbacks: Capture) -> None:
    took(delivery("a", "example.org"))
    move(case=AddressCase.objects.get(), to=State.REMOVED, actor="system", at=NOON)
    with django_capture_on_commit_callbacks(execute=True):
        took(delivery("b", "example.org"))
    assert len(traced) == 1 and AddressCase.objects.get().state == State.NEW


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (State.NEW, "received"),
        (State.REFERRED, "in_work"),
        (State.ON_HOLD, "in_work"),
        (State.TO_TELL, "in_work"),
        (State.WATCHED, "acted"),
        (State.REMOVED, "removed"),
        (State.GONE_BEFORE, "removed"),
        (State.NOT_ILLEGAL, "not_illegal"),
        (State.OFF_REMIT, "off_remit"),
        (State.UNTRACEABLE, "acted"),
    ],
)
def test_a_reporter_may_know_this(state: AddressCase.State, code: str) -> None:
    report = took(delivery("a", "example.org")).report
    move(case=AddressCase.objects.get(), to=state, actor="system", at=NOON)
    assert state_for_reporter(report).code == code and code in ORDER


def test_the_second_reporter_hears_that_it_is_known() -> None:
    took(delivery("a", "example.org"))
    second = took(delivery("b", "example.org")).report
    assert state_for_reporter(second).code == "known"


def test_of_several_the_one_with_most_still_to_do_counts() -> None:
    report = took(delivery("a", "example.org/1", "example.org/2")).report
    first = AddressCase.objects.order_by("pk")[0]
    move(case=first, to=State.REMOVED, actor="system", at=NOON)
    state = state_for_reporter(report)
    assert (state.code, state.each) == ("received", {"received": 1, "removed": 1})


def test_a_report_of_words_alone_is_received() -> None:
    assert state_for_reporter(took(delivery("a", words="I saw something.")).report).code == "received"


@pytest.mark.parametrize("outcome", WithoutAddress.CLOSING)
def test_a_reporter_hears_that_her_words_were_read(outcome: WithoutAddress.Outcome, ana: User) -> None:
    report = took(delivery("a", words="I saw something.")).report
    close_report(report=report, outcome=outcome, person=ana, at=NOON)
    code = {"handed_on": "in_work", "off_remit": "off_remit", "unusable": "set_aside"}[outcome]
    assert state_for_reporter(report).code == code and code in ORDER


def test_an_address_found_in_the_words_comes_into_the_queue(
    ana: User, traced: list[int], django_capture_on_commit_callbacks: Capture
) -> None:
    known = took(delivery("a", "example.org/known"))
    report = took(delivery("b", words="It is on example org, and where I said.", at_risk_now=True)).report
    with django_capture_on_commit_callbacks(execute=True):
        joined = add_addresses(
            report=report,
            texts=["hxxps://example[.]org/found", "", "example.org/known"],
            found_in="web",
            person=ana,
            at=NOON,
        )
    (opened,) = joined.opened
    assert opened.address.normal == "https://example.org/found" and traced == [opened.address_id]
    assert any(reason["code"] == "at_risk" for reason in opened.reasons)
    assert [case.address_id for case in joined.joined] == [known.mentions[0].address_id]
    assert AddressCase.objects.get(address=known.mentions[0].address).reported_times == 2
    assert state_for_reporter(report).each == {"received": 1, "known": 1}
    (line,) = ledger.search(event="report.addresses_added")
    assert (line.actor, line.subject) == (str(ana.code), report.subject)
    assert line.details == {"addresses": 2, "known": 1}
