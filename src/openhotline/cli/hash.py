"""``openhotline hash``: every hash of files and folders, without any site."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from openhotline.cli.files_bar import files_bar
from openhotline.cli.hash_output import STANDARD_OUTPUT, writing
from openhotline.datasets.walk import walk

if TYPE_CHECKING:  # decoders are loaded when this command runs, not whenever any does
    from openhotline.datasets.hashes import FileHashes


@click.command("hash")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True), metavar="PATH...")
@click.option(
    "--csv", "csv_file", type=click.Path(dir_okay=False), help="Write CSV to FILE; - is standard output."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array, one object a line.")
@click.option(
    "--workers", type=click.IntRange(1, 256), default=2, show_default=True, help="Processes that decode."
)
def hash_command(paths: tuple[str, ...], csv_file: str | None, as_json: bool, workers: int) -> None:
    """Print every hash of files, and of all files in folders: MD5, SHA-1, SHA-256 and PDQ.

    PDQ is made at full resolution, bit for bit as its reference implementation does it. Pictures are decoded
    in confined processes. A file that is no readable picture still has the other three, and a reason. Links
    to folders are not followed. Order: as named, and within a folder by name.

    \b
    Example:
      openhotline hash picture.jpg
      openhotline hash --csv hashes.csv /path/to/folder
      openhotline hash --json /path/to/folder | jq -r '.[].sha256'

    \b
    Exit code:
      0  every file was read
      1  there was no file, or one could not be read; its entry says why
      2  wrong usage
      3  could not run
    """
    if as_json and csv_file == STANDARD_OUTPUT:
        raise click.UsageError("--json and --csv - both write to standard output. Name a file for the CSV.")
    count = unreadable = 0
    over_rows = as_json or csv_file in (None, STANDARD_OUTPUT)
    with (
        writing(csv_file, as_json=as_json) as write,
        files_bar("Hashing", paths, over_rows=over_rows) as advance,
    ):
        for row in _hashed(paths, workers):
            write(row)
            advance()
            count += 1
            unreadable += bool(row.error)
    sys.exit(_verdict(count, unreadable))


def _hashed(paths: tuple[str, ...], workers: int) -> Iterator[FileHashes]:
    from openhotline.datasets.hashes import ENTRY, hash_files
    from openhotline.media.confined import Pool

    with Pool(ENTRY, workers=workers) as pool:
        yield from hash_files(walk(paths), pool)


def _verdict(count: int, unreadable: int) -> int:
    """Say what was not as it should be; return the exit code."""
    if not count:
        click.echo("There is no file in what was named. Name a file, or a folder that holds some.", err=True)
    elif unreadable:
        click.echo(f"{unreadable} of {count} could not be read. See 'error' in their entries.", err=True)
    return 1 if unreadable or not count else 0
