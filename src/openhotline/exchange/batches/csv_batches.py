"""A batch as CSV: one entry a line, columns in any order and under their common names."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from openhotline.errors import BadInput
from openhotline.exchange.batches.entries import (
    FOUND_IN,
    HASHES,
    BatchEntry,
    Item,
    checked_addresses,
    normal_hashes,
)
from openhotline.hashlists.byte_lines import LineSource
from openhotline.hashlists.cells import printable, reference_of
from openhotline.hashlists.columns import column_of, squeezed
from openhotline.hashlists.csv_header import DELIMITERS
from openhotline.hashlists.rows import BadRow

ADDRESS = "address"
_names = {
    ADDRESS: "address url uri link web_address page page_url location site onion onion_address",
    "found_in": "found_in found medium where channel",
    "severity": "severity category grade classification level",
    "scheme": "scheme grading_scheme category_scheme",
    "ai": "ai generated ai_generated",
    "series": "series known_series",
    "commercial": "commercial paid",
    "reference": "reference ref id entry_id record_id case_number",
}
COLUMNS = {squeezed(name): column for column, names in _names.items() for name in names.split()}
YES = {"1": True, "yes": True, "true": True, "y": True, "0": False, "no": False, "false": False, "n": False}
LONGEST_TEXT = 100
NOTHING = "The line holds neither an address nor a hash. Fill in one of them."
QUOTES = "The quotation marks do not fit. Write the line again."


def csv_entries(stream: BinaryIO) -> Iterator[Item]:
    """Every entry, good or bad. Raises BadInput where no column is named as an address or a hash."""
    lines = _lines(stream)
    columns: Sequence[str] | None = None
    delimiter = ","
    for number, text in lines:
        if isinstance(text, BadRow):
            yield text
        elif not text.strip():
            continue
        elif columns is None:
            columns, delimiter = _header(text, number)
        else:
            yield _entry(text, number, columns, delimiter)
    if columns is None:
        raise BadInput(
            "The file has no line with the names of columns. Name one: address, md5, sha1 or sha256."
        )


def column_meant(name: str) -> str:
    """Which of our columns a name means, or nothing."""
    known = COLUMNS.get(squeezed(name))
    if known:
        return known
    hashed = column_of(name)
    return hashed if hashed in HASHES else ""


def _lines(stream: BinaryIO) -> Iterator[tuple[int, str | BadRow]]:
    source = LineSource(stream)
    while (taken := source.take()) is not None:
        yield from enumerate(taken.texts, taken.line)


def _header(text: str, number: int) -> tuple[Sequence[str], str]:
    """The columns by place, under the delimiter by which most of the line is understood."""
    tries = [(_split(text, delimiter) or [], delimiter) for delimiter in DELIMITERS]
    names, delimiter = max(tries, key=lambda found: sum(bool(column_meant(name)) for name in found[0]))
    columns = [column_meant(name) for name in names]
    known = [column for column in columns if column]
    if not set(known) & {ADDRESS, *HASHES}:
        raise BadInput(
            f"Line {number}: no column is named as an address or a hash. Name one: address, md5, sha1 or sha256."
        )
    twice = sorted({column for column in known if known.count(column) > 1})
    if twice:
        raise BadInput(f"Line {number}: two columns mean the same: {', '.join(twice)}. Rename one of them.")
    return columns, delimiter


def _split(text: str, delimiter: str) -> list[str] | None:
    """One record is one line: a forgotten quotation mark spoils its own line only."""
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), None)
    except csv.Error:
        return None


def _entry(text: str, number: int, columns: Sequence[str], delimiter: str) -> Item:
    cells = _split(text, delimiter)
    if cells is None:
        return BadRow(number, QUOTES)
    if len(cells) > len(columns):
        return BadRow(
            number, "The line has more cells than there are columns. Put such a cell in quotation marks."
        )
    said = {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if column}
    try:
        return _said(said, number)
    except BadInput as problem:
        return BadRow(number, problem.message)


def _said(said: Mapping[str, str], number: int) -> Item:
    addresses = checked_addresses([said[ADDRESS]] if said.get(ADDRESS) else [])
    hashes = normal_hashes((name, said.get(name, "")) for name in HASHES)
    if not (addresses or hashes):
        return BadRow(number, NOTHING)
    return BatchEntry(
        line=number,
        addresses=addresses,
        hashes=hashes,
        found_in=_found_in(said.get("found_in", "")),
        severity=_text(said.get("severity", "")),
        scheme=_text(said.get("scheme", "")),
        ai=_text(said.get("ai", "")),
        reference=reference_of(said.get("reference", "")),
        known_series=_series(said.get("series", "")),
        commercial=_flag(said.get("commercial", ""), "commercial"),
    )


def _found_in(text: str) -> str:
    if text and text.lower() not in FOUND_IN:
        raise BadInput(f"Where it was found is none of {', '.join(FOUND_IN)}. Correct it.")
    return text.lower()


def _text(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise BadInput(
            f"A cell about severity, scheme or AI is longer than {LONGEST_TEXT} characters. Shorten it."
        )
    return printable(text)


def _series(text: str) -> bool | None:
    """A flag, or the name of a series: whose name stands there is known."""
    if not text:
        return None
    return YES.get(text.lower(), True)


def _flag(text: str, column: str) -> bool | None:
    if text and text.lower() not in YES:
        raise BadInput(f"'{column}' is neither yes nor no. Correct it.")
    return YES.get(text.lower()) if text else None
