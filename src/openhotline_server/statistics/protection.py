"""The set of tables for the public: no small number is shown, and none follows from several tables together.

The tables hang together: what is assessed is the sum of the outcomes, what is discounted the sum of its
reasons, and severity, age, sex and the AI dimension split the same items again and again: one network, in
which counts flow from all items through every table to the end::

    items -> selected -> assessed -> criminal -> outcomes -> sex -> age -> severity -> AI dimension -> end
                                  -> not criminal -> outcome -> reasons -> end

``flows.hide`` finds what must be withheld in it. Rates and percentages that would give a withheld count away
go too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from openhotline_server.statistics.flows import Arc, hide
from openhotline_server.statistics.suppression import DEFAULT_THRESHOLD, marked
from openhotline_server.statistics.table_set import NON_PHOTOGRAPHIC, PHOTOGRAPHIC, Assessed
from openhotline_server.statistics.tables import TOTAL_COLUMN, Cell, Table

Place = tuple[str, Cell, str]  # table, row code, column
Tables = Mapping[str, Table]

RECORDED = ("sex", "age", "severity_by_age", "severity")
# A rate is left out where one of the counts that it is made of is withheld.
RATES = {
    "items_per_analyst_hour": ("assessed",),
    "seconds_per_item": ("assessed",),
    "exposures_per_item": ("assessed", "exposures"),
}
# Figures of the overview that stand in no sum; each is judged by itself.
SINGLE = (
    "reports",
    "items",
    "sightings",
    "unread",
    "graded_as_known",
    "second_readings",
    "third_readings",
    "analysts",
    "exposures",
    "originals_opened",
    "notices_delivered",
    "published",
)
WHOLES = ("items", "sightings")


def protect(
    tables: Sequence[Table], found: Assessed, *, threshold: int = DEFAULT_THRESHOLD
) -> tuple[Table, ...]:
    """Return the tables for the public. ``found`` is what they were made of."""
    network = _Network({t.name: t for t in tables}, found)
    hidden = hide(network.arcs(), threshold)
    hidden |= network.unbalanced(threshold) | network.small_singles(threshold)
    if network.all_hidden(hidden):
        hidden |= {("overview", name, TOTAL_COLUMN) for name in WHOLES}
    hidden |= network.repeated(hidden)
    return tuple(_protected(t, hidden, found, threshold) for t in tables)


@dataclass(frozen=True)
class _Network:
    tables: Tables
    found: Assessed

    def arcs(self) -> list[Arc[Place]]:
        return [*self._selection(), *self._outcomes(), *self._recorded(), *self._ai()]

    def _selection(self) -> list[Arc[Place]]:
        ways = {
            "selected": ("all", "selected"),
            "not_selected": ("all", "end"),
            "unreadable": ("selected", "end"),
            "waiting": ("selected", "end"),
            "undecided": ("selected", "end"),
            "assessed": ("selected", "assessed"),
        }
        return [self._arc("overview", name, *way) for name, way in ways.items()]

    def _outcomes(self) -> list[Arc[Place]]:
        arcs = [
            self._arc("criminal", "criminal", "assessed", "criminal"),
            self._arc("criminal", "not_criminal", "assessed", "not criminal"),
        ]
        for outcome in self.found.outcomes:
            before = "not criminal" if self.found.is_discounted(outcome) else "criminal"
            arcs.append(self._arc("outcomes", outcome, before, self._after(outcome)))
        reasons = self._codes("discounted")
        return arcs + [self._arc("discounted", code, "discounted", "end") for code in reasons]

    def _after(self, outcome: str) -> str:
        """Where an outcome's items go on: to their reasons, to the recorded facts, or to the AI dimension."""
        if self.found.is_discounted(outcome):
            return "discounted"
        if self.found.records(outcome):
            return "recorded" if self._recorded_fit else self._photographic
        return NON_PHOTOGRAPHIC if self._ai_fits else "end"

    def _recorded(self) -> list[Arc[Place]]:
        if not self._recorded_fit:
            return []
        arcs = [self._arc("sex", code, "recorded", "of a sex") for code in self._codes("sex")]
        arcs += [self._arc("age", code, "of a sex", f"age {code}") for code in self._codes("age")]
        arcs += [
            self._arc("severity_by_age", age, f"age {age}", f"severity {severity}", column=str(severity))
            for age in self._codes("age")
            for severity in self._codes("severity")
        ]
        after = self._photographic
        return arcs + [
            self._arc("severity", code, f"severity {code}", after) for code in self._codes("severity")
        ]

    def _ai(self) -> list[Arc[Place]]:
        if not self._ai_fits:
            return []
        arcs = [
            self._arc("ai", code, realism, f"ai {code}", column=realism)
            for code in self._codes("ai")
            for realism in (PHOTOGRAPHIC, NON_PHOTOGRAPHIC)
        ]
        return arcs + [self._arc("ai", code, f"ai {code}", "end") for code in self._codes("ai")]

    @property
    def _photographic(self) -> str:
        return PHOTOGRAPHIC if self._ai_fits else "end"

    @property
    def _recorded_fit(self) -> bool:
        """Whether all of :data:`RECORDED` count the same items: an outcome records all facts or none."""
        return all(sum(self._column(name, TOTAL_COLUMN)) == self._recording for name in RECORDED)

    @property
    def _ai_fits(self) -> bool:
        """Whether the outcomes that record facts are those that look like a photograph."""
        return sum(self._column("ai", PHOTOGRAPHIC)) == self._recording

    @property
    def _recording(self) -> int:
        return sum(g.items for g in self.found.criminal if self.found.records(g.outcome))

    def unbalanced(self, threshold: int) -> set[Place]:
        """What the network leaves out, under other laws: withheld whole where it holds a small number."""
        left_out = ([] if self._recorded_fit else list(RECORDED)) + ([] if self._ai_fits else ["ai"])
        places = {place for name in left_out for place in self._places(name)}
        return places if any(self.value(place) < threshold for place in places) else set()

    def small_singles(self, threshold: int) -> set[Place]:
        places: list[Place] = [("overview", name, TOTAL_COLUMN) for name in SINGLE]
        return {place for place in places if 0 < self.value(place) < threshold}

    def all_hidden(self, hidden: set[Place]) -> bool:
        """Whether the whole is too small to protect its parts; then it is withheld too."""
        arcs = [arc for arc in self.arcs() if arc.value]
        return bool(arcs) and all(arc.key in hidden for arc in arcs)

    def repeated(self, hidden: set[Place]) -> set[Place]:
        """The same counts where they stand a second time."""
        again: dict[Place, Place] = {
            ("criminal", "criminal", TOTAL_COLUMN): ("overview", "criminal", TOTAL_COLUMN),
            ("criminal", "not_criminal", TOTAL_COLUMN): ("overview", "discounted", TOTAL_COLUMN),
        }
        for code in self._codes("age"):
            again["age", code, TOTAL_COLUMN] = ("severity_by_age", code, TOTAL_COLUMN)
        return {second for first, second in again.items() if first in hidden}

    def value(self, place: Place) -> int:
        """The count that stands at a place."""
        name, code, column = place
        table = self.tables[name]
        cell = next(row[table.columns.index(column)] for row in table.rows if row[0] == code)
        return cell if isinstance(cell, int) else 0

    def _arc(self, name: str, code: Cell, tail: str, head: str, *, column: str = TOTAL_COLUMN) -> Arc[Place]:
        place = (name, code, column)
        return Arc(place, tail, head, self.value(place))

    def _places(self, name: str) -> list[Place]:
        table = self.tables[name]
        columns = [table.columns[i] for i in table.count_columns]
        places: list[Place] = [(name, code, column) for code in self._codes(name) for column in columns]
        return [place for place in places if self.value(place)]

    def _codes(self, name: str) -> tuple[Cell, ...]:
        return tuple(row[0] for row in self.tables[name].rows)

    def _column(self, name: str, column: str) -> Iterable[int]:
        return (self.value((name, code, column)) for code in self._codes(name))


