"""The contact book: whom we write to. Entries are added, changed and ended by a person; nothing is deleted."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from openhotline.errors import BadInput, Conflict, NotAllowed, NotFound
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import record
from openhotline_server.notices.contact_rules import Entry, check
from openhotline_server.notices.documents.plain import languages
from openhotline_server.notices.kinds import ContactKind
from openhotline_server.notices.models import Contact

LISTS = ("domains", "asns", "countries", "rests_on")
FOUND_BY = {"domains": "One of the domains", "asns": "One of the networks"}


@transaction.atomic
def add_contact(*, kind: ContactKind, entry: Entry, person: User, at: datetime) -> Contact:
    """Put somebody into the book. BadInput for what cannot stand there, Conflict for a host that is in it already."""
    _require(person)
    checked = check(entry, languages=languages())
    _require_alone(kind, checked, but=None)
    contact = Contact.objects.create(kind=kind, added_at=at, **_columns(checked))
    _write_down(contact, Event.CONTACT_ADDED, sorted(_columns(checked)), person=person, at=at)
    return contact


@transaction.atomic
def change_contact(*, contact: Contact, entry: Entry, person: User, at: datetime) -> Contact:
    """Change an entry. What was told before stays as it was told: notices hold their recipient."""
    _require(person)
    contact = _in_force(contact)
    checked = check(entry, languages=languages())
    _require_alone(ContactKind(contact.kind), checked, but=contact)
    changed = sorted(name for name, value in _columns(checked).items() if getattr(contact, name) != value)
    if not changed:
        return contact
    for name, value in _columns(checked).items():
        setattr(contact, name, value)
    contact.save(update_fields=changed)
    _write_down(contact, Event.CONTACT_CHANGED, changed, person=person, at=at)
    return contact


@transaction.atomic
def end_contact(*, contact: Contact, person: User, at: datetime) -> Contact:
    """End an entry: nothing new is drafted to it."""
    _require(person)
    contact = _in_force(contact)
    contact.ended_at = at
    contact.save(update_fields=["ended_at"])
    _write_down(contact, Event.CONTACT_CHANGED, ["ended_at"], person=person, at=at)
    return contact


def list_contacts(kind: str = "") -> QuerySet[Contact]:
    """The entries in force, by kind and name."""
    found = Contact.objects.filter(ended_at=None).order_by("kind", "name", "pk")
    return found.filter(kind=kind) if kind else found


def get_contact(code: uuid.UUID) -> Contact:
    """The entry with this code, ended or not."""
    found = Contact.objects.filter(code=code).first()
    if found is None:
        raise NotFound("There is no contact with that code.")
    return found


def entry_of(contact: Contact) -> Entry:
    """What an entry holds, for a form."""
    values = {name: getattr(contact, name) for name in asdict(Entry("", ""))}
    return Entry(**{**values, **{name: tuple(values[name]) for name in LISTS}})


def _require(person: User) -> None:
    if not person.may(Permission.CONTACTS_MANAGE):
        raise NotAllowed("Only whoever manages contacts changes the contact book. Ask the manager.")


def _in_force(contact: Contact) -> Contact:
    found = Contact.objects.select_for_update().get(pk=contact.pk)
    if found.ended_at is not None:
        raise Conflict("This contact was ended. Add it anew.")
    return found


def _require_alone(kind: ContactKind, entry: Entry, *, but: Contact | None) -> None:
    """No two hosts may name one domain or network: an address would have two recipients. The others need no names."""
    if kind == ContactKind.HOTLINE and not entry.countries:
        raise BadInput("A partner hotline is found by its country. Name at least one.")
    if kind != ContactKind.HOST:
        return
    if not entry.domains and not entry.asns:
        raise BadInput("A host is found by a domain or a network. Name at least one.")
    for other in list_contacts(kind):
        if but is not None and other.pk == but.pk:
            continue
        for name, words in FOUND_BY.items():
            if set(getattr(other, name)) & set(getattr(entry, name)):
                raise Conflict(f"{words} belongs to another host in the book. Change that one.")


def _columns(entry: Entry) -> dict[str, Any]:
    return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(entry).items()}


def _write_down(contact: Contact, event: Event, changed: list[str], *, person: User, at: datetime) -> None:
    record(
        actor=str(person.code),
        at=at,
        event=event,
        subject=f"contact:{contact.code}",
        details={"kind": contact.kind, "fields": changed},
    )
