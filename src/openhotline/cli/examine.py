"""``openhotline examine``: where does a picture come from, as far as can be told? Without any site."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openhotline.cli.examine_output import Entry, entry_of, show, show_comparison
from openhotline.cli.files_bar import files_bar
from openhotline.cli.hash_output import json_array
from openhotline.cli.trust import DIRECTORY
from openhotline.datasets.walk import walk

if TYPE_CHECKING:  # decoders and models are loaded when this command runs, not whenever any does
    from openhotline.datasets.origin_files import With

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("examine")
@click.argument("paths", nargs=-1, type=click.Path(), metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array, one object a line.")
@DIRECTORY
@click.option(
    "--device",
    "devices",
    multiple=True,
    type=_FILE,
    help="A learned camera's pattern; may be given several times.",
)
@click.option(
    "--detector",
    "detectors",
    multiple=True,
    type=_FOLDER,
    help="A detector's folder; may be given several times.",
)
@click.option(
    "--settings",
    type=_FILE,
    help="TOML that changes what evidence weighs; wider bounds need a source and are named with every result.",
)
@click.option(
    "--as-of",
    "earlier",
    type=_FILE,
    metavar="RESULT",
    help="A file that --json wrote: examine again and explain every difference. Without FILE..., its files.",
)
@click.option(
    "--workers", type=click.IntRange(1, 256), default=2, show_default=True, help="Processes that decode."
)
def examine_command(
    paths: tuple[str, ...],
    as_json: bool,
    directory: Path,
    devices: tuple[Path, ...],
    detectors: tuple[Path, ...],
    settings: Path | None,
    earlier: Path | None,
    workers: int,
) -> None:
    """Say what FILE..., and all files in folders, tell of their origin: a generator or a camera.

    Signed manifests, what a file says of itself, invisible watermarks, traces of a camera; with --device the pattern
    of a camera's sensor, with --detector learned detectors, which nobody has validated on images of people. A lead,
    not a proof. Nothing is fetched, and pictures are decoded in confined processes. Whatever a file says, nothing here
    says that no real child is shown.

    A file that cannot be read is an entry with an error. "none" means looked at and nothing found.

    \b
    Example:
      openhotline examine picture.jpg
      openhotline examine --json /path/to/folder > result.json
      openhotline examine --as-of result.json

    \b
    Exit code:
      0  every file was examined; of a picture that could not be decoded, all but its pixels
      1  there was no file, one could not be read at all, or with --as-of something differs
      2  wrong usage
      3  could not run
    """
    from openhotline.cli.examine_result import read_result
    from openhotline.datasets.origin_files import With

    before: dict[str, Entry] = dict(read_result(earlier)) if earlier else {}
    wanted = paths or tuple(before)
    if not wanted:
        raise click.UsageError("Name a file or a folder, or with --as-of a saved result.")
    how = With(directory, devices, detectors, settings)
    counts = {"files": 0, "unread": 0, "differ": 0}
    with files_bar("Examining", wanted, over_rows=True) as advance, _writing(as_json=as_json) as write:
        for entry, unread in _entries(wanted, how, workers):
            counts["files"] += 1
            counts["unread"] += unread
            counts["differ"] += _write(write, entry, before, compared=earlier is not None)
            advance()
    sys.exit(_verdict(counts))


def _entries(wanted: tuple[str, ...], how: With, workers: int) -> Iterator[tuple[Entry, bool]]:
    from openhotline.datasets.origin_files import examine_files, pool_with

    settings = how.loaded_settings
    for warning in settings.warnings:
        click.echo(warning, err=True)
    with pool_with(how, workers=workers) as pool:
        for found in examine_files(walk(wanted), pool, settings):
            yield entry_of(found, devices=bool(how.devices)), found.unread


def _write(write: Callable[[Entry], None], entry: Entry, before: dict[str, Entry], *, compared: bool) -> bool:
    """Write one entry; with a saved result also what differs. Returns whether anything does."""
    from openhotline.provenance.comparison import compare, not_there

    if not compared:
        write(entry)
        return False
    saved = before.get(entry["file"])
    comparison = not_there(entry) if saved is None else compare(saved, entry)
    write({**entry, "as_of": comparison})
    return bool(comparison.changes)


@contextmanager
def _writing(*, as_json: bool) -> Iterator[Callable[[Entry], None]]:
    if not as_json:
        yield _show
        return
    with json_array() as array:
        yield lambda entry: array(_plain(entry))


def _plain(entry: Entry) -> dict[str, Any]:
    """Return an entry as JSON; a comparison becomes an object."""
    from dataclasses import asdict

    return {name: asdict(value) if name == "as_of" else value for name, value in entry.items()}


def _show(entry: Entry) -> None:
    if "as_of" in entry:
        show_comparison(entry["file"], entry["as_of"])
    else:
        show(entry)


def _verdict(counts: dict[str, int]) -> int:
    """Say what was not as it should be; return the exit code."""
    files, unread, differ = counts["files"], counts["unread"], counts["differ"]
    if not files:
        click.echo("There is no file in what was named. Name a file, or a folder that holds some.", err=True)
    if unread:
        click.echo(f"{unread} of {files} could not be read. See 'error' in their entries.", err=True)
    if differ:
        click.echo(f"{differ} of {files} differ from the saved result.", err=True)
    return 1 if unread or differ or not files else 0
