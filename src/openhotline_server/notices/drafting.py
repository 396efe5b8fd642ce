"""Drafting: the text and the files of a notice are fixed here, as they will leave. Nothing leaves by this."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from openhotline.errors import NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.ledger.events import SYSTEM, Event
from openhotline_server.ledger.operations import record
from openhotline_server.notices import planning
from openhotline_server.notices.documents.enclosing import enclose
from openhotline_server.notices.documents.plain import write
from openhotline_server.notices.documents.told import Matter, Told
from openhotline_server.notices.documents.whole import whole
from openhotline_server.notices.gathering import Gathered, sender, tell
from openhotline_server.notices.kinds import NoticeKind
from openhotline_server.notices.models import Notice, NoticeAddress
from openhotline_server.notices.recipients import Recipient
from openhotline_server.triage.models import AddressCase


@dataclass(frozen=True)
class Drafted:
    """What became of it: notices, and addresses that are left with a sentence why."""

    notices: tuple[Notice, ...]
    left: tuple[planning.Left, ...]


@transaction.atomic
def draft_planned(*, cases: Iterable[AddressCase], person: User | None, at: datetime) -> Drafted:
    """Draft what is due for these cases, grouped by recipient. Twice is once. ``person`` None: the site itself."""
    require_writer(person)
    made = planning.plan(lock_cases(cases))
    notices = [
        make(kind=one.kind, recipient=one.recipient, told=one.told, person=person, at=at)
        for one in made.planned
    ]
    return Drafted(tuple(notices), made.left)


@transaction.atomic
def make(
    *,
    kind: NoticeKind,
    recipient: Recipient,
    told: Sequence[Gathered],
    person: User | None,
    at: datetime,
    reminder_of: datetime | None = None,
) -> Notice:
    """Fix the text and the files of one notice. Whether it is due is for the caller to know."""
    code = uuid.uuid4()
    facts = tuple(tell(one) for one in told)
    matter = Matter(
        notice=str(code),
        kind=kind.value,
        sender=sender(),
        recipient=recipient.name,
        language=recipient.language,
        wants_json=recipient.wants_json,
        told=facts,
        at=at,
        reminder_of=reminder_of,
    )
    letter = write(matter)
    files, without = enclose(matter, ids={one.case: uuid.uuid4() for one in facts})
    notice = Notice.objects.create(
        code=code,
        kind=kind,
        recipient=recipient.name[:200],
        email=recipient.email,
        contact=recipient.contact,
        language=letter.language,
        title=letter.title[:200],
        words=letter.words,
        document=whole(matter, letter=letter, because=recipient.because, without_xarf=without),
        attachments=[asdict(file) for file in files],
        drafted_at=at,
        drafted_by=person,
    )
    NoticeAddress.objects.bulk_create(
        NoticeAddress(notice=notice, case=one.case, illegal_there=one.law.illegal) for one in told
    )
    _write_down(notice, facts, person=person, at=at)
    return notice


def require_writer(person: User | None) -> None:
    """Refuse whoever may not write notices; None is the site itself."""
    if person is not None and not person.may(Permission.NOTICE_WRITE):
        raise NotAllowed("Writing notices needs the permission for it. Ask the manager.")


def lock_cases(cases: Iterable[AddressCase]) -> list[AddressCase]:
    """The cases as they stand, in one order for everybody, so that two people never draft the same."""
    keys = [case.pk for case in cases]
    rows = AddressCase.objects.select_for_update(of=("self",)).filter(pk__in=keys)
    return list(rows.select_related("address").order_by("pk"))


def _write_down(notice: Notice, told: Sequence[Told], *, person: User | None, at: datetime) -> None:
    record(
        actor=str(person.code) if person else SYSTEM,
        at=at,
        event=Event.NOTICE_DRAFTED,
        subject=notice.subject,
        details={"notice": str(notice.code), "kind": notice.kind, "cases": [one.case for one in told]},
    )
