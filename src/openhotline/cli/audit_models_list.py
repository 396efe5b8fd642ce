"""``openhotline audit models --write-list``: the entries by which a model is recognised elsewhere."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openhotline.cli.audit_models_look import looks_at, show_look
from openhotline.cli.bytes_bar import Advance, bytes_bar
from openhotline.errors import OpenHotlineError

if TYPE_CHECKING:
    from openhotline.datasets.models.listing import Entry, Writer

THERE = "The file named with --write-list is there already. Name a new one."


def write_list(
    paths: Sequence[str], target: Path, reference: str, bases: Sequence[str], *, as_json: bool
) -> int:
    """Write the list, and return the exit code. Files that could not be read are missing from it, and named."""
    from openhotline.datasets.models.listing import Writer
    from openhotline.hashlists.cells import reference_of

    name = reference_of(reference)
    with bytes_bar("Reading", (*bases, *paths), over_rows=False) as advance:
        without, problems = _entries_of(bases, advance)
        try:
            stream = target.open("x", newline="", encoding="utf-8")
        except FileExistsError:
            raise OpenHotlineError(THERE, details=str(target)) from None
        with stream:
            writer = Writer(stream, name, without)
            problems += _write(writer, paths, advance)
    _show(writer, target, problems, as_json=as_json)
    if not writer.count:
        click.echo("Nothing here can be listed. Name model files.", err=True)
        return 3
    return 4 if problems else 0


def _entries_of(bases: Sequence[str], advance: Advance) -> tuple[Collection[Entry], int]:
    from openhotline.datasets.models.listing import entries_of

    found: set[Entry] = set()
    problems = 0
    for look in looks_at(bases, advance) if bases else ():
        found.update(entries_of(look, frozenset(bases)))
        show_look(look, ())
        problems += len(look.problems)
    return found, problems


def _write(writer: Writer, paths: Sequence[str], advance: Advance) -> int:
    from openhotline.datasets.models.listing import entries_of

    problems = 0
    for look in looks_at(paths, advance):
        for entry in entries_of(look, frozenset(paths)):
            writer.write(entry)
        show_look(look, ())
        problems += len(look.problems)
    return problems


def _show(writer: Writer, target: Path, problems: int, *, as_json: bool) -> None:
    told = {"entries": writer.count, "left_out": writer.left_out, "errors": problems}
    words = f"{writer.count} entries are in {target}; {writer.left_out} that the base has too were left out."
    click.echo(json.dumps(told) if as_json else words)
