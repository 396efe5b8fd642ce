"""Columns and curves of a report as SVG, by matplotlib: no script, no style, no font or picture from elsewhere.

What is drawn in :data:`INK` takes the page's own colour of text, so that light and dark pages both read well.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, MARK = "#010203", "#3b82a0"
"""The page's text; and columns, at least 3:1 against a white and against a near-black page (WCAG 2.2, 1.4.11)."""

SIZE = (6.4, 2.5)  # inches; an SVG scales

_STYLE = re.compile(r' style="([^"]*)"')
_FRAME = re.compile(r'^.*?<svg [^>]*?viewBox="([^"]*)"[^>]*>', re.DOTALL)
_DROPPED = re.compile(r" *<defs>\s*<style.*?</style>\s*</defs>\n?| *<metadata>.*?</metadata>\n?", re.DOTALL)
_IDENTIFIER = re.compile(r'\bid="([^"]*)"')
_REFERRED = re.compile(r'(href="#|url\(#)')


def columns(
    name: str, title: str, values: Sequence[int], *, starts: Sequence[float], across: str, up: str
) -> str:
    """Return columns that stand side by side: ``starts`` has one number more than ``values``, the last one's end."""

    def draw(axes: Axes) -> None:
        widths = [right - left for left, right in pairwise(starts)]
        axes.bar(starts[:-1], values, widths, align="edge", color=MARK, edgecolor="none")
        axes.set(xlabel=across, ylabel=up, xlim=(starts[0], starts[-1]), ylim=(0, max([*values, 1]) * 1.06))
        _whole(axes.xaxis, 8)
        _whole(axes.yaxis, 5)

    return _svg(draw, name, title)


def bars(name: str, title: str, values: Mapping[str, int], *, across: str) -> str:
    """Return lying bars with their words to the left and their numbers at their ends."""

    def draw(axes: Axes) -> None:
        places = range(len(values))
        drawn = axes.barh(list(places), list(values.values()), 0.6, color=MARK)
        axes.set_yticks(list(places), list(values))
        axes.bar_label(drawn, [f"{count:,}" for count in values.values()], padding=4)
        axes.set(xlabel=across, xlim=(0, max([*values.values(), 1]) * 1.18))
        axes.invert_yaxis()
        _whole(axes.xaxis, 4)

    return _svg(draw, name, title, tall=0.75 + 0.34 * max(len(values), 1))


def _whole(axis: Any, most: int) -> None:
    """Mark an axis at whole numbers, at most so many of them."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=most, integer=True))
    axis.set_major_formatter(FuncFormatter(lambda value, _position: f"{value:,.0f}"))


def _svg(draw: Any, name: str, title: str, *, tall: float = SIZE[1]) -> str:
    """Draw without any global figure of matplotlib; the same text for the same figures."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    settings: Any = {
        "svg.hashsalt": name,
        "svg.fonttype": "none",
        "text.parse_math": False,
        "font.size": 10,
        **dict.fromkeys(
            ("axes.edgecolor", "axes.labelcolor", "text.color", "xtick.color", "ytick.color"), INK
        ),
    }
    with mpl.rc_context(settings):
        figure = Figure(figsize=(SIZE[0], tall), layout="tight")
        figure.patch.set_alpha(0)
        axes = figure.add_subplot()
        axes.patch.set_alpha(0)
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return _tidy(stream.getvalue(), name, title)


def _tidy(svg: str, name: str, title: str) -> str:
    """Styles become attributes, because the page's policy refuses them; identifiers get the drawing's name."""
    frame = _FRAME.match(svg)
    if frame is None:
        return ""
    body = _DROPPED.sub("", svg[frame.end() :])
    body = _STYLE.sub(_as_attributes, body).replace(f'"{INK}"', '"currentColor"')
    body = _IDENTIFIER.sub(rf'id="{name}-\1"', body)
    body = _REFERRED.sub(rf"\g<1>{name}-", body)
    return (
        f'<svg viewBox="{frame[1]}" role="img" aria-label="{escape(title, quote=True)}" fill="currentColor">'
        f"{body.rstrip()}"
    )


def _as_attributes(style: re.Match[str]) -> str:
    pairs = (part.split(":", 1) for part in style[1].split(";") if ":" in part)
    kept = [(key.strip(), value.strip()) for key, value in pairs]
    return "".join(
        f' {key}="{escape(value, quote=True)}"' for key, value in kept if key not in ("font", "font-family")
    )
