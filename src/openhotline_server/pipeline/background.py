"""Background work, through this one module: the library behind it may change without anybody noticing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django_tasks import task

__all__ = ["after_commit", "task"]


def after_commit(task_to_run: Any, *args: Any) -> None:
    """Put a task into the queue once the current transaction has committed, so it never runs ahead of its facts."""
    enqueue: Callable[[], Any] = lambda: task_to_run.enqueue(*args)  # noqa: E731
    transaction.on_commit(enqueue)
