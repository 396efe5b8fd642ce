"""A table as a bar chart in SVG: calm, readable without colour, the same bytes every time.

Bars lie, so that long labels have room. Every bar has its number beside it and every chart a title and a
description that read the whole table out, because a chart is never the only way to the figures.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING

from openhotline_server.statistics.svg import INK, tidy
from openhotline_server.statistics.tables import TOTAL_COLUMN, Cell, Row, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Each is at least 3:1 against white and against a near-black page, and carries white text at 4.5:1 (WCAG 2.2,
# 1.4.3 and 1.4.11; the tests compute it). Neighbours differ in hue for the common kinds of colour blindness.
COLOURS = ("#2f72a3", "#a9632a", "#6b5fa8", "#2e7d6b", "#b04a6c", "#66707c")

LABEL_WIDTH = 36  # characters in a line of a label
_WIDTH = 8.0  # inches; an SVG scales
_BAR = 0.34  # inches from one bar to the next, for a label of one line
_LINE = 0.16  # inches for every further line of a label
_LETTER = 0.08  # inches for a letter of a label, on the generous side
_BESIDE = 1.5  # inches for the number at a bar's end
_LEGEND = 0.36  # inches for each row of four in the legend
_ONE_AT_A_TIME = Lock()  # matplotlib's settings are the whole process's, and a site draws in several threads


def bar_chart(table: Table, *, labels: Mapping[str, str] | None = None) -> str:
    """Return the table as an SVG document: one bar a row, a stacked one where the table is crossed.

    ``labels`` are the words for codes; a code without one is shown as its own words. Takes about 0.1 s, the
    first call another second to load matplotlib.
    """
    words = labels or {}
    with _ONE_AT_A_TIME:
        svg = _svg(table, words)
    return tidy(svg, name=table.name, title=table.title, description=_description(table, words))


def _svg(table: Table, words: Mapping[str, str]) -> str:
    import matplotlib as mpl

    with mpl.rc_context(
        {
            "font.family": ["DejaVu Sans"],  # matplotlib's own: it has the same measures on every machine
            "svg.fonttype": "none",
            "svg.hashsalt": table.name,
            "text.parse_math": False,
        }
    ):
        return _saved(_drawn(table, words))


def label(code: str, labels: Mapping[str, str]) -> str:
    """Return the words for a code: the given ones, else the code with spaces and a capital."""
    plain = code.replace("_", " ")
    return labels.get(code, plain[:1].upper() + plain[1:])


def _drawn(table: Table, words: Mapping[str, str]) -> Figure:
    wrapped = [textwrap.wrap(label(str(row[0]), words), LABEL_WIDTH) for row in table.rows]
    heights = [_BAR + _LINE * (len(lines) - 1) for lines in wrapped]
    middles = [sum(heights[:i]) + height / 2 for i, height in enumerate(heights)]
    series = _series(table)
    figure, axes = _sheet(
        tall=max(sum(heights), _BAR),
        left=0.3 + _LETTER * max((len(line) for lines in wrapped for line in lines), default=0),
        top=_LEGEND * -(-len(series) // 4) if table.is_crossed else 0.0,
    )
    longest = max((sum(_size(row[i]) for i in series) for row in table.rows), default=0) or 1
    for middle, lines, row in zip(middles, wrapped, table.rows, strict=True):
        _name(axes, middle, lines)
        end = _stack(axes, middle, row, series, longest)
        _write(axes, _beside(table, row), at=(end, middle), moved=(6, 0), ha="left")
    axes.set(xlim=(0, longest * 1.02), ylim=(max(sum(heights), _BAR), 0))
    _bare(axes)
    if table.is_crossed:
        _legend(axes, [label(table.columns[i], words) for i in series])
    return figure


def _sheet(*, tall: float, left: float, top: float) -> tuple[Figure, Axes]:
    """Return an empty figure; its width never changes, so all charts of a page have letters of one size."""
    from matplotlib.figure import Figure

    whole = tall + top + 0.2
    wide = _WIDTH - left - _BESIDE
    figure = Figure(figsize=(_WIDTH, whole))
    return figure, figure.add_axes((left / _WIDTH, 0.1 / whole, wide / _WIDTH, tall / whole))


def _stack(axes: Axes, middle: float, row: Row, series: Sequence[int], longest: int) -> float:
    """Draw one row's bar, part after part, and return where it ends."""
    end, gap = 0.0, longest * 0.004
    for i, colour in zip(series, _colours(len(series)), strict=True):
        size = _size(row[i])
        if not size:
            continue
        axes.barh(middle, max(size - gap, size / 2), left=end, height=0.22, color=colour, clip_on=False)
        if len(series) > 1 and size > longest * 0.08:
            axes.annotate(_number(row[i]), (end + size / 2, middle), ha="center", va="center", color="white")
        end += size
    return end


