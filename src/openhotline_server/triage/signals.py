"""What triage looks at, gathered from the findings of a case's members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings

from openhotline_server.evidence import queries as evidence
from openhotline_server.evidence.models import Item
from openhotline_server.findings import queries as findings
from openhotline_server.findings.models import Cluster, KnownMatch
from openhotline_server.triage.rules import Known, Signals


def gather(members: Mapping[Cluster, Sequence[Item]]) -> dict[Cluster, Signals]:
    """Return the signals of clusters, given with their members. Cost: four queries, however many clusters."""
    ids = [item.pk for group in members.values() for item in group]
    evidence_of = findings.evidence_for(ids)
    matches = findings.matches_for(ids)
    shown = findings.with_preview(ids)
    seen = evidence.count_sightings(ids)
    return {
        cluster: Signals(
            evidence=[e for i in group for e in evidence_of.get(i.pk, ())],
            known=[k for i in group for k in _known(matches.get(i.pk, ()))],
            members=len(group),
            sightings=sum(seen[i.pk] for i in group),
            readable=any(i.pk in shown or i.sha256 is None for i in group),
        )
        for cluster, group in members.items()
    }


def _known(matches: Iterable[KnownMatch]) -> list[Known]:
    deciding = settings.JURISDICTIONS[0]
    return [
        Known(
            ai=m.entry.ai or m.entry.hash_list.tags.get("ai", ""),
            outcome=str(m.entry.grades.get(deciding, {}).get("outcome", "")),
            listed_by="" if m.entry.hash_list.is_own else m.entry.hash_list.title,
        )
        for m in matches
    ]
