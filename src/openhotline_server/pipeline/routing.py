"""Where an address goes once it is known what it is and where it lies. The police of our own country come first.

::

    not criminal              NOT_ILLEGAL or OFF_REMIT, without a notice
    criminal, not traced      UNTRACEABLE, until a trace is settled
    criminal, in our country  REFERRED --authorised--> TO_TELL,  --hold--> ON_HOLD
    criminal, abroad          TO_TELL

A hold of the police holds wherever the address lies, until they say otherwise.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from openhotline_server.assessment.addresses import find_address_assessment, tells_nothing_criminal
from openhotline_server.assessment.models import AddressAssessment
from openhotline_server.intake.models import Address
from openhotline_server.ledger.events import SYSTEM
from openhotline_server.notices import police
from openhotline_server.notices.gathering import gather_one
from openhotline_server.notices.models import PoliceAnswer
from openhotline_server.triage.address_cases import move
from openhotline_server.triage.models import AddressCase

State = AddressCase.State
OFF_REMIT = "off_remit"  # the discount reason
ROUTED = (
    State.NEW,
    State.REFERRED,
    State.ON_HOLD,
    State.TO_TELL,
    State.UNTRACEABLE,
    State.NOT_ILLEGAL,
    State.OFF_REMIT,
)
"""Cases that still may go either way. One that is watched or gone is led by what was told and seen."""


@transaction.atomic
def route(*, case: AddressCase, actor: str, at: datetime) -> AddressCase:
    """Move the case to where its assessment, its newest trace and the police's last word lead. Twice is once."""
    case = AddressCase.objects.select_for_update(of=("self",)).select_related("address").get(pk=case.pk)
    standing = find_address_assessment(case)
    if case.state not in ROUTED or standing is None or not standing.outcome:
        return case
    to = _state_for(case, standing)
    if to != case.state:
        move(case=case, to=to, actor=actor, at=at)
    return case


@transaction.atomic
def after_trace(*, address: Address, at: datetime, actor: str = SYSTEM) -> AddressCase | None:
    """What a new trace or a manager's word about it changes; None where the address has no case.

    For whoever traces: it is also done again for every case before anything is drafted, so a call that is missed
    delays, and lets nothing leave.
    """
    case = AddressCase.objects.filter(address=address).first()
    return route(case=case, actor=actor, at=at) if case is not None else None


def _state_for(case: AddressCase, standing: AddressAssessment) -> AddressCase.State:
    if tells_nothing_criminal(standing.outcome):
        return State.OFF_REMIT if standing.discount_reason == OFF_REMIT else State.NOT_ILLEGAL
    said = police.newest_police_answer(case)
    if said is not None and said.answer == PoliceAnswer.Answer.HOLD:
        return State.ON_HOLD
    one = gather_one(case)
    if one.settled is None:
        return State.UNTRACEABLE
    return State.REFERRED if one.is_at_home and said is None else State.TO_TELL
