"""Words about where pictures come from, for templates."""

from __future__ import annotations

from django import template

from openhotline.provenance import words
from openhotline_server.console.origin_panel import LOOKS

register = template.Library()

SHARED = {
    "generator": "One generator",
    "seed_family": "One family of seeds",
    "model_digest": "One model",
    "camera": "One camera, by what the files say",
    "device": "One camera that we know, by its sensor",
    "signer": "One signer",
}


@register.filter
def claim_words(code: str) -> str:
    """What a signal claims."""
    return words.claim_words(code)


@register.filter
def strength_words(code: str) -> str:
    """How a claim is backed."""
    return words.strength_words(code)


@register.filter
def family_words(code: str) -> str:
    """What a family of evidence is."""
    return words.family_words(code)


@register.filter
def place_words(source: str) -> str:
    """Where a signal stands and what kind it is: codes with spaces."""
    place, _, kind = source.partition(":")
    return f"{place.replace('_', ' ')}: {kind}" if kind else place.replace("_", " ")


@register.filter
def weight(value: float) -> str:
    """A weight with its sign; nothing at all is 0."""
    rounded = round(value, 2)
    return f"{rounded:+.2f}".replace("-", "\u2212") if rounded else "0"


@register.filter
def look_words(state: str) -> str:
    """Whether the deep look is done."""
    return LOOKS[state]


@register.filter
def percent_of(part: int, whole: int) -> str:
    """A share of a hundred, for the width of a bar."""
    return f"{100 * part / whole:.2f}" if whole else "0"


@register.filter
def shared_words(kind: str) -> str:
    """What pictures of one batch have in common."""
    return SHARED.get(kind, kind.replace("_", " ").capitalize())
