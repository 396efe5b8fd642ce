"""``openhotline study``"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import click

from openhotline.errors import OpenHotlineError
from openhotline_server.commands import data_option, site_ready


@click.group()
def study() -> None:
    """Make a past study again, so that its tables can be compared and counted with the rest."""


@study.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--received", type=click.DateTime(["%Y-%m-%d"]), help="The day the study's material came in; else today."
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def replay(file: Path, received: datetime | None, as_json: bool) -> None:
    """Write the records of the study that FILE describes, and answer them as its analysts did.

    Nothing is shown to anybody: the records have no files. Stopped at any moment, it goes on where it was
    when the same command runs again. docs/guide/study.md describes FILE.

    \b
    Example: openhotline study replay study.json --received 2023-09-30

    \b
    Exit code:
      0  the study is in
      1  the description does not fit together, or its study is in already
      2  wrong usage
      3  FILE could not be read, or another import is running
    """
    from openhotline_server.pipeline.study_description import read_description

    description = read_description(_read(file))  # before anything is made
    site_ready(initialise=True)
    from django.utils import timezone

    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.pipeline.study import replay as replay_study

    day: date = received.date() if received else timezone.localdate()
    if day > timezone.localdate():
        raise click.BadParameter("that day has not come yet", param_hint="--received")
    with _bar(hidden=as_json) as progress:
        done = replay_study(
            study=description, received_on=day, actor=COMMAND_LINE, clock=timezone.now, progress=progress
        )
    if as_json:
        answer = {
            "report": str(done.report.code),
            "study": done.report.study,
            "records": done.records,
            "answers": done.answers,
        }
        click.echo(json.dumps(answer))
        return
    click.echo(f"{done.records:,} records and {done.answers:,} answers are written.")
    click.echo(f"Count them: openhotline statistics --study {shlex.quote(done.report.study)} --out figures")


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OpenHotlineError(
            "The description cannot be read. Check its name, its permissions and its encoding (UTF-8).",
            details=str(error),
        ) from error


@contextmanager
def _bar(*, hidden: bool) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, only where a person looks at it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Replaying"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=hidden or not sys.stderr.isatty()) as shown:
        task = shown.add_task("Replaying", total=None)

        def progress(done: int, total: int) -> None:
            shown.update(task, completed=done, total=total)

        yield progress
