"""Batches of the police and of other hotlines: a file of addresses and hashes becomes reports, part by part.

1. The file is read through once before anything is taken in: one that is cut off or of another form is refused whole.
2. Every part is one report and one transaction. Stopped at any moment, the same command goes on where it was; a file that
   was taken in before brings nothing new, because its parts are found again by the file's digest.
3. A line that cannot be taken is noted with its number at the part's report, and never with what stands in it.
4. A hash without an address is no report of a place. Where the content is held, the sender's statement is noted as a
   sighting; else it is counted only (:mod:`openhotline_server.evidence.stated`). A list of hashes is loaded as one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from openhotline.errors import BadInput
from openhotline.exchange.batches import BadRow, BatchEntry, Item, csv_entries, vics_entries
from openhotline.hashlists.sniffing import SNIFFED, sniff
from openhotline_server.evidence.operations import Failure, note_failures
from openhotline_server.evidence.stated import Stated, note_stated
from openhotline_server.intake.given import Given, GivenAddress
from openhotline_server.intake.models import Report
from openhotline_server.intake.reports import ToTake
from openhotline_server.pipeline.reporting import take_in_many

IN_PART = 1000
"""Entries, or addresses where an entry has many. A report takes five times as many."""

NAMED = 1000
_PIECE = 1 << 20

Clock = Callable[[], datetime]


@dataclass
class ListTaken:
    """What a batch brought. ``held`` counts stated contents that are held; ``bad_rows`` names the first bad lines."""

    form: str
    reports: int = 0
    again: int = 0
    entries: int = 0
    new: int = 0
    known: int = 0
    hashes_only: int = 0
    held: int = 0
    bad: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)

    def note(self, bad: Sequence[BadRow]) -> None:
        """Count bad lines and name the first of them."""
        self.bad += len(bad)
        self.bad_rows += bad[: NAMED - len(self.bad_rows)]


@dataclass(frozen=True)
class _Part:
    number: int
    entries: Sequence[BatchEntry]
    bad: Sequence[BadRow]


def import_list(
    *,
    path: Path,
    source: str,
    received_on: date,
    actor: str,
    clock: Clock,
    progress: Callable[[int], None] = lambda _: None,
) -> ListTaken:
    """Take in a CSV or a VICS document. ``source`` says in words whose it is. ``progress`` is told the entries done."""
    form, digest = _look(path)
    found = ListTaken(form)
    for part in _parts(_read(path, form)):
        found.entries += len(part.entries)
        found.note(part.bad)
        origin = f"list\n{source}\n{digest}\n{part.number}"
        _take_in(part, found, source=source, origin=origin, received_on=received_on, actor=actor, at=clock())
        progress(found.entries + found.bad)
    return found


def _look(path: Path) -> tuple[str, str]:
    """The file's form and its SHA-256. Raises BadInput where it cannot be read through, or holds no entry."""
    try:
        with path.open("rb") as stream:
            first = stream.read(SNIFFED)
        form = "vics" if sniff(first) == "vics" else "csv"
        if form == "csv" and first.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[", b"<")):
            raise BadInput("This is neither CSV nor a VICS document. Send it as one of the two.")
        good = sum(isinstance(entry, BatchEntry) for entry in _read(path, form))
        digest = _digest(path)
    except OSError as error:
        raise BadInput(
            "That file cannot be read. Check its path and permissions.", details=str(error)
        ) from error
    if not good:
        raise BadInput("No entry of this file can be taken. Look at its columns and values.")
    return form, digest


def _read(path: Path, form: str) -> Iterator[Item]:
    with path.open("rb") as stream:
        yield from vics_entries(stream) if form == "vics" else csv_entries(stream)


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            found.update(piece)
    return found.hexdigest()


def _parts(items: Iterator[Item]) -> Iterator[_Part]:
    """The same file falls into the same parts every time."""
    number, entries, bad, size = 1, list[BatchEntry](), list[BadRow](), 0
    for item in items:
        if isinstance(item, BadRow):
            bad.append(item)
            size += 1
        else:
            entries.append(item)
            size += max(1, len(item.addresses))
        if size >= IN_PART:
            yield _Part(number, entries, bad)
            number, entries, bad, size = number + 1, [], [], 0
    if size:
        yield _Part(number, entries, bad)


@transaction.atomic
def _take_in(
    part: _Part, found: ListTaken, *, source: str, origin: str, received_on: date, actor: str, at: datetime
) -> None:
    only = [entry for entry in part.entries if not entry.addresses]
    found.hashes_only += len(only)
    delivery = ToTake(Report.Kind.HOTLINE, source, _given(part, len(only)), received_on, origin)
    (taken,) = take_in_many(deliveries=[delivery], actor=actor, at=at)
    if not taken.fresh:
        found.again += 1
        return
    found.reports += 1
    found.new += taken.new
    found.known += taken.known
    stated = [Stated(f"line {entry.line}", entry.hashes) for entry in part.entries if entry.hashes]
    if stated:
        found.held += note_stated(report=taken.report, stated=stated, actor=actor, at=at)
    if part.bad:
        failures = [Failure(f"line {row.line}", row.reason[:300]) for row in part.bad]
        note_failures(report=taken.report, failures=failures, actor=actor, at=at)


def _given(part: _Part, only: int) -> Given:
    addresses = [
        GivenAddress(text, entry.found_in or _found_in(text), _stated(entry))
        for entry in part.entries
        for text in entry.addresses
    ]
    words = (
        f"Part {part.number} of a list: {len(addresses)} addresses, {only} hashes without an address, "
        f"{len(part.bad)} lines that could not be taken."
    )
    return Given(addresses=addresses, words=words)


def _stated(entry: BatchEntry) -> dict[str, Any]:
    """What the sender says, under the names that the queue's rules know; hashes and references beside them."""
    said = {
        "severity": entry.severity,
        "scheme": entry.scheme,
        "ai": entry.ai,
        "known_series": entry.known_series,
        "commercial": entry.commercial,
        "reference": entry.reference,
        "hashes": dict(entry.hashes),
    }
    return {name: value for name, value in said.items() if value not in ("", None, {})}


def _found_in(address: str) -> str:
    return "onion" if ".onion" in address.lower().partition("://")[2].partition("/")[0] else "web"
