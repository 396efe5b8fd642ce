"""What the worker does by the clock: signed files, refusals nobody told, deep looks that stopped, rows that can go."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from openhotline.errors import OpenHotlineError
from openhotline_server.ledger.events import SYSTEM
from openhotline_server.pipeline.background import after_commit, is_waiting, task
from openhotline_server.pipeline.cybertip_files import take_in_what_waits
from openhotline_server.pipeline.cybertip_intake import end_expired
from openhotline_server.pipeline.forgetting import forget_due
from openhotline_server.pipeline.origin_tasks import look_at_what_waits
from openhotline_server.sharing.pruning import prune
from openhotline_server.sharing.refusals import tell_refusals
from openhotline_server.sharing.signed_files import list_published, publish_files
from openhotline_server.triage.address_placing import grow_older

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=15)
TASKS_KEPT_DAYS = 14


@task()
def keep_house() -> None:
    """Do what is due, and come again. Safe to run twice, and beside another worker's."""
    now = timezone.now()
    if not is_waiting(keep_house):
        keep_house.using(run_after=now + EVERY).enqueue()  # first: what follows may fail
    tell_refusals(at=now)
    prune(at=now)
    forget_due(at=now)  # what reporters wrote, some time after their reports are closed
    end_expired(at=now)  # drafts of the CyberTipline protocol, with their sealed files
    take_in_what_waits(at=now)
    call_command("prune_db_task_results", min_age_days=TASKS_KEPT_DAYS, verbosity=0)
    grow_older(at=now)  # addresses that have waited for a day, or for several
    look_at_what_waits()  # what stopped it may have been mended
    publish_due(at=now)


@task()
def publish_all_files(actor: str) -> None:
    """Publish every feed's signed files at once, because somebody asked for it."""
    publish_due(at=timezone.now(), actor=actor, every=timedelta(0))


def publish_due(*, at: datetime, actor: str = SYSTEM, every: timedelta | None = None) -> int:
    """Publish the signed files of feeds that were last signed so long ago; return how many.

    A feed whose files cannot be published does not keep the others from it; its own become stale, which is an alarm.
    """
    interval = timedelta(hours=settings.FILES_EVERY_HOURS) if every is None else every
    done = 0
    for one in list_published():
        if one.signed_at is not None and at - one.signed_at < interval:
            continue
        try:
            publish_files(feed=one.feed, repository=one.repository, actor=actor, at=at)
        except OpenHotlineError as error:
            log.warning("files.not_published feed=%s problem=%s", one.feed.code, type(error).__name__)
            continue
        done += 1
    return done


def publish_after_commit(*, actor: str) -> None:
    """Let the worker publish all signed files once the present transaction has committed."""
    after_commit(publish_all_files, actor)


def begin() -> None:
    """Begin to keep house, unless it was begun: for a worker that starts."""
    if not is_waiting(keep_house):
        keep_house.enqueue()
