"""Words for the codes that tables hold, for charts and pages; files keep the codes."""

from __future__ import annotations

from collections.abc import Mapping

from openhotline import law, taxonomy
from openhotline_server.intake.models import Report
from openhotline_server.statistics.definitions import NOT_RECORDED
from openhotline_server.statistics.origin_tables import BOTH, CLAIMED, INDICATED, NEITHER, NOT_ASSESSED
from openhotline_server.statistics.table_set import NON_PHOTOGRAPHIC, PHOTOGRAPHIC
from openhotline_server.statistics.tables import Table

_VOCABULARIES = {
    "discounted": ("discount_reasons",),
    "severity": ("severity",),
    "age": ("age_bands",),
    "sex": ("sex",),
    "severity_by_age": ("age_bands", "severity"),
    "ai": ("ai",),
    "origin_by_assessment": ("ai",),
    "site_types": ("site_types",),
    "commercial": ("commercial",),
}
_PLAIN = {
    NOT_RECORDED: "Not recorded",
    PHOTOGRAPHIC: "Looks like a photograph",
    NON_PHOTOGRAPHIC: "Does not look like one",
    "ai": "AI dimension",
    "unread": "Not readable so far",
    "not_criminal": "Not criminal",
    "percent": "Percent",
    "graded_as_known": "Graded as known",
    BOTH: "Both",
    CLAIMED: "Claimed only",
    INDICATED: "Indicated only",
    NEITHER: "Neither",
    NOT_ASSESSED: "Not assessed",
    "examined": "Looked at",
    "claimed": "AI claimed",
    "indicated": "AI indicated",
    "median_minutes": "Median (minutes)",
    "median_from_minutes": "95 % interval from",
    "median_to_minutes": "to",
    "fastest_minutes": "Fastest (minutes)",
    "within_60_percent": "Gone within 60 minutes, %",
    "within_120_percent": "Gone within 120 minutes, %",
    "actioned_percent": "Actioned of the assessed, %",
}


def labels(table: Table, jurisdiction: law.Jurisdiction) -> Mapping[str, str]:
    """The words for every code of a table, its columns' names included; a code without words is left out."""
    words = dict(_PLAIN)
    if table.name == "origin":
        words["assessed"] = "AI assessed"
    if table.name.startswith("reports_by_source"):
        words |= {kind.value: kind.label for kind in Report.Kind}
    for name in _VOCABULARIES.get(table.name, ()):
        words |= {term.code: term.label for term in taxonomy.load(name).terms}
    if table.name == "outcomes":
        words |= {code: jurisdiction.outcome_label(code) for code in jurisdiction.outcomes}
    return words
