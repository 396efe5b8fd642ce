"""From counted reports to the tables of what came of them and of sites. Pure: the same counts, the same tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from openhotline import law, taxonomy
from openhotline_server.intake.models import FileRecord, Report
from openhotline_server.statistics.definitions import NOT_RECORDED
from openhotline_server.statistics.report_counting import (
    ACTIONED,
    NOT_ASSESSED,
    NOT_CRIMINAL,
    OFF_REMIT,
    UNDECIDED,
    VERDICTS,
    AddressGroup,
    Namings,
    ReportCounts,
    verdict,
)
from openhotline_server.statistics.report_definitions import (
    ADDRESSES,
    FIGURES_RULE,
    NAMINGS,
    REPORT_FIGURES,
    REPORT_TABLES,
    SOURCES_RULE,
)
from openhotline_server.statistics.rounding import percent
from openhotline_server.statistics.tables import TOTAL_COLUMN, Row, Table, counted
from openhotline_server.triage.models import AddressCase

SHARE_COLUMN = "actioned_percent"
BY_SOURCE_COLUMNS = ("source", *VERDICTS, TOTAL_COLUMN, SHARE_COLUMN)
# A batch of files or a study's records names no addresses, and so has no row.
SOURCES = tuple(kind.value for kind in Report.Kind if kind not in (Report.Kind.BATCH, Report.Kind.RECORDS))


def report_tables(counts: ReportCounts, jurisdiction: law.Jurisdiction) -> tuple[Table, ...]:
    """The overview and both tables by source: every naming, and every address once."""
    firsts = tuple(n for n in counts.namings if n.first)
    return (
        _overview(counts, firsts, jurisdiction),
        _by_source("reports_by_source", counts.namings, jurisdiction, NAMINGS),
        _by_source("reports_by_source_once", firsts, jurisdiction, ADDRESSES),
    )


def site_tables(actioned: Iterable[AddressGroup]) -> tuple[Table, ...]:
    """Actioned addresses by type of site and by commerciality."""
    types, commercial = Counter[str](), Counter[str]()
    for group in actioned:
        types[group.site_type or NOT_RECORDED] += group.addresses
        commercial[group.commercial or NOT_RECORDED] += group.addresses
    return _by("site_types", "site_type", types), _by("commercial", "commercial", commercial)


def actioned_of(counts: ReportCounts, jurisdiction: law.Jurisdiction) -> tuple[AddressGroup, ...]:
    """The groups that count as actioned."""
    return tuple(g for g in counts.groups if verdict(g.outcome, g.discount_reason, jurisdiction) == ACTIONED)


def _overview(counts: ReportCounts, firsts: tuple[Namings, ...], jurisdiction: law.Jurisdiction) -> Table:
    found = _verdicts(firsts, jurisdiction)
    namings, addresses = _sum(counts.namings), _sum(firsts)
    actioned = actioned_of(counts, jurisdiction)
    values: dict[str, int] = {
        "address_reports": counts.deliveries,
        "set_aside": counts.set_aside,
        "refused": counts.refused,
        "namings": namings,
        "duplicates": namings - addresses,
        "addresses": addresses,
        "not_assessed": found[NOT_ASSESSED],
        "undecided": found[UNDECIDED],
        "assessed": found[ACTIONED] + found[NOT_CRIMINAL] + found[OFF_REMIT],
        "actioned": found[ACTIONED],
        "not_criminal": found[NOT_CRIMINAL],
        "off_remit": found[OFF_REMIT],
        "behind_front": sum(g.addresses for g in actioned if g.behind_front),
        "gone_before_notice": sum(g.addresses for g in actioned if g.state == AddressCase.State.GONE_BEFORE),
        "generators": counts.files.get(FileRecord.Kind.GENERATOR, 0),
        "manuals": counts.files.get(FileRecord.Kind.MANUAL, 0),
    }
    rows = tuple((name, values[name]) for name in REPORT_FIGURES)
    title, definition = REPORT_TABLES["reports"]
    return Table("reports", title, ("figure", TOTAL_COLUMN), rows, definition, FIGURES_RULE, ADDRESSES)


def _by_source(name: str, namings: Iterable[Namings], jurisdiction: law.Jurisdiction, unit: str) -> Table:
    cells: dict[str, Counter[str]] = {source: Counter() for source in SOURCES}
    for n in namings:
        cells.setdefault(n.kind, Counter())[_verdict(n, jurisdiction)] += n.namings
    title, definition = REPORT_TABLES[name]
    rows = tuple(_source_row(source, found) for source, found in cells.items())
    return Table(name, title, BY_SOURCE_COLUMNS, rows, definition, SOURCES_RULE, unit)


def _source_row(source: str, found: Counter[str]) -> Row:
    return (source, *(found[v] for v in VERDICTS), found.total(), _share(found))


def _share(found: Counter[str]) -> Decimal | None:
    return percent(found[ACTIONED], found[ACTIONED] + found[NOT_CRIMINAL] + found[OFF_REMIT])


def _verdicts(namings: Iterable[Namings], jurisdiction: law.Jurisdiction) -> Counter[str]:
    found = Counter[str]()
    for n in namings:
        found[_verdict(n, jurisdiction)] += n.namings
    return found


def _verdict(n: Namings, jurisdiction: law.Jurisdiction) -> str:
    return verdict(n.outcome, n.discount_reason, jurisdiction, assessed=n.assessed)


def _by(name: str, vocabulary: str, found: Counter[str]) -> Table:
    """A row for every code of the vocabulary; a code that it no longer has comes behind them."""
    known = taxonomy.load("site_types" if vocabulary == "site_type" else vocabulary).codes
    codes = (*known, NOT_RECORDED)
    counts = {code: found[code] for code in (*codes, *sorted(set(found) - set(codes)))}
    title, definition = REPORT_TABLES[name]
    return counted(
        name=name, title=title, header=vocabulary, counts=counts, definition=definition, unit=ADDRESSES
    )


def _sum(namings: Iterable[Namings]) -> int:
    return sum(n.namings for n in namings)
