"""The step that asks whether an item is known: every list in force, exact hashes and near ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from openhotline_server.evidence import queries as evidence
from openhotline_server.findings import matches
from openhotline_server.findings.matches import TooPoor
from openhotline_server.findings.operations import record_matches
from openhotline_server.findings.prints import unhashed_among
from openhotline_server.intake.models import Report
from openhotline_server.ledger.events import Event
from openhotline_server.lists import queries
from openhotline_server.lists.models import HashList
from openhotline_server.pipeline.comparing import Asked, Part, find
from openhotline_server.pipeline.flooding import set_floods_aside
from openhotline_server.pipeline.retro_tasks import expire_after_commit

AT_ONCE = 5000
RECORDED_AT_ONCE = 500


@transaction.atomic
def match(*, report: Report, at: datetime) -> None:
    """Match a report's items against every list in force. A failure here is an error, never "no match".

    Afterwards a list that matched far more than usual is set aside, and nothing rests on what it said.
    """
    expire_after_commit(at=at)
    asked = queries.list_in_force()
    if not asked:
        return
    tally = _Tally(asked)
    for keys in evidence.in_parts(
        evidence.list_items(report).order_by("pk").values_list("pk", flat=True), size=AT_ONCE
    ):
        part = Part.of(keys)
        found = find(part, asked, at=at)
        rows = found.as_rows()
        for first in range(0, len(rows), RECORDED_AT_ONCE):
            record_matches(matches=rows[first : first + RECORDED_AT_ONCE], at=at)
        tally.add(part, {hash_list.pk: len(found.on(hash_list)) for hash_list, _ in asked})
        _note_poor(part, asked, at=at)
    _write_down(report, asked, tally, at=at)
    set_floods_aside([hash_list for hash_list, _ in asked], at=at)


class _Tally:
    """Counts, by list: items asked about, found, and too poor for it."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        self._lists = [hash_list for hash_list, _ in asked]
        self._looked = 0
        self._matched: Counter[int] = Counter()
        self._poor: Counter[int] = Counter()

    def add(self, part: Part, matched: dict[int, int]) -> None:
        self._looked += sum(item.sha256 is not None for item in part.items.values())
        self._matched.update(matched)
        for hash_list in self._lists:
            self._poor[hash_list.pk] += len(part.prints) - len(part.good_enough(hash_list))

    def of(self, hash_list: HashList) -> matches.Asked:
        """What came of asking one list."""
        return matches.Asked(self._looked, self._matched[hash_list.pk], self._poor[hash_list.pk])


def _note_poor(part: Part, asked: Sequence[Asked], *, at: datetime) -> None:
    """Keep which items no list could be asked about by their looks: too poor is an answer, and not "no match"."""
    demands = [one.min_quality for one, _ in asked if one.purpose == HashList.Purpose.MATCHES]
    if not demands:
        return
    least = min(demands)
    poor = {item: TooPoor(one.quality, least) for item, one in part.prints.items() if one.quality < least}
    bare = unhashed_among(item for item in part.items if item not in part.prints)
    poor |= {item: TooPoor(None, least) for item in bare}
    matches.note_unmatchable(poor=poor, asked=list(part.items), at=at)


def _write_down(report: Report, asked: Sequence[Asked], tally: _Tally, *, at: datetime) -> None:
    """One row for each list; one ledger line for all of them, when a report is matched for the first time."""
    first = [
        matches.note_run(hash_list=one, edition=edition, report=report, asked=tally.of(one), at=at)
        for one, edition in asked
    ]
    if any(first):
        matches.tell_of_asking(
            subject=f"report:{report.code}",
            event=Event.LISTS_ASKED,
            asked={one.name: tally.of(one) for one, _ in asked},
            editions={one.name: edition.number for one, edition in asked},
            at=at,
        )
