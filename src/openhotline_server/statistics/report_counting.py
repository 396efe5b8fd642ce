"""Counting reports of addresses, in the database: what was named, what came of it, where it lies.

Two units. A *naming* is one report that names one address: reported twice, an address has two. An *address*
counts once in a scope, however often it was named there. Only what stands is counted: assessments in force, by
the outcome in the deciding jurisdiction that they were made with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from openhotline import law
from openhotline_server.assessment.models import AddressAssessment
from openhotline_server.findings.models import Trace
from openhotline_server.intake.models import FileRecord, Mention, Report
from openhotline_server.statistics.scope import Scope
from openhotline_server.triage.models import AddressCase

ACTIONED, NOT_CRIMINAL, OFF_REMIT, UNDECIDED = "actioned", "not_criminal", "off_remit", "undecided"
NOT_ASSESSED = "not_assessed"
VERDICTS = (ACTIONED, NOT_CRIMINAL, OFF_REMIT, UNDECIDED, NOT_ASSESSED)


@dataclass(frozen=True)
class Namings:
    """How many namings have this in common. ``first``: the address had not been named before in the scope."""

    kind: str
    outcome: str
    discount_reason: str
    assessed: bool
    first: bool
    namings: int


@dataclass(frozen=True)
class AddressGroup:
    """How many assessed addresses have this in common.

    ``country`` is what the last trace that named one says, "" where none did; ``behind_front``: it is the
    country of a network that stands before an origin nobody knows.
    """

    outcome: str
    discount_reason: str
    site_type: str
    commercial: str
    network: str
    state: str
    country: str
    behind_front: bool
    addresses: int


@dataclass(frozen=True)
class ReportCounts:
    """Everything that the tables of reports and hosting are made of. ``files`` is by kind of file record."""

    deliveries: int
    set_aside: int
    refused: int
    namings: tuple[Namings, ...]
    groups: tuple[AddressGroup, ...]
    domains: Mapping[str, int]
    onion_hosts: int
    files: Mapping[str, int]


def verdict(
    outcome: str, discount_reason: str, jurisdiction: law.Jurisdiction, *, assessed: bool = True
) -> str:
    """What came of an address, in one of :data:`VERDICTS`."""
    if not assessed:
        return NOT_ASSESSED
    if not outcome:
        return UNDECIDED
    known = jurisdiction.outcomes.get(outcome)
    if known is None or not known.needs_reason:
        return ACTIONED
    return OFF_REMIT if discount_reason == OFF_REMIT else NOT_CRIMINAL


def has_reports(scope: Scope) -> bool:
    """Whether a report in scope names an address or records a file."""
    return _namings(scope).exists() or _files(scope).exists()


def count_reports(scope: Scope, jurisdiction: law.Jurisdiction) -> ReportCounts:
    """Count what is in scope, in eight queries."""
    named = Report.objects.filter(
        scope.condition(), Exists(Mention.objects.filter(report=OuterRef("pk")))
    ).order_by()
    standing = dict(named.values_list("standing").annotate(n=Count("pk")))
    groups = _groups(scope)
    return ReportCounts(
        deliveries=standing.get(Report.Standing.TAKEN, 0),
        set_aside=standing.get(Report.Standing.QUARANTINED, 0),
        refused=standing.get(Report.Standing.REFUSED, 0),
        namings=_count_namings(scope),
        groups=groups,
        domains=_domains(scope, actioned_outcomes(groups, jurisdiction)),
        onion_hosts=_onion_hosts(scope, actioned_outcomes(groups, jurisdiction)),
        files=dict(_files(scope).order_by().values_list("kind").annotate(n=Count("pk"))),
    )


def actioned_outcomes(groups: tuple[AddressGroup, ...], jurisdiction: law.Jurisdiction) -> frozenset[str]:
    """The outcomes that occur and count as actioned."""
    return frozenset(g.outcome for g in groups if verdict(g.outcome, "", jurisdiction) == ACTIONED)


def _namings(scope: Scope) -> QuerySet[Mention]:
    return Mention.objects.filter(scope.condition("report__"), report__standing=Report.Standing.TAKEN)


def _files(scope: Scope) -> QuerySet[FileRecord]:
    return FileRecord.objects.filter(scope.condition("report__"))


def named_in(scope: Scope, address: str) -> Exists:
    """Whether a report in scope names a row's address; ``address`` is the row's way to it."""
    return Exists(_namings(scope).filter(address=OuterRef(address)))


def _count_namings(scope: Scope) -> tuple[Namings, ...]:
    standing = AddressAssessment.objects.filter(case__address=OuterRef("address"), ended_at=None)
    earlier = _namings(scope).filter(address=OuterRef("address"), pk__lt=OuterRef("pk"))
    names = ("kind", "outcome", "discount_reason", "assessed", "first")
    rows = (
        _namings(scope)
        .annotate(
            kind=_text("report__kind"),
            outcome=_first(standing, "outcome"),
            discount_reason=_first(standing, "discount_reason"),
            assessed=Exists(standing),
            first=~Exists(earlier),
        )
        .order_by()
        .values(*names)
        .annotate(namings=Count("pk"))
        .order_by(*names)
    )
    return tuple(Namings(**row) for row in rows)


def _groups(scope: Scope) -> tuple[AddressGroup, ...]:
    told = Trace.objects.filter(address=OuterRef("case__address")).exclude(country="").order_by("-id")
    names = (
        "outcome",
        "discount_reason",
        "site_type",
        "commercial",
        "network",
        "state",
        "country",
        "behind_front",
    )
    rows = (
        AddressAssessment.objects.filter(named_in(scope, "case__address"), ended_at=None)
        .annotate(
            network=_text("case__address__network"),
            state=_text("case__state"),
            country=_first(told, "country"),
            behind_front=Coalesce(Subquery(_behind_front(told)[:1]), Value(False)),
        )
        .order_by()
        .values(*names)
        .annotate(addresses=Count("pk"))
        .order_by(*names)
    )
    return tuple(AddressGroup(**row) for row in rows)


def _behind_front(told: QuerySet[Trace]) -> QuerySet[Trace, bool]:
    hidden = Case(
        When(origin_known=False, then=Value(True)), default=Value(False), output_field=BooleanField()
    )
    return told.annotate(hidden=hidden).values_list("hidden", flat=True)


def _domains(scope: Scope, outcomes: frozenset[str]) -> dict[str, int]:
    """Distinct registrable domains of actioned addresses by country, over all traces that named a country."""
    actioned = AddressCase.objects.filter(Exists(_actioned(outcomes)), address=OuterRef("address"))
    rows = (
        Trace.objects.filter(Exists(actioned), named_in(scope, "address"))
        .exclude(country="")
        .exclude(address__domain="")
        .order_by()
        .values_list("country")
        .annotate(n=Count("address__domain", distinct=True))
    )
    return dict(rows)


def _onion_hosts(scope: Scope, outcomes: frozenset[str]) -> int:
    cases = AddressCase.objects.filter(
        Exists(_actioned(outcomes)), named_in(scope, "address"), address__network="onion"
    )
    return int(cases.aggregate(n=Count("address__host", distinct=True))["n"])


def _actioned(outcomes: frozenset[str]) -> QuerySet[AddressAssessment]:
    return AddressAssessment.objects.filter(case=OuterRef("pk"), ended_at=None, outcome__in=sorted(outcomes))


def _text(way: str) -> Coalesce:
    """A column under a shorter name."""
    return Coalesce(way, Value(""), output_field=CharField())


def _first(rows: QuerySet[AddressAssessment] | QuerySet[Trace], name: str) -> Coalesce:
    return Coalesce(Subquery(rows.values(name)[:1]), Value(""), output_field=CharField())
