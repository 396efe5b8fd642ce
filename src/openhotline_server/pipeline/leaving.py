"""Around a letter that leaves: what keeps it here at the last moment, and the clocks that begin once it left."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from openhotline.errors import OpenHotlineError
from openhotline.trace.asking import Asking
from openhotline_server.findings.traces import newest_trace
from openhotline_server.ledger.events import SYSTEM
from openhotline_server.notices.following_rules import reminder_due_at
from openhotline_server.notices.kinds import NoticeKind
from openhotline_server.notices.models import Contact, Notice, NoticeAddress, Outgoing, Removal
from openhotline_server.notices.planning import CLOCKED
from openhotline_server.notices.removals import begin
from openhotline_server.notices.standing import list_objections, list_to_trace
from openhotline_server.pipeline.tracing import trace_now
from openhotline_server.triage.address_cases import move
from openhotline_server.triage.models import AddressCase

log = logging.getLogger(__name__)

State = AddressCase.State
NEVER_HELD = (NoticeKind.POLICE_REFERRAL, NoticeKind.VICTIM_IDENTIFICATION)
RESTING = "The recipient takes no notices today."
HELD = "The police have not let this notice go."
STANDS_FOR = timedelta(hours=1)
DROPPED = "Somebody dropped this notice."


def trace_anew(letter: Outgoing, *, at: datetime, asking: Asking | None = None) -> None:
    """The last-minute trace: a letter that waited for long leaves on a fresh one, or not at all."""
    if not _waited(letter, at=at):
        return
    for case in list_to_trace(letter.notice, at=at):
        try:
            trace_now(address=case.address, at=at, asking=asking)
        except (
            OpenHotlineError
        ):  # asking is switched off: an old trace then keeps the letter here, with a sentence
            return


def why_wait(letter: Outgoing, *, at: datetime) -> str:
    """Why a letter may not leave at this moment; empty where it may. A contact's day of rest is one of our time zone."""
    notice = letter.notice
    if Notice.objects.filter(pk=notice.pk, dropped_at__isnull=False).exists():
        return DROPPED
    if notice.contact_id is not None and timezone.localtime(at).weekday() in _rests_on(notice.contact_id):
        return RESTING
    if notice.kind not in NEVER_HELD and _is_held(notice):
        return HELD
    return " ".join(list_objections(notice, at=at)) if _waited(letter, at=at) else ""


def _waited(letter: Outgoing, *, at: datetime) -> bool:
    """Whether so much time went by since the approval that what it rests on is looked at once more."""
    return at - letter.queued_at > STANDS_FOR and "addresses" in letter.notice.document


def begin_clocks(*, at: datetime, notice: Notice | None = None) -> int:
    """Begin the clocks of addresses whose notice left and that nobody watches yet; return how many.

    Of one notice, or of all: then it mends what an error kept from happening. One case's trouble keeps no other.
    """
    done = 0
    for line in list(_unwatched(notice)):
        try:
            with transaction.atomic():
                _watch(line, at=at)
        except OpenHotlineError as error:
            log.warning("clock.not_begun case=%s problem=%s", line.case.code, type(error).__name__)
            continue
        done += 1
    return done


def count_unwatched() -> int:
    """Addresses whose notice left and whose clock did not begin."""
    return _unwatched(None).count()


def _watch(line: NoticeAddress, *, at: datetime) -> None:
    case = line.case
    begin(case=case, notice=line.notice, trace=newest_trace(case.address), at=at)
    if case.state == State.TO_TELL:
        due = reminder_due_at(at, 0)
        move(case=case, to=State.WATCHED, actor=SYSTEM, at=at, due_at=due)


def _unwatched(notice: Notice | None) -> QuerySet[NoticeAddress]:
    """Lines of delivered notices whose address is still to be told, without a clock since; of one notice: being told."""
    lines = NoticeAddress.objects.select_related("notice", "case__address").filter(notice__kind__in=CLOCKED)
    if notice is not None:
        return lines.filter(notice=notice, case__state__in=(State.TO_TELL, State.WATCHED))
    since = Removal.objects.filter(case=OuterRef("case"), began_at__gte=OuterRef("notice__delivered_at"))
    return lines.filter(notice__delivered_at__isnull=False, case__state=State.TO_TELL).filter(~Exists(since))


def _is_held(notice: Notice) -> bool:
    held = (State.ON_HOLD, State.REFERRED)
    return NoticeAddress.objects.filter(notice=notice, case__state__in=held).exists()


def _rests_on(contact_id: int) -> list[int]:
    """As the contact book says today, not when the letter was written."""
    found = Contact.objects.filter(pk=contact_id).values_list("rests_on", flat=True).first()
    return list(found or ())