def _protected(table: Table, hidden: set[Place], found: Assessed, threshold: int) -> Table:
    public = marked(table, {(row, column) for name, row, column in hidden if name == table.name}, threshold)
    if table.name == "overview":
        gone = {r for r, made_of in RATES.items() if any(_is_hidden("overview", m, hidden) for m in made_of)}
        return replace(public, rows=tuple((r[0], None) if r[0] in gone else r for r in public.rows))
    if _total_hidden(table.name, hidden, found):
        return replace(public, rows=tuple(_without_percent(public, row) for row in public.rows))
    return public


def _total_hidden(name: str, hidden: set[Place], found: Assessed) -> bool:
    """Whether the sum of a table is withheld: then every percentage in it would tell it."""
    if name in ("outcomes", "criminal"):
        return _is_hidden("overview", "assessed", hidden)
    if name == "discounted":
        return _is_hidden("criminal", "not_criminal", hidden)
    if name == "ai":
        return _is_hidden("criminal", "criminal", hidden)
    return any(_is_hidden("outcomes", o, hidden) for o in found.outcomes if found.records(o))


def _is_hidden(table: str, row: str, hidden: set[Place]) -> bool:
    return (table, row, TOTAL_COLUMN) in hidden


def _without_percent(table: Table, row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    return tuple(None if i in table.percent_columns else cell for i, cell in enumerate(row))
