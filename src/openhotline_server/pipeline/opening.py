"""The steps that make cases: opened and placed with reasons, and known material graded without being shown."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from openhotline_server.assessment import operations as assessment
from openhotline_server.evidence import queries as evidence
from openhotline_server.evidence.models import Item
from openhotline_server.findings import queries as findings
from openhotline_server.findings.models import KnownMatch
from openhotline_server.intake.models import Report
from openhotline_server.ledger.operations import gathered
from openhotline_server.triage import operations as triage
from openhotline_server.triage import queries as cases
from openhotline_server.triage.models import Case
from openhotline_server.triage.signals import gather

AT_ONCE = 400


@transaction.atomic
def open_and_place(*, report: Report, at: datetime) -> None:
    """Open a case for each new cluster of a report, and give the cases that it touches their place anew."""
    for members in findings.members_by_cluster(evidence.list_items(report), at_once=AT_ONCE):
        with gathered():
            signals = gather(members)
            opened = {case.cluster_id for case in triage.open_cases(clusters=signals, at=at)}
            for case in cases.list_cases_of(cluster for cluster in signals if cluster.pk not in opened):
                if case.state in Case.WAITING:
                    triage.place_again(case=case, signals=signals[case.cluster], at=at)


@transaction.atomic
def grade_known(*, report: Report, at: datetime) -> None:
    """Give known material its earlier grade; nobody looks at it again."""
    known = findings.known_among(evidence.list_items(report))
    for members in findings.members_by_cluster(known, at_once=AT_ONCE):
        matches = findings.matches_for(i.pk for group in members.values() for i in group)
        graded = []
        for case in cases.list_cases_of(members):
            facts = known_facts(members[case.cluster], matches)
            if facts and case.state == Case.State.OPEN:
                graded.append((case, facts))
        with gathered():
            assessment.grade_known(graded=graded, at=at)


def known_facts(group: list[Item], matches: dict[int, list[KnownMatch]]) -> dict[str, str]:
    """The facts of the nearest entry of our own list, if every member of the group is on it."""
    nearest: dict[str, str] = {}
    for item in group:
        ours = (m.entry for m in matches.get(item.pk, ()) if m.entry.hash_list.is_own)
        facts = next((entry.facts for entry in ours if entry.facts), None)
        if not facts:
            return {}
        nearest = nearest or dict(facts)
    return nearest
