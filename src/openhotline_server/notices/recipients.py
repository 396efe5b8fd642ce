"""Whom a notice goes to: by the contact book first, then by what the trace was told."""

from __future__ import annotations

from dataclasses import dataclass

from openhotline_server.findings.models import Trace
from openhotline_server.intake.models import Address
from openhotline_server.notices.contact_rules import is_mail, mail
from openhotline_server.notices.contacts import list_contacts
from openhotline_server.notices.host_law import language_of
from openhotline_server.notices.kinds import ContactKind, NoticeKind
from openhotline_server.notices.models import Contact

WHO: dict[str, ContactKind] = {
    NoticeKind.TAKEDOWN: ContactKind.HOST,
    NoticeKind.HOTLINE_FORWARD: ContactKind.HOTLINE,
    NoticeKind.NATIONAL_AGENCY: ContactKind.AGENCY,
    NoticeKind.POLICE_REFERRAL: ContactKind.POLICE,
    NoticeKind.ALERT: ContactKind.MEMBER,
    NoticeKind.DELISTING: ContactKind.SEARCH,
    NoticeKind.DOMAIN_ALERT: ContactKind.REGISTRAR,
    NoticeKind.PAYMENT_ALERT: ContactKind.PAYMENT,
    NoticeKind.VICTIM_IDENTIFICATION: ContactKind.VICTIM_IDENTIFICATION,
}
"""The kind of contact that each kind of notice goes to."""


@dataclass(frozen=True)
class Recipient:
    """One mailbox. ``contact`` is None for one that only a trace named; ``because`` says how it was found."""

    name: str
    email: str
    language: str
    wants_json: bool
    contact: Contact | None
    because: str

    @property
    def key(self) -> str:
        """Equal for equal mailboxes."""
        return self.email.lower()


def of_contact(contact: Contact, because: str) -> Recipient:
    """The recipient that an entry of the book is."""
    return Recipient(contact.name, contact.email, contact.language, contact.wants_json, contact, because)


def find_host(address: Address, trace: Trace) -> Recipient | None:
    """Who can take it down: the entry that names the domain, then the network's, then the trace's own abuse mail."""
    book = list(list_contacts(ContactKind.HOST))
    for contact in book:
        if address.domain and address.domain in contact.domains:
            return of_contact(contact, "the contact book names its domain")
    for contact in book:
        if trace.asn is not None and trace.asn in contact.asns:
            return of_contact(contact, "the contact book names its network")
    for said in trace.abuse:
        if is_mail(said.get("email")):
            name = trace.network or "Abuse desk"
            because = f"the trace found it ({said.get('source', 'a source')})"
            return Recipient(name, mail(said["email"]), language_of(trace.country), True, None, because)
    return None


def find_by_country(kind: ContactKind, country: str) -> Recipient | None:
    """The hotline, agency or police for a country. An entry that names no country is for all of them, and comes last.

    A hotline always names its countries.
    """
    book = list(list_contacts(kind))
    for contact in book:
        if country and country in contact.countries:
            return of_contact(contact, f"it is in the contact book for {country}")
    for contact in book:
        if not contact.countries and kind != ContactKind.HOTLINE:
            return of_contact(contact, "it is in the contact book for all countries")
    return None


def list_members(address: Address, trace: Trace) -> list[Recipient]:
    """Members whose domain or network it is: they are alerted at the same time."""
    return [
        of_contact(contact, "a member's own domain or network")
        for contact in list_contacts(ContactKind.MEMBER)
        if (address.domain and address.domain in contact.domains) or trace.asn in contact.asns
    ]


def find_registrar(address: Address) -> Recipient | None:
    """The registry or registrar whose entry names the domain, or the longest ending of it."""
    named = [
        (len(ending), contact)
        for contact in list_contacts(ContactKind.REGISTRAR)
        for ending in contact.domains
        if address.domain == ending or address.domain.endswith(f".{ending}")
    ]
    if not named:
        return None
    return of_contact(max(named, key=lambda pair: pair[0])[1], "the contact book names its domain's ending")
