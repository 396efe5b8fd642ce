"""A past study made again from its description: records without files, answered by the desk's own operations.

Records are written in batches, each one transaction: recorded, grouped, opened, and answered or left out. So
nothing of a study ever stands in anybody's queue, and a replay that was stopped goes on where it was.

What a description does not state is left unanswered, except where the law needs an answer to come to the
stated outcome. Those few answers stand in :data:`PROHIBITED` and :data:`DISCOUNTED`; no table counts them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from types import MappingProxyType

from django.conf import settings
from django.db import transaction

from openhotline.errors import Conflict
from openhotline_server.accounts.models import User
from openhotline_server.accounts.operations import find_or_add_past_reader
from openhotline_server.assessment.operations import cast_vote
from openhotline_server.evidence import operations as evidence
from openhotline_server.evidence.queries import places_seen
from openhotline_server.findings import operations as findings
from openhotline_server.intake import operations as intake
from openhotline_server.intake.models import Report
from openhotline_server.intake.queries import list_reports
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import gathered, record
from openhotline_server.pipeline.importing import Clock, only_import
from openhotline_server.pipeline.study_description import Description
from openhotline_server.triage import operations as triage
from openhotline_server.triage.models import Case
from openhotline_server.triage.rules import Signals

Facts = Mapping[str, str]

BATCH = 250  # records in a transaction: about a second on one core, so that others may write in between
LEFT_OUT = "Not selected for assessment in the study."

_PSEUDO: Facts = MappingProxyType({"child": "yes", "image_type": "pseudo_photograph", "indecent": "yes"})
_PHOTOGRAPH: Facts = MappingProxyType({"child": "yes", "image_type": "photograph", "indecent": "yes"})
# Every element of section 62 was met; whether by (6) or by (7), no description states. Written as (6).
PROHIBITED: Facts = MappingProxyType(
    {
        "child": "yes",
        "image_type": "non_photographic",
        "pornographic": "yes",
        "focus_or_act": "focus",
        "grossly_offensive": "yes",
    }
)
# Facts that lead to a reason. For reasons not named here, no child is shown and the reader gives the reason.
# Child, no sexual activity: written as looking like a photograph. Non-photographic: as failing section 62 at
# its first element.
DISCOUNTED: Mapping[str, Facts] = MappingProxyType(
    {
        "age_in_question": {"child": "unsure"},
        "child_no_sexual_activity": {"child": "yes", "image_type": "pseudo_photograph", "indecent": "no"},
        "non_photographic_imagery": {"child": "yes", "image_type": "non_photographic", "pornographic": "no"},
    }
)


@dataclass(frozen=True)
class Answer:
    """One answer: which of the study's analysts (from 0) gave it, and how long she took."""

    analyst: int
    facts: Facts
    milliseconds: int


@dataclass(frozen=True)
class Record:
    """One record: its place in the report, and the answers in order; none where it was not selected."""

    place: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Replayed:
    """What a replay did. ``records`` and ``answers`` count what was written this time."""

    report: Report
    records: int
    answers: int


