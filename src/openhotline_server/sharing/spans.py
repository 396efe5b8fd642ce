"""Which lines of a feed a partner is given who asks "since then".

Two protocols ask by time, in whole seconds, by the caller's clock; a feed's order is its sequence. The lines that
are out are always the first ones of the sequence, and their times never go back (``feeds.py``). From that:

1. A moment becomes a place in the sequence: behind the last line before it.
2. An answer up to a moment that reaches the last line there is may still be overtaken: by a line that is committed
   late with an earlier time, or within the same second; and a caller whose clock or time zone is ahead asks up to
   a moment that has not come. So we keep how far the answer went (``AnsweredUntil``). Who asks next from exactly
   that moment is given everything behind that line, whatever its time. When two programs of a partner were told
   the same moment, the earlier place holds. A program that broke off asks from an older moment, and gets that one's.
   Of the moments that went up to one line the first and the last are kept: one between them went as far.
3. Nothing behind the last line that a partner was ever given whole ranges up to (``Delivery``) is skipped, whatever
   moment is asked from: that covers a moment that nobody was told, as after a change of the program's time zone.

What is given twice does no harm: every protocol merges by key.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet

from openhotline_server.accounts.models import User
from openhotline_server.lists.queries import entries_in_force
from openhotline_server.sharing.models import AnsweredUntil, Delivery, Feed, FeedLine, Publication
from openhotline_server.sharing.queries import out_until

WEST = timedelta(hours=12, minutes=30)
"""A caller that writes its local time as UTC asks up to twelve hours too little at the most (UTC-12)."""

MOST_EARLY = 1000
"""Lines that are added for such a caller. More come when its clock gets there: each is given, only later."""

AT_ONCE = 500


@dataclass(frozen=True)
class Span:
    """Lines behind ``after``, up to and with ``last``. ``tip`` is the last line that was out when it was made."""

    after: int
    last: int
    tip: int

    @property
    def reaches_tip(self) -> bool:
        """Whether there was no line behind it."""
        return self.last >= self.tip


class Line(NamedTuple):
    """A line of a feed with what it says. A tuple, because a page has thousands and a model costs three times more."""

    sequence: int
    reference: str
    act: str
    at: datetime
    document: dict[str, Any]

    @property
    def withdrawn(self) -> bool:
        """Whether it is a tombstone in this feed, whatever its publication was."""
        return self.act == Publication.Act.WITHDRAWN


@dataclass(frozen=True)
class Lines:
    """Some lines of a span. ``rest`` is where the next page begins, None where there is none."""

    lines: list[Line]
    rest: Span | None


def tip(feed: Feed, *, now: datetime) -> int:
    """The last line that is out; 0 for an empty feed."""
    return _last(feed, at__lte=out_until(feed, now=now))


def since(partner: User, feed: Feed, protocol: str, moment: datetime) -> int:
    """The line behind which a partner goes on who asks from a moment on."""
    told = _told(partner, feed, protocol, moment)
    after = _last(feed, at__lt=moment) if told is None else told
    delivery = Delivery.objects.filter(partner=partner, feed=feed, protocol=protocol).first()
    return min(after, delivery.delivered_sequence) if delivery else after


def _told(partner: User, feed: Feed, protocol: str, moment: datetime) -> int | None:
    """How far the answer up to a moment went; for one that lies between two kept ones, as far as those."""
    rows = AnsweredUntil.objects.filter(partner=partner, feed=feed, protocol=protocol)
    exactly = rows.filter(until=moment).first()
    if exactly is not None:
        return exactly.sequence
    ends = rows.order_by().values("sequence").annotate(first=Min("until"), last=Max("until"))
    spanning = ends.filter(first__lt=moment, last__gt=moment).order_by("sequence")
    return spanning.values_list("sequence", flat=True).first()


def until(feed: Feed, moment: datetime) -> int:
    """The last line before a moment."""
    return _last(feed, at__lt=moment)


def page(feed: Feed, span: Span, *, size: int) -> Lines:
    """The first ``size`` lines of a span: of everything that it names, the newest line of the span."""
    later = FeedLine.objects.filter(
        feed=OuterRef("feed"),
        reference=OuterRef("reference"),
        sequence__gt=OuterRef("sequence"),
        sequence__lte=span.last,
    )
    rows = FeedLine.objects.filter(feed=feed, sequence__gt=span.after, sequence__lte=span.last)
    found = _lines(rows.filter(~Exists(later)).order_by("sequence")[: size + 1])
    if len(found) <= size:
        return Lines(found, None)
    return Lines(found[:size], replace(span, after=found[size - 1].sequence))


def early(feed: Feed, span: Span, *, asked_until: datetime, now: datetime) -> list[Line]:
    """Lines behind a span that a caller west of Greenwich means and does not ask for; see ``WEST``."""
    if span.reaches_tip or not now - WEST <= asked_until <= now:
        return []
    found = page(feed, Span(span.last, span.tip, span.tip), size=MOST_EARLY)
    return [] if found.rest else found.lines


def earlier(feed: Feed, lines: list[Line]) -> dict[str, list[Line]]:
    """What the feed showed before of the things that these lines are about, by reference."""
    newest = {line.reference: line.sequence for line in lines}
    found: dict[str, list[Line]] = {}
    names = list(newest)
    for first in range(0, len(names), AT_ONCE):
        rows = FeedLine.objects.filter(
            feed=feed, reference__in=names[first : first + AT_ONCE], act=Publication.Act.PUBLISHED
        )
        for row in _lines(rows.order_by("sequence")):
            if row.sequence < newest[row.reference]:
                found.setdefault(row.reference, []).append(row)
    return found


def showing(feed: Feed, values: set[str], *, last: int) -> dict[str, Line]:
    """Of these PDQ hashes, MD5s of films and addresses: the newest line, up to ``last``, that still shows each.

    Cost: two look-ups where a value is on our list for nothing else. Otherwise, which is rare, the whole feed is
    read for it: two pictures have one hash, or a picture went to another grade's feed.
    """
    listed = entries_in_force(feed.hash_list).filter(value__in=values).values_list("value", flat=True)
    wanted = Q()
    for value in listed.distinct():
        wanted |= Q(publication__document__hashes__pdq__value=value)
        wanted |= Q(publication__document__hashes__md5__value=value, publication__document__media="video")
        wanted |= Q(publication__document__address__value=value)
    if not wanted:
        return {}
    rows = FeedLine.objects.filter(wanted, feed=feed, sequence__lte=last)
    candidates = set(rows.values_list("reference", flat=True))
    newest = FeedLine.objects.filter(feed=feed, reference__in=candidates, sequence__lte=last)
    standing = {row.reference: row for row in _lines(newest.order_by("sequence"))}
    shown = [row for row in standing.values() if not row.withdrawn]
    return {value: row for row in shown for value in _values(row) & values}


def _lines(rows: QuerySet[FeedLine]) -> list[Line]:
    return [
        Line(*row) for row in rows.values_list("sequence", "reference", "act", "at", "publication__document")
    ]


def _values(line: Line) -> set[str]:
    hashes = (found["value"] for found in line.document.get("hashes", {}).values())
    return {*hashes, line.document.get("address", {}).get("value", "")}


def _last(feed: Feed, **limits: datetime) -> int:
    rows = FeedLine.objects.filter(feed=feed, **limits).order_by("-at", "-sequence")
    return rows.values_list("sequence", flat=True).first() or 0
