"""Words about lists and matches, for templates."""

from __future__ import annotations

from django import template

register = template.Library()

WHY_NOT = {
    "withdrawn": "Entry withdrawn",
    "set_aside": "List set aside",
    "ended": "List ended",
    "suppressed": "Known false positive",
}
VARIANTS = {
    "original": "as it is",
    "rotate_90": "turned by 90 degrees",
    "rotate_180": "turned by 180 degrees",
    "rotate_270": "turned by 270 degrees",
    "flip_x": "top and bottom swapped",
    "flip_y": "left and right swapped",
    "flip_plus_1": "mirrored at a diagonal",
    "flip_minus_1": "mirrored at the other diagonal",
}
STATES = {"in_force": "good", "set_aside": "warn", "ended": ""}
LOADINGS = {"reading": "accent", "stopped": "warn", "done": "good", "failed": "bad", "abandoned": ""}


@register.filter
def why_not_words(reason: str) -> str:
    """Why nothing follows from a match, short."""
    return WHY_NOT.get(reason, reason)


@register.filter
def variant_words(variant: str) -> str:
    """How a picture was turned to lie near an entry."""
    return VARIANTS.get(variant, variant)


@register.filter
def list_tone(state: str) -> str:
    """The tone of a list's badge; the words beside it say the same."""
    return STATES.get(state, "")


@register.filter
def loading_tone(state: str) -> str:
    """The tone of a loading's badge; the words beside it say the same."""
    return LOADINGS.get(state, "")
