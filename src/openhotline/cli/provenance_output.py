"""What ``openhotline provenance`` writes: a report on standard output, how far it is on standard error."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from openhotline.provenance.detectors.figures import Figures

EVERY = 25


def show(figures: Figures, page: Path | None, *, as_json: bool) -> None:
    """Print the figures, and draw the page if one is wanted."""
    from openhotline.provenance.detectors import report_json, report_text

    if page is not None:
        from openhotline.provenance.detectors.page import page as drawn

        page.write_text(drawn(figures), encoding="utf-8", errors="replace")
        click.echo(f"The page is {page}.", err=True)
    if as_json:
        click.echo(json.dumps(report_json.document(figures), indent=1))
        return
    for line in report_text.lines(figures):
        click.echo(line)


@contextmanager
def progress(words: str, total: int) -> Iterator[Callable[[], None]]:
    """Show a bar on standard error, or a line now and then where that is no terminal."""
    console = Console(stderr=True)
    if console.is_terminal:
        columns = TextColumn(words), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task(words, total=total)
            yield lambda: bar.advance(task)
        return
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        if done == total or done % EVERY == 0:
            click.echo(f"{words}: {done} of {total}", err=True)

    yield advance
