"""Letting go of answers' moments that can no longer matter (``AnsweredUntil``). Numbered as the code:

1. Of the moments that went up to one line the first and the last are kept: ``spans.since`` reads a moment between two
   that went as far as they did. A feed that rests is asked again and again, and needs no row for each time.
2. Where the feed's next line has the last moment's time or a later one, the times alone say the same of all of them:
   lines' times never go back (``feeds.py``), so nothing earlier can still come. Then both go; one alone never does,
   because moments between them rest on both.
"""

from __future__ import annotations

from django.db.models import Max, Min, QuerySet

from openhotline_server.sharing.models import AnsweredUntil, FeedLine

WHOSE = ("partner", "feed", "protocol", "sequence")


def keep_first_and_last(rows: QuerySet[AnsweredUntil]) -> None:
    """Of a program's moments, drop those between two that went up to the same line."""
    ends = rows.order_by().values("sequence").annotate(first=Min("until"), last=Max("until"))
    for one in list(ends):
        between = {"until__gt": one["first"], "until__lt": one["last"]}
        rows.filter(sequence=one["sequence"], **between).delete()  # 1


def forget_overtaken(rows: QuerySet[AnsweredUntil]) -> int:
    """Drop moments of which the times say the same; return how many."""
    gone = 0
    for one in list(rows.order_by().values(*WHOSE).annotate(last=Max("until"))):
        later = FeedLine.objects.filter(feed=one["feed"], sequence__gt=one["sequence"])
        following = later.order_by("sequence").values_list("at", flat=True).first()
        if following is not None and one["last"] <= following:  # 2
            gone += rows.filter(**{name: one[name] for name in WHOSE}).delete()[0]
    return gone
