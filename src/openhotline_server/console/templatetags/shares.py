"""One bar of several shares, drawn with SVG attributes: the security policy allows no inline styles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django import template

register = template.Library()

WIDTH = 1000  # units of the drawing, whatever its size on the screen
STATES = (
    ("decided", "Decided", "tone-1"),
    ("open", "Wait for a first reader", "tone-5"),
    ("second", "for a second", "tone-3"),
    ("third", "for a third", "tone-4"),
)


@dataclass(frozen=True)
class Share:
    """One part of a bar, from ``x`` on, ``width`` units wide."""

    words: str
    count: int
    tone: str
    x: float
    width: float


@register.inclusion_tag("parts/shares.html")
def case_shares(states: Mapping[str, int], legend: bool = True) -> dict[str, object]:
    """Where the selected cases stand, as one bar; without its legend where the page has its own."""
    total = sum(states.get(state, 0) for state, _, _ in STATES)
    shares, x = [], 0.0
    for state, words, tone in STATES:
        count = states.get(state, 0)
        width = WIDTH * count / total if total else 0.0
        shares.append(Share(words, count, tone, round(x, 2), round(width, 2)))
        x += width
    return {"shares": shares, "legend": legend, "width": WIDTH}
