"""From counts to the published tables. Pure: the same counts give the same tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from openhotline import law, taxonomy
from openhotline_server.statistics.definitions import FIGURES, NOT_RECORDED, OVERVIEW_RULE, TABLES, UNIT
from openhotline_server.statistics.queries import Counts, Group
from openhotline_server.statistics.tables import TOTAL_COLUMN, Cell, Table, counted, crossed

# The order in which the outcomes of England and Wales are printed; others follow in the order of their file.
FIRST_OUTCOMES = ("pseudo_photograph", "photograph", "prohibited_image", "discounted")
PHOTOGRAPHIC, NON_PHOTOGRAPHIC = "photographic", "non_photographic"
_MILLISECONDS_PER_HOUR = 3_600_000


@dataclass(frozen=True)
class Assessed:
    """The groups with a firm outcome, as one jurisdiction file reads them."""

    jurisdiction: law.Jurisdiction
    groups: tuple[Group, ...]

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Every outcome that is printed, in order; one that the file no longer knows comes last."""
        known = list(self.jurisdiction.outcomes)
        known += sorted({g.outcome for g in self.groups} - set(known))
        first = [o for o in FIRST_OUTCOMES if o in known]
        return (*first, *(o for o in known if o not in first))

    @property
    def discounted(self) -> tuple[Group, ...]:
        return tuple(g for g in self.groups if self.is_discounted(g.outcome))

    @property
    def criminal(self) -> tuple[Group, ...]:
        return tuple(g for g in self.groups if not self.is_discounted(g.outcome))

    def is_discounted(self, outcome: str) -> bool:
        """Whether the outcome needs a discount reason: it is not criminal."""
        known = self.jurisdiction.outcomes.get(outcome)
        return known is not None and known.needs_reason

    def recording(self, *facts: str) -> tuple[Group, ...]:
        """The groups whose outcome records every one of these facts."""
        return tuple(g for g in self.groups if set(facts) <= set(self.records(g.outcome)))

    def records(self, outcome: str) -> tuple[str, ...]:
        """The facts that are recorded for an outcome."""
        known = self.jurisdiction.outcomes.get(outcome)
        return known.records if known else ()


def assessed(counts: Counts, jurisdiction: law.Jurisdiction) -> Assessed:
    """The groups that count as assessed."""
    return Assessed(jurisdiction, tuple(g for g in counts.groups if g.outcome))


def make_tables(counts: Counts, jurisdiction: law.Jurisdiction) -> tuple[Table, ...]:
    """Return every table, in the order of :data:`~openhotline_server.statistics.definitions.TABLES`."""
    found = assessed(counts, jurisdiction)
    return (
        _overview(counts, found),
        _outcomes(found),
        _criminal(found),
        _discounted(found),
        _by("severity", "severity", found.recording("severity"), lambda g: g.severity, _codes("severity")),
        _by("age", "age_band", found.recording("age_band"), lambda g: g.age_band, _codes("age_bands")),
        _by("sex", "sex", found.recording("sex"), lambda g: g.sex, _codes("sex")),
        _severity_by_age(found),
        _ai(found),
    )


def _overview(counts: Counts, found: Assessed) -> Table:
    left_out, unreadable = counts.by_state.get("left_out", 0), counts.by_state.get("unreadable", 0)
    decided = _total(found.groups)
    figures: dict[str, Cell] = {
        "reports": counts.reports,
        "items": counts.items,
        "sightings": counts.sightings,
        "unread": counts.unread,
        "selected": counts.items - left_out,
        "not_selected": left_out,
        "unreadable": unreadable,
        "waiting": counts.items - counts.standing - left_out - unreadable,
        "undecided": counts.standing - decided,
        "assessed": decided,
        "criminal": _total(found.criminal),
        "discounted": _total(found.discounted),
        "graded_as_known": _total(g for g in found.groups if g.basis == "known"),
        "second_readings": counts.second_readings,
        "third_readings": counts.third_readings,
        "analysts": counts.analysts,
        "analyst_hours": rate(counts.milliseconds, _MILLISECONDS_PER_HOUR, places=1),
        "items_per_analyst_hour": rate(decided * _MILLISECONDS_PER_HOUR, counts.milliseconds, places=1),
        "seconds_per_item": rate(counts.milliseconds, decided * 1000, places=0),
        "exposures": counts.exposures,
        "exposures_per_item": rate(counts.exposures, decided, places=2),
        "originals_opened": counts.originals_opened,
        "notices_delivered": counts.notices_delivered,
        "published": counts.published,
    }
    rows = tuple((name, figures[name]) for name in FIGURES)
    title, definition = TABLES["overview"]
    return Table("overview", title, ("figure", TOTAL_COLUMN), rows, definition, OVERVIEW_RULE, UNIT)


