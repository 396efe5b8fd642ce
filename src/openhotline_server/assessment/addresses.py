"""What a person found at an address: stored as facts, with what every configured jurisdiction makes of them.

Whoever could not tell whether a child is shown leaves the outcome open, and the case waits for somebody else. Two who
could not tell, independently, decide it as two readers of pictures do (``rules.with_second_opinion``).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from openhotline import law, taxonomy
from openhotline.errors import BadInput, Conflict, NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment import rules
from openhotline_server.assessment.models import AddressAssessment
from openhotline_server.assessment.results import jurisdictions
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import record
from openhotline_server.triage.models import AddressCase, AddressClaim

UNDO_WITHIN = timedelta(minutes=15)
MOST_COUNTED = 1_000_000
LONGEST_NOTE = 1000
COPIED = (
    "facts", "results", "outcome", "grade", "discount_reason", "severity", "age_band", "sex", "ai",
    "site_type", "commercial", "pictures", "films", "identifying", "note",
)  # fmt: skip


@transaction.atomic
def assess_address(
    *,
    case: AddressCase,
    person: User,
    facts: rules.Facts,
    site_type: str,
    commercial: str,
    pictures: int,
    films: int,
    identifying: Collection[str],
    note: str,
    at: datetime,
) -> AddressAssessment:
    """Store what stands at an address; an earlier assessment of it ends.

    ``facts`` hold the youngest child visible and the most severe category, from whichever pictures. ``site_type``
    and ``commercial`` may be empty only where nothing criminal was found. An ``outcome`` of "" says that it is open:
    this person could not tell whether a child is shown, and another one has to look.
    Raises NotAllowed, Conflict while somebody else holds the case, BadInput for answers that leave something open.
    """
    if not person.may(Permission.ADDRESS_ASSESS):
        raise NotAllowed("Your role does not assess addresses.")
    case = AddressCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    _require_free(case, person, at)
    earlier = find_address_assessment(case)
    decided = _with_the_other(earlier, person, facts)
    columns = _columns(decided)
    _check(columns["outcome"], site_type, commercial, (pictures, films), identifying, note)
    _end(case, at=at)
    made = AddressAssessment.objects.create(
        case=case,
        person=person,
        site_type=site_type,
        commercial=commercial,
        pictures=pictures,
        films=films,
        identifying=sorted(set(identifying)),
        note=note.strip(),
        made_at=at,
        **columns,
    )
    _write_down(made, actor=person, at=at)
    return made


@transaction.atomic
def undo_address_assessment(*, case: AddressCase, person: User, at: datetime) -> AddressAssessment:
    """Take back this person's assessment of the past quarter of an hour; the one before stands again, as a new row.

    Whether anything has left the house because of it is for the caller to ask first
    (``pipeline.taking_back``), and so is the place that the case gets.
    """
    AddressCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    made = find_address_assessment(case)
    if made is None or made.person_id != person.pk or made.made_at < at - UNDO_WITHIN:
        raise Conflict(
            "There is nothing to take back: only your own assessment of the past 15 minutes can be."
        )
    _end(case, at=at)
    before = AddressAssessment.objects.filter(case=case, ended_at=made.made_at).order_by("-pk").first()
    if before is not None:
        again = AddressAssessment(case=case, person=before.person, made_at=at)
        for name in COPIED:
            setattr(again, name, getattr(before, name))
        again.save()
    record(
        actor=str(person.code),
        at=at,
        event=Event.ADDRESS_ASSESSED,
        subject=case.subject,
        details={"taken_back": str(made.code), "stands_again": str(before.code) if before else ""},
    )
    return made


def find_address_assessment(case: AddressCase) -> AddressAssessment | None:
    """The assessment of an address that is in force."""
    return AddressAssessment.objects.filter(case=case, ended_at=None).select_related("person").first()


def tells_nothing_criminal(outcome: str) -> bool:
    """Whether this outcome of the deciding jurisdiction says that there is nothing criminal (it needs a reason)."""
    known = jurisdictions()[0].outcomes.get(outcome)
    return known is not None and known.needs_reason


def _require_free(case: AddressCase, person: User, at: datetime) -> None:
    others = AddressClaim.objects.filter(case=case, expires_at__gt=at).exclude(person=person)
    if others.exists():
        raise Conflict("Somebody else has this address in hand. Take the next one.")


def _with_the_other(earlier: AddressAssessment | None, person: User, facts: rules.Facts) -> dict[str, str]:
    """The facts, with the second opinion among them where two people could not tell."""
    law.check_facts(facts)
    if "second_opinion" in facts or not law.reader_complete(facts):
        raise BadInput("Some questions are still open. Answer them; unsure is an answer too.")
    if earlier is None or earlier.outcome:
        return dict(facts)
    if earlier.person_id == person.pk:
        raise NotAllowed("You could not tell before; somebody else has to look at this address now.")
    return rules.with_second_opinion(facts) if rules.both_unsure(earlier.facts, facts) else dict(facts)


def _columns(facts: dict[str, str]) -> dict[str, Any]:
    """What is stored of the facts; the columns beside them repeat the deciding jurisdiction's result."""
    results = [law.derive(facts, jurisdiction) for jurisdiction in jurisdictions()]
    first = results[0]
    recorded = {name: facts.get(name, "") for name in first.records}
    return {
        "facts": facts,
        "results": [_result(result) for result in results],
        "outcome": first.outcome or "",
        "grade": first.grade or "",
        "discount_reason": first.discount_reason or "",
        "severity": recorded.get("severity", ""),
        "age_band": recorded.get("age_band", ""),
        "sex": recorded.get("sex", ""),
        "ai": facts.get("ai", ""),
    }


def _result(result: law.Result) -> dict[str, str]:
    return {
        "jurisdiction": result.jurisdiction,
        "edition": result.edition,
        "outcome": result.outcome or "",
        "grade": result.grade or "",
        "provision": result.provision,
    }


def _check(
    outcome: str,
    site_type: str,
    commercial: str,
    counts: tuple[int, int],
    identifying: Collection[str],
    note: str,
) -> None:
    criminal = bool(outcome) and not tells_nothing_criminal(outcome)
    for name, code in (("site_types", site_type), ("commercial", commercial)):
        if code:
            taxonomy.load(name).term(code)
        elif criminal:
            raise BadInput("Say what kind of site it is and whether it is commercial.")
    for code in identifying:
        taxonomy.load("identifying").term(code)
    if not all(0 <= count <= MOST_COUNTED for count in counts):
        raise BadInput("The numbers of pictures and films are whole numbers from 0 to a million.")
    if criminal and not any(counts):
        raise BadInput("Count the criminal pictures or films: at least one was seen.")
    if len(note) > LONGEST_NOTE:
        raise BadInput(f"The note is longer than {LONGEST_NOTE} characters. Shorten it.")
    if "other" in identifying and not note.strip():
        raise BadInput("Describe in the note what else may help to identify a child.")


def _end(case: AddressCase, *, at: datetime) -> None:
    AddressAssessment.objects.filter(case=case, ended_at=None).update(ended_at=at)


def _write_down(made: AddressAssessment, *, actor: User, at: datetime) -> None:
    record(
        actor=str(actor.code),
        at=at,
        event=Event.ADDRESS_ASSESSED,
        subject=made.case.subject,
        details={
            "assessment": str(made.code),
            "facts": dict(made.facts),
            "outcome": made.outcome,
            "pictures": made.pictures,
            "films": made.films,
            "identifying": list(made.identifying),
        },
    )