def replay(
    *,
    study: Description,
    received_on: date,
    actor: str,
    clock: Clock,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Replayed:
    """Write what is missing of a study. Raises Conflict if it is complete, or another one bears its title."""
    with only_import(settings.DATA.import_lock):
        report = _report(study, received_on=received_on, actor=actor, at=clock())
        readers = _readers(study, actor=actor, at=clock())
        seen = {place for place, _ in places_seen(report)}
        waiting = (r for r in records(study) if r.place not in seen)
        written, answers = len(seen), 0
        progress(written, study.posted)
        while batch := list(islice(waiting, BATCH)):
            with transaction.atomic(), gathered():
                _write(report, batch, readers, actor=actor, at=clock())
            written += len(batch)
            answers += sum(len(r.answers) for r in batch)
            progress(written, study.posted)
        _finish(report, study, actor=actor, at=clock())
        return Replayed(report, written - len(seen), answers)


def records(study: Description) -> Iterator[Record]:
    """Every record of a study in a fixed order: the criminal, the discounted, those that were not selected.

    Analysts take turns. The time of all answers is the study's, to the millisecond, spread evenly.
    """
    number = given = 0
    answers = study.selected + study.discounted.get("age_in_question", 0)
    for facts, count in facts_and_counts(study):
        for _ in range(count):
            readings = 2 if facts["child"] == "unsure" else 1
            yield Record(
                _place(number),
                tuple(
                    Answer(
                        (number + i) % study.analysts, facts, _share(study.milliseconds, given + i, answers)
                    )
                    for i in range(readings)
                ),
            )
            number, given = number + 1, given + readings
    for _ in range(study.not_selected):
        yield Record(_place(number), ())
        number += 1


def facts_and_counts(study: Description) -> list[tuple[Facts, int]]:
    """The facts that a study's outcomes amount to, and how many records have each."""
    pseudo, girls = study.criminal.get("pseudo_photograph", 0), study.girls or 0
    found: list[tuple[Facts, int]] = [
        ({**_PSEUDO, "sex": "girl"}, girls),
        (_PSEUDO, pseudo - girls),
        (_PHOTOGRAPH, study.criminal.get("photograph", 0)),
        (PROHIBITED, study.criminal.get("prohibited_image", 0)),
    ]
    return found + [(discount_facts(reason), count) for reason, count in study.discounted.items()]


def discount_facts(reason: str) -> Facts:
    """The facts that lead to a discount reason."""
    return DISCOUNTED.get(reason) or {"child": "no", "discount_reason": reason}


def _share(total: int, number: int, parts: int) -> int:
    """The share of one part of ``parts``, such that all shares add up to ``total`` exactly."""
    return total * (number + 1) // parts - total * number // parts


def _place(number: int) -> str:
    return f"record {number + 1:08}"


def _report(study: Description, *, received_on: date, actor: str, at: datetime) -> Report:
    origin = f"study {_digest(study)}"
    others = list_reports(study=study.title).exclude(origin_digest=intake.origin_digest(origin))
    if others.exists():
        raise Conflict(
            "Another report of a study with this title is here; the two would be counted as one. Give the "
            "study another title, or use an empty data directory (--data)."
        )
    report = intake.receive(
        kind=Report.Kind.RECORDS,
        source=study.source or study.title,
        origin=origin,
        received_on=received_on,
        study=study.title,
        actor=actor,
        at=at,
    )
    if report.finished_at is not None:
        raise Conflict(
            "This study is replayed already, and complete. `openhotline statistics --study TITLE` counts it."
        )
    return report


def _digest(study: Description) -> str:
    """Name a description by what is written of it, so that another one never goes on in its place."""
    parts = [
        study.title,
        study.not_selected,
        study.analysts,
        study.milliseconds,
        sorted(study.criminal.items()),
        sorted(study.discounted.items()),
        study.girls,
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _readers(study: Description, *, actor: str, at: datetime) -> list[User]:
    """The study's analysts: people without a password, who can never sign in."""
    return [
        find_or_add_past_reader(
            username=f"study-{_digest(study)[:12]}-{number:03}",
            display_name=f"Study analyst {number}",
            actor=actor,
            at=at,
        )
        for number in range(1, study.analysts + 1)
    ]


def _write(
    report: Report, batch: Sequence[Record], readers: Sequence[User], *, actor: str, at: datetime
) -> None:
    """Record, group, open, and answer or leave out. Each record is a group of its own: no file to compare."""
    items = evidence.record_without_file(report=report, places=[r.place for r in batch], actor=actor, at=at)
    clusters = findings.create_clusters(groups=[findings.Grouping(item, []) for item in items], at=at)
    cases = triage.open_cases(clusters=dict.fromkeys(clusters, Signals()), at=at)
    pairs = list(zip(batch, cases, strict=True))
    triage.leave_out(
        cases=[case for read, case in pairs if not read.answers], reason=LEFT_OUT, actor=actor, at=at
    )
    for read, case in pairs:
        _answer(case, read.answers, readers, at=at)


def _answer(case: Case, answers: Sequence[Answer], readers: Sequence[User], *, at: datetime) -> None:
    for answer in answers:
        cast_vote(
            case=case,
            person=readers[answer.analyst],
            facts=answer.facts,
            at=at,
            milliseconds=answer.milliseconds,
            recorded=True,
        )


@transaction.atomic
def _finish(report: Report, study: Description, *, actor: str, at: datetime) -> None:
    intake.finish(report=report, at=at)
    record(
        actor=actor,
        at=at,
        event=Event.STUDY_REPLAYED,
        subject=f"report:{report.code}",
        details={"records": study.posted, "selected": study.selected, "analysts": study.analysts},
    )
