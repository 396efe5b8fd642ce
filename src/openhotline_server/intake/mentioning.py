"""Reports name addresses: rows for addresses that are new, and one mention for each address of each report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from openhotline_server.intake.given import Place
from openhotline_server.intake.models import Address, Mention, Report
from openhotline_server.ledger.inserting import insert_new, insert_rows

_ADDRESS = ("code", "digest", "normal", "network", "host", "domain", "first_reported_at")
IN_PART = 5000


@dataclass(frozen=True)
class Naming:
    """One report and the places that it names."""

    report: Report
    places: Sequence[Place]


def mention(namings: Sequence[Naming], *, at: datetime) -> list[list[Mention]]:
    """Store what reports name, in the order of the reports. Call it inside a transaction.

    An address is known where a report that was taken in named it before; one in quarantine does not make it known.
    """
    places = {place.normal.digest: place for naming in namings for place in naming.places}
    addresses, fresh = _addresses(places, at=at)
    known = _named_before(address.pk for digest, address in addresses.items() if digest not in fresh)
    made: list[list[Mention]] = []
    for naming in namings:
        rows = [_mention(naming.report, addresses[p.normal.digest], p, known) for p in naming.places]
        if naming.report.standing == Report.Standing.TAKEN:
            known.update(row.address_id for row in rows)
        made.append(rows)
    insert_new([row for rows in made for row in rows])
    return made


def count_anew(report: Report) -> list[Mention]:
    """Say of each address of a report that is let in only now whether another report named it before."""
    mentions = list(Mention.objects.filter(report=report).select_related("address", "report").order_by("pk"))
    keys = [one.address_id for one in mentions]
    list(Address.objects.select_for_update().filter(pk__in=keys).order_by("digest"))
    known = _named_before(keys, other_than=report)
    for one in mentions:
        one.known = one.address_id in known
    Mention.objects.bulk_update(mentions, ["known"], batch_size=500)
    return mentions


def _addresses(places: dict[str, Place], *, at: datetime) -> tuple[dict[str, Address], set[str]]:
    """Addresses by digest, and which of them were made here. Two processes lock them in one order."""
    found = _by_digest(places, locked=True)
    rows = [
        Address(
            digest=digest,
            normal=places[digest].normal.normal,
            network=places[digest].normal.network.value,
            host=places[digest].normal.host,
            domain=places[digest].normal.domain,
            first_reported_at=at,
        )
        for digest in sorted(places)
        if digest not in found
    ]
    insert_rows(
        Address, _ADDRESS, [[getattr(row, name) for name in _ADDRESS] for row in rows], twice_is_once=True
    )
    # Not locked here: whoever made one of them meanwhile may wait for one that is locked above.
    stored = _by_digest(row.digest for row in rows)
    return found | stored, {row.digest for row in rows if stored[row.digest].code == row.code}


def _by_digest(digests: Iterable[str], *, locked: bool = False) -> dict[str, Address]:
    waiting, found = sorted(digests), dict[str, Address]()
    rows = Address.objects.select_for_update() if locked else Address.objects.all()
    for first in range(0, len(waiting), IN_PART):
        part = rows.filter(digest__in=waiting[first : first + IN_PART]).order_by("digest")
        found.update({row.digest: row for row in part})
    return found


def _named_before(keys: Iterable[int], *, other_than: Report | None = None) -> set[int]:
    waiting, found = list(keys), set[int]()
    for first in range(0, len(waiting), IN_PART):
        rows = Mention.objects.filter(address__in=waiting[first : first + IN_PART])
        rows = rows.filter(report__standing=Report.Standing.TAKEN)
        rows = rows.exclude(report=other_than) if other_than else rows
        found.update(rows.values_list("address_id", flat=True).distinct())
    return found


def _mention(report: Report, address: Address, place: Place, known: set[int]) -> Mention:
    return Mention(
        report=report,
        address=address,
        given=place.given,
        found_in=place.found_in,
        known=address.pk in known,
        stated=dict(place.stated),
    )
