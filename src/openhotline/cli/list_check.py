"""``openhotline list check``: can somebody's list be taken, and if not, which lines are why?"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress

if TYPE_CHECKING:  # readers are loaded when this command runs, not whenever any does
    from openhotline.hashlists import Categories
    from openhotline.hashlists.checking import Checked

WORTH_A_BAR = 20_000_000
"""Bytes. A file of this size takes about a second to read on one 2 GHz core; shorter work shows no bar."""


@click.group("list")
def list_group() -> None:
    """Read the hash lists of others."""


@list_group.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--form",
    default="",
    help="csv, json, vics, ncmec-xml, stopncii-json or threatexchange; told from FILE if left out.",
)
@click.option(
    "--categories", type=click.Path(path_type=Path), help="What the numbers of a VICS profile mean."
)
@click.option(
    "--algorithm", default="", help="What the values are, in a file that has one a line and no more."
)
@click.option(
    "--limit",
    type=click.IntRange(0, 100_000),
    default=20,
    show_default=True,
    help="Lines to name, of each kind.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON object.")
def list_check(
    file: Path, form: str, categories: Path | None, algorithm: str, limit: int, as_json: bool
) -> None:
    """Read FILE, a list of any form, and say what is in it and which lines cannot be taken.

    Nothing is loaded and nothing is written. Values are counted and never shown. A value that stands twice in the
    same words is harmless; one that stands twice in different words, or a reference that names two values of one
    algorithm, is named. FILE is read once, in bounded memory.

    \b
    Example:
      openhotline list check partner.csv
      openhotline list check --form vics --json set.json

    \b
    Exit code:
      0  every row can be taken
      1  bad rows were found, or the list as a whole cannot be taken
      2  wrong usage, or the form cannot be told
      3  FILE could not be read
    """
    with _bar(file, quiet=as_json) as advance:
        found = _checked(
            file, form or ("threatexchange" if algorithm else ""), categories, algorithm, limit, advance
        )
    if as_json:
        click.echo(json.dumps(found.as_json()))
    else:
        _show(found)
    sys.exit(0 if found.is_clean else 1)


def _checked(
    file: Path, form: str, categories: Path | None, algorithm: str, limit: int, advance: Callable[[int], None]
) -> Checked:
    from openhotline.errors import WrongUsage
    from openhotline.hashlists import SNIFFED, read_rows, sniff
    from openhotline.hashlists.checking import check

    with file.open("rb") as stream:
        known = form or sniff(stream.read(SNIFFED))
        if known is None:
            raise WrongUsage("The form of the list is not recognised. Name it with --form.")
        stream.seek(0)
        rows = read_rows(stream, form=known, categories=_categories(categories), algorithm=algorithm)
        return check(rows, form=known, limit=limit, on_progress=advance)


def _categories(file: Path | None) -> Categories | None:
    from openhotline.hashlists import read_categories

    return read_categories(file.read_text("utf-8", errors="replace")) if file else None


def _show(found: Checked) -> None:
    click.echo(f"{_rows(found.rows)} can be taken, read as {found.form}.")
    for algorithm, count in sorted(found.algorithms.items()):
        click.echo(f"  {algorithm:12} {count:>12,}")
    if found.withdrawn:
        click.echo(f"Withdrawals among them: {found.withdrawn:,}.")
    if found.same:
        click.echo(f"Repeated in the same words, which is harmless: {found.same:,}.")
    if found.bad:
        click.echo(f"{_rows(found.bad)} cannot be taken:")
    for row in found.first_bad:
        click.echo(f"  line {row.line:,}: {row.reason}")
    if found.bad > len(found.first_bad):
        click.echo(f"  and {found.bad - len(found.first_bad):,} more; --limit names more of them.")
    _show_pairs(
        "say something else than an earlier row of the same value",
        found.contradictions,
        found.first_contradictions,
    )
    _show_pairs(
        "give the reference of an earlier row to another value", found.references, found.first_references
    )
    if found.refused:
        click.secho(f"The list as a whole cannot be taken. {found.refused}", fg="red", err=True)


def _show_pairs(words: str, count: int, pairs: list[tuple[int, int]]) -> None:
    if not count:
        return
    click.echo(f"Of these, {words}: {count:,}.")
    for line, first in pairs:
        click.echo(f"  line {line:,}, after line {first:,}")
    if count > len(pairs):
        click.echo(f"  and {count - len(pairs):,} more; --limit names more of them.")


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


@contextmanager
def _bar(file: Path, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Show a bar on standard error, if that is a terminal and the file is worth one."""
    console = Console(stderr=True)
    size = file.stat().st_size if file.is_file() else 0
    if quiet or size < WORTH_A_BAR or not console.is_terminal:
        yield lambda _done: None
        return
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("Reading", total=size)
        yield lambda done: progress.update(task, completed=done)
