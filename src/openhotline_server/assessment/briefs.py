"""What stands beside a case at the desk: its members, where they were seen, and why it stands where it stands.

A reader must not learn what others answered. So nothing here tells whether she is the first, second or third, and
what tells of an earlier grade (a match with known material) is left out wherever somebody or something graded before.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count

from openhotline.provenance import Evidence
from openhotline.provenance.settings import default_settings
from openhotline.provenance.weights import bounded
from openhotline_server.evidence.models import Item, Sighting
from openhotline_server.findings import origins
from openhotline_server.findings import queries as findings
from openhotline_server.findings.models import ClusterMember, OriginExamination
from openhotline_server.findings.origins import evidence_of
from openhotline_server.triage.models import Case

FROM_MATCH = {"known_real", "label_contradicts_match", "label_on_known_real"}
ALWAYS_HIDDEN = {"not_known"}  # it is said of nearly every case, so that its absence would tell of a match
MOST_LINES = 6


@dataclass(frozen=True)
class Member:
    """One member of a case, in the order of its sheet. ``readable``: there is something to show."""

    item: Item
    readable: bool


@dataclass(frozen=True)
class Line:
    """One line about origin, and of how many members it holds."""

    evidence: Evidence
    members: int


@dataclass(frozen=True)
class Contradicted:
    """Findings about origin that do not go together, in a sentence, and of how many members that holds."""

    words: str
    members: int


@dataclass(frozen=True)
class Brief:
    """A case as its reader meets it. ``edition`` changes whenever a member comes or goes."""

    case: Case
    members: tuple[Member, ...]
    sightings: int
    deliveries: int
    reasons: tuple[str, ...]
    contradictions: tuple[Contradicted, ...]
    lines: tuple[Line, ...]
    edition: str


def briefs(cases: Sequence[Case]) -> list[Brief]:
    """Return the briefs of cases. Cost: five queries, however many cases."""
    items = _members(cases)
    keys = [item.pk for group in items.values() for item in group]
    shown = findings.with_preview(keys)
    said = evidence_of(keys)
    looks = origins.origin_of(keys)
    seen = _seen(keys)
    return [_brief(case, items[case.cluster_id], shown, said, looks, seen) for case in cases]


def brief(case: Case) -> Brief:
    """The brief of one case."""
    return briefs([case])[0]


def members_of(case: Case) -> tuple[Member, ...]:
    """A case's members in the order of its sheets. Cost: two queries."""
    items = _members([case])[case.cluster_id]
    shown = findings.with_preview(item.pk for item in items)
    return tuple(Member(item, item.pk in shown) for item in items)


def edition_of(members: Iterable[Member]) -> str:
    """A short name for exactly these members in this order."""
    return hashlib.sha256(",".join(str(m.item.code) for m in members).encode()).hexdigest()[:12]


def _members(cases: Sequence[Case]) -> dict[int, list[Item]]:
    """The representative first, then the least alike: whoever looks for a stranger in the group sees him early."""
    rows = ClusterMember.objects.filter(cluster__in=[c.cluster_id for c in cases], left_at=None)
    first = {c.cluster_id: c.cluster.representative_id for c in cases}
    groups: dict[int, list[ClusterMember]] = defaultdict(list)
    for row in rows.select_related("item"):
        groups[row.cluster_id].append(row)
    return {
        cluster: [
            r.item
            for r in sorted(
                groups[cluster], key=lambda r: (r.item_id != first[cluster], -r.distance, r.item_id)
            )
        ]
        for cluster in first
    }


def _seen(keys: Sequence[int]) -> dict[int, Counter[int]]:
    """For each item the deliveries it came in, with how often it came in each."""
    found: dict[int, Counter[int]] = defaultdict(Counter)
    rows = (
        Sighting.objects.filter(item__in=keys)
        .order_by()
        .values_list("item", "report")
        .annotate(n=Count("pk"))
    )
    for item, report, count in rows:
        found[item][report] = count
    return found


def _brief(
    case: Case,
    items: Sequence[Item],
    shown: set[int],
    said: dict[int, list[Evidence]],
    looks: dict[int, OriginExamination],
    seen: dict[int, Counter[int]],
) -> Brief:
    members = tuple(Member(item, item.pk in shown) for item in items)
    contradictions = _contradictions(case, [looks[item.pk] for item in items if item.pk in looks])
    places: Counter[int] = sum((seen.get(item.pk, Counter()) for item in items), Counter())
    return Brief(
        case=case,
        members=members,
        sightings=places.total(),
        deliveries=len(places),
        reasons=_reasons(case),
        contradictions=contradictions[:MOST_LINES],
        lines=_lines([said.get(item.pk, []) for item in items])[: max(0, MOST_LINES - len(contradictions))],
        edition=edition_of(members),
    )


def _contradictions(case: Case, looks: Iterable[OriginExamination]) -> tuple[Contradicted, ...]:
    """What does not go together, of most members first; without what would tell of an earlier grade."""
    hidden = set() if case.state == Case.State.OPEN else FROM_MATCH
    found = Counter(
        str(c["words"]) for look in looks for c in look.contradictions if c.get("code") not in hidden
    )
    return tuple(Contradicted(words, members) for words, members in found.most_common())


def _reasons(case: Case) -> tuple[str, ...]:
    """The reasons for the case's place in words, without those that would tell of an earlier grade."""
    hidden = ALWAYS_HIDDEN if case.state == Case.State.OPEN else ALWAYS_HIDDEN | FROM_MATCH
    return tuple(str(r["words"]) for r in case.reasons if r["code"] not in hidden)


def _lines(said: Iterable[Sequence[Evidence]]) -> tuple[Line, ...]:
    """Evidence of all members, one line for each different thing said, the weightiest within its bounds first."""
    settings = default_settings()
    counts = Counter(e for each in said for e in dict.fromkeys(each))
    ordered = sorted(
        counts.items(), key=lambda c: (-abs(bounded(c[0], settings)), -c[1], c[0].family, c[0].claim)
    )
    return tuple(Line(e, n) for e, n in ordered[:MOST_LINES])
