"""Notices about made-up addresses and their letters, ready to leave. Nothing here exists outside example.org."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from email.message import EmailMessage
from itertools import count

from openhotline_server.accounts.models import User
from openhotline_server.findings.models import Trace
from openhotline_server.intake.models import Address
from openhotline_server.notices.kinds import ContactKind, NoticeKind
from openhotline_server.notices.models import Contact, Notice, NoticeAddress, Outgoing
from openhotline_server.notices.outbox import enqueue
from openhotline_server.triage.models import AddressCase

NOON = datetime(
    2026, 11, 3, 12, 0, tzinfo=UTC
)  # as in the cast of every test; a child process has no conftest
_numbers = count(1)


def an_address_case(state: AddressCase.State = AddressCase.State.TO_TELL) -> AddressCase:
    number = next(_numbers)
    normal = f"https://host{number}.example.org/page"
    address = Address.objects.create(
        digest=hashlib.sha256(normal.encode()).hexdigest(),
        normal=normal,
        network=Address.Network.WEB,
        host=f"host{number}.example.org",
        domain="example.org",
        first_reported_at=NOON,
    )
    return AddressCase.objects.create(
        address=address, state=state, rules_edition="test", opened_at=NOON, turn_at=NOON, due_at=NOON
    )


def a_trace(
    case: AddressCase,
    *,
    country: str = "NL",
    asn: int | None = 64500,
    ip: str = "192.0.2.10",
    agreed: bool = True,
    at: datetime = NOON,
) -> Trace:
    return Trace.objects.create(
        address=case.address,
        country=country,
        ip=ip,
        asn=asn,
        network=f"Example Hosting {asn}",
        agreeing=3,
        against=0,
        asked=3,
        agreed=agreed,
        traced_at=at,
    )


def a_contact(*, rests_on: tuple[int, ...] = ()) -> Contact:
    return Contact.objects.create(
        kind=ContactKind.HOST,
        name="Example Hosting",
        email="abuse@example.org",
        rests_on=list(rests_on),
        added_at=NOON,
    )


def a_notice(
    *cases: AddressCase, kind: NoticeKind = NoticeKind.TAKEDOWN, contact: Contact | None = None
) -> Notice:
    notice = Notice.objects.create(
        kind=kind,
        recipient="Example Hosting",
        email="abuse@example.org",
        contact=contact,
        title="Notice",
        words="An address is named.",
        document={},
        drafted_at=NOON,
        approved_at=NOON,
    )
    for case in cases:
        NoticeAddress.objects.create(notice=notice, case=case, illegal_there=True)
    return notice


def a_message(words: str = "An address is named.") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Notice"
    message.set_content(words)
    return message


def a_letter(
    person: User, *cases: AddressCase, kind: NoticeKind = NoticeKind.TAKEDOWN, at: datetime = NOON
) -> Outgoing:
    """A letter in the outbox; of a traced case that is to be told where none is named."""
    if not cases:
        cases = (an_address_case(),)
        a_trace(cases[0])
    return enqueue(notice=a_notice(*cases, kind=kind), message=a_message(), person=person, at=at)
