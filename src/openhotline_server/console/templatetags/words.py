"""Codes into words, for templates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django import template
from django.conf import settings

from openhotline import law, taxonomy
from openhotline.errors import NotFound
from openhotline.law.facts import fact_catalogue
from openhotline_server.sharing.feedback import REASONS, TAG

register = template.Library()

UUID_SHAPE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

STATES = {
    "open": ("New", ""),
    "second": ("Second reading", "accent"),
    "third": ("Third reading", "warn"),
    "decided": ("Decided", "good"),
    "left_out": ("Not selected", ""),
    "unreadable": ("Nothing to look at", ""),
}


@register.filter
def short(code: UUID | str) -> str:
    """The first eight digits of a code: enough to tell things apart on one screen."""
    return str(code)[:8]


@register.filter
def minutes(length: timedelta) -> int:
    """Whole minutes."""
    return int(length.total_seconds() // 60)


@register.filter
def seconds(milliseconds: int) -> float:
    """Milliseconds in seconds."""
    return milliseconds / 1000


@register.filter
def spoken(event: str) -> str:
    """An event's name as words: ``vote.cast`` is "vote cast"."""
    return event.replace(".", " ").replace("_", " ")


@register.filter
def state_words(state: str) -> str:
    """Where a case stands, short."""
    return STATES.get(state, (state, ""))[0]


@register.filter
def state_tone(state: str) -> str:
    """The tone of a case's badge; the words beside it say the same."""
    return STATES.get(state, ("", ""))[1]


@register.filter
def subject_words(subject: str) -> str:
    """A ledger subject, short: its kind and the beginning of its code."""
    kind, _, code = subject.partition(":")
    return f"{kind} {code[:8]}".strip()


@register.filter
def jurisdiction_words(code: str) -> str:
    """A jurisdiction's title; its code where its file is gone."""
    file = _jurisdiction(code)
    return file.title if file else code


@register.filter
def outcome_words(outcome: str, jurisdiction: str) -> str:
    """An outcome as its own jurisdiction's file calls it; the code where that no longer knows it."""
    file = _jurisdiction(jurisdiction)
    return file.outcome_label(outcome) if file and outcome in file.outcomes else outcome


def _jurisdiction(code: str) -> law.Jurisdiction | None:
    try:
        return law.load_jurisdiction(code, extra_dir=settings.LAW_DIR)
    except NotFound:
        return None


@register.filter
def term(code: str, vocabulary: str) -> str:
    """A code's label in a vocabulary; the code itself where an operator's own file brought it."""
    try:
        return taxonomy.label(vocabulary, code) if code else ""
    except NotFound:
        return code


@register.filter
def reason_words(reason: str) -> str:
    """Why a partner disputes an entry: a reason's label, or a word of the partner's own in quotation marks."""
    if reason.startswith(TAG):
        return f"“{reason.removeprefix(TAG)}”"
    return term(reason, REASONS)


@register.filter
def question_words(code: str) -> str:
    """The name of a question of fact."""
    fact = fact_catalogue().get(code)
    return "Outcome, deciding jurisdiction" if code == "outcome" else fact.labels["en"] if fact else code


@register.filter
def at(mapping: Mapping[object, object], key: object) -> object:
    """What a mapping holds at a key, or nothing."""
    return mapping.get(key)


@register.filter
def in_words(value: object) -> str:
    """A value of a ledger line's details: lists and maps as short text."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {in_words(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(in_words(part) for part in value)
    text = str(value)
    if UUID_SHAPE.fullmatch(text):
        return short(text)
    return text if len(text) <= 40 else f"{text[:16]}…"
