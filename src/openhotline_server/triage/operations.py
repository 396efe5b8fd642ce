"""Cases: opened by the machine, ordered with reasons, held by one person at a time, closed by the later stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, OrderBy, Q

from openhotline_server.accounts.models import User
from openhotline_server.findings.models import Cluster
from openhotline_server.ledger.events import SYSTEM, Event
from openhotline_server.ledger.inserting import insert_new
from openhotline_server.ledger.operations import Entry, record, record_many
from openhotline_server.triage import moves, rules
from openhotline_server.triage.models import Case, Claim

CLAIM_LASTS = timedelta(minutes=20)


@transaction.atomic
def open_cases(*, clusters: Mapping[Cluster, rules.Signals], at: datetime) -> list[Case]:
    """Open a case for each cluster that has none. One without anything to show waits apart from the queue."""
    have = set(Case.objects.filter(cluster__in=clusters).values_list("cluster_id", flat=True))
    rows = []
    for cluster, signals in clusters.items():
        if cluster.pk not in have:
            reasons = rules.place(signals)
            rows.append(
                Case(
                    cluster=cluster,
                    opened_at=at,
                    turn_at=at,
                    rules_edition=rules.EDITION,
                    reasons=_stored(reasons),
                    urgency=rules.urgency(reasons),
                    state=Case.State.OPEN if signals.readable else Case.State.UNREADABLE,
                )
            )
    cases = insert_new(rows)
    record_many(
        actor=SYSTEM,
        at=at,
        entries=[
            Entry(
                Event.CASE_OPENED,
                c.subject,
                {"urgency": c.urgency, "item": str(c.cluster.representative.code)},
            )
            for c in cases
        ],
    )
    return cases


@transaction.atomic
def place_again(*, case: Case, signals: rules.Signals, lapsed: bool = False, at: datetime) -> None:
    """Give a waiting case its place anew, after it grew or was matched. Its urgency never falls.

    With ``lapsed`` something that spoke for it is no more: its reasons say so, and its place stays. A person's move
    goes where something speaks against it now.
    """
    moves.look_again(case=case, signals=signals, at=at)
    reasons = rules.kept(rules.place(signals), case.urgency) if lapsed else rules.place(signals)
    points = rules.urgency(reasons)
    stored = _stored(reasons)
    if points < case.urgency or stored == case.reasons:
        return
    Case.objects.filter(pk=case.pk).update(urgency=points, reasons=stored, rules_edition=rules.EDITION)
    record(actor=SYSTEM, at=at, event=Event.CASE_PLACED, subject=case.subject, details={"urgency": points})


@transaction.atomic
def claim(*, person: User, cases: Sequence[Case], at: datetime) -> list[Case]:
    """Take cases into one person's hands; those that somebody else holds are left out of the answer."""
    keys, until = [case.pk for case in cases], at + CLAIM_LASTS
    # The row's uniqueness decides between two who reach for a case at once; the update takes over what has lapsed.
    Claim.objects.bulk_create(
        [Claim(case_id=key, person=person, expires_at=until) for key in keys], ignore_conflicts=True
    )
    free = Q(person=person) | Q(expires_at__lte=at)
    Claim.objects.filter(free, case__in=keys).update(person=person, expires_at=until)
    mine = set(Claim.objects.filter(case__in=keys, person=person).values_list("case_id", flat=True))
    return [case for case in cases if case.pk in mine]


@transaction.atomic
def release(*, person: User, at: datetime, case: Case | None = None) -> None:
    """Give back one case, or everything, that a person holds."""
    held = Claim.objects.filter(person=person)
    (held.filter(case=case) if case else held).delete()


@transaction.atomic
def move(*, case: Case, to: Case.State, actor: str, at: datetime) -> None:
    """Put a case where it stands next: waiting for another reader, decided, or open again."""
    Claim.objects.filter(case=case).delete()
    closed = at if to == Case.State.DECIDED else None
    Case.objects.filter(pk=case.pk).update(state=to, closed_at=closed)
    before, case.state, case.closed_at = case.state, to, closed
    if to == Case.State.DECIDED:
        record(actor=actor, at=at, event=Event.CASE_CLOSED, subject=case.subject, details={})
    elif before in (Case.State.DECIDED, Case.State.LEFT_OUT):
        moves.take_back(case=case, why=moves.OPENED_AGAIN, actor=actor, at=at)
        record(
            actor=actor, at=at, event=Event.CASE_REOPENED, subject=case.subject, details={"state": to.value}
        )


@transaction.atomic
def leave_out(*, cases: Sequence[Case], reason: str, actor: str, at: datetime) -> None:
    """Do not select these cases for assessment, with the reason; they stay counted."""
    Case.objects.filter(pk__in=[c.pk for c in cases], state=Case.State.OPEN).update(
        state=Case.State.LEFT_OUT, closed_at=at
    )
    record_many(
        actor=actor, at=at, entries=[Entry(Event.CASE_LEFT_OUT, c.subject, {"reason": reason}) for c in cases]
    )


@transaction.atomic
def skip(*, person: User, case: Case, reason: str, at: datetime) -> None:
    """Put a case behind the others of its urgency, with a reason, and let somebody else take it."""
    release(person=person, case=case, at=at)
    Case.objects.filter(pk=case.pk).update(turn_at=at)
    record(
        actor=str(person.code),
        at=at,
        event=Event.CASE_PLACED,
        subject=case.subject,
        details={"skipped": reason},
    )


def queue_order() -> tuple[OrderBy | str, ...]:
    """Most urgent first, then the longest waiting."""
    return (F("urgency").desc(), "turn_at", "pk")


def _stored(reasons: Sequence[rules.Reason]) -> list[dict[str, object]]:
    return [{"code": r.code, "points": r.points, "words": r.words} for r in reasons]