def _name(axes: Axes, middle: float, lines: Sequence[str]) -> None:
    """Write a label line by line: each is anchored at its right end, whatever font the reader has."""
    for i, line in enumerate(lines):
        drop = ((len(lines) - 1) / 2 - i) * _LINE * 72  # points
        _write(axes, line, at=(0, middle), moved=(-8, drop), ha="right")


def _write(axes: Axes, text: str, *, at: tuple[float, float], moved: tuple[float, float], ha: str) -> None:
    axes.annotate(text, at, moved, textcoords="offset points", ha=ha, va="center", color=INK)


def _colours(count: int) -> tuple[str, ...]:
    return tuple(COLOURS[i % len(COLOURS)] for i in range(count))


def _bare(axes: Axes) -> None:
    """Leave the first line only: the numbers stand beside the bars, so that no scale is needed."""
    for side, spine in axes.spines.items():
        spine.set_visible(side == "left")
        spine.set_color(INK)
        spine.set_linewidth(0.6)
    axes.xaxis.set_visible(False)
    axes.yaxis.set_visible(False)


def _legend(axes: Axes, names: Sequence[str]) -> None:
    from matplotlib.patches import Patch

    keys = [Patch(color=colour, label=name) for name, colour in zip(names, _colours(len(names)), strict=True)]
    axes.legend(
        handles=keys,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        borderaxespad=0.4,
        ncols=min(len(keys), 4),
        frameon=False,
        labelcolor=INK,
        handlelength=1,
    )


def _series(table: Table) -> tuple[int, ...]:
    if not table.is_crossed:
        return table.count_columns[:1]
    return tuple(i for i in table.count_columns if table.columns[i] != TOTAL_COLUMN)


def _size(cell: Cell) -> int:
    """Return how long a bar is; a withheld count has none."""
    return cell if isinstance(cell, int) else 0


def _number(cell: Cell) -> str:
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def _beside(table: Table, row: Row) -> str:
    """Return the words beside a bar: its count, and its share where there is one."""
    at = table.columns.index(TOTAL_COLUMN) if TOTAL_COLUMN in table.columns else table.count_columns[0]
    shares = [f"{row[i]} %" for i in table.percent_columns if row[i] is not None]
    return f"{_number(row[at])} ({', '.join(shares)})" if shares else _number(row[at])


def _description(table: Table, words: Mapping[str, str]) -> str:
    """Return the whole table in words, for whoever listens to it."""
    lines = []
    for row in table.rows:
        parts = ", ".join(f"{label(table.columns[i], words)} {_number(row[i])}" for i in _series(table))
        split = f": {parts}" if table.is_crossed else ""
        lines.append(f"{label(str(row[0]), words)}: {_beside(table, row)}{split}.")
    return " ".join([f"Bar chart, {table.unit}.", *lines, table.definition])


def _saved(figure: Figure) -> str:
    """Return matplotlib's SVG, without the date and the version that it would write."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    FigureCanvasSVG(figure)
    stream = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(stream, format="svg", transparent=True, metadata=nothing)
    return stream.getvalue()
