"""A hit as it is told: the member, what was compared, and what the list says of the entry."""

from __future__ import annotations

from openhotline.datasets.bulk.record import NO_QUALITY, Hit, Looked, State
from openhotline.known.answers import ORIGINAL, PDQ
from openhotline.known.lists import Known


def hit_of(
    known: Known,
    looked: Looked,
    place: int,
    key: int,
    *,
    by: str,
    confirmed: bool,
    distance: int = 0,
    threshold: int = 0,
    pdq: bytes | None = None,
    quality: int | None = None,
) -> Hit:
    """Return the hit of a member on an entry. Without ``pdq`` it is told with the hash that its look gave, if any."""
    look = looked.looks[place]
    if pdq is None and (look["quality"] != NO_QUALITY or look["state"] == State.STATED) and look["pdq"].any():
        pdq, quality = look["pdq"].tobytes(), int(look["quality"])
    entry = known.entry(key)
    return Hit(
        position=place,
        by=by,
        distance=distance,
        threshold=threshold,
        variant=ORIGINAL if by == PDQ else "",
        list=known.name,
        edition=known.edition,
        confirmed=confirmed,
        pdq=pdq.hex() if pdq else "",
        quality=None if quality == NO_QUALITY else quality,
        entry_line=entry.line,
        entry_reference=entry.reference,
        entry_quality=entry.quality,
        ai=entry.ai,
        tags=entry.tags,
        grades=entry.grades,
    )
