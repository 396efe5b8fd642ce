"""Who may ask whether something is on a list, how much, and what an answer may tell; and how much was asked.

Limits count what is asked about, files or hashes, over all of a partner's lists. The lowest limit among the lists
that a question goes to is the one that holds. A minute is a minute of the clock, a day one of UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from openhotline.errors import BadInput, NotAllowed, NotFound
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Role
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import record
from openhotline_server.ledger.prepared import Place, Prepared
from openhotline_server.lists.models import HashList
from openhotline_server.sharing import use_counting
from openhotline_server.sharing.models import MatchGrant, MatchUse

_granted = Prepared(lambda: _grants().filter(partner=Place(0)))

PER_MINUTE, PER_DAY = 600, 20_000
"""To begin with: an upload check of a small platform. Chosen, not measured; see docs/explanation/no-oracle.md."""


@dataclass(frozen=True)
class Terms:
    """What a grant allows."""

    tells_distance: bool = False
    tells_tags: bool = False
    per_minute: int = PER_MINUTE
    per_day: int = PER_DAY


@dataclass(frozen=True)
class TooMuch:
    """Which limit stands in the way, and in how many seconds it no longer does."""

    limit: str
    seconds: int


@dataclass(frozen=True)
class Asked:
    """One question as the ledger keeps it: counts only. ``kind`` is ``hashes``, ``file`` or a protocol's name."""

    kind: str
    asked: int
    answers: Mapping[str, int]


@transaction.atomic
def grant(*, partner: User, hash_list: HashList, terms: Terms, actor: str, at: datetime) -> MatchGrant:
    """Let a partner organisation ask about a list. New terms end the old ones; the same twice is once."""
    if partner.role != Role.PARTNER:
        raise BadInput("Only a partner organisation may ask about a list.")
    if hash_list.purpose != HashList.Purpose.MATCHES:
        raise BadInput("A list of known false positives answers nobody. Name a list of known material.")
    if terms.per_minute < 1 or terms.per_day < 1:
        raise BadInput("A limit is at least one. To let nobody ask, end the grant.")
    standing = grants_of(partner).filter(hash_list=hash_list).first()
    if standing is not None and terms_of(standing) == terms:
        return standing
    MatchGrant.objects.filter(partner=partner, hash_list=hash_list, ended_at=None).update(ended_at=at)
    made = MatchGrant.objects.create(
        partner=partner,
        hash_list=hash_list,
        tells_distance=terms.tells_distance,
        tells_tags=terms.tells_tags,
        per_minute=terms.per_minute,
        per_day=terms.per_day,
        granted_at=at,
    )
    details = {
        "partner": str(partner.code),
        "tells_distance": terms.tells_distance,
        "tells_tags": terms.tells_tags,
        "per_minute": terms.per_minute,
        "per_day": terms.per_day,
    }
    record(actor=actor, at=at, event=Event.MATCH_GRANTED, subject=hash_list.subject, details=details)
    return made


@transaction.atomic
def end_grant(*, partner: User, hash_list: HashList, actor: str, at: datetime) -> None:
    """Let a partner ask about a list no longer, from now on."""
    rows = MatchGrant.objects.filter(partner=partner, hash_list=hash_list, ended_at=None)
    if not rows.update(ended_at=at):
        raise NotFound("This organisation may not ask about this list anyway.")
    record(
        actor=actor,
        at=at,
        event=Event.MATCH_GRANT_ENDED,
        subject=hash_list.subject,
        details={"partner": str(partner.code)},
    )


@transaction.atomic
def write_down(*, partner: User, grants: Sequence[MatchGrant], asked: Asked, at: datetime) -> TooMuch | None:
    """Count a question and write its ledger line before it is answered; or say which limit it would pass."""
    if use_counting.lock_grants([one.pk for one in grants]) != len(grants):
        raise NotAllowed("The right to ask about one of these lists has ended. Ask again about the others.")
    too_much = would_pass(partner=partner, grants=grants, questions=asked.asked, at=at)
    if too_much is None:
        use_counting.add_use(partner.pk, minute=_minute(at), questions=asked.asked)
        _note(partner, grants, asked, at)
    return too_much


@transaction.atomic
def note_failure(*, partner: User, grants: Sequence[MatchGrant], asked: Asked, at: datetime) -> None:
    """Write down a question that could not be answered for a reason of ours; it costs the partner nothing."""
    _note(partner, grants, asked, at)


def would_pass(
    *, partner: User, grants: Sequence[MatchGrant], questions: int, at: datetime
) -> TooMuch | None:
    """Say which limit so many questions more would pass now; for certain only within :func:`write_down`."""
    minute, day = _minute(at), _day(at)
    used = use_counting.used_by(partner.pk, minute=minute, day=day)
    most = min(one.per_day for one in grants)
    if used.today + questions > most:
        return TooMuch(f"{most:,} a day", int((day + timedelta(days=1) - at).total_seconds()) + 1)
    most = min(one.per_minute for one in grants)
    return TooMuch(f"{most:,} a minute", 60 - at.second) if used.now + questions > most else None


def grants_of(partner: User) -> QuerySet[MatchGrant]:
    """What a partner may ask about now, whatever the state of the list."""
    return _grants().filter(partner=partner)


def granted_to(partner: User) -> list[MatchGrant]:
    """The same as a list, for every question."""
    return _granted.rows(partner.pk)


def list_grants() -> QuerySet[MatchGrant]:
    """Every grant in force, by partner."""
    rows = MatchGrant.objects.filter(ended_at=None).select_related("partner", "hash_list")
    return rows.order_by("partner__display_name", "hash_list__name")


def terms_of(one: MatchGrant) -> Terms:
    """The terms of a grant."""
    return Terms(one.tells_distance, one.tells_tags, one.per_minute, one.per_day)


def asked_by_day(partner: User, *, since: datetime) -> dict[str, int]:
    """How much a partner asked on each day (UTC, ISO dates) since a moment."""
    days: dict[str, int] = {}
    rows = MatchUse.objects.filter(partner=partner, minute__gte=_day(since)).order_by("minute")
    for minute, questions in rows.values_list("minute", "questions"):
        day = minute.astimezone(UTC).date().isoformat()
        days[day] = days.get(day, 0) + questions
    return days


def _grants() -> QuerySet[MatchGrant]:
    return MatchGrant.objects.filter(ended_at=None).select_related("hash_list").order_by("hash_list__name")


def _note(partner: User, grants: Sequence[MatchGrant], asked: Asked, at: datetime) -> None:
    details = {
        "kind": asked.kind,
        "asked": asked.asked,
        "answers": dict(sorted(asked.answers.items())),
        "lists": sorted(one.hash_list.name for one in grants),
    }
    record(
        actor=str(partner.code),
        at=at,
        event=Event.MATCH_ASKED,
        subject=f"person:{partner.code}",
        details=details,
    )


def _minute(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def _day(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
