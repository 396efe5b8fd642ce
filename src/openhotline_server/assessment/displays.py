"""Showing: every picture that leaves the server is counted for the person it goes to, and limits hold here.

How it is counted. A picture counts when it is sent, not when it is looked at: the server knows the one and cannot
know the other. A sheet that is prepared for the next case therefore counts at once, as a display row and a ledger
line, even if its reader goes home before she comes to it. Time is counted otherwise (``rules.exposure``): from one
display or answer to the next, so a prepared sheet adds none by itself.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.expressions import Combinable
from django.utils import timezone

from openhotline.errors import BadInput, NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment import rules
from openhotline_server.assessment.briefs import members_of
from openhotline_server.assessment.models import Display
from openhotline_server.assessment.queries import Seen, get_policy, read_by, seen_today
from openhotline_server.evidence import queries as evidence
from openhotline_server.evidence.models import Item
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import record
from openhotline_server.triage import operations as triage
from openhotline_server.triage import queries as triage_queries
from openhotline_server.triage.models import Case

AHEAD = 3  # cases in one reader's hands: the one before her and two prepared ones
ORIGINAL = 99  # the level that stands for an original in the count of displays
SHORTEST_REASON = 10  # characters


@dataclass(frozen=True)
class Limits:
    """Where a person stands against what the policy allows her today."""

    exposure: rules.Exposure
    daily: timedelta
    day_over: bool
    break_after: timedelta
    break_length: timedelta
    tomorrow: datetime

    @property
    def spent(self) -> bool:
        return self.exposure.today >= self.daily

    @property
    def open(self) -> bool:
        """Whether anything may be shown now."""
        return not (self.spent or self.day_over or self.exposure.break_until)

    @property
    def until_break(self) -> timedelta:
        """How much looking is left before the next break, or before the day's time is used."""
        left = min(self.break_after - self.exposure.since_break, self.daily - self.exposure.today)
        return max(left, timedelta())

    @property
    def goes_on_at(self) -> datetime | None:
        """When something may be shown again; None while it may be shown now."""
        if self.spent or self.day_over:
            return self.tomorrow
        return self.exposure.break_until

    @property
    def words(self) -> str:
        """Why nothing is shown, in a sentence; empty while something may be."""
        if self.spent:
            return "Your time for looking is used for today. It goes on tomorrow."
        if self.day_over:
            return "The day's last hour for looking has passed. It goes on tomorrow."
        return "It is time for your break." if self.exposure.break_until else ""


def limits(person: User, *, now: datetime, seen: Seen | None = None) -> Limits:
    """Count what a person has seen today against the policy; ``seen`` spares reading her day a second time."""
    policy, day = get_policy(), seen or seen_today(person, now=now)
    after, length = timedelta(minutes=policy.minutes_before_break), timedelta(minutes=policy.break_minutes)
    exposure = rules.exposure(day.events, now=now, break_after=after, break_length=length)
    local = timezone.localtime(now)
    return Limits(
        exposure=exposure,
        daily=timedelta(minutes=policy.daily_minutes),
        day_over=rules.working_hours_over(local, last_hour=policy.last_hour),
        break_after=after,
        break_length=length,
        tomorrow=timezone.make_aware(datetime.combine(local.date() + timedelta(days=1), time.min)),
    )


@transaction.atomic
def next_cases(
    *,
    person: User,
    at: datetime,
    ahead: int = AHEAD,
    without: Collection[uuid.UUID] = (),
    standing: Limits | None = None,
) -> list[Case]:
    """Give a reader her next cases, the one before her first, and hold them for her. Empty outside her limits.

    She never gets a case that she read before, nor one of ``without`` (those that she put aside in this session);
    second and third readings come before new cases. ``standing`` spares counting her limits a second time.
    """
    if not (standing or limits(person, now=at)).open:
        return []
    unread = ~Exists(read_by(person).filter(case=OuterRef("pk")))
    held = list(
        triage_queries.held_by(person, at=at)
        .filter(unread, state__in=Case.WAITING)
        .exclude(code__in=without)[:ahead]
    )
    for state in _states_for(person, unread):
        if len(held) >= ahead:
            break
        waiting = (
            triage_queries.queue(states=(state,), person=person, at=at)
            .filter(unread)
            .exclude(pk__in=[c.pk for c in held])
            .exclude(code__in=without)
        )
        held += triage.claim(person=person, cases=list(waiting[: ahead - len(held)]), at=at)
    return held


def _states_for(person: User, unread: Combinable) -> list[Case.State]:
    """The states whose cases this person reads, in the order in which she takes them.

    Mostly nothing waits for a further reading by her; asking that once is cheaper than asking for such cases.
    """
    readings = [Case.State.THIRD, Case.State.SECOND]
    waiting = Case.objects.filter(unread, state__in=readings).exists()
    return (readings if waiting else []) + ([Case.State.OPEN] if person.may(Permission.VOTE_FIRST) else [])


def require_held(person: User, case: Case, *, at: datetime) -> None:
    """Refuse to show a case that is not in this person's hands."""
    if not triage_queries.holds(person, case, at=at):
        raise NotAllowed("This case is not in your hands. Open your queue and take the next one.")


def require_read(person: User, case: Case, *, at: datetime) -> None:
    """Refuse an answer to a case that this person neither holds nor was shown, or that another one holds now."""
    if triage_queries.holds(person, case, at=at):
        return
    shown = Display.objects.filter(person=person, case=case).exists()
    if not (shown and triage.claim(person=person, cases=[case], at=at)):
        raise NotAllowed("This case is not in your hands any more. The next one is waiting.")


@transaction.atomic
def note_display(
    *,
    person: User,
    case: Case,
    kind: Display.Kind,
    level: int,
    pictures: int,
    item: Item | None = None,
    reason: str = "",
    at: datetime,
) -> None:
    """Write down what is about to be sent, before it is sent; refuses outside the limits."""
    standing = limits(person, now=at)
    if not standing.open:
        raise NotAllowed(standing.words)
    Display.objects.create(
        person=person,
        case=case,
        item=item,
        kind=kind,
        level=level,
        pictures=pictures,
        reason=reason,
        shown_at=at,
    )
    event = Event.ORIGINAL_OPENED if kind == Display.Kind.ORIGINAL else Event.DERIVATIVE_SHOWN
    subject = item.subject if item else case.subject
    record(
        actor=str(person.code),
        at=at,
        event=event,
        subject=subject,
        details={"case": str(case.code), "level": level, "pictures": pictures, "reason": reason},
    )


def open_original(*, person: User, case: Case, item: Item, reason: str, at: datetime) -> bytes:
    """Hand out an original's untrusted bytes, by an act with a reason that the ledger keeps.

    They go to ``sheets.redraw`` and nowhere else: no browser ever receives the file itself.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise BadInput("An original is opened only with a reason of a sentence. Write one.")
    require_held(person, case, at=at)
    note_display(
        person=person,
        case=case,
        kind=Display.Kind.ORIGINAL,
        level=ORIGINAL,
        pictures=1,
        item=item,
        reason=" ".join(reason.split())[:300],
        at=at,
    )
    return evidence.original(item)


def members_to_show(case: Case) -> list[Item]:
    """The members of a case of which there is something to show."""
    return [m.item for m in members_of(case) if m.readable]