def rate(number: int, by: int, *, places: int) -> Decimal | None:
    """Divide exactly and round half up to ``places`` decimals; nothing divided by nothing is no rate."""
    if by == 0:
        return None
    return (Decimal(number) / Decimal(by)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _outcomes(found: Assessed) -> Table:
    return _by("outcomes", "outcome", found.groups, lambda g: g.outcome, found.outcomes, places=0)


def _criminal(found: Assessed) -> Table:
    def finding(group: Group) -> str:
        return "not_criminal" if found.is_discounted(group.outcome) else "criminal"

    return _by("criminal", "finding", found.groups, finding, ("criminal", "not_criminal"), places=0)


def _discounted(found: Assessed) -> Table:
    """A row for an open reason is printed only where there is one: a finished assessment has a reason."""
    is_open = any(not g.discount_reason for g in found.discounted)
    codes = (*taxonomy.load("discount_reasons").codes, *([NOT_RECORDED] if is_open else []))
    return _by("discounted", "reason", found.discounted, lambda g: g.discount_reason, codes, places=0)


def _severity_by_age(found: Assessed) -> Table:
    cells: Counter[tuple[str, str]] = Counter()
    for g in found.recording("severity", "age_band"):
        cells[g.age_band or NOT_RECORDED, g.severity or NOT_RECORDED] += g.items
    return _crossed("severity_by_age", "age_band", cells, _codes("age_bands"), _codes("severity"))


def _ai(found: Assessed) -> Table:
    cells: Counter[tuple[str, str]] = Counter()
    for g in found.criminal:
        cells[g.ai or NOT_RECORDED, realism(g)] += g.items
    return _crossed("ai", "ai", cells, _codes("ai"), (PHOTOGRAPHIC, NON_PHOTOGRAPHIC))


def realism(group: Group) -> str:
    """Whether the picture looks like a photograph, as its reader answered."""
    return NON_PHOTOGRAPHIC if group.image_type == NON_PHOTOGRAPHIC else PHOTOGRAPHIC


def _crossed(
    name: str, header: str, cells: Counter[tuple[str, str]], rows: Sequence[str], columns: Sequence[str]
) -> Table:
    title, definition = TABLES[name]
    return crossed(
        name=name,
        title=title,
        header=header,
        counts=cells,
        row_codes=rows,
        column_codes=columns,
        definition=definition,
        unit=UNIT,
        places=1,
    )


def _by(
    name: str,
    header: str,
    groups: Iterable[Group],
    code: Callable[[Group], str],
    codes: Sequence[str],
    *,
    places: int = 1,
) -> Table:
    """Add up the groups by a code; one that is open is counted as not recorded."""
    counts = dict.fromkeys(codes, 0)
    for group in groups:
        counts[code(group) or NOT_RECORDED] += group.items
    title, definition = TABLES[name]
    return counted(
        name=name, title=title, header=header, counts=counts, definition=definition, unit=UNIT, places=places
    )


def _codes(vocabulary: str) -> tuple[str, ...]:
    return (*taxonomy.load(vocabulary).codes, NOT_RECORDED)


def _total(groups: Iterable[Group]) -> int:
    return sum(g.items for g in groups)
