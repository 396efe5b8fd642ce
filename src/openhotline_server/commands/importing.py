"""``openhotline import``"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openhotline_server.commands import data_option, site_ready

if TYPE_CHECKING:
    from openhotline_server.pipeline.importing import Imported


@click.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--source", required=True, help="Where the batch came from, in words.")
@click.option("--received", type=click.DateTime(["%Y-%m-%d"]), help="The day it came in; today if left out.")
@click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Confined decoders at once."
)
@click.option("--later", is_flag=True, help="Leave groups, matches and cases to the running worker.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def import_(
    path: Path, source: str, received: datetime | None, workers: int, later: bool, as_json: bool
) -> None:
    """Take in a folder, zip or tar of images as one report, with all fingerprints, groups and cases.

    Stopped at any moment, it goes on where it was when the same command runs again. Exit 1: some members could not
    be read (they are named, and tried again next time), or the batch itself cannot be taken. Exit 3: another import
    is running, the disk is full, the key is wrong.

    \b
    Example: openhotline import /media/batch.zip --source "partner hotline" --received 2026-11-02
    """
    site_ready(initialise=True)
    from django.utils import timezone

    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.pipeline.importing import import_batch

    day: date = received.date() if received else timezone.localdate()
    if day > timezone.localdate():
        raise click.BadParameter("that day has not come yet", param_hint="--received")
    with progress_bar(hidden=as_json) as progress:
        done = import_batch(
            path=path,
            source=source,
            received_on=day,
            actor=COMMAND_LINE,
            clock=timezone.now,
            progress=progress,
            workers=workers,
            later=later,
        )
    _tell(done, as_json=as_json)
    if done.failures:
        raise click.exceptions.Exit(1)


def _tell(done: Imported, *, as_json: bool) -> None:
    from openhotline_server.evidence.queries import list_failures

    failures = [{"path": f.path, "reason": f.reason} for f in list_failures(done.report)[:1000]]
    if as_json:
        click.echo(
            json.dumps(
                {
                    "report": str(done.report.code),
                    "taken": done.taken,
                    "new_items": done.new_items,
                    "already_here": done.already_here,
                    "skipped": done.skipped,
                    "failed": done.failures,
                    "failures": failures,
                }
            )
        )
        return
    click.echo(
        f"{done.taken:,} taken in: {done.new_items:,} new items, {done.already_here:,} sightings of items already "
        f"here. {done.skipped:,} were taken in before."
    )
    click.echo(f"Report {done.report.code}")
    for failure in failures[:20]:
        click.secho(f"Not taken in: {failure['path']}: {failure['reason']}", fg="yellow", err=True)
    if done.failures > 20:
        click.secho(
            f"… and {done.failures - 20:,} more; the report's page names them all.", fg="yellow", err=True
        )


def progress_bar(*, hidden: bool):  # type: ignore[no-untyped-def]
    """A progress bar with rate and remaining time, on standard error, only where a person looks at it."""
    from contextlib import contextmanager

    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    from openhotline_server.pipeline.importing import Progress as Step

    @contextmanager
    def bar():  # type: ignore[no-untyped-def]
        console = Console(stderr=True)
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=console, disable=hidden or not sys.stderr.isatty()) as shown:
            task = shown.add_task("Taking in", total=None, rate="")

            def progress(step: Step) -> None:
                speed = shown.tasks[0].speed
                shown.update(
                    task, completed=step.done, total=step.total, rate=f"{speed:.0f}/s" if speed else ""
                )

            yield progress

    return bar()
