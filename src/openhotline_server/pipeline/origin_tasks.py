"""The deep look as background work: it yields to everything else, and goes on after every kind of end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from time import monotonic

from django.conf import settings
from django.utils import timezone

from openhotline.errors import Busy
from openhotline_server.evidence.models import Item
from openhotline_server.findings.origins import list_unlooked
from openhotline_server.intake.models import Report
from openhotline_server.pipeline.background import after_commit, do_others_wait, is_waiting, task
from openhotline_server.pipeline.origins import look_deeper, only_look

BEHIND_THE_OTHERS = -10
SECONDS_AT_MOST = 60.0
"""Of one task; making its confined process ready takes two of them, and some more with detectors."""


@task(priority=BEHIND_THE_OTHERS)
def look_at_origins(after: int = 0) -> None:
    """Look at items that had no deep look, from the key ``after`` on, until other work waits. Safe to run twice."""
    try:
        with only_look(settings.DATA.origin_lock):
            done = look_deeper(items=Item.objects.filter(pk__gt=after), clock=timezone.now, stop=_enough())
    except Busy:  # whoever looks now goes on until nothing waits
        return
    if done.last is not None and not done.finished:
        look_at_origins.enqueue(done.last)


def _enough() -> Callable[[], bool]:
    """Whether to let others at the work, or at the lock, before going on."""
    until = monotonic() + SECONDS_AT_MOST
    return lambda: monotonic() > until or do_others_wait()


def leave_origins(*, report: Report, at: datetime) -> None:
    """Let the worker look at a report's items once the present transaction has committed, behind all other work."""
    after_commit(look_at_origins)


def look_at_what_waits() -> None:
    """Queue the deep look if anything waits for it: a process may have died before it queued its own."""
    if not is_waiting(look_at_origins) and list_unlooked(Item.objects.all()).exists():
        look_at_origins.enqueue()
