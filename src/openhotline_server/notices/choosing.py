"""One more notice about an address, which its way does not ask for: a person chooses it and to whom it goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from openhotline.errors import BadInput, Conflict
from openhotline_server.accounts.models import User
from openhotline_server.notices import planning, recipients
from openhotline_server.notices.contacts import list_contacts
from openhotline_server.notices.drafting import lock_cases, make, require_writer
from openhotline_server.notices.gathering import Gathered, gather, gather_one
from openhotline_server.notices.kinds import UNTRACED, NoticeKind
from openhotline_server.notices.models import Contact, Notice
from openhotline_server.notices.recipients import Recipient
from openhotline_server.triage.models import AddressCase

CHOSEN = (
    NoticeKind.TAKEDOWN,
    NoticeKind.DELISTING,
    NoticeKind.DOMAIN_ALERT,
    NoticeKind.PAYMENT_ALERT,
    NoticeKind.ALERT,
    NoticeKind.NATIONAL_AGENCY,
)
"""Kinds that a person may choose for one address. What the way of an address asks for is planned, not chosen."""
BY_ADDRESS = (NoticeKind.TAKEDOWN, NoticeKind.DOMAIN_ALERT)
"""Kinds whose recipient the address itself leads to."""


@transaction.atomic
def draft_chosen(
    *, kind: NoticeKind, case: AddressCase, contact: Contact | None, person: User, at: datetime
) -> Notice:
    """Draft one more notice about an address, which its way does not ask for: de-listing, domain, payment brand.

    ``contact`` None finds the recipient by the address itself, where the kind has such a rule (host, registrar).
    """
    require_writer(person)
    if kind not in CHOSEN:
        raise BadInput("Notices of this kind are drafted when they are due, not by choice.")
    one = gather_one(lock_cases([case])[0])
    if kind not in UNTRACED and one.settled is None:
        raise Conflict(planning.NOT_SETTLED)
    if kind == NoticeKind.NATIONAL_AGENCY and one.is_at_home:
        raise Conflict("The agency is for addresses abroad; this one lies in our own country. Tell its host.")
    recipient = _recipient(kind, one, contact)
    if planning.is_told(one.case, kind, recipient):
        raise Conflict("This recipient has such a notice about the address already.")
    return make(kind=kind, recipient=recipient, told=[one], person=person, at=at)


@dataclass(frozen=True)
class Offer:
    """A notice that a person may choose: to a contact, or (None) to whom the address itself leads to."""

    kind: NoticeKind
    recipient: Recipient

    @property
    def contact(self) -> str:
        """The contact's code; empty where a trace named the recipient."""
        return str(self.recipient.contact.code) if self.recipient.contact else ""


def list_offers(case: AddressCase) -> list[Offer]:
    """Who else can be told of a criminal address now. Empty for one that nobody found criminal."""
    offers = []
    for one in gather([case]):
        for kind in CHOSEN:
            abroad_only = kind == NoticeKind.NATIONAL_AGENCY and one.is_at_home
            if abroad_only or (kind not in UNTRACED and one.settled is None):
                continue
            found = [find_by_address(kind, one)] if kind in BY_ADDRESS else _in_the_book(kind)
            offers += [Offer(kind, who) for who in found if who and not planning.is_told(case, kind, who)]
    return offers


def find_by_address(kind: NoticeKind, one: Gathered) -> Recipient | None:
    """Whom the address itself leads to, for the kinds that have such a rule."""
    if kind == NoticeKind.DOMAIN_ALERT:
        return recipients.find_registrar(one.address)
    if kind == NoticeKind.TAKEDOWN and one.settled is not None:
        return recipients.find_host(one.address, one.settled)
    return None


def _in_the_book(kind: NoticeKind) -> list[Recipient]:
    return [
        recipients.of_contact(contact, "a person chose it") for contact in list_contacts(recipients.WHO[kind])
    ]


def _recipient(kind: NoticeKind, one: Gathered, contact: Contact | None) -> Recipient:
    if contact is not None:
        if contact.kind != recipients.WHO[kind] or contact.ended_at is not None:
            raise BadInput("This contact does not take notices of this kind. Choose another one.")
        return recipients.of_contact(contact, "a person chose it")
    found = find_by_address(kind, one)
    if found is None:
        raise Conflict("The contact book has nobody for this. Add a contact, or choose one.")
    return found
