"""Counting notices to hosts and the clocks of removal, in the database.

Clocks are grouped by place, ending and whole minutes there: a million of them become some thousand rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest

from openhotline_server.notices.kinds import NoticeKind
from openhotline_server.notices.models import NoticeAddress, Outgoing, Removal
from openhotline_server.statistics.report_counting import named_in
from openhotline_server.statistics.scope import Scope

STILL_ONLINE = "still_online"


@dataclass(frozen=True)
class Clocks:
    """How many clocks have this in common. ``ending`` is a code of ``Removal.Ending`` or ``STILL_ONLINE``."""

    country: str
    host: str
    ending: str
    minutes: int
    clocks: int


@dataclass(frozen=True)
class RemovalCounts:
    """``lines`` are the addresses of notices, each as often as a notice names it; ``told`` counts each once."""

    notices: int
    lines: int
    told: int
    clocks: tuple[Clocks, ...]


class _Minutes(Func):
    """Whole minutes of a duration, rounded down. SQLite holds a duration as microseconds."""

    output_field = BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template="((%(expressions)s) / 60000000)", **more)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        template = "FLOOR(EXTRACT(EPOCH FROM (%(expressions)s)) / 60)::bigint"
        return self.as_sql(compiler, connection, template=template, **more)


def count_removals(scope: Scope) -> RemovalCounts:
    """Count what concerns the addresses in scope, in four queries."""
    sent = NoticeAddress.objects.filter(
        _was_sent("notice"), named_in(scope, "case__address"), notice__kind=NoticeKind.TAKEDOWN
    )
    whole = sent.aggregate(
        notices=Count("notice", distinct=True), told=Count("case", distinct=True), lines=Count("pk")
    )
    return RemovalCounts(whole["notices"], whole["lines"], whole["told"], _clocks(scope))


def _was_sent(notice: str) -> Q:
    """Whether a row's notice left: the mail server took it, or its delivery was recorded by hand."""
    taken = Outgoing.objects.filter(notice=OuterRef(notice), state=Outgoing.State.SENT)
    return Q(Exists(taken)) | Q(**{f"{notice}__delivered_at__isnull": False})


def _clocks(scope: Scope) -> tuple[Clocks, ...]:
    names = ("country", "host", "how", "minutes")
    rows = (
        _started(scope)
        .annotate(how=_how(), minutes=_Minutes(_ran()))
        .order_by()
        .values(*names)
        .annotate(clocks=Count("pk"))
        .order_by(*names)
    )
    return tuple(Clocks(r["country"], r["host"], r["how"], r["minutes"], r["clocks"]) for r in rows)


def _started(scope: Scope) -> QuerySet[Removal]:
    """Clocks that a notice to the host began: forwards and referrals start none that would be comparable."""
    return Removal.objects.filter(
        named_in(scope, "case__address"), notice__kind=NoticeKind.TAKEDOWN, began_at__isnull=False
    )


def _how() -> Case:
    return Case(When(ended_at=None, then=Value(STILL_ONLINE)), default=F("ending"))


def _ran() -> ExpressionWrapper[Any]:
    """How long a clock is known to have run: to its end, or until the address was last seen online.

    Never less than nothing: an address seen before its notice went out had been online for no minute of it.
    """
    unknown_end = Q(ended_at=None) | Q(ending=Removal.Ending.STOPPED)
    until = Case(When(unknown_end, then=Coalesce("last_seen_at", "began_at")), default=F("ended_at"))
    return ExpressionWrapper(Greatest(until, F("began_at")) - F("began_at"), output_field=DurationField())
