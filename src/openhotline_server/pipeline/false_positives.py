"""What lists of known false positives take back: of what is found now, and of what was found before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from openhotline_server.evidence.queries import in_parts
from openhotline_server.findings import matches
from openhotline_server.findings.models import KnownMatch
from openhotline_server.lists import asking, queries
from openhotline_server.lists.asking import Match
from openhotline_server.lists.models import HashList
from openhotline_server.pipeline.comparing import Asked, Found, Part, add_false_positives

AT_ONCE = 5000


def ask_false_positives(found: Found, part: Part, items: set[int], *, at: datetime) -> None:
    false = [one for one in queries.list_in_force() if one[0].purpose == HashList.Purpose.SUPPRESSES]
    if not false or not items:
        return
    by_list: dict[int, Asked] = {hash_list.pk: (hash_list, edition) for hash_list, edition in false}
    digests_of = {key: [i for i in held if i in items] for key, held in part.digests().items()}
    for key, entries in asking.exact([k for k, held in digests_of.items() if held], at=at).items():
        for entry in entries:
            for item in digests_of[key] if entry.hash_list_id in by_list else ():
                found.add(item, Match(*by_list[entry.hash_list_id], entry))
    add_false_positives(found, part, false, at=at)


@transaction.atomic
def suppress_again(*, at: datetime) -> set[int]:
    """Ask the lists of false positives about everything that matched; return the items whose matches changed."""
    asked = queries.list_in_force()
    changed: set[int] = set()
    items = (
        KnownMatch.objects.filter(lapsed_at=None).order_by("item").values_list("item", flat=True).distinct()
    )
    for keys in in_parts(items, size=AT_ONCE):
        changed |= matches.suppress(suppressors=dict(_suppressors(keys, asked, at=at)), at=at)
    return changed


def _suppressors(keys: list[int], asked: list[Asked], *, at: datetime) -> Iterator[tuple[int, int | None]]:
    """What suppresses each standing match of some items now, by the match's key."""
    rows = list(
        KnownMatch.objects.filter(item__in=keys, lapsed_at=None).select_related("entry__hash_list", "edition")
    )
    found = Found()
    for row in rows:
        match = Match(
            row.entry.hash_list, row.edition, row.entry, row.distance, row.threshold, row.quality, row.variant
        )
        found.add(row.item_id, match, row.compared)
    ask_false_positives(found, Part.of(keys), set(keys), at=at)
    settled = {
        (item, match.entry.pk): match.suppressed_by
        for item, some in found.matches.items()
        for match in asking.settle(some)
    }
    for row in rows:
        by = settled[row.item_id, row.entry_id]
        yield row.pk, by.pk if by else None
