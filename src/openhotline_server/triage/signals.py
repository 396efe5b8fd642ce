"""What triage looks at, gathered from the findings of a case's members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings

from openhotline.provenance import Evidence
from openhotline.provenance.evidence import PIXEL_DETECTORS
from openhotline_server.evidence import queries as evidence
from openhotline_server.evidence.models import Item
from openhotline_server.findings import origins
from openhotline_server.findings import queries as findings
from openhotline_server.findings.models import Cluster, KnownMatch, OriginExamination
from openhotline_server.triage.rules import Known, Signals, shows_known_real


def gather(members: Mapping[Cluster, Sequence[Item]]) -> dict[Cluster, Signals]:
    """Return the signals of clusters, given with their members. Cost: seven queries, however many clusters."""
    ids = [item.pk for group in members.values() for item in group]
    evidence_of = origins.evidence_of(ids)
    looks = origins.origin_of(ids)
    devices = origins.device_matches(ids)
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
            each=[_heard(evidence_of.get(i.pk, ()), looks.get(i.pk)) for i in group],
            device=any(i.pk in devices for i in group),
            contradicted=any(i.pk in looks and looks[i.pk].contradictions for i in group),
        )
        for cluster, group in members.items()
    }


def _heard(said: Iterable[Evidence], look: OriginExamination | None) -> tuple[Evidence, ...]:
    """What counts of one member: learned detectors are silent where the deep look had a reason not to judge pixels."""
    silent = look is not None and bool(look.abstained)
    return tuple(e for e in said if not (silent and e.family == PIXEL_DETECTORS))


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


def known_real_among(items: Iterable[int]) -> set[int]:
    """Items that match known material in which a real child may be shown, by key."""
    return {
        key
        for key, matches in findings.matches_for(items).items()
        if shows_known_real(Signals(known=_known(matches)))
    }
