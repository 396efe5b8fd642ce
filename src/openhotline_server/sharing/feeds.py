"""Feeds: streams of the one log, each for one kind of recipient. A line of the log becomes a line of every feed
it concerns, in the same transaction, so that a feed's sequence and times never go back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from openhotline.errors import BadInput, Conflict
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import record
from openhotline_server.lists.models import HashList
from openhotline_server.lists.operations import ensure_own_list
from openhotline_server.sharing import rules
from openhotline_server.sharing.models import Feed, FeedLine, Publication

AT_ONCE = 500


@transaction.atomic
def ensure_standard_feeds(*, at: datetime) -> list[Feed]:
    """The feeds every hotline begins with, each made at its first use."""
    own = ensure_own_list(at=at)
    missing = rules.STANDARD_FEEDS.keys() - set(Feed.objects.values_list("name", flat=True))
    for name in missing:
        title, selection = rules.STANDARD_FEEDS[name]
        _make(own, name, title, selection, at)
    return list(Feed.objects.filter(name__in=rules.STANDARD_FEEDS, ended_at=None).order_by("pk"))


@transaction.atomic
def make_feed(*, name: str, title: str, selection: dict[str, Any], actor: str, at: datetime) -> Feed:
    """Make a further feed; what the log already holds of its selection comes out as its first lines."""
    if Feed.objects.filter(name=name).exists():
        raise Conflict("A feed of this name exists. Choose another name.")
    unknown = selection.keys() - {"content", "outcomes", "grades", "ai", "released_at_times"}
    if unknown or selection.get("content", "hashes") not in Feed.Content.values:
        raise BadInput(
            "A feed selects by content, outcomes, grades and ai, and has times of release. Correct it."
        )
    feed = _make(ensure_own_list(at=at), name, title, selection, at)
    record(
        actor=actor,
        at=at,
        event=Event.FEED_MADE,
        subject=f"feed:{feed.code}",
        details={"selection": selection},
    )
    return feed


def write_lines(publications: Sequence[Publication]) -> None:
    """Show new lines of the log, in their order, in every feed they concern. Call it where they are written."""
    for feed in Feed.objects.filter(ended_at=None).order_by("pk"):
        _show(feed, publications)


def selection_of(feed: Feed) -> rules.Selection:
    """What a feed takes."""
    return rules.Selection(
        content=feed.content,
        deciding=settings.JURISDICTIONS[0],
        outcomes=tuple(feed.outcomes),
        grades=tuple(feed.grades),
        ai=tuple(feed.ai),
    )


def _make(own: HashList, name: str, title: str, selection: dict[str, Any] | Any, at: datetime) -> Feed:
    feed = Feed.objects.create(name=name, title=title, hash_list=own, created_at=at, **selection)
    # Publishing holds this row too: no line can be written between the backfill and the feed's first use.
    HashList.objects.select_for_update().get(pk=own.pk)
    log = Publication.objects.filter(hash_list=own).order_by("sequence")
    last = log.aggregate(last=Max("sequence"))["last"] or 0
    after = 0
    while after < last:
        part = list(log.filter(sequence__gt=after)[:AT_ONCE])
        _show(feed, part)
        after = part[-1].sequence
    return feed


def _show(feed: Feed, publications: Sequence[Publication]) -> None:
    """Write a feed's lines: what it takes, and a tombstone for what it showed and no longer takes."""
    selection = selection_of(feed)
    standing = _standing(feed, {p.reference for p in publications})
    lines = []
    for publication in publications:
        published = publication.act == Publication.Act.PUBLISHED
        takes = published and selection.takes(publication.document)
        if takes or publication.reference in standing:
            act = Publication.Act.PUBLISHED if takes else Publication.Act.WITHDRAWN
            lines.append(
                FeedLine(
                    feed=feed,
                    publication=publication,
                    reference=publication.reference,
                    act=act,
                    at=publication.published_at,
                )
            )
            (standing.add if takes else standing.discard)(publication.reference)
    FeedLine.objects.bulk_create(lines, batch_size=AT_ONCE)


def _standing(feed: Feed, references: set[str]) -> set[str]:
    """Which of these things the feed shows now."""
    found: set[str] = set()
    names = sorted(references)
    for first in range(0, len(names), AT_ONCE):
        rows = FeedLine.objects.filter(feed=feed, reference__in=names[first : first + AT_ONCE])
        last: dict[str, str] = dict(rows.order_by("sequence").values_list("reference", "act"))
        found |= {name for name, act in last.items() if act == Publication.Act.PUBLISHED}
    return found
