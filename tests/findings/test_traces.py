"""Traces as they are kept: what was said, what follows, and a supervisor's word."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.conftest import NOON

from openhotline.errors import BadInput, Conflict, NotAllowed
from openhotline.trace.agreement import agree
from openhotline.trace.answer import Answer, contacts, failed
from openhotline.trace.asking import Look
from openhotline_server.accounts.models import User
from openhotline_server.findings.checks import newest_check, note_check
from openhotline_server.findings.models import Trace, TraceAnswer
from openhotline_server.findings.traces import (
    answers_of,
    newest_trace,
    newest_traces,
    note_statement,
    note_trace,
    override,
    statements_of,
)
from openhotline_server.intake.models import Address
from openhotline_server.ledger.models import Line

pytestmark = pytest.mark.django_db

DNS = Answer("dns", "dns", NOON, ips=("192.0.2.1",))
REGISTRY = Answer(
    "rdap network",
    "registry",
    NOON,
    kind="registry",
    country="NL",
    network="EXAMPLE-NET",
    abuse=contacts(["abuse@example.net"], "rdap network"),
)
GEO = Answer("geo:one", "maker:one", NOON, kind="geoip", country="NL")
SILENT = failed("geo:two", "maker:two", NOON, "The database is missing.")


def place(name: str = "files", network: str = "web") -> Address:
    host = f"{name}.example.org"
    return Address.objects.create(
        digest=f"{name:0>64}",
        normal=f"https://{host}/a",
        network=network,
        host=host,
        domain="example.org",
        first_reported_at=NOON,
    )


def note(address: Address, *answers: Answer, at: datetime = NOON) -> Trace:
    return note_trace(address=address, verdict=agree(answers), answers=answers, at=at)


def test_everything_a_source_said_is_kept_with_its_time() -> None:
    answers = [DNS, REGISTRY, GEO, SILENT]
    trace = note(place(), *answers)
    assert (trace.country, trace.agreed, trace.agreeing, trace.asked) == ("NL", True, 2, 4)
    assert trace.abuse == [{"email": "abuse@example.net", "source": "rdap network"}]
    assert answers_of(trace) == answers
    row = TraceAnswer.objects.get(trace=trace, source="geo:two")
    assert row.failure and row.country == ""


def test_the_ledger_tells_of_a_trace_without_the_place() -> None:
    address = place()
    note(address, DNS, REGISTRY, GEO)
    line = Line.objects.get(event="address.traced")
    assert line.subject == address.subject and line.details["country"] == "NL"
    assert "192.0.2.1" not in str(line.details) and "example" not in str(line.details)


def test_the_last_one_written_counts_whatever_the_clock_said() -> None:
    address, other = place(), place("other")
    note(address, DNS, at=NOON + timedelta(days=400))
    last = note(address, DNS, REGISTRY, GEO)
    assert newest_trace(address) == last and newest_trace(other) is None
    assert newest_traces([address.pk, other.pk]) == {address.pk: last}


def test_a_manager_settles_what_the_sources_do_not(mia: User) -> None:
    address = place()
    before = note(address, DNS, REGISTRY, SILENT)
    after = override(address=address, country="de", reason="The host told us so.", person=mia, at=NOON)
    assert (after.country, after.agreed, after.overridden_by, after.override_reason) == (
        "DE",
        False,
        mia,
        "The host told us so.",
    )
    assert after.pk != before.pk and after.code != before.code and answers_of(after) == answers_of(before)
    assert Trace.objects.get(pk=before.pk).country == ""
    line = Line.objects.get(event="trace.overridden")
    assert line.actor == str(mia.code) and line.details["reason"] == "The host told us so."


def test_nobody_else_settles_it(ana: User, ben: User, oda: User, paul: User) -> None:
    address = place()
    note(address, DNS)
    for person in (ana, ben, oda, paul):
        with pytest.raises(NotAllowed):
            override(address=address, country="DE", reason="Because.", person=person, at=NOON)


def test_an_override_needs_a_country_a_reason_and_a_trace(mia: User) -> None:
    address = place()
    with pytest.raises(Conflict, match="not traced"):
        override(address=address, country="DE", reason="Because.", person=mia, at=NOON)
    note(address, DNS)
    for country, reason in (("Germany", "Because."), ("DE", "  "), ("", "Because."), ("DE", "x" * 301)):
        with pytest.raises(BadInput):
            override(address=address, country=country, reason=reason, person=mia, at=NOON)
    onion = place("onion", "onion")
    note(onion)
    with pytest.raises(Conflict, match="onion"):
        override(address=onion, country="DE", reason="Because.", person=mia, at=NOON)


def test_an_override_stands_while_the_machine_is_the_same(mia: User) -> None:
    address = place()
    note(address, DNS, REGISTRY)
    override(address=address, country="DE", reason="The host told us so.", person=mia, at=NOON)
    again = note(address, DNS, REGISTRY, at=NOON + timedelta(hours=1))
    assert (again.country, again.overridden_by) == ("DE", mia)


def test_an_override_ends_when_the_machine_changes_or_the_sources_agree(mia: User) -> None:
    moved, agreed = place(), place("agreed")
    for address in (moved, agreed):
        note(address, DNS, REGISTRY)
        override(address=address, country="DE", reason="The host told us so.", person=mia, at=NOON)
    elsewhere = note(moved, replace(DNS, ips=("192.0.2.7",)), REGISTRY)
    assert (elsewhere.country, elsewhere.overridden_by, elsewhere.override_reason) == ("", None, "")
    settled = note(agreed, DNS, REGISTRY, GEO)
    assert (settled.country, settled.agreed, settled.overridden_by) == ("NL", True, None)


def test_a_provider_s_statement_is_kept_and_found_again(ana: User, ben: User) -> None:
    address = place()
    stated = {"country": "ro", "ip": "192.0.2.99", "network": "Example Hosting", "words": "Ticket 7"}
    with pytest.raises(Conflict):
        note_statement(address=address, person=ana, at=NOON, **stated)
    note(address, DNS)
    with pytest.raises(NotAllowed):
        note_statement(address=address, person=ben, at=NOON, **stated)
    for wrong in ({**stated, "ip": "here"}, {**stated, "country": "", "ip": "", "network": ""}):
        with pytest.raises(BadInput):
            note_statement(address=address, person=ana, at=NOON, **wrong)
    answer = note_statement(address=address, person=ana, at=NOON, **stated)
    note(address, DNS, answer, at=NOON + timedelta(hours=1))
    (found,) = statements_of(address)
    assert (found.kind, found.country, found.ips) == ("provider", "RO", ("192.0.2.99",))
    assert found.said["about"] == {"front": "", "ips": ["192.0.2.1"]}


def test_a_check_is_kept_with_its_outcome() -> None:
    address = place()
    assert newest_check(address) is None
    note_check(
        address=address, look=Look("online", NOON, 200, "192.0.2.1", "The server answers.", "ab"), at=NOON
    )
    last = note_check(
        address=address, look=Look("failed", NOON, words="Switched off."), at=NOON - timedelta(days=1)
    )
    assert newest_check(address) == last and last.status is None and last.ip is None
    assert [
        line.details["outcome"] for line in Line.objects.filter(event="address.checked").order_by("sequence")
    ] == [
        "online",
        "failed",
    ]


def test_a_system_s_number_that_no_database_takes_is_left_in_what_was_said() -> None:
    trace = note(place(), replace(DNS, asn=4_200_000_000))
    assert trace.asn is None and answers_of(trace)[0].asn == 4_200_000_000
