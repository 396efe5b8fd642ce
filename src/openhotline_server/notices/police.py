"""What the police of our own country said of an address, before anybody else is told. The last answer counts."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from openhotline.errors import Conflict, NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import record
from openhotline_server.notices.models import PoliceAnswer
from openhotline_server.triage.models import AddressCase

ASKED = (AddressCase.State.REFERRED, AddressCase.State.ON_HOLD, AddressCase.State.TO_TELL)
"""In these states an answer of the police changes what may be done. After that it comes too late."""


@transaction.atomic
def record_police_answer(
    *, case: AddressCase, answer: PoliceAnswer.Answer, reference: str, person: User, at: datetime
) -> PoliceAnswer:
    """Write down what the police said. The state of the case follows in ``pipeline.acting.police_answered``."""
    if not person.may(Permission.NOTICE_WRITE):
        raise NotAllowed("Recording an answer needs the permission to write notices. Ask the manager.")
    case = AddressCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if case.state not in ASKED:
        raise Conflict("This address does not wait for the police any more. Look at its page.")
    said = PoliceAnswer.objects.create(
        case=case, answer=answer, reference=reference.strip()[:100], answered_at=at, recorded_by=person
    )
    record(
        actor=str(person.code),
        at=at,
        event=Event.POLICE_ANSWERED,
        subject=case.subject,
        details={"answer": said.answer, "reference": said.reference},
    )
    return said


def newest_police_answer(case: AddressCase) -> PoliceAnswer | None:
    """The last answer that was written down, whatever the clock said then."""
    return PoliceAnswer.objects.filter(case=case).select_related("recorded_by").order_by("-pk").first()


def is_authorised(case: AddressCase) -> bool:
    """Whether the police's last word is that the notice may go. No word is no."""
    said = newest_police_answer(case)
    return said is not None and said.answer == PoliceAnswer.Answer.AUTHORISED
