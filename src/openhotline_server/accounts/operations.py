"""Adding people and partners' keys."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from openhotline.errors import BadInput, Conflict
from openhotline_server.accounts.models import PartnerKey, User
from openhotline_server.accounts.permissions import Role
from openhotline_server.ledger.events import SYSTEM, Event
from openhotline_server.ledger.operations import record


@transaction.atomic
def add_person(
    *, username: str, display_name: str, role: Role, password: str, actor: str, at: datetime
) -> User:
    """Add a person who may sign in. Raises Conflict for a taken name, BadInput for a weak password."""
    if User.objects.filter(username=username).exists():
        raise Conflict("That sign-in name is taken. Choose another one.", details=username)
    user = User(username=username, display_name=display_name, role=role, joined_at=at)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadInput("The password is too weak. " + " ".join(error.messages)) from error
    user.set_password(password)
    user.save()
    record(
        actor=actor, at=at, event=Event.PERSON_ADDED, subject=f"person:{user.code}", details={"role": role}
    )
    return user


@transaction.atomic
def find_or_add_past_reader(*, username: str, display_name: str, actor: str, at: datetime) -> User:
    """The analyst of a past study, added at the first mention. She has no password and can never sign in."""
    user = User.objects.filter(username=username).first()
    if user is not None:
        return user
    user = User(username=username, display_name=display_name, role=Role.ANALYST, joined_at=at)
    user.set_unusable_password()
    user.save()
    record(
        actor=actor,
        at=at,
        event=Event.PERSON_ADDED,
        subject=f"person:{user.code}",
        details={"role": Role.ANALYST.value, "past_study": 1},
    )
    return user


@transaction.atomic
def note_sign_in(*, user: User, at: datetime) -> None:
    """Write down that somebody signed in."""
    record(
        actor=str(user.code), at=at, event=Event.PERSON_SIGNED_IN, subject=f"person:{user.code}", details={}
    )


@transaction.atomic
def note_refused_sign_in(*, username: str, at: datetime) -> None:
    """Write down that a sign-in was refused, and whose it was where that is somebody's name.

    What else was typed as a name is not kept: people type their password there. The door limits how often.
    """
    person = User.objects.filter(username=username.lower()).first()
    subject = f"person:{person.code}" if person else "person:unknown"
    record(actor=SYSTEM, at=at, event=Event.SIGN_IN_REFUSED, subject=subject, details={})


@dataclass(frozen=True)
class IssuedKey:
    """A new partner key. ``secret`` is shown once and kept nowhere."""

    key: PartnerKey
    secret: str


@transaction.atomic
def issue_partner_key(*, partner: User, actor: str, at: datetime) -> IssuedKey:
    """Give a partner organisation a key for the API."""
    if partner.role != Role.PARTNER:
        raise BadInput("Keys are for partner organisations. Add one with the role `partner` first.")
    secret = "ohl_" + secrets.token_urlsafe(32)
    key = PartnerKey.objects.create(partner=partner, key_sha256=key_digest(secret), issued_at=at)
    record(
        actor=actor,
        at=at,
        event=Event.PARTNER_KEY_ISSUED,
        subject=f"person:{partner.code}",
        details={"key": str(key.code)},
    )
    return IssuedKey(key, secret)


@transaction.atomic
def revoke_partner_key(*, key: PartnerKey, actor: str, at: datetime) -> None:
    """End a key at once. Ending it twice is ending it once."""
    if PartnerKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at):
        record(
            actor=actor,
            at=at,
            event=Event.PARTNER_KEY_REVOKED,
            subject=f"person:{key.partner.code}",
            details={"key": str(key.code)},
        )


def key_digest(secret: str) -> str:
    """What is kept of a partner's key."""
    # A plain digest is enough: the secret has 256 random bits, so there is nothing to guess.
    return hashlib.sha256(secret.encode()).hexdigest()
