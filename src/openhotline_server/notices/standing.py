"""Whether a draft still stands: its traces, its assessments, its recipient and the police's word, as they are now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from openhotline_server.notices import police, recipients
from openhotline_server.notices.contact_rules import DAYS
from openhotline_server.notices.deadlines import deadlines
from openhotline_server.notices.gathering import Gathered, gather
from openhotline_server.notices.kinds import UNTRACED, NoticeKind
from openhotline_server.notices.models import Notice, NoticeAddress
from openhotline_server.notices.planning import has_left_for_removal
from openhotline_server.triage.models import AddressCase

NOT_CRIMINAL = (
    "{n} of its addresses are assessed differently now. Drop this draft; what is due is drafted anew."
)
NOT_SETTLED = (
    "The sources do not agree any more where {n} of its addresses lie. "
    "Trace them again, or let a manager settle it."
)
TOO_OLD = (
    "{n} of its addresses were last traced more than {hours} hours ago. Trace them again; then approve it."
)
MOVED = "{n} of its addresses lie elsewhere by now. Drop this draft; what is due is drafted anew."
OTHER_HOST = (
    "For {n} of its addresses somebody else can be reached now. Drop this draft; what is due is drafted anew."
)
NOT_AUTHORISED = (
    "{n} of its addresses lie in our own country and the police have not said that the notice may go."
)
GONE = "{n} of its addresses are gone by now. Drop this draft."
ON_HOLD = "{n} of its addresses are on hold for the police. Wait for their word."
FORWARD_FIRST = (
    "For {n} of its addresses no hotline, agency or host has been told yet. Approve that notice first."
)
CONTACT_ENDED = (
    "Its recipient's entry in the contact book was changed or ended. Drop this draft and draft it again."
)
NO_MAIL = "It has no mail address. Correct the contact book, drop this draft and draft it again."
BY_HAND = (
    "It is about a case of pictures and is handed over by a person. Download it and record the delivery."
)


def list_objections(notice: Notice, *, at: datetime) -> list[str]:
    """Sentences that say why it may not leave now and what to do; empty when it may. Cost: some queries an address."""
    lines = {str(line.case.code): line.case for line in _lines(notice)}
    if not lines:
        return [BY_HAND]
    found = [] if notice.email else [NO_MAIL]
    if notice.contact is not None and (notice.contact.ended_at or notice.contact.email != notice.email):
        found.append(CONTACT_ENDED)
    gathered = {str(one.case.code): one for one in gather(lines.values())}
    counted: dict[str, int] = {}
    for said in notice.document["addresses"]:
        case = lines[said["case"]]
        why = _objection(notice, said, case, gathered.get(said["case"]), at=at)
        if why:
            counted[why] = counted.get(why, 0) + 1
    hours = deadlines().fresh_trace_hours
    return [*found, *(why.format(n=n, hours=hours) for why, n in counted.items())]


def list_to_trace(notice: Notice, *, at: datetime) -> list[AddressCase]:
    """Its cases whose trace is too old for the notice to leave on it."""
    if notice.kind in UNTRACED:
        return []
    gathered = gather(line.case for line in _lines(notice))
    return [one.case for one in gathered if one.trace is None or _is_old(one, at=at)]


def rests_until(notice: Notice, *, at: datetime) -> str:
    """The weekday on which its recipient takes letters again; empty when that is today."""
    days = notice.contact.rests_on if notice.contact else []
    today = timezone.localtime(at).weekday()
    if today not in days:
        return ""
    return next(DAYS[(today + n) % 7] for n in range(1, 8) if (today + n) % 7 not in days)


def _lines(notice: Notice) -> list[NoticeAddress]:
    return list(NoticeAddress.objects.filter(notice=notice).select_related("case__address").order_by("pk"))


def _objection(
    notice: Notice, said: Mapping[str, Any], case: AddressCase, one: Gathered | None, *, at: datetime
) -> str:
    """Why one address keeps the notice from leaving; empty when it does not."""
    if one is None or str(one.assessment.code) != said["assessment"]:
        return NOT_CRIMINAL
    if (
        case.state in (AddressCase.State.REMOVED, AddressCase.State.GONE_BEFORE)
        and notice.kind != NoticeKind.POLICE_REFERRAL
    ):
        return GONE
    held = case.state == AddressCase.State.ON_HOLD and notice.kind != NoticeKind.POLICE_REFERRAL
    if held:
        return ON_HOLD
    if one.is_at_home and notice.kind != NoticeKind.POLICE_REFERRAL and not police.is_authorised(case):
        return NOT_AUTHORISED
    if notice.kind == NoticeKind.ALERT and not has_left_for_removal(case):
        return FORWARD_FIRST
    return "" if notice.kind in UNTRACED else _objection_of_place(notice, said, one, at=at)


def _objection_of_place(notice: Notice, said: Mapping[str, Any], one: Gathered, *, at: datetime) -> str:
    trace = one.settled
    if trace is None:
        return NOT_SETTLED
    place = said["place"] or {}
    if trace.country != place.get("country"):
        return MOVED
    if _is_old(one, at=at):
        return TOO_OLD
    if notice.kind == NoticeKind.TAKEDOWN:
        host = recipients.find_host(one.address, trace)
        if host is None or host.key != notice.email.lower():
            return OTHER_HOST
    return ""


def _is_old(one: Gathered, *, at: datetime) -> bool:
    return one.trace is not None and at - one.trace.traced_at > deadlines().fresh_trace
