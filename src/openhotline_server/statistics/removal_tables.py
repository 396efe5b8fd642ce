"""From notices and clocks to the tables of removal. Pure: the same counts give the same tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from openhotline_server.notices.models import Removal
from openhotline_server.statistics.countries import country_name
from openhotline_server.statistics.hosting_tables import UNTRACED
from openhotline_server.statistics.removal_counting import STILL_ONLINE, Clocks, RemovalCounts
from openhotline_server.statistics.removal_times import Spell, Times, times_of
from openhotline_server.statistics.report_definitions import (
    FIGURES_RULE,
    MINUTES,
    NOTICES,
    REMOVAL_FIGURES,
    REPORT_TABLES,
    TIMES_RULE,
)
from openhotline_server.statistics.tables import TOTAL_COLUMN, Cell, Row, Table, crossed

CLOCKS = "clocks"
ENDINGS = (*(ending.value for ending in Removal.Ending), STILL_ONLINE)
TIMES_COLUMNS = (
    "median_minutes",
    "median_from_minutes",
    "median_to_minutes",
    "fastest_minutes",
    "within_60_percent",
    "within_120_percent",
)
NOT_REACHED = "not reached"
ALL = "All"

By = Callable[[Clocks], str]


def by_country(clocks: Clocks) -> str:
    """The name of the country to whose host the notice went."""
    return country_name(clocks.country) if clocks.country else UNTRACED


def by_host(clocks: Clocks) -> str:
    """The network to which the notice went."""
    return clocks.host or UNTRACED


def removal_tables(counts: RemovalCounts) -> tuple[Table, ...]:
    """All tables of removal; those by host are for the house only."""
    return (
        _overview(counts),
        _standing("removal_by_country", "country", counts.clocks, by_country),
        _times("removal_times", "country", counts.clocks, by_country),
        _standing("removal_by_host", "host", counts.clocks, by_host),
        _times("removal_times_by_host", "host", counts.clocks, by_host),
    )


def _overview(counts: RemovalCounts) -> Table:
    ended = Counter[str]()
    for clocks in counts.clocks:
        ended[clocks.ending] += clocks.clocks
    values: dict[str, Cell] = {
        "notices": counts.notices,
        "addresses_told": counts.told,
        "addresses_per_notice": _per(counts.lines, counts.notices),
        CLOCKS: ended.total(),
        **{ending: ended[ending] for ending in ENDINGS},
    }
    rows = tuple((name, values[name]) for name in REMOVAL_FIGURES)
    title, definition = REPORT_TABLES["removal"]
    return Table("removal", title, ("figure", TOTAL_COLUMN), rows, definition, FIGURES_RULE, NOTICES)


def _per(lines: int, notices: int) -> Decimal | None:
    if not notices:
        return None
    return (Decimal(lines) / Decimal(notices)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _standing(name: str, header: str, clocks: Iterable[Clocks], by: By) -> Table:
    cells, totals = Counter[tuple[str, str]](), Counter[str]()
    for one in clocks:
        cells[by(one), one.ending] += one.clocks
        totals[by(one)] += one.clocks
    title, definition = REPORT_TABLES[name]
    return crossed(
        name=name,
        title=title,
        header=header,
        counts=cells,
        row_codes=_most_first(totals),
        column_codes=ENDINGS,
        definition=definition,
        unit=CLOCKS,
    )


def _times(name: str, header: str, clocks: Iterable[Clocks], by: By) -> Table:
    """A row for the whole, then one a place, in the order of the table beside it."""
    spells: dict[str, list[Spell]] = {}
    totals = Counter[str]()
    for one in clocks:
        spells.setdefault(by(one), []).append(_spell(one))
        totals[by(one)] += one.clocks
    every = [spell for found in spells.values() for spell in found]
    rows = (
        _times_row(ALL, times_of(every)),
        *(_times_row(place, times_of(spells[place])) for place in _most_first(totals)),
    )
    title, definition = REPORT_TABLES[name]
    return Table(name, title, (header, *TIMES_COLUMNS), rows, definition, TIMES_RULE, MINUTES)


def _spell(clocks: Clocks) -> Spell:
    return Spell(clocks.minutes, clocks.ending == Removal.Ending.REMOVED, clocks.clocks)


def _times_row(name: str, times: Times) -> Row:
    if not times.clocks:
        return (name, *(None for _ in TIMES_COLUMNS))
    reached = [NOT_REACHED if found is None else found for found in (times.median, times.low, times.high)]
    return (name, *reached, times.fastest, *(_percent(share) for share in times.within))


def _percent(share: float | None) -> Cell:
    return (
        None
        if share is None
        else int(Decimal(str(round(share * 100, 6))).quantize(Decimal(1), ROUND_HALF_UP))
    )


def _most_first(totals: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(sorted(totals, key=lambda place: (-totals[place], place)))
