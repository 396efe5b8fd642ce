"""A feed's lines as the library's protocols take them, once no earlier line can still be on its way.

A line bears the time at which somebody acted; it is seen when its transaction is committed, which may be after a
later one. A protocol that asks "what came after this moment" would never learn of it. So lines go out to such
protocols when they have settled: a minute after their time, longer than any transaction lasts.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from openhotline.exchange.published import Published, Version, by_reference, versions
from openhotline_server.sharing.models import Feed, FeedLine, Publication
from openhotline_server.sharing.queries import lines

SETTLED_AFTER = timedelta(minutes=1)
AT_ONCE = 250
"""Lines. About a page of objects."""


def settled(feed: Feed, *, now: datetime) -> QuerySet[FeedLine]:
    """A feed's lines that are out and behind which nothing earlier can come, oldest first."""
    # Whole seconds: who is told a time in seconds has everything of that second or nothing.
    until = (now - SETTLED_AFTER).replace(microsecond=0)
    return lines(feed, now=now).filter(at__lt=until)


def published(line: FeedLine) -> Published:
    """A line in the library's shape."""
    document = line.publication.document
    hashes, address = document.get("hashes", {}), document.get("address", {})
    values = {name: hash_["value"] for name, hash_ in hashes.items()}
    return Published(
        sequence=line.sequence,
        code=line.publication.code,
        reference=line.reference,
        at=line.at,
        withdrawn=line.act == Publication.Act.WITHDRAWN,
        values=values | ({address["kind"]: address["value"]} if address else {}),
        grades=document.get("grades", {}),
        ai=document.get("ai", ""),
        quality=hashes.get("pdq", {}).get("quality"),
    )


def iterated(rows: QuerySet[FeedLine]) -> Generator[FeedLine]:
    """Lines in flat memory. Close it: PostgreSQL's cursor must not be closed within another query."""
    yield from rows.iterator(chunk_size=1000)


def history(rows: QuerySet[FeedLine], references: Collection[str]) -> dict[str, list[Published]]:
    """Everything a feed ever said of these things, in order."""
    names = sorted(set(references))
    parts = (names[first : first + AT_ONCE] for first in range(0, len(names), AT_ONCE))
    return by_reference(published(line) for part in parts for line in rows.filter(reference__in=part))


def versions_from(
    feed: Feed,
    *,
    now: datetime,
    sequence: int,
    added_after: datetime | None = None,
    origins: Collection[UUID] | None = None,
) -> Iterator[list[Version]]:
    """For each line from ``sequence`` on, the versions of values that it made; for ``origins``, of their things only."""
    rows = settled(feed, now=now)
    wanted = rows if added_after is None else rows.filter(at__gt=added_after)
    if origins is not None:
        named = rows.filter(publication__code__in=list(origins)).values("reference")
        wanted = wanted.filter(reference__in=named)
    while part := list(wanted.filter(sequence__gte=sequence)[:AT_ONCE]):
        made: dict[int, list[Version]] = {}
        for thing in history(rows, {line.reference for line in part}).values():
            for version in versions(thing):
                made.setdefault(version.sequence, []).append(version)
        yield from (made.get(line.sequence, []) for line in part)
        sequence = part[-1].sequence + 1
