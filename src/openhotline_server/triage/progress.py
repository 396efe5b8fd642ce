"""How far reports are: taken in, examined, grouped, decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from openhotline_server.evidence.models import FailedSighting, Sighting
from openhotline_server.evidence.queries import list_items
from openhotline_server.findings.models import ClusterMember, Examination
from openhotline_server.intake.models import Report
from openhotline_server.triage.models import Case


@dataclass(frozen=True)
class Taken:
    """What a report brought: places seen, different contents among them, members that could not be read."""

    sightings: int = 0
    items: int = 0
    failures: int = 0


@dataclass(frozen=True)
class Progress:
    """One report. ``states`` counts the cases in which its items stand, by state."""

    taken: Taken
    examined: int
    unreadable: int
    records: int
    states: dict[str, int]

    @property
    def cases(self) -> int:
        return sum(self.states.values())

    @property
    def decided(self) -> int:
        return self.states[Case.State.DECIDED.value]

    @property
    def waiting(self) -> int:
        return sum(self.states[state.value] for state in Case.WAITING)

    @property
    def to_examine(self) -> int:
        """Items with bytes; a record without a file has nothing to examine."""
        return self.taken.items - self.records


def taken_in(reports: Iterable[Report]) -> dict[int, Taken]:
    """What these reports brought, by their keys. Two queries, however many reports."""
    keys = [report.pk for report in reports]
    seen = Sighting.objects.filter(report__in=keys).values_list("report")
    counted = seen.annotate(n=Count("pk"), items=Count("item", distinct=True))
    failed = FailedSighting.objects.filter(report__in=keys, resolved_at=None).values_list("report")
    failures = dict(failed.annotate(n=Count("pk")))
    found = {key: Taken(n, items, failures.get(key, 0)) for key, n, items in counted}
    return {key: found.get(key) or Taken(failures=failures.get(key, 0)) for key in keys}


def progress(report: Report) -> Progress:
    """How far one report is."""
    items = list_items(report)
    looked = Examination.objects.filter(item__in=items.values("pk"))
    clusters = ClusterMember.objects.filter(item__in=items.values("pk"), left_at=None).values("cluster")
    rows = Case.objects.filter(cluster__in=clusters).order_by().values_list("state").annotate(n=Count("pk"))
    return Progress(
        taken=taken_in([report])[report.pk],
        examined=looked.count(),
        unreadable=looked.exclude(failure="").count(),
        records=items.filter(sha256=None).count(),
        states=dict.fromkeys(Case.State.values, 0) | {str(state): n for state, n in rows},
    )
