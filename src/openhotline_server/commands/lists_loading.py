"""``openhotline lists load`` and what belongs to it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openhotline_server.commands import data_option, site_ready

if TYPE_CHECKING:
    from openhotline_server.lists.models import HashList, Loading
    from openhotline_server.pipeline.loading import Progress
    from openhotline_server.pipeline.retro_matching import Compared


@click.command("load")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--form", help="The file's form; told from its first bytes if left out.")
@click.option("--incremental", is_flag=True, help="FILE adds and withdraws; else it is the whole list.")
@click.option("--later", is_flag=True, help="Leave the comparison with everything held to the worker.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def load(name: str, file: Path, form: str | None, incremental: bool, later: bool, as_json: bool) -> None:
    """Load FILE as the next edition of the list NAME, then compare what is new with everything held.

    Stopped at any moment, it goes on where it was when the same command runs again. Until it is done the edition
    before stays in force. Exit 1: FILE cannot be taken, or so many rows are bad, or so many entries would go, that a
    person has to decide. Exit 2: there is no such form. Exit 3: FILE could not be read, the disk is full.

    \b
    Example: openhotline lists load partner /media/partner.csv
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.lists.models import Loading
    from openhotline_server.lists.queries import get_list_named
    from openhotline_server.pipeline.loading import load_file
    from openhotline_server.pipeline.retro_matching import compare

    found = get_list_named(name)
    with progress_bar(hidden=as_json) as progress:
        done = load_file(
            hash_list=found,
            path=file,
            form=form,
            incremental=incremental,
            actor=COMMAND_LINE,
            clock=timezone.now,
            progress=progress,
        )
    stopped = done.state == Loading.State.STOPPED
    compared = None if later or stopped else compare(hash_list=found, clock=timezone.now)
    tell(found, done, compared, as_json=as_json)
    if stopped:
        raise click.exceptions.Exit(1)


@click.command("rejected")
@click.argument("name")
@click.option(
    "--limit", default=100, show_default=True, type=click.IntRange(1, 100_000), help="Rows to name."
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def rejected(name: str, limit: int, as_json: bool) -> None:
    """Name the rows of the list's last loading that could not be taken, with their lines. Exit 1: there are any.

    \b
    Example: openhotline lists rejected partner
    """
    site_ready()
    from openhotline_server.lists.queries import get_list_named, list_loadings, list_rejected

    last = list_loadings(get_list_named(name)).first()
    rows = [{"line": row.line, "reason": row.reason} for row in list_rejected(last)[:limit]] if last else []
    if as_json:
        click.echo(json.dumps(rows))
    elif not rows:
        click.echo("Every row of the last loading was taken.")
    for row in [] if as_json else rows:
        click.echo(f"line {row['line']}: {row['reason']}")
    if rows:
        raise click.exceptions.Exit(1)


@click.command("accept")
@click.argument("name")
@click.option("--reason", required=True, help="Why its rows are in order; kept in the ledger.")
@data_option
def accept(name: str, reason: str) -> None:
    """Let the stopped loading of the list NAME go on. Bad rows stay left out. Exit 1: none has stopped.

    \b
    Example: openhotline lists accept partner --reason "the sender knows of these lines"
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.lists.operations import accept_loading

    accept_loading(loading=_open_loading(name), reason=reason, actor=COMMAND_LINE, at=timezone.now())
    click.echo("Accepted. Load the same file or feed once more: it goes on where it stopped.")


@click.command("abandon")
@click.argument("name")
@click.option("--reason", default="given up", show_default=True, help="Why; kept in the ledger.")
@data_option
def abandon(name: str, reason: str) -> None:
    """Give up the open loading of the list NAME. The edition in force stays. Exit 1: none is open.

    \b
    Example: openhotline lists abandon partner --reason "the file was cut off"
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.lists.operations import abandon_loading, clear_staging

    loading = _open_loading(name)
    abandon_loading(loading=loading, reason=reason, actor=COMMAND_LINE, at=timezone.now())
    clear_staging(hash_list=loading.hash_list)
    click.echo("Given up. The edition before stays in force.")


@contextmanager
def progress_bar(*, hidden: bool) -> Iterator[Callable[[Progress], None]]:
    """Rows and the remaining time, on standard error, only where a person looks at it."""
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Shown

    columns = (
        SpinnerColumn(),
        TextColumn("Loading"),
        BarColumn(),
        TextColumn("{task.fields[rows]:,} rows"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Shown(*columns, console=console, disable=hidden or not sys.stderr.isatty()) as shown:
        task = shown.add_task("", total=None, rows=0)
        yield lambda step: shown.update(task, completed=step.done, total=step.total, rows=step.rows)


def _open_loading(name: str) -> Loading:
    from openhotline.errors import NotFound
    from openhotline_server.lists.queries import find_open_loading, get_list_named

    found = find_open_loading(get_list_named(name))
    if found is None:
        raise NotFound("No loading of this list is open.")
    return found


def tell(found: HashList, done: Loading, compared: Compared | None, *, as_json: bool) -> None:
    """Print what a loading came to."""
    edition = done.edition
    answer = {
        "list": found.name,
        "state": done.state,
        "rows": done.rows,
        "bad_rows": done.bad_rows,
        "problem": done.problem,
        "edition": edition.number if edition else None,
        "added": edition.added if edition else 0,
        "withdrawn": edition.withdrawn if edition else 0,
        "entries": edition.entries if edition else None,
        "held": compared.held if compared else None,
        "found": compared.found if compared else None,
        "cases": compared.cases if compared else None,
        "set_aside": bool(compared and compared.set_aside),
    }
    if as_json:
        click.echo(json.dumps(answer))
        return
    for line in _words(found, done, compared):
        click.echo(line)


def _words(found: HashList, done: Loading, compared: Compared | None) -> Iterator[str]:
    if done.problem:
        yield f"Stopped: {done.problem} The edition before stays in force."
        yield f"Look with `openhotline lists rejected {found.name}`, then accept or abandon it."
        return
    if done.edition is None:
        yield f"{done.rows:,} rows say what was in force already; no new edition was needed."
    else:
        yield (
            f"Edition {done.edition.number} is in force: {done.edition.entries:,} entries, "
            f"{done.edition.added:,} new, {done.edition.withdrawn:,} withdrawn."
        )
    if done.bad_rows:
        yield f"{done.bad_rows:,} rows were left out; `openhotline lists rejected {found.name}` names them."
    if compared is not None and compared.set_aside:
        yield "It matched far more of what is held than usual and was set aside. The lists page says more."
    elif compared is not None and compared.held:
        yield f"Compared with {compared.held:,} items held: {compared.found:,} are on it."
