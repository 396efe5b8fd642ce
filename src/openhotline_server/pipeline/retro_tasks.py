"""What follows from a changed list, as background tasks: entries that expire, and comparing with everything held."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from openhotline_server.lists.models import HashList
from openhotline_server.lists.operations import let_expired_go
from openhotline_server.lists.queries import are_any_due, list_not_compared
from openhotline_server.pipeline.background import after_commit, task
from openhotline_server.pipeline.retro_matching import compare


@task()
def compare_list(hash_list_id: int) -> None:
    """Compare what changed on a list with everything held. Safe to run twice."""
    compare(hash_list=HashList.objects.get(pk=hash_list_id), clock=timezone.now)


@task()
def expire_entries() -> None:
    """Withdraw entries whose time has come, and see to what rested on them. Safe to run twice."""
    for edition in let_expired_go(at=timezone.now()):
        compare_list.enqueue(edition.hash_list_id)


def compare_after_commit(hash_list: HashList) -> None:
    """Let the worker compare a list once the present transaction has committed."""
    after_commit(compare_list, hash_list.pk)


def expire_after_commit(*, at: datetime) -> None:
    """Let the worker withdraw entries whose time has come, if there are any. They match no more in any case."""
    if are_any_due(at=at):
        after_commit(expire_entries)


def compare_what_waits() -> None:
    """Queue every list with changes that were not compared: a process may have died before it queued its own."""
    expire_entries.enqueue()
    for key in sorted({edition.hash_list_id for edition in list_not_compared()}):
        compare_list.enqueue(key)
