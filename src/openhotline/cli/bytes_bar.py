"""The bar that commands show while they read files that may be large."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from openhotline.datasets.walk import walk

Advance = Callable[[int], None]
"""Is told how many more bytes were read."""


@contextmanager
def bytes_bar(words: str, paths: Sequence[str], *, over_rows: bool) -> Iterator[Advance]:
    """Show a bar on standard error, if that is a terminal and the rows do not run over the same one."""
    console = Console(stderr=True)
    if not console.is_terminal or (over_rows and sys.stdout.isatty()):
        yield lambda count: None
        return
    columns = TextColumn(words), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True) as progress:
        total = sum(Path(place.path).stat().st_size for place in walk(paths) if not place.problem)
        task = progress.add_task(words, total=total)
        yield lambda count: progress.advance(task, count)
