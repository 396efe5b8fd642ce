"""``openhotline match``: are these files on this list? Without any site, and without any service."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openhotline.cli.files_bar import files_bar
from openhotline.cli.hash_output import STANDARD_OUTPUT
from openhotline.cli.match_output import Counts, Row, writing
from openhotline.datasets.walk import walk
from openhotline.errors import OpenHotlineError, Refused

if TYPE_CHECKING:  # decoders and kernels are loaded when this command runs, not whenever any does
    from openhotline.datasets.hashes import FileHashes
    from openhotline.known import Known, Question, Rule


@click.command("match")
@click.argument("list_", metavar="LIST", type=click.Path(exists=True, path_type=Path))
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True), metavar="FILE...")
@click.option(
    "--distance", type=click.IntRange(0, 255), default=31, show_default=True, help="Bits that may differ."
)
@click.option(
    "--min-quality",
    type=click.IntRange(0, 100),
    default=50,
    show_default=True,
    help="Of PDQ hashes, on both sides.",
)
@click.option(
    "--csv", "csv_file", type=click.Path(dir_okay=False), help="Write CSV to FILE; - is standard output."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array, one object a line.")
@click.option(
    "--workers", type=click.IntRange(1, 256), default=2, show_default=True, help="Processes that decode."
)
@click.option(
    "--accept-bad-rows", is_flag=True, help="Do not count rows of the list that could not be taken."
)
def match_command(
    list_: Path,
    paths: tuple[str, ...],
    distance: int,
    min_quality: int,
    csv_file: str | None,
    as_json: bool,
    workers: int,
    accept_bad_rows: bool,
) -> None:
    """Say of every file, and of all files in folders, whether it is on LIST.

    LIST is a list file in any form that OpenHotline reads (CSV, JSON, VICS, NCMEC XML, StopNCII, threatexchange), the
    list file in a subscriber's folder, the directory of a saved index, or a list that a gate prepared. Exact
    hashes are compared, and PDQ at full resolution.

    The answers: match, no_match; too_poor, where the picture says too little to be compared by its looks;
    unreadable, where it could not be decoded and so not compared with every entry.

    \b
    Example:
      openhotline match list.csv picture.jpg
      openhotline match --json list.json /path/to/folder

    \b
    Exit code:
      0  every file was compared with every entry that can be, and nothing matches
      1  something matches
      2  wrong usage
      3  could not run; or nothing matches, but a file was unreadable or a row of LIST could not be taken
    """
    from openhotline.known import Rule

    if as_json and csv_file == STANDARD_OUTPUT:
        raise click.UsageError("--json and --csv - both write to standard output. Name a file for the CSV.")
    over_rows = as_json or csv_file in (None, STANDARD_OUTPUT)
    counts = Counts()
    with (
        _opened(list_) as known,
        writing(csv_file, as_json=as_json) as write,
        files_bar("Matching", paths, over_rows=over_rows) as advance,
    ):
        for doubt in known.doubts:
            click.echo(f"{known.name}: {doubt}", err=True)
        for row in _matched(known, paths, Rule(distance, min_quality), workers):
            write(row)
            counts.add(row)
            advance()
        bad_rows = 0 if accept_bad_rows else known.bad_rows
    sys.exit(_verdict(counts, bad_rows))


@contextmanager
def _opened(path: Path) -> Iterator[Known]:
    """Open what can be asked as it is; prepare a list file in a folder that is gone afterwards."""
    from openhotline.known.opening import open_list
    from openhotline.known.preparing import prepare

    with tempfile.TemporaryDirectory(prefix="openhotline-match-") as folder:
        try:
            if not path.is_dir():
                prepare(path, Path(folder) / "list")
            opened = open_list(path if path.is_dir() else Path(folder) / "list", name=path.stem)
        except Refused as problem:  # which would end with 1, and that says that something matches
            raise OpenHotlineError(problem.message, details=problem.details) from None
        yield opened


def _matched(known: Known, paths: tuple[str, ...], rule: Rule, workers: int) -> Iterator[Row]:
    from openhotline.datasets.hashes import ENTRY, hash_files
    from openhotline.known import ListAnswer, Verdict, ask
    from openhotline.media.confined import Pool

    with Pool(ENTRY, workers=workers) as pool:
        for file in hash_files(walk(paths), pool):
            if file.error:
                yield Row(file, ListAnswer(known.name, known.edition, Verdict.UNREADABLE, reason=file.error))
            else:
                yield Row(file, ask(known, [_question(file)], rule)[0])


def _question(file: FileHashes) -> Question:
    from openhotline.known import Question

    exact = {name: bytes.fromhex(getattr(file, name)) for name in ("md5", "sha1", "sha256")}
    pdq = bytes.fromhex(file.pdq) if file.pdq else None
    return Question(exact, pdq, file.pdq_quality, file.reason)


def _verdict(counts: Counts, bad_rows: int) -> int:
    """Say what was not as it should be; return the exit code."""
    if not counts.files:
        click.echo("There is no file in what was named. Name a file, or a folder that holds some.", err=True)
        return 3
    if counts.unreadable:
        words = "could not be compared with every entry. See 'reason' in their entries."
        click.echo(f"{counts.unreadable} of {counts.files} {words}", err=True)
    if counts.matches:
        return 1
    return 3 if counts.unreadable or bad_rows else 0
