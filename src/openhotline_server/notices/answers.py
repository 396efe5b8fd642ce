"""What recipients answered. Whether it is gone is for the checks to say, whatever the answer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from openhotline.errors import BadInput, Conflict, NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.ledger.events import SYSTEM, Event
from openhotline_server.ledger.operations import record
from openhotline_server.notices.models import Notice, ProviderAnswer


@transaction.atomic
def record_answer(
    *,
    notice: Notice,
    kind: ProviderAnswer.Kind,
    words: str,
    person: User | None,
    at: datetime,
    automatic: bool = False,
) -> ProviderAnswer:
    """Keep an answer beside its notice. ``automatic``: a machine wrote it. ``person`` None: it came by mail."""
    if person is not None and not person.may(Permission.NOTICE_WRITE):
        raise NotAllowed("Recording an answer needs the permission to write notices. Ask the manager.")
    said = words.strip()
    if len(said) > 1000:
        raise BadInput("The answer is longer than 1000 characters. Write down what matters in it.")
    notice = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if notice.approved_at is None and notice.delivered_at is None:
        raise Conflict("This notice has not left, so nobody can have answered it. Look for the right one.")
    answer = ProviderAnswer.objects.create(
        notice=notice, kind=kind, words=said, automatic=automatic, answered_at=at, recorded_by=person
    )
    record(
        actor=str(person.code) if person else SYSTEM,
        at=at,
        event=Event.PROVIDER_ANSWERED,
        subject=notice.subject,
        details={"answer": answer.kind, "automatic": "yes" if automatic else "no"},
    )
    return answer


def list_answers(notice: Notice) -> list[ProviderAnswer]:
    """A notice's answers, the newest first."""
    found = ProviderAnswer.objects.filter(notice=notice).select_related("recorded_by")
    return list(found.order_by("-answered_at", "-pk"))
