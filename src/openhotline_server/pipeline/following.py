"""Following addresses until they are gone: looks by the clock, another host, a page that comes back.

No transaction is open while a stranger's server is asked. What a look means is decided by
:mod:`openhotline_server.notices.following_rules`; here it is written, and the address's case moves with it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from openhotline.errors import OpenHotlineError
from openhotline.trace.asking import Asking
from openhotline_server.findings.models import Check, Trace
from openhotline_server.findings.traces import newest_trace
from openhotline_server.ledger.events import SYSTEM
from openhotline_server.notices import removal_queries, removals
from openhotline_server.notices.following_rules import Seen, has_moved
from openhotline_server.notices.models import Removal
from openhotline_server.pipeline.background import is_waiting, task
from openhotline_server.pipeline.routing import route
from openhotline_server.pipeline.tracing import check_now, trace_now
from openhotline_server.triage.address_cases import move
from openhotline_server.triage.models import AddressCase

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
LOOKS_A_RUN = 5
"""A stranger's server may take its time: so few looks in one task, and letters that are due leave in between."""
TRACED_ANEW_AFTER = timedelta(days=2)
"""A host can change behind the same answer: a watched address is traced again this often, and whenever its IP changed."""

Clock = Callable[[], datetime]
State = AddressCase.State
SEEN = {Check.Outcome.ONLINE: Seen.THERE, Check.Outcome.GONE: Seen.MISSED}
FOLLOWED = (State.WATCHED, State.TO_TELL, State.UNTRACEABLE, State.REFERRED, State.ON_HOLD)
ENDED_BY_REMOVAL = (State.WATCHED, State.TO_TELL, State.UNTRACEABLE)
"""What the police of our own country have in hand stays with them, gone or not."""


@dataclass(frozen=True)
class Followed:
    """What one round did."""

    looked: int = 0
    removed: int = 0
    moved: int = 0
    came_back: int = 0
    failed: int = 0


@task()
def keep_following() -> None:
    """Look at what is due, and come again. Safe to run twice, and beside another worker's."""
    if not is_waiting(keep_following):
        keep_following.using(run_after=timezone.now() + EVERY).enqueue()  # first: what follows may fail
    _look_on()


@task()
def look_on() -> None:
    """Make some looks that are due, and leave the others to the next task."""
    _look_on()


def _look_on() -> None:
    if follow_due(clock=timezone.now).looked == LOOKS_A_RUN and not is_waiting(look_on):
        look_on.enqueue()


def begin() -> None:
    """Begin to follow, unless it was begun: for a worker that starts."""
    if not is_waiting(keep_following):
        keep_following.enqueue()


def follow_due(*, clock: Clock, asking: Asking | None = None, most: int = LOOKS_A_RUN) -> Followed:
    """Make the looks that are due now. One address's trouble keeps no other from being looked at."""
    told: list[str] = []
    for removal in list(removal_queries.list_looks_due(at=clock())[:most]):
        if not removal_queries.claim_look(removal=removal, at=clock()):
            continue
        try:
            told.append(follow_one(removal=removal, clock=clock, asking=asking))
        except OpenHotlineError as error:
            log.warning("look.failed case=%s problem=%s", removal.case.code, type(error).__name__)
            told.append("failed")
        except (
            Exception
        ):  # A stranger's file must not end the following of others: nor may a stranger's server.
            log.exception("look.failed case=%s", removal.case.code)
            told.append("failed")
    return Followed(
        len(told), told.count("removed"), told.count("moved"), told.count("came_back"), told.count("failed")
    )


def follow_one(*, removal: Removal, clock: Clock, asking: Asking | None = None) -> str:
    """Look once at one address and write what follows: "watched", "removed", "moved", "came_back" or "stopped"."""
    running = removal.ended_at is None
    if removal.case.state not in (FOLLOWED if running else (State.REMOVED,)):
        removals.stop(removal=removal, why=f"its case is {removal.case.state}", at=clock())
        return "stopped"
    planned_at = removal.next_check_at
    check = check_now(address=removal.case.address, at=clock(), asking=asking)
    seen = SEEN.get(Check.Outcome(check.outcome), Seen.NEITHER)
    if not running:
        trace = _trace(removal, clock, asking) if seen == Seen.THERE else None  # it may be back elsewhere
        return _look_back(removal, seen, planned_at, trace, at=clock())
    if seen == Seen.THERE and (trace := _at_another_host(removal, check, clock, asking)):
        _tell_anew_elsewhere(removal, trace, at=clock())
        return "moved"
    return _look(removal, seen, planned_at, at=clock())


@transaction.atomic
def _look(removal: Removal, seen: Seen, planned_at: datetime | None, *, at: datetime) -> str:
    after = removals.note_look(removal=removal, seen=seen, planned_at=planned_at, at=at)
    if after.ended_at is None:
        return "watched"
    if removal.case.state in ENDED_BY_REMOVAL:
        move(case=removal.case, to=State.REMOVED, actor=SYSTEM, at=at)
    return "removed"


@transaction.atomic
def _look_back(
    removal: Removal, seen: Seen, planned_at: datetime | None, trace: Trace | None, *, at: datetime
) -> str:
    begun = removals.note_look_back(removal=removal, seen=seen, planned_at=planned_at, trace=trace, at=at)
    if begun is None:
        return "watched"
    _tell_again(removal.case, at=at)
    return "came_back"


@transaction.atomic
def _tell_anew_elsewhere(removal: Removal, trace: Trace, *, at: datetime) -> None:
    removals.note_moved(removal=removal, trace=trace, at=at)
    if removal.case.state == State.WATCHED:
        _tell_again(removal.case, at=at)
    else:
        route(case=removal.case, actor=SYSTEM, at=at)


def _tell_again(case: AddressCase, *, at: datetime) -> None:
    """A notice is due anew; the police come first where it lies in our own country by now."""
    move(case=case, to=State.TO_TELL, actor=SYSTEM, at=at)
    route(case=case, actor=SYSTEM, at=at)


def _at_another_host(removal: Removal, check: Check, clock: Clock, asking: Asking | None) -> Trace | None:
    """A new trace, where the address lies elsewhere by it. A trace that cannot be made now changes nothing."""
    last = newest_trace(removal.case.address)
    anew = last is not None and _is_worth_tracing(last, check, at=clock())
    trace = _trace(removal, clock, asking) if anew else last
    if trace is None:
        return None
    return trace if has_moved(removals.host_of(removal.trace), removals.host_of(trace)) else None


def _trace(removal: Removal, clock: Clock, asking: Asking | None) -> Trace | None:
    try:
        return trace_now(address=removal.case.address, at=clock(), asking=asking)
    except OpenHotlineError as error:  # asking is switched off
        log.info("trace.not_made case=%s problem=%s", removal.case.code, type(error).__name__)
        return None


def _is_worth_tracing(last: Trace, check: Check, *, at: datetime) -> bool:
    changed = bool(check.ip and last.ip and check.ip != last.ip)
    return changed or abs(at - last.traced_at) > TRACED_ANEW_AFTER
