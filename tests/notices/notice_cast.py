"""Addresses that were found, traced and assessed, and a contact book; made up, at example names only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from email import message_from_string, policy
from email.message import EmailMessage
from typing import Any

from tests.conftest import NOON
from tests.desk_of import PSEUDO_B

from openhotline.addresses import normalise
from openhotline_server.accounts.models import User
from openhotline_server.assessment.addresses import assess_address
from openhotline_server.findings.models import Trace
from openhotline_server.intake.models import Address
from openhotline_server.notices.contact_rules import Entry
from openhotline_server.notices.contacts import add_contact
from openhotline_server.notices.kinds import ContactKind
from openhotline_server.notices.models import Contact, Notice, Outgoing
from openhotline_server.triage.models import AddressCase

GB, NL, US = "GB", "NL", "US"
PHOTO_B = {**PSEUDO_B, "image_type": "photograph", "ai": "none"}
ABUSE = [{"email": "abuse@example.net", "source": "rdap"}]
MAIL_FROM = "hotline@example.org"


def an_address(text: str = "https://img.example.org/page/1") -> Address:
    """An address in its normal form."""
    normal = normalise(text)
    return Address.objects.create(
        digest=normal.digest,
        normal=normal.normal,
        network=normal.network.value,
        host=normal.host,
        domain=normal.domain,
        first_reported_at=NOON,
    )


def a_new_case(text: str = "https://img.example.org/page/1") -> AddressCase:
    """An address case that nobody has looked at."""
    return AddressCase.objects.create(
        address=an_address(text), rules_edition="test", opened_at=NOON, turn_at=NOON, due_at=NOON
    )


def traced(case: AddressCase, country: str, *, at: datetime = NOON, **more: Any) -> Trace:
    """Where it lies, by sources that agree unless ``more`` says otherwise."""
    values: dict[str, Any] = {
        "ip": "192.0.2.10",
        "asn": 64500,
        "network": "Example Hosting",
        "abuse": ABUSE,
        "agreeing": 2,
        "against": 0,
        "asked": 3,
        "agreed": True,
        "traced_at": at,
    }
    return Trace.objects.create(address=case.address, country=country, **{**values, **more})


def assessed(
    case: AddressCase, person: User, facts: dict[str, str] | None = None, *, at: datetime = NOON
) -> AddressCase:
    """What a person found at it; the case itself is not led on."""
    said = facts or PSEUDO_B
    assess_address(
        case=case,
        person=person,
        facts=said,
        site_type="image_host",
        commercial="non_commercial",
        pictures=3 if said.get("child") == "yes" else 0,
        films=0,
        identifying=(),
        note="",
        at=at,
    )
    return case


def found_at(text: str, country: str, person: User, facts: dict[str, str] | None = None) -> AddressCase:
    """A traced and assessed address."""
    case = a_new_case(text)
    traced(case, country)
    return assessed(case, person, facts)


def a_contact(kind: ContactKind, person: User, **entry: Any) -> Contact:
    """An entry of the contact book; its mail address is made from its kind."""
    values = {"name": f"Example {kind.value}", "email": f"{kind.value}@example.net".replace("_", "-")}
    return add_contact(kind=kind, entry=Entry(**{**values, **entry}), person=person, at=NOON)


def mail_of(outgoing: Outgoing) -> EmailMessage:
    """The letter as it leaves, read by a mail reader."""
    message = message_from_string(outgoing.message, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def everything(notices: Iterable[Notice]) -> str:
    """Every word of these notices: letter, files and record, in one text."""
    return "\n".join(
        f"{n.title}\n{n.words}\n{n.document}\n" + "\n".join(str(file["text"]) for file in n.attachments)
        for n in notices
    )


def files_of(notice: Notice) -> dict[str, str]:
    """A notice's files by name."""
    return {str(file["name"]): str(file["text"]) for file in notice.attachments}
