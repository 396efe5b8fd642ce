"""Reading what we publish."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max, Min, QuerySet

from openhotline.errors import NotFound
from openhotline_server.accounts.models import User
from openhotline_server.assessment.models import Assessment, LegalResult
from openhotline_server.evidence.models import Item
from openhotline_server.findings.models import Cluster
from openhotline_server.lists.models import HashList
from openhotline_server.sharing import rules
from openhotline_server.sharing.models import Entitlement, Feed, FeedLine, Publication
from openhotline_server.triage.models import Case


def is_published(item: Item) -> bool:
    """Whether an item is on our list now."""
    last = Publication.objects.filter(item=item).order_by("-sequence").first()
    return last is not None and last.act == Publication.Act.PUBLISHED


def standing_document(item: Item) -> dict[str, Any] | None:
    """What our list says of an item now; None where it is not on it."""
    last = Publication.objects.filter(item=item).order_by("-sequence").first()
    return last.document if last is not None and last.act == Publication.Act.PUBLISHED else None


def log(hash_list: HashList) -> QuerySet[Publication]:
    """The whole log of a list, oldest first, tombstones included."""
    return Publication.objects.filter(hash_list=hash_list).select_related("item").order_by("sequence")


def in_force(hash_list: HashList) -> Iterator[Publication]:
    """The newest line of everything that is on a list, oldest first."""
    newest = (
        Publication.objects.filter(hash_list=hash_list).values("reference").annotate(last=Max("sequence"))
    )
    rows = Publication.objects.filter(sequence__in=newest.values("last"), act=Publication.Act.PUBLISHED)
    return rows.order_by("sequence").iterator()


def get_feed(name: str) -> Feed:
    """A feed by its name; raises NotFound."""
    feed = Feed.objects.select_related("hash_list").filter(name=name, ended_at=None).first()
    if feed is None:
        raise NotFound("There is no feed of this name. `openhotline feed list` prints their names.")
    return feed


def list_feeds() -> QuerySet[Feed]:
    """Every feed that was not ended, in the order they were made."""
    return Feed.objects.filter(ended_at=None).order_by("pk")


def entitled(partner: User, feed: Feed) -> bool:
    """Whether a partner may read a feed now."""
    return Entitlement.objects.filter(partner=partner, feed=feed, ended_at=None).exists()


def entitled_since(partner: User, feed: Feed) -> datetime | None:
    """When a partner might first read a feed; None for never."""
    rights = Entitlement.objects.filter(partner=partner, feed=feed)
    first: datetime | None = rights.aggregate(first=Min("granted_at"))["first"]
    return first


def feeds_of(partner: User) -> QuerySet[Feed]:
    """The feeds that a partner may read now."""
    rights = Entitlement.objects.filter(partner=partner, ended_at=None).values("feed")
    return list_feeds().filter(pk__in=rights)


def out_until(feed: Feed, *, now: datetime) -> datetime:
    """Up to which moment a feed's lines are out: now, or its last time of release."""
    return rules.released_until(feed.released_at_times, now, ZoneInfo(settings.TIME_ZONE))


def lines(feed: Feed, *, now: datetime) -> QuerySet[FeedLine]:
    """A feed's lines that are out, tombstones included, oldest first."""
    rows = FeedLine.objects.filter(feed=feed, at__lte=out_until(feed, now=now))
    return rows.select_related("publication").order_by("sequence")


def newest_lines(feed: Feed, *, now: datetime) -> QuerySet[FeedLine]:
    """Of everything a feed ever showed, the newest line that is out: what stands, and what went."""
    newest = lines(feed, now=now).order_by().values("reference").annotate(last=Max("sequence"))
    return lines(feed, now=now).filter(sequence__in=newest.values("last"))


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
