"""The curator's queue: entries that partners dispute, with what is needed to decide, and no picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min

from openhotline_server.evidence.models import Item
from openhotline_server.sharing.feedback import AFFIRMATIVE, disputed
from openhotline_server.sharing.models import Feedback, Publication


@dataclass(frozen=True)
class Dispute:
    """One entry, what is said against it and by whom. ``agreed`` counts partners who saw it and agreed.

    ``document`` is what our list says of it now, or said last; ``listed`` whether it stands there still.
    """

    reference: str
    item: Item | None
    listed: bool
    document: dict[str, Any]
    words: list[Feedback]
    agreed: int

    @property
    def newest(self) -> Feedback:
        return self.words[-1]


def references() -> list[str]:
    """What is disputed: what most partners dispute first, then the oldest."""
    rows = disputed().order_by().values_list("publication__reference")
    counted = rows.annotate(partners=Count("partner", distinct=True), first=Min("received_at"))
    return [str(name) for name, *_ in counted.order_by("-partners", "first")]


def describe(names: Sequence[str]) -> list[Dispute]:
    """Everything about these entries, in their order."""
    words: dict[str, list[Feedback]] = {name: [] for name in names}
    rows = (
        disputed().filter(publication__reference__in=names).select_related("partner", "publication", "feed")
    )
    for row in rows:
        words[row.publication.reference].append(row)
    log = Publication.objects.filter(reference__in=names).select_related("item").order_by("sequence")
    newest = {line.reference: line for line in log}
    agreed = _agreed(names)
    return [_dispute(newest[name], words[name], agreed.get(name, 0)) for name in names]


def _dispute(line: Publication, words: list[Feedback], agreed: int) -> Dispute:
    listed = line.act == Publication.Act.PUBLISHED
    document = line.document if listed else words[-1].publication.document
    return Dispute(line.reference, line.item, listed, document, words, agreed)


def _agreed(names: Sequence[str]) -> dict[str, int]:
    rows = Feedback.objects.filter(
        opinion=AFFIRMATIVE, superseded_at=None, publication__reference__in=names
    ).order_by()
    counted = rows.values_list("publication__reference").annotate(n=Count("partner", distinct=True))
    return {str(name): int(count) for name, count in counted}
