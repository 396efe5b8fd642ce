"""Where actioned addresses lie: the hosting table in the form in which hotlines publish it, and unique domains.

The rows: the ten countries with most, their sum, every other country in the same order, then what has no country.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from openhotline_server.statistics.countries import country_name
from openhotline_server.statistics.report_counting import AddressGroup, ReportCounts
from openhotline_server.statistics.report_definitions import ADDRESSES, DOMAINS, REPORT_TABLES
from openhotline_server.statistics.rounding import percent, rule_in_words
from openhotline_server.statistics.tables import Cell, Row, Table, figures

COLUMNS = ("Host country", "Number of reports", "% of total", "% last year", "% point change")
TOP_TEN, TOTAL = "Top ten", "Total"
SUMS = (TOP_TEN, TOTAL)
ONION, OTHERS, UNTRACED = ".onion", "Other countries", "Not traced"
LAST = (OTHERS, ONION, UNTRACED)
"""Rows that are no country. They come last and never among the ten."""
_TEN = 10

Shares = Mapping[str, Decimal | None]


@dataclass(frozen=True)
class Hosting:
    """Addresses by row of the table (a country's name, or one of ``LAST``) and last year's shares by row."""

    counts: Mapping[str, int]
    last_year: Shares

    @property
    def top_ten(self) -> tuple[str, ...]:
        """The ten countries with most addresses, in order."""
        return self.rows[:_TEN]

    @property
    def rows(self) -> tuple[str, ...]:
        """Countries, most addresses first and equals by name; the total of ``LAST`` behind them is not ordered."""
        countries = [name for name in self.counts if name not in LAST]
        return tuple(sorted(countries, key=lambda name: (-self.counts[name], name)))


def hosting_of(actioned: Iterable[AddressGroup], last_year: Shares) -> Hosting:
    """Add up the groups by row; .onion always has one."""
    counts = Counter[str]({ONION: 0})
    for group in actioned:
        counts[_place(group)] += group.addresses
    return Hosting(counts, last_year)


def shares(counts: Mapping[str, int]) -> dict[str, Decimal | None]:
    """Each row's share of the whole, as it stands in the table."""
    total = sum(counts.values())
    return {name: percent(count, total) for name, count in counts.items()}


def hosting_table(hosting: Hosting) -> Table:
    """The table as it is published: shares are whole numbers, a zero is printed, a new row has no last year."""
    title, definition = REPORT_TABLES["hosting"]
    total = sum(hosting.counts.values())
    ten = hosting.top_ten
    rows = [_row(hosting, name, total) for name in ten]
    rows.append(_sum_row(TOP_TEN, sum(hosting.counts[name] for name in ten), total))
    rows += [_row(hosting, name, total) for name in hosting.rows[_TEN:]]
    rows += [_row(hosting, name, total) for name in LAST if name in hosting.counts]
    rows.append(_sum_row(TOTAL, total, total))
    return Table("hosting", title, COLUMNS, tuple(rows), definition, rule_in_words(0), ADDRESSES)


def domain_table(counts: ReportCounts) -> Table:
    """Distinct domains by country, most first; onion services last."""
    named = {country_name(code): n for code, n in counts.domains.items()}
    ordered = dict(sorted(named.items(), key=lambda found: (-found[1], found[0])))
    title, definition = REPORT_TABLES["domains"]
    return figures(
        name="domains",
        title=title,
        header="country",
        counts=ordered | {ONION: counts.onion_hosts},
        definition=definition,
        unit=DOMAINS,
    )


def without_sums(table: Table) -> tuple[Row, ...]:
    """The rows of the hosting table that are parts of the whole."""
    return tuple(row for row in table.rows if row[0] not in SUMS)


def _place(group: AddressGroup) -> str:
    if group.network == "onion":
        return ONION
    return country_name(group.country) if group.country else UNTRACED


def _row(hosting: Hosting, name: str, total: int) -> Row:
    now = percent(hosting.counts[name], total)
    before = hosting.last_year.get(name)
    change: Cell = None if now is None or before is None else int(now - before)
    return (name, hosting.counts[name], _whole(now), _whole(before), change)


def _sum_row(name: str, count: int, total: int) -> Row:
    return (name, count, _whole(percent(count, total)), None, None)


def _whole(share: Decimal | None) -> Cell:
    return None if share is None else int(share)
