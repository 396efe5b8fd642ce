"""The bar that commands show while they go through files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from openhotline.datasets.walk import walk


@contextmanager
def files_bar(words: str, paths: tuple[str, ...], *, over_rows: bool) -> Iterator[Callable[[], None]]:
    """Show a bar on standard error, if that is a terminal and the rows do not run over the same one."""
    console = Console(stderr=True)
    if not console.is_terminal or (over_rows and sys.stdout.isatty()):
        yield lambda: None
        return
    columns = TextColumn(words), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(words, total=sum(1 for _ in walk(paths)))
        yield lambda: progress.advance(task)
