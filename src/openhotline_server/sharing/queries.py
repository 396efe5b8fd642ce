"""Reading what we publish."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from openhotline_server.accounts.models import User
from openhotline_server.assessment.models import Assessment, LegalResult
from openhotline_server.evidence.models import Item
from openhotline_server.findings.models import Cluster
from openhotline_server.lists.models import HashList
from openhotline_server.sharing import rules
from openhotline_server.sharing.models import Entitlement, Publication
from openhotline_server.triage.models import Case


@dataclass(frozen=True)
class Published:
    """An item's standing on our list, by the last line of the log that tells of it."""

    item: Item
    document: dict[str, Any]
    edition: int
    sequence: int
    at: datetime


def is_published(item: Item) -> bool:
    """Whether an item is on our list now."""
    last = Publication.objects.filter(item=item).order_by("-sequence").first()
    return last is not None and last.act == Publication.Act.PUBLISHED


def log(hash_list: HashList) -> QuerySet[Publication]:
    """The whole log of a list, oldest first, tombstones included."""
    return Publication.objects.filter(hash_list=hash_list).select_related("item").order_by("sequence")


def in_force(hash_list: HashList) -> Iterator[Publication]:
    """Every publication that no tombstone follows, oldest first."""
    withdrawn_after: dict[int, int] = {}
    rows = Publication.objects.filter(hash_list=hash_list)
    for item, sequence in rows.filter(act=Publication.Act.WITHDRAWN).values_list("item", "sequence"):
        withdrawn_after[item] = max(sequence, withdrawn_after.get(item, 0))
    for row in rows.filter(act=Publication.Act.PUBLISHED).order_by("sequence").iterator():
        if withdrawn_after.get(row.item_id, 0) < row.sequence:
            yield row


def entitled(partner: User, hash_list: HashList) -> bool:
    """Whether a partner may download a list now."""
    return Entitlement.objects.filter(partner=partner, hash_list=hash_list, ended_at=None).exists()


def list_candidates() -> QuerySet[Assessment]:
    """Standing assessments of criminal material whose pictures are not all on our list, the oldest first."""
    criminal = LegalResult.objects.filter(
        jurisdiction=settings.JURISDICTIONS[0], outcome__in=rules.PUBLISHABLE
    ).values("assessment")
    published = Publication.objects.filter(act=Publication.Act.PUBLISHED).values("item")
    done = Cluster.objects.filter(representative__in=published).values("pk")
    return (
        Assessment.objects.filter(ended_at=None, pk__in=criminal, case__state=Case.State.DECIDED)
        .exclude(case__cluster__in=done)
        .exclude(case__cluster__representative__sha256=None)
        .select_related("case__cluster__representative")
        .order_by("made_at", "pk")
    )
