"""Background work, through this one module: the library behind it may change without anybody noticing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django_tasks import task
from django_tasks_db.models import DBTaskResult

__all__ = ["after_commit", "do_others_wait", "has_failed", "is_waiting", "last_end", "task"]


def after_commit(task_to_run: Any, *args: Any) -> None:
    """Put a task into the queue once the current transaction has committed, so it never runs ahead of its facts."""
    enqueue: Callable[[], Any] = lambda: task_to_run.enqueue(*args)  # noqa: E731
    transaction.on_commit(enqueue)


def is_waiting(task_to_run: Any) -> bool:
    """Whether a task waits in the queue, now or until its time comes."""
    return bool(DBTaskResult.objects.filter(task_path=task_to_run.module_path, status="READY").exists())


def has_failed(task_to_run: Any) -> bool:
    """Whether the last run of a task that ended, ended badly."""
    runs = DBTaskResult.objects.filter(task_path=task_to_run.module_path, finished_at__isnull=False)
    last = runs.order_by("-finished_at").values_list("status", flat=True).first()
    return last == "FAILED"


def last_end(task_to_run: Any) -> datetime | None:
    """When a run of a task last ended, well or badly; None where none did within the time that runs are kept."""
    runs = DBTaskResult.objects.filter(task_path=task_to_run.module_path, finished_at__isnull=False)
    last: datetime | None = runs.order_by("-finished_at").values_list("finished_at", flat=True).first()
    return last


def do_others_wait() -> bool:
    """Whether work of ordinary urgency waits: what is done behind the others stops for it, and goes on later."""
    return bool(DBTaskResult.objects.ready().filter(priority__gte=0).exists())
