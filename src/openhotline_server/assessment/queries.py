"""Reading votes, assessments, displays and the policy in force."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time

from django.conf import settings
from django.db.models import Max, Min, QuerySet, Sum
from django.utils import timezone

from openhotline_server.accounts.models import User
from openhotline_server.assessment.models import (
    Assessment,
    Display,
    LegalResult,
    ReviewPolicy,
    Vote,
)
from openhotline_server.triage.models import Case

DEFAULT_POLICY = {
    # Five hours, a break each hour and 16:00 as the last hour: what one national hotline says it keeps
    # (Internet Watch Foundation, "How we protect our people", 2024). Every site sets its own.
    "daily_minutes": 300,
    "minutes_before_break": 60,
    "break_minutes": 10,
    "last_hour": 16,
    "second_vote_percent": 10,
    "automatic_check_percent": 2,
}


def get_policy() -> ReviewPolicy:
    """The policy in force; the documented defaults until a manager sets one."""
    return ReviewPolicy.objects.order_by("-pk").first() or ReviewPolicy(**DEFAULT_POLICY)


def list_votes(case: Case) -> QuerySet[Vote]:
    """The votes that stand, in the order of reading."""
    return Vote.objects.filter(case=case, undone_at=None).select_related("person").order_by("position")


def find_assessment(case: Case) -> Assessment | None:
    """The assessment in force."""
    return Assessment.objects.filter(case=case, ended_at=None).first()


def list_results(assessment: Assessment) -> QuerySet[LegalResult]:
    """An assessment's results, the newest edition of each jurisdiction last."""
    return LegalResult.objects.filter(assessment=assessment).order_by("jurisdiction", "derived_at", "pk")


def read_by(person: User) -> QuerySet[Vote]:
    """The standing votes of a person."""
    return Vote.objects.filter(person=person, undone_at=None)


@dataclass(frozen=True)
class Seen:
    """One person's day: when something was sent to her or answered by her, oldest first; pictures sent, by level."""

    events: list[datetime]
    pictures: dict[int, int]


def seen_today(person: User, *, now: datetime) -> Seen:
    """Read a person's day so far. Cost: two queries."""
    begins = _day_begins(now)
    displays = Display.objects.filter(person=person, shown_at__gte=begins, shown_at__lte=now)
    shown = list(displays.values_list("shown_at", "level", "pictures"))
    cast = Vote.objects.filter(person=person, cast_at__gte=begins, cast_at__lte=now)
    pictures: Counter[int] = Counter()
    for _, level, count in shown:
        pictures[level] += count
    return Seen(
        sorted([*(at for at, _, _ in shown), *cast.values_list("cast_at", flat=True)]), dict(pictures)
    )


def last_activity(person: User, case: Case, *, before: datetime) -> datetime | None:
    """When a case came before a person: its first display since her last answer, or that answer if it was ready."""
    last_vote = Vote.objects.filter(person=person, cast_at__lt=before).aggregate(at=Max("cast_at"))["at"]
    first = Display.objects.filter(person=person, case=case, shown_at__lte=before).aggregate(
        at=Min("shown_at")
    )
    known = [at for at in (last_vote, first["at"]) if at is not None]
    return max(known) if first["at"] is not None else None


def pictures_today(person: User, *, now: datetime) -> dict[int, int]:
    """Pictures sent to a person today, by level."""
    rows = Display.objects.filter(person=person, shown_at__gte=_day_begins(now), shown_at__lte=now)
    return dict(rows.order_by().values_list("level").annotate(n=Sum("pictures")))


def deciding_outcome(assessment: Assessment) -> str:
    """The outcome in the first configured jurisdiction, by its newest derivation; empty while open."""
    results = LegalResult.objects.filter(assessment=assessment, jurisdiction=settings.JURISDICTIONS[0])
    newest = results.order_by("-derived_at", "-pk").first()
    return newest.outcome if newest else ""


def list_policies() -> QuerySet[ReviewPolicy]:
    """Every policy that was ever in force, the present one first."""
    return ReviewPolicy.objects.order_by("-pk")


def list_first_and_second() -> list[tuple[dict[str, str], dict[str, str]]]:
    """The facts of every case that two people read, first reader first, with ``outcome`` among them where it is firm."""
    twice = Vote.objects.filter(position=2, undone_at=None).values("case")
    rows = Vote.objects.filter(case__in=twice, position__in=(1, 2), undone_at=None).order_by(
        "case", "position"
    )
    read: dict[int, dict[int, dict[str, str]]] = {}
    for case, position, facts, outcome in rows.values_list("case", "position", "facts", "outcome"):
        read.setdefault(case, {})[position] = {**facts, "outcome": outcome}
    return [(both[1], both[2]) for both in read.values() if len(both) == 2]


def _day_begins(now: datetime) -> datetime:
    return timezone.make_aware(datetime.combine(timezone.localtime(now).date(), time.min))
