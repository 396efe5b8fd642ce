"""Which pictures there are, of which class, and from which source. A source is a camera, a generator, a site, a person:
whatever its pictures share besides their class. Sub-directories are sources, unless a ``manifest.csv`` names them.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from openhotline.errors import BadInput, NotFound, WrongUsage

MANIFEST = "manifest.csv"
SOURCE_COLUMNS = ("group", "source")
FILE_COLUMNS = ("file", "path")
REAL, GENERATED = "real", "generated"

_not_pictures = {
    ".csv",
    ".json",
    ".txt",
    ".md",
    ".toml",
    ".html",
    ".yaml",
    ".yml",
    ".xml",
    ".license",
    ".tsv",
}


@dataclass(frozen=True)
class Sample:
    """One file. ``source`` is empty where nothing says which it is."""

    path: Path
    generated: bool
    source: str


@dataclass(frozen=True)
class Samples:
    """All files of both classes, in the order of their paths, and what is doubtful about their sources."""

    samples: tuple[Sample, ...]
    doubts: tuple[str, ...]


def find_samples(
    real: Path, generated: Path, *, manifest: Path | None = None, source_column: str | None = None
) -> Samples:
    """Find the files below both folders, and their sources.

    ``manifest``: a CSV with a column ``file`` (or ``path``), relative to its own folder, and one of sources
    (``source_column``, else ``group`` or ``source``). Without it a ``manifest.csv`` in a folder or in the one above
    counts; without that, sub-directories are the sources.
    """
    first, second = real.resolve(), generated.resolve()
    if first == second or first in second.parents or second in first.parents:
        raise WrongUsage(
            "The real and the generated pictures lie in the same folder. Give each class its own."
        )
    found: list[Sample] = []
    doubts: list[str] = []
    for folder, made in ((real, False), (generated, True)):
        table = _table(folder, manifest, source_column)
        samples = [_sample(path, folder, made, table) for path in _pictures(folder)]
        if not samples:
            raise NotFound(
                f"No file was found among the {_word(made)} pictures. Name a folder that holds some."
            )
        found += samples
        doubts += _doubts(samples, made, table)
    return Samples(tuple(found), tuple(doubts))


@dataclass(frozen=True)
class _Row:
    source: str
    label: str


def _pictures(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() not in _not_pictures:
                yield Path(place) / name


def _table(folder: Path, named: Path | None, column: str | None) -> Mapping[Path, _Row] | None:
    if named is not None:
        return _rows(named, column)
    for place in (folder / MANIFEST, folder.resolve().parent / MANIFEST):
        if place.is_file():
            return _rows(place, column)
    return None


def _rows(path: Path, column: str | None) -> Mapping[Path, _Row]:
    if not path.is_file():
        raise NotFound("The manifest is missing. Name a CSV with the columns file and group.")
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as stream:
        reader = csv.DictReader(stream)
        names = reader.fieldnames or ()
        file = next((name for name in FILE_COLUMNS if name in names), None)
        source = next((name for name in ((column,) if column else SOURCE_COLUMNS) if name in names), None)
        if file is None or source is None:
            raise BadInput(
                "The manifest lacks a column. It needs file, and group or what --source-column names."
            )
        base = path.resolve().parent
        return {
            (base / row[file]).resolve(): _Row(
                (row[source] or "").strip(), (row.get("label") or "").strip().lower()
            )
            for row in reader
            if row[file]
        }


def _sample(path: Path, folder: Path, made: bool, table: Mapping[Path, _Row] | None) -> Sample:
    row = table.get(path.resolve()) if table is not None else None
    if row is not None and row.source:
        return Sample(path, made, row.source)
    inside = path.relative_to(folder).parts
    return Sample(path, made, inside[0] if len(inside) > 1 else "")


def _doubts(samples: list[Sample], made: bool, table: Mapping[Path, _Row] | None) -> Iterator[str]:
    word = _word(made)
    without = sum(not sample.source for sample in samples)
    if without:
        yield (
            f"{without} of {len(samples)} {word} pictures have no source: neither a sub-directory nor a manifest names "
            "it. They count as one source."
        )
    if table is not None:
        other = {REAL, GENERATED} - {word}
        rows = (table.get(sample.path.resolve()) for sample in samples)
        wrong = sum(1 for row in rows if row is not None and row.label in other)
        if wrong:
            yield f"The manifest calls {wrong} of the {word} pictures {other.pop()}. The folder was believed."


def _word(made: bool) -> str:
    return GENERATED if made else REAL
