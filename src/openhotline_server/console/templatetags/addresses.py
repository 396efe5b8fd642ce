"""Words about addresses and where they stand, for templates."""

from __future__ import annotations

from datetime import datetime

from django import template

from openhotline.addresses import defang
from openhotline_server.console.clocks import Clock, clock
from openhotline_server.triage.models import AddressCase

register = template.Library()

STATES = {
    "new": ("New", ""),
    "referred": ("With the police", "accent"),
    "on_hold": ("On hold", "warn"),
    "to_tell": ("To be told", "warn"),
    "watched": ("Watched", "accent"),
    "removed": ("Gone", "good"),
    "gone_before": ("Gone before", "good"),
    "not_illegal": ("Not criminal", ""),
    "off_remit": ("Off remit", ""),
    "untraceable": ("No host", "bad"),
}
CHECKS = {"online": "warn", "gone": "good", "unclear": "", "failed": "bad"}
REMOVALS = {"removed": "good", "moved": "warn", "stopped": ""}


@register.filter
def defanged(address: str) -> str:
    """An address in the form that no programme makes a link of."""
    return defang(address)


@register.filter
def defanged_host(host: str) -> str:
    """A host name in that form."""
    return host.replace(".", "[.]")


@register.filter
def place_words(state: str) -> str:
    """Where an address stands, short."""
    return STATES.get(state, (state, ""))[0]


@register.filter
def place_tone(state: str) -> str:
    """The tone of an address's badge; the words beside it say the same."""
    return STATES.get(state, ("", ""))[1]


@register.filter
def place_display(state: str) -> str:
    """Where an address stands, in a sentence."""
    return str(AddressCase.State(state).label) if state in AddressCase.State.values else state


@register.filter
def check_tone(outcome: str) -> str:
    """The tone of a check; the words beside it say the same."""
    return CHECKS.get(outcome, "")


@register.filter
def removal_tone(ending: str) -> str:
    """The tone of a clock's end; one that runs has none."""
    return REMOVALS.get(ending, "accent")


@register.simple_tag
def due(due_at: datetime, now: datetime) -> Clock:
    """How long until something is due, or since when it is."""
    return clock(due_at, now=now)
