"""``openhotline reports``: reports that come as lists, and records of files."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openhotline.errors import WrongUsage
from openhotline_server.commands import data_option, site_ready

if TYPE_CHECKING:
    from openhotline_server.intake.file_records import FileFacts
    from openhotline_server.pipeline.list_intake import ListTaken

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_DAY = click.DateTime(["%Y-%m-%d"])
SHOWN = 20


@click.group()
def reports() -> None:
    """Take in reports that come as lists, and records of files."""


@reports.command("import")
@click.argument("path", type=FILE)
@click.option("--source", required=True, help="Whose list it is, in words.")
@click.option("--received", type=_DAY, help="The day it came in; today if left out.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def import_reports(path: Path, source: str, received: datetime | None, as_json: bool) -> None:
    """Take in a list of addresses and hashes: CSV, or VICS JSON.

    docs/guide/mail-and-lists.md names the columns. Stopped at any moment, it goes on where it was when the same
    command runs again; a list that was taken in before brings nothing new. Exit 1: some lines could not be taken (they
    are named with their numbers), or the whole list cannot.

    \b
    Example: openhotline reports import /media/list.csv --source "Police of Example"
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.pipeline.list_intake import import_list

    with counting("entries", hidden=as_json) as progress:
        done = import_list(
            path=path,
            source=source,
            received_on=_day(received),
            actor=COMMAND_LINE,
            clock=timezone.now,
            progress=progress,
        )
    _tell_list(done, as_json=as_json)
    if done.bad:
        raise click.exceptions.Exit(1)


@reports.command("note-file")
@click.option("--kind", required=True, type=click.Choice(["generator", "manual"]), help="What the file is.")
@click.option("--source", required=True, help="Who told of it, in words.")
@click.option("--address", default="", help="Where it lies.")
@click.option("--name", default="", help="What it is called there.")
@click.option("--sha256", default="", help="Its SHA-256, where that is known.")
@click.option("--sha1", default="", help="Its SHA-1.")
@click.option("--md5", default="", help="Its MD5.")
@click.option("--size", type=click.IntRange(0), help="Its size in bytes.")
@click.option("--file", "path", type=FILE, help="A copy at hand: it is hashed as it is read and not kept.")
@click.option("--received", type=_DAY, help="The day it was told; today if left out.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def note_file_(
    kind: str,
    source: str,
    address: str,
    path: Path | None,
    received: datetime | None,
    as_json: bool,
    **said: Any,
) -> None:
    """Record an image generator (model file) or a manual: name, hashes and address, never its content.

    Exit 1: nothing says which file it is, or the address is none.

    \b
    Example: openhotline reports note-file --kind generator --source "own search" --address https://example.org/m.bin
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.intake.models import FileRecord
    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.pipeline.file_noting import note_file

    row = note_file(
        kind=FileRecord.Kind(kind),
        facts=_facts(path, said),
        address=address,
        source=source,
        received_on=_day(received),
        actor=COMMAND_LINE,
        at=timezone.now(),
    )
    answer = {"record": str(row.code), "report": str(row.report.code), "sha256": row.sha256}
    click.echo(json.dumps(answer) if as_json else f"Recorded as {row.code}. Nothing of the file was kept.")


def _facts(path: Path | None, said: dict[str, Any]) -> FileFacts:
    from openhotline_server.intake.file_records import FileFacts, facts_of_stream

    if path is None:
        return FileFacts(**said)
    if said["sha256"] or said["sha1"] or said["md5"] or said["size"] is not None:
        raise WrongUsage(
            "A file at hand is hashed here. Leave out the hashes and the size, or leave out --file."
        )
    with path.open("rb") as stream:
        return facts_of_stream(stream, name=said["name"] or path.name)


def _day(received: datetime | None) -> date:
    from django.utils import timezone

    day = received.date() if received else timezone.localdate()
    if day > timezone.localdate():
        raise click.BadParameter("that day has not come yet", param_hint="--received")
    return day


def _tell_list(done: ListTaken, *, as_json: bool) -> None:
    if as_json:
        rows = [{"line": row.line, "reason": row.reason} for row in done.bad_rows]
        click.echo(json.dumps({**asdict(done), "bad_rows": rows}))
        return
    click.echo(f"{done.entries:,} entries: {done.new:,} new addresses, {done.known:,} known ones.")
    click.echo(f"{done.hashes_only:,} hashes without an address; {done.held:,} stated contents are held.")
    if done.again:
        click.echo(f"{done.again:,} parts had been taken in before.")
    for row in done.bad_rows[:SHOWN]:
        click.echo(f"line {row.line}: {row.reason}")
    if done.bad > SHOWN:
        click.echo(f"... and {done.bad - SHOWN:,} more lines that could not be taken. --json names them.")


@contextmanager
def counting(what: str, *, hidden: bool) -> Iterator[Callable[[int], None]]:
    """Show on a terminal how far it is: neither a mailbox nor a list says beforehand how long it is."""
    if hidden or not sys.stderr.isatty():
        yield lambda _: None
        return
    yield lambda done: click.echo(f"\r{done:,} {what}", nl=False, err=True)
    click.echo(err=True)
