"""The statistics: every table with its chart, definition and rounding rule, on screen and as files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone

from openhotline_server.accounts.gate import requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.statistics.charts import label
from openhotline_server.statistics.labels import labels
from openhotline_server.statistics.publication import (
    TableSet,
    count_tables,
    draw,
    figure_definitions,
    index,
    json_text,
)
from openhotline_server.statistics.queries import list_studies
from openhotline_server.statistics.scope import Scope
from openhotline_server.statistics.tables import Cell, Table
from openhotline_server.statistics.writing import cell_text, csv_text
from openhotline_server.statistics.writing import json_text as table_json

INK_ON_DARK = "#e3e8e9"  # --ink of site.css where the page is dark; a picture cannot read the page's own
DAY = {"type": "date"}


class Filter(forms.Form):
    """Which reports are counted, and for whom."""

    study = forms.ChoiceField(label="Study", required=False)
    first = forms.DateField(label="Received from", required=False, widget=forms.DateInput(attrs=DAY))
    last = forms.DateField(label="Received until", required=False, widget=forms.DateInput(attrs=DAY))
    public = forms.BooleanField(label="As for the public", required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        study = self.fields["study"]
        assert isinstance(study, forms.ChoiceField)
        study.choices = [("", "Everything"), *((title, title) for title in list_studies())]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("first") and cleaned.get("last") and cleaned["last"] < cleaned["first"]:
            self.add_error("last", "The period ends before it begins.")
        return cleaned

    def counted(self) -> TableSet:
        """The tables asked for; everything where the question was not understood."""
        asked = self.cleaned_data if self.is_valid() else {}
        scope = Scope(asked.get("study", ""), asked.get("first"), asked.get("last"))
        return count_tables(scope, public=asked.get("public", False))


@dataclass(frozen=True)
class Shown:
    """A table in the words of the page. ``rows`` are (name, what it counts, cells)."""

    table: Table
    head: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[str, ...]], ...]

    @property
    def is_wide(self) -> bool:
        """Whether the table needs the page's whole width, below its chart."""
        return self.table.is_crossed or len(self.head) > 3


@requires(Permission.STATISTICS_READ)
def statistics(request: HttpRequest) -> HttpResponse:
    """All tables of what is asked for."""
    form = Filter(request.GET or {})
    counted = form.counted()
    overview, *sheets = (_shown(counted, table) for table in counted.tables)
    return render(
        request,
        "console/statistics.html",
        {
            "form": form,
            "overview": overview,
            "sheets": sheets,
            "jurisdiction": counted.jurisdiction,
            "public": counted.public,
            "asked": request.GET.urlencode() if form.is_valid() else "",
            "counted_at": timezone.now(),
        },
    )


@requires(Permission.STATISTICS_READ)
def statistics_file(request: HttpRequest, name: str, ending: str) -> HttpResponse:
    """One table as a file, as the command writes it; ``index.json`` holds every definition."""
    form = Filter(request.GET)
    if not form.is_valid():
        raise Http404
    counted, now = form.counted(), timezone.now()
    if (name, ending) == ("index", "json"):
        return _file(json_text(index(counted, at=now)), "application/json", "index.json")
    table = counted.table(name)
    if ending == "csv":
        return _file(csv_text(table), "text/csv; charset=utf-8", f"{name}.csv")
    if ending == "json":
        return _file(table_json(table, at=now), "application/json", f"{name}.json")
    if ending == "svg":
        svg = draw(counted, table, ink=INK_ON_DARK) if "dark" in request.GET else draw(counted, table)
        return HttpResponse(svg, content_type="image/svg+xml")
    raise Http404


def _shown(counted: TableSet, table: Table) -> Shown:
    words = labels(table, counted.jurisdiction)
    meaning = figure_definitions(table.name)
    return Shown(
        table,
        tuple(label(name, words) for name in table.columns),
        tuple(
            (label(str(row[0]), words), meaning.get(str(row[0]), ""), tuple(_words(cell) for cell in row[1:]))
            for row in table.rows
        ),
    )


def _words(cell: Cell) -> str:
    if cell is None:
        return "-"
    return f"{cell:,}" if isinstance(cell, int) else cell_text(cell)


def _file(text: str, media_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        text, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


urls: list[URLPattern] = [
    path("statistics/", statistics, name="statistics"),
    path("statistics/<slug:name>.<slug:ending>", statistics_file, name="statistics_file"),
]
