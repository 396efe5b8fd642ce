"""Tracing addresses and looking whether they still answer: the network is asked first, then one operation writes.

No transaction is open while a stranger's server is waited for. ``asking`` lets tests and trials give recorded sources;
without it the site's own are asked (:mod:`openhotline_server.pipeline.asking_sources`).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from openhotline.errors import OpenHotlineError
from openhotline.trace.agreement import Verdict, agree
from openhotline.trace.answer import ONION, WEB, Answer, Place, failed
from openhotline.trace.asking import FAILED, Asking, Look
from openhotline_server.findings.checks import note_check
from openhotline_server.findings.models import Check, Trace
from openhotline_server.findings.traces import answers_of, newest_trace, note_trace, statements_of
from openhotline_server.intake.models import Address
from openhotline_server.ledger.events import SYSTEM
from openhotline_server.pipeline.asking_sources import is_asking_on, site_asking
from openhotline_server.pipeline.background import task
from openhotline_server.pipeline.routing import after_trace
from openhotline_server.triage.address_cases import place_again
from openhotline_server.triage.address_lists import cases_by_address
from openhotline_server.triage.models import AddressCase

log = logging.getLogger(__name__)

AGAIN_AFTER = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6))
"""When a trace is tried again that could not be settled because a source failed. Then a person looks at it."""
FRESH = timedelta(hours=1)
"""A trace so young is not made again by a task that runs twice; a page that came back later is traced anew."""
NO_TRACE = {
    ONION: "An onion service hides where it lies. Nobody was asked.",
    "other": "This is no address on the web. Nobody was asked.",
}


@task()
def trace_address(address_id: int, tried: int = 0, anew: bool = False) -> None:
    """Trace an address, and again later while a failed source keeps it from being settled. Safe to run twice.

    ``anew``: something was learned that a fresh trace does not know yet.

    Where asking is switched off, nothing is done: the address stays visibly untraced.
    """
    address = Address.objects.get(pk=address_id)
    now = timezone.now()
    before = newest_trace(address)
    if before is not None and not anew and not _is_worth_another(before, tried, now):
        return
    if address.network == WEB and not is_asking_on():
        log.info("trace.off")
        return
    trace = trace_now(address=address, at=now)
    after_trace(address=address, at=timezone.now())
    if tried < len(AGAIN_AFTER) and _has_failures(trace):
        later = trace_address.using(run_after=now + AGAIN_AFTER[tried])
        later.enqueue(address_id, tried + 1)


def trace_now(*, address: Address, at: datetime, asking: Asking | None = None, actor: str = SYSTEM) -> Trace:
    """Trace one address and keep what was said. An onion service gets its own row without asking anybody.

    Raises WrongUsage where asking is switched off; whatever strangers' servers do ends as kept failures.
    """
    if address.network != WEB:
        sentence = NO_TRACE.get(address.network, NO_TRACE["other"])
        nobody = Verdict(country="", agreed=False, agreeing=0, against=0, asked=0)
        nothing = [failed(address.network, address.network, at, sentence)]
        return _note(address, nobody, nothing, at, actor)
    chosen = asking or site_asking()
    answers = chosen.trace(place_of(address), at=at, statements=statements_of(address))
    verdict = agree(answers, need=settings.TRACE_AGREE)
    return _note(address, verdict, answers, at, actor)


@transaction.atomic
def _note(address: Address, verdict: Verdict, answers: Sequence[Answer], at: datetime, actor: str) -> Trace:
    """Keep the trace, and let a waiting case's place follow from it."""
    trace = note_trace(address=address, verdict=verdict, answers=answers, at=at, actor=actor)
    _place_again(address, at=at)
    return trace


def check_now(*, address: Address, at: datetime, asking: Asking | None = None, actor: str = SYSTEM) -> Check:
    """Look once whether an address still answers, by headers only. It never raises: a check that could not run is
    kept as FAILED with its sentence.
    """
    if address.network != WEB:
        look = Look(FAILED, at, words="Only addresses on the web can be checked from here.")
        return note_check(address=address, look=look, at=at, actor=actor)
    try:
        look = (asking or site_asking()).look(place_of(address), at=at)
    except OpenHotlineError as error:
        look = Look(FAILED, at, words=error.message)
    return note_check(address=address, look=look, at=at, actor=actor)


def place_of(address: Address) -> Place:
    """The library's view of a stored address."""
    return Place(address.normal, address.network, address.host, address.domain)


def _place_again(address: Address, *, at: datetime) -> None:
    case = cases_by_address([address.pk]).get(address.pk)
    if case is not None and case.state in AddressCase.WAITING:
        place_again(case=case, at=at)


def _is_worth_another(before: Trace, tried: int, now: datetime) -> bool:
    """A later run is for the trace that failed, unless somebody settled it; a first one is for what is not fresh."""
    if tried:
        return before.overridden_by_id is None and _has_failures(before)
    return not before.traced_at <= now < before.traced_at + FRESH


def _has_failures(trace: Trace) -> bool:
    """Whether a source failed that might have settled it."""
    return trace.asked > 0 and not trace.agreed and any(answer.failure for answer in answers_of(trace))
