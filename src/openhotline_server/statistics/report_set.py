"""All tables of reports, hosting and removal of one scope; none where no report names an address."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache

from openhotline import law
from openhotline.chain import GENESIS
from openhotline_server.ledger.queries import head_digest
from openhotline_server.statistics.hosting_tables import (
    Hosting,
    Shares,
    domain_table,
    hosting_of,
    hosting_table,
    shares,
)
from openhotline_server.statistics.removal_counting import RemovalCounts, count_removals
from openhotline_server.statistics.removal_tables import removal_tables
from openhotline_server.statistics.report_counting import ReportCounts, count_reports, has_reports
from openhotline_server.statistics.report_protection import protect_reports
from openhotline_server.statistics.report_tables import actioned_of, report_tables, site_tables
from openhotline_server.statistics.scope import Scope
from openhotline_server.statistics.tables import Table

Counted = tuple[ReportCounts, RemovalCounts]


def count_report_tables(scope: Scope, jurisdiction: law.Jurisdiction, *, public: bool) -> tuple[Table, ...]:
    """Count what is in scope, and for last year's shares what was a year earlier.

    An answer is kept until the ledger grows, because every change is a line there: a page asks for each chart again.
    """
    head = head_digest()
    if head == GENESIS:
        return _make(scope, jurisdiction, public=public)
    return _kept(scope, jurisdiction, public, head)


@lru_cache(maxsize=32)
def _kept(scope: Scope, jurisdiction: law.Jurisdiction, public: bool, head: str) -> tuple[Table, ...]:
    return _make(scope, jurisdiction, public=public)


def _make(scope: Scope, jurisdiction: law.Jurisdiction, *, public: bool) -> tuple[Table, ...]:
    found = _count(scope, jurisdiction)
    if found is None:
        return ()
    hosting = _hosting(found, jurisdiction, _last_year(scope, jurisdiction, public=public))
    tables = _tables(found, hosting, jurisdiction)
    return protect_reports(tables, hosting) if public else tables


def year_before(scope: Scope) -> Scope | None:
    """The same period a year earlier; none where the scope has no beginning or no end."""
    if scope.first_day is None or scope.last_day is None:
        return None
    return replace(scope, first_day=_earlier(scope.first_day), last_day=_earlier(scope.last_day))


def _earlier(day: date) -> date:
    """The day a year before; 28 February for the 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def _last_year(scope: Scope, jurisdiction: law.Jurisdiction, *, public: bool) -> Shares:
    """The shares as last year's table shows them: for the public, without those that it withholds."""
    before = year_before(scope)
    found = _count(before, jurisdiction) if before else None
    if found is None:
        return {}
    hosting = _hosting(found, jurisdiction, {})
    if not public:
        return shares(hosting.counts)
    tables = protect_reports(_tables(found, hosting, jurisdiction), hosting)
    shown = next(table for table in tables if table.name == "hosting")
    hidden = {row[0] for row in shown.rows if isinstance(row[1], str)}
    return {name: None if name in hidden else share for name, share in shares(hosting.counts).items()}


def _hosting(found: Counted, jurisdiction: law.Jurisdiction, last_year: Shares) -> Hosting:
    return hosting_of(actioned_of(found[0], jurisdiction), last_year)


def _tables(found: Counted, hosting: Hosting, jurisdiction: law.Jurisdiction) -> tuple[Table, ...]:
    reports, removals = found
    return (
        *report_tables(reports, jurisdiction),
        hosting_table(hosting),
        *site_tables(actioned_of(reports, jurisdiction)),
        domain_table(reports),
        *removal_tables(removals),
    )


def _count(scope: Scope, jurisdiction: law.Jurisdiction) -> Counted | None:
    if not has_reports(scope):
        return None
    return count_reports(scope, jurisdiction), count_removals(scope)
