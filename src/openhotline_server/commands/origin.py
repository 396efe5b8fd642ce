"""``openhotline origin``: the deep look at where items come from, and the cameras it knows."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from openhotline.errors import WrongUsage
from openhotline_server.commands import data_option, site_ready
from openhotline_server.commands.origin_devices import device
from openhotline_server.commands.origin_results import explain, result

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from openhotline_server.evidence.models import Item


@click.group()
def origin() -> None:
    """Where items come from: look, look again, explain; cameras whose sensor is known."""


for command in (device, explain, result):
    origin.add_command(command)


@origin.command("examine")
@click.option("--report", type=click.UUID, help="Only the items of this report.")
@click.option("--all", "everything", is_flag=True, help="Every item.")
@click.option(
    "--again", is_flag=True, help="Also those looked at with other lists, cameras, detectors or rules."
)
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Confined processes at once."
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def examine(report: uuid.UUID | None, everything: bool, again: bool, workers: int, as_json: bool) -> None:
    """Look deeper at items that had no such look: what the worker does by itself, now and here.

    Stopped at any moment, it goes on where it was when the same command runs again. A former result stays beside a new
    one. Where the worker is at it, this waits up to a minute. Exit 1: some pictures could not be decoded (their results
    say so).

    \b
    Example: openhotline origin examine --all --again
    """
    site_ready()
    from django.conf import settings
    from django.utils import timezone

    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.pipeline.origin_tasks import look_at_what_waits
    from openhotline_server.pipeline.origins import look_deeper, only_look

    with only_look(settings.DATA.origin_lock, patient=True), _bar(hidden=as_json) as progress:
        done = look_deeper(
            items=_items(report, everything=everything),
            clock=timezone.now,
            again=again,
            actor=COMMAND_LINE,
            workers=workers,
            progress=progress,
        )
    look_at_what_waits()  # the worker may have found this one at it and left what it was queued for
    if as_json:
        click.echo(json.dumps({"looked": done.looked, "failed": done.failed}))
    else:
        click.echo(f"{done.looked:,} looked at; {done.failed:,} of them could not be decoded.")
    if done.failed:
        raise click.exceptions.Exit(1)


@origin.command("compare")
@click.argument("report", type=click.UUID)
@click.argument("other", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def compare(report: uuid.UUID, other: uuid.UUID, as_json: bool) -> None:
    """Say whether one camera's sensor made pictures of REPORT and of OTHER, and keep the link.

    At most 60 pictures of each size that both have are compared. Exit 1: nothing could be compared.

    \b
    Example: openhotline origin compare 0b6e3a52-63a2-4f3e-9a5e-6a3c1c7f7c11 5f0d1c3e-2b7a-4c55-8a71-1f2d3e4a5b6c
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.intake.queries import get_report
    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.pipeline.sensor_links import compare_reports

    found = compare_reports(
        one=get_report(report), other=get_report(other), actor=COMMAND_LINE, at=timezone.now()
    )
    if as_json:
        facts = {"linked": found.linked, "energy": found.energy, "items": list(found.items)}
        click.echo(json.dumps(facts))
        return
    what = "One sensor made pictures of both" if found.linked else "No sensor in common was found"
    click.echo(
        f"{what}: energy {found.energy:.1f}, from {found.items[0]} and {found.items[1]} pictures. "
        "A lead, not a proof."
    )


def _items(report: uuid.UUID | None, *, everything: bool) -> QuerySet[Item]:
    from openhotline_server.evidence.models import Item
    from openhotline_server.evidence.queries import list_items
    from openhotline_server.intake.queries import get_report

    if (report is None) != everything:
        raise WrongUsage("Say either --report CODE or --all.")
    return list_items(get_report(report)) if report else Item.objects.all()


@contextmanager
def _bar(*, hidden: bool) -> Iterator[Callable[[int], None]]:
    """How many were looked at and how fast, on standard error, only where a person looks at it."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn("Looking deeper: {task.completed:,.0f} {task.fields[rate]}"))
    with Progress(*columns, console=Console(stderr=True), disable=hidden or not sys.stderr.isatty()) as shown:
        task = shown.add_task("", total=None, rate="")

        def progress(done: int) -> None:
            speed = shown.tasks[0].speed
            shown.update(task, completed=done, rate=f"({speed:.1f}/s)" if speed else "")

        yield progress
