"""What ``openhotline hash`` writes: lines for people, CSV, a JSON array. A row at a time, none kept."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, astuple
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

if TYPE_CHECKING:
    from openhotline.datasets.hashes import FileHashes

STANDARD_OUTPUT = "-"

Write = Callable[["FileHashes"], None]


@contextmanager
def writing(csv_file: str | None, *, as_json: bool) -> Iterator[Write]:
    """Give what takes the rows, one after the other."""
    with ExitStack() as stack:
        writers: list[Write] = []
        if csv_file is not None:
            writers.append(_csv_row(stack.enter_context(csv_stream(csv_file))))
        if as_json:
            array = stack.enter_context(json_array())
            writers.append(lambda row: array(asdict(row)))
        yield _to_all(writers or [_show])


def _to_all(writers: list[Write]) -> Write:
    def write(row: FileHashes) -> None:
        for writer in writers:
            writer(row)

    return write


@contextmanager
def csv_stream(name: str) -> Iterator[TextIO]:
    """Open the CSV's place. A file gets its name when it is whole; a killed run leaves only ``.partial``."""
    if name == STANDARD_OUTPUT:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="surrogateescape")  # file names need not be UTF-8
        yield sys.stdout
        return
    target = Path(name)
    special = target.exists() and not target.is_file()
    partial = target if special else target.with_name(target.name + ".partial")
    with partial.open("w", newline="", encoding="utf-8", errors="surrogateescape") as stream:
        yield stream
    if not special:
        partial.replace(target)


def _csv_row(stream: TextIO) -> Write:
    from openhotline.datasets.hashes import COLUMNS

    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)

    def write(row: FileHashes) -> None:
        writer.writerow(astuple(row))

    return write


@contextmanager
def json_array() -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Print objects as one array, each on its line, as they come."""
    before = "["

    def write(row: Mapping[str, Any]) -> None:
        nonlocal before
        click.echo(f"{before}\n{json.dumps(row)}", nl=False)
        before = ","

    yield write
    click.echo("[]" if before == "[" else "\n]")


def _show(row: FileHashes) -> None:
    click.echo(harmless(row.path))
    if row.error:
        click.echo(f"  error   {row.error}")
        return
    click.echo(f"  type    {row.media_type or 'unknown'}, {row.size:,} bytes")
    for name in ("md5", "sha1", "sha256"):
        click.echo(f"  {name:7} {getattr(row, name)}")
    pdq = f"{row.pdq}  quality {row.pdq_quality}, {row.pdq_mode}" if row.pdq else f"none: {row.reason}"
    click.echo(f"  pdq     {pdq}")


def harmless(path: str) -> str:
    """Return a path that can do a terminal no harm: file names may come from strangers."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in path)
