"""``openhotline ledger``: the site's own chain, beside the library's check of an exported one."""

from __future__ import annotations

import json
from pathlib import Path

import click

from openhotline.cli.ledger import ledger as library_ledger
from openhotline_server.commands import data_option, site_ready


@click.group()
def ledger() -> None:
    """Verify and export the chain of everything that was done."""


@ledger.command("verify")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--public-key",
    "keys",
    multiple=True,
    metavar="HEX",
    help="A signing key the hotline published; for FILE.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def verify(file: Path | None, keys: tuple[str, ...], as_json: bool) -> None:
    """Verify an exported ledger FILE, or this site's own ledger where none is named.

    Exit 1: the chain is broken; the first line that does not fit is named.

    \b
    Example: openhotline ledger verify ledger-2026-11.txt
    """
    if file is not None:
        options = [part for key in keys for part in ("--public-key", key)] + (["--json"] if as_json else [])
        library_ledger.commands["verify"].main([*options, "--", str(file)], standalone_mode=False)
        return
    site_ready()
    from openhotline_server.ledger import queries

    verified = queries.verify()
    if as_json:
        click.echo(
            json.dumps({"lines": verified.lines, "head": verified.head, "checkpoints": verified.checkpoints})
        )
        return
    click.echo(f"The ledger is whole: {verified.lines:,} lines, {verified.checkpoints:,} signed checkpoints.")


@ledger.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@data_option
def export(file: Path) -> None:
    """Write the whole chain to FILE, signed up to its last line, so that a stranger can verify it.

    \b
    Example: openhotline ledger export ledger-2026-11.txt
    """
    site_ready()
    from django.db import transaction
    from django.utils import timezone

    from openhotline_server.ledger import operations, queries
    from openhotline_server.ledger.events import COMMAND_LINE, Event

    with transaction.atomic():
        operations.record(
            actor=COMMAND_LINE, at=timezone.now(), event=Event.LEDGER_EXPORTED, subject="ledger", details={}
        )
        operations.checkpoint(at=timezone.now())
    temporary = file.with_name(file.name + ".new")
    with temporary.open("wb") as stream:
        queries.export(stream)
    temporary.rename(file)
    click.echo(f"Written: {file}. Anybody can check it with `openhotline ledger verify {file.name}`.")
