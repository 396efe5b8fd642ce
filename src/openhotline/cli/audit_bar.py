"""The bar of an audit: how much is done by bytes, how fast, and how long it will take."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from openhotline.datasets.audit.run import Progress as Far

RATE = "{task.fields[rate]}"


class AuditBar:
    """``show`` is told how far it is, ``say`` what of a list cannot be compared."""

    def __init__(self, progress: Progress | None, task: TaskID | None) -> None:
        self._progress, self._task = progress, task
        self._begun: float | None = None

    def show(self, far: Far) -> None:
        """Draw it anew. Remaining time follows bytes, because members are not counted beforehand."""
        if self._progress is None or self._task is None:
            return
        if self._begun is None:  # what was done before does not count for the rate
            self._begun = time.monotonic()
        seconds = time.monotonic() - self._begun
        rate = f"{far.members / seconds:,.0f} members a second" if seconds > 1 and far.members else ""
        self._progress.update(self._task, completed=far.done, total=far.size or None, rate=rate)

    def say(self, words: str) -> None:
        """Print a sentence above the bar."""
        if self._progress is None:
            click.echo(words, err=True)
        else:
            self._progress.console.print(words, markup=False, highlight=False)


@contextmanager
def audit_bar(words: str, *, over_rows: bool) -> Iterator[AuditBar]:
    """Show a bar on standard error, if that is a terminal and nothing else runs over the same one."""
    console = Console(stderr=True)
    if not console.is_terminal or (over_rows and sys.stdout.isatty()):
        yield AuditBar(None, None)
        return
    columns = TextColumn(words), BarColumn(), TaskProgressColumn(), TextColumn(RATE), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, speed_estimate_period=600) as progress:
        yield AuditBar(progress, progress.add_task(words, total=None, rate=""))
