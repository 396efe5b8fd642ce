"""One analyst's work on addresses, whole: take the next one, say what it is and let follow what follows, take it back."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from openhotline.errors import Conflict
from openhotline_server.accounts.models import User
from openhotline_server.assessment.address_queries import Undoable, find_undoable, may_assess
from openhotline_server.assessment.addresses import (
    assess_address,
    find_address_assessment,
    undo_address_assessment,
)
from openhotline_server.assessment.models import AddressAssessment
from openhotline_server.findings.traces import override
from openhotline_server.notices.about_address import has_left, list_drafts
from openhotline_server.notices.approving import drop
from openhotline_server.pipeline.acting import after_assessment
from openhotline_server.pipeline.routing import after_trace
from openhotline_server.triage import address_cases
from openhotline_server.triage.address_queries import in_turn
from openhotline_server.triage.models import AddressCase

FOR_ANOTHER = "The first reader could not tell."
TAKEN_BACK = "The assessment that it rested on was taken back."


def take_next(*, person: User, at: datetime, without: Collection[uuid.UUID] = ()) -> AddressCase | None:
    """Give this person the next address that waits for her; none when nothing does."""
    for case in in_turn(person, at=at):
        if case.code in without or not may_assess(case, person):
            continue
        try:
            return address_cases.claim(case=case, person=person, at=at)
        except Conflict:
            continue  # somebody was a moment earlier
    return None


@transaction.atomic
def assess(
    *, case: AddressCase, person: User, at: datetime, begun_at: datetime | None = None, **found: Any
) -> AddressAssessment:
    """Store what a person found and let everything follow from it. An open outcome leaves the case to somebody else.

    ``begun_at``: when she opened the address. Raises Conflict where somebody has assessed it since.
    """
    address_cases.claim(case=case, person=person, at=at)
    standing = find_address_assessment(case)
    if begun_at is not None and standing is not None and standing.made_at > begun_at:
        raise Conflict(
            "This address was assessed since you opened it. Look at its page before you do it again."
        )
    made = assess_address(case=case, person=person, at=at, **found)
    case.refresh_from_db()
    if made.outcome:
        after_assessment(case=case, person=person, at=at)
        address_cases.release(case=case, person=person, at=at)
    else:
        address_cases.skip(case=case, person=person, reason=FOR_ANOTHER, at=at)
    return made


def what_may_be_undone(*, person: User, at: datetime) -> Undoable | None:
    """This person's last assessment, while it may still be taken back and nothing has left because of it."""
    found = find_undoable(person, at=at)
    return None if found is None or has_left(found.case) else found


@transaction.atomic
def take_back(*, case: AddressCase, person: User, at: datetime) -> None:
    """Undo an assessment of the past quarter of an hour, unless something has left the house because of it."""
    if has_left(case):
        raise Conflict(
            "Something has left because of this assessment, so it stands. Assess the address again."
        )
    undo_address_assessment(case=case, person=person, at=at)
    for notice in list_drafts(case):
        drop(notice=notice, reason=TAKEN_BACK, person=person, at=at)
    case.refresh_from_db()
    standing = find_address_assessment(case)
    if standing is not None and standing.outcome:
        after_assessment(case=case, person=person, at=at)
        return
    if case.state != AddressCase.State.NEW:
        address_cases.move(case=case, to=AddressCase.State.NEW, actor=str(person.code), at=at)
    address_cases.claim(case=case, person=person, at=at)


@transaction.atomic
def settle_place(*, case: AddressCase, country: str, reason: str, person: User, at: datetime) -> None:
    """Let a supervisor's word stand for where an address lies, and lead the case on by it."""
    override(address=case.address, country=country, reason=reason, person=person, at=at)
    after_trace(address=case.address, at=at, actor=str(person.code))
