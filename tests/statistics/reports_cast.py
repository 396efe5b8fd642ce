"""Addresses with everything that is known of them, put into the tables directly: counting looks at rows only."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import count

from tests.conftest import NOON

from openhotline_server.accounts.models import User
from openhotline_server.assessment.models import AddressAssessment
from openhotline_server.findings.models import Trace
from openhotline_server.intake.models import Address, Mention, Report
from openhotline_server.notices.kinds import NoticeKind
from openhotline_server.notices.models import Notice, NoticeAddress, Removal
from openhotline_server.triage.models import AddressCase

TODAY = NOON.date()
_numbers = count(1)

CRIMINAL = {"outcome": "photograph", "site_type": "image_host", "commercial": "non_commercial"}
HARMLESS = {"outcome": "discounted", "discount_reason": "adult_no_sexual_activity"}
OFF_REMIT = {"outcome": "discounted", "discount_reason": "off_remit"}


def report(
    *,
    kind: Report.Kind = Report.Kind.FORM,
    on: date = TODAY,
    standing: Report.Standing = Report.Standing.TAKEN,
) -> Report:
    """One report, without addresses so far."""
    return Report.objects.create(
        kind=kind,
        source="a test",
        origin_digest=f"{next(_numbers)}",
        standing=standing,
        received_on=on,
        created_at=NOON,
    )


def name(of: Report, address: Address) -> Mention:
    """Have a report name an address."""
    known = Mention.objects.filter(address=address).exists()
    return Mention.objects.create(report=of, address=address, known=known)


def address(*, domain: str = "example.net", network: str = "web") -> Address:
    """An address that nobody named so far."""
    normal = f"https://{next(_numbers)}.{domain}/"
    return Address.objects.create(
        digest=sha256(normal.encode()).hexdigest(),
        normal=normal,
        network=network,
        host=f"{next(_numbers)}.{domain}",
        domain="" if network == "onion" else domain,
        first_reported_at=NOON,
    )


def case(of: Address, person: User, state: str = "watched", **found: str) -> AddressCase:
    """Its case, assessed unless nothing was found."""
    row = AddressCase.objects.create(
        address=of, state=state, rules_edition="test", opened_at=NOON, turn_at=NOON, due_at=NOON
    )
    if found:
        AddressAssessment.objects.create(case=row, person=person, facts={}, made_at=NOON, **found)
    return row


def trace(of: Address, country: str, *, front: str = "", origin_known: bool = True) -> Trace:
    """One more answer to where it lies."""
    return Trace.objects.create(
        address=of,
        country=country,
        front=front,
        origin_known=origin_known,
        agreeing=3,
        against=0,
        asked=3,
        agreed=bool(country),
        traced_at=NOON,
    )


def notice(*cases: AddressCase, kind: NoticeKind = NoticeKind.TAKEDOWN, sent: bool = True) -> Notice:
    """A notice about some addresses."""
    row = Notice.objects.create(
        kind=kind,
        recipient="Example Hosting",
        document={},
        drafted_at=NOON,
        delivered_at=NOON if sent else None,
    )
    for one in cases:
        NoticeAddress.objects.create(notice=row, case=one)
    return row


def clock(
    of: AddressCase,
    told: Notice | None,
    *,
    minutes: float | None = None,
    ending: str = "removed",
    seen: float | None = None,
    country: str = "NL",
    host: str = "EXAMPLE-NET",
    began: datetime = NOON,
) -> Removal:
    """A clock that ended after so many minutes, or that runs and was last seen online after so many."""
    return Removal.objects.create(
        case=of,
        notice=told,
        country=country,
        host=host,
        began_at=began,
        ended_at=None if minutes is None else began + timedelta(minutes=minutes),
        ending="" if minutes is None else ending,
        last_seen_at=None if seen is None else began + timedelta(minutes=seen),
    )


def reported(person: User, *, country: str = "", times: int = 1, **found: str) -> AddressCase:
    """A new address that so many reports name, traced where a country is given."""
    domain, network = found.pop("domain", "example.net"), found.pop("network", "web")
    row = address(domain=domain, network=network)
    for _ in range(times):
        name(report(), row)
    if country:
        trace(row, country)
    state = found.pop("state", "watched")
    return case(row, person, state, **found)
