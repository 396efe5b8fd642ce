"""A feed's lines sorted into MISP events, and the lines of one event."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.conf import settings

from openhotline.errors import NotFound
from openhotline.exchange import misp
from openhotline_server.sharing.models import Feed, FeedLine, Publication
from openhotline_server.sharing.streams import AT_ONCE, published, settled


def source(feed: Feed) -> misp.Source:
    """Who publishes a feed."""
    return misp.Source(feed.hash_list.code, settings.HOTLINE_NAME, feed.code, feed.name, feed.title)


def plans(feed: Feed, *, now: datetime) -> list[misp.EventPlan]:
    """A feed's events, the oldest first."""
    last = settled(feed, now=now).order_by("-sequence").values_list("sequence", flat=True).first()
    return list(_plans(feed.code, last)) if last else []


def get_plan(feed: Feed, event: UUID, *, now: datetime) -> misp.EventPlan:
    """One event; raises NotFound."""
    found = next((plan for plan in plans(feed, now=now) if plan.uuid == event), None)
    if found is None:
        raise NotFound("There is no such event in this feed. Its manifest names them all.")
    return found


def event_lines(feed: Feed, plan: misp.EventPlan, *, now: datetime) -> Iterator[misp.Shown]:
    """The lines of an event, each with the moment another took its place."""
    rows = settled(feed, now=now)
    shown = list(rows.filter(sequence__range=(plan.first, plan.last), act=Publication.Act.PUBLISHED))
    for first in range(0, len(shown), AT_ONCE):
        part = shown[first : first + AT_ONCE]
        later = rows.filter(reference__in=[line.reference for line in part], sequence__gt=plan.first)
        moments: dict[str, list[tuple[int, datetime]]] = {}
        for reference, sequence, at in later.values_list("reference", "sequence", "at"):
            moments.setdefault(reference, []).append((sequence, at))
        for line in part:
            after = [at for sequence, at in moments.get(line.reference, []) if sequence > line.sequence]
            yield misp.Shown(published(line), after[0] if after else None)


@lru_cache(maxsize=16)
def _plans(feed: UUID, last: int) -> tuple[misp.EventPlan, ...]:
    """Sort everything up to a line. What a feed has shown never changes, so its last line names all of it."""
    rows = FeedLine.objects.filter(feed__code=feed, sequence__lte=last).order_by("sequence")
    steps = (
        misp.Step(sequence, reference, act == Publication.Act.WITHDRAWN, at)
        for sequence, reference, act, at in rows.values_list("sequence", "reference", "act", "at")
    )
    return tuple(misp.plan(feed, steps))
