"""Which matches something follows from: their entry and their list are in force, and nothing suppresses them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from openhotline.errors import NotFound
from openhotline_server.evidence.queries import in_parts
from openhotline_server.findings.models import KnownMatch
from openhotline_server.lists.models import Edition, Entry, HashList

IN_FORCE = HashList.State.IN_FORCE
UNSUPPRESSED = (
    Q(suppressed_by=None)
    | Q(suppressed_by__withdrawn_in__isnull=False)
    | ~Q(suppressed_by__hash_list__state=IN_FORCE)
)
STANDING = Q(
    entry__withdrawn_in=None,
    entry__hash_list__state=IN_FORCE,
    entry__hash_list__purpose=HashList.Purpose.MATCHES,
) & (UNSUPPRESSED)


def standing() -> QuerySet[KnownMatch]:
    """Matches that count now."""
    return KnownMatch.objects.filter(STANDING)


def matches_ever(items: Iterable[int]) -> list[KnownMatch]:
    """Every match of these items, those included that nothing follows from any more; the nearest first."""
    rows = KnownMatch.objects.select_related(
        "item", "entry__hash_list", "edition", "suppressed_by__hash_list"
    )
    return [
        match for keys in in_parts(items) for match in rows.filter(item__in=keys).order_by("distance", "pk")
    ]


def resting_on(editions: Iterable[Edition]) -> QuerySet[KnownMatch]:
    """Matches whose entry went in one of these editions and that are not marked yet."""
    gone = Entry.objects.filter(withdrawn_in__in=list(editions)).values("pk")
    return KnownMatch.objects.filter(entry__in=gone, lapsed_at=None)


def suppressed_by_gone(editions: Iterable[Edition]) -> QuerySet[KnownMatch]:
    """Matches that a false positive took back which went in one of these editions."""
    return KnownMatch.objects.filter(suppressed_by__withdrawn_in__in=list(editions))


def get_match(code: uuid.UUID | str) -> KnownMatch:
    """The match with this code."""
    rows = KnownMatch.objects.select_related(
        "item", "entry__hash_list", "entry__withdrawn_in", "edition", "suppressed_by__hash_list"
    )
    found = rows.filter(code=code).first()
    if found is None:
        raise NotFound("There is no match with that code.")
    return found


def why_not(match: KnownMatch) -> str:
    """Why nothing follows from a match now; empty where it counts."""
    entry, false = match.entry, match.suppressed_by
    if entry.withdrawn_in_id is not None:
        return "withdrawn"
    if entry.hash_list.state != IN_FORCE:
        return str(entry.hash_list.state)
    if false is not None and false.withdrawn_in_id is None and false.hash_list.state == IN_FORCE:
        return "suppressed"
    return ""
