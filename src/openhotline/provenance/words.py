"""Codes of evidence in words for people: what a family is, how a signal is backed, what it claims.

Families and strengths stand in ``rules.toml`` beside what they are worth; claims are few and stand here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

CLAIMS = {
    "ai_generated": "Made by a generator",
    "ai_edited": "Edited with a generator",
    "synthetic_or_edited_claimed": "Made or altered by a program",
    "camera_capture_claimed": "Taken with a camera",
    "other_origin_claimed": "Another origin",
    "none": "Nothing said",
}


def claim_words(code: str) -> str:
    """Return a claim in words; one without words is shown as its code, with spaces."""
    return CLAIMS.get(code, code.replace("_", " ").capitalize())


def strength_words(code: str) -> str:
    """Return in words how a claim is backed."""
    return _words("strengths").get(code, code.replace("_", " "))


def family_words(code: str) -> str:
    """Return in words what a family of evidence is."""
    return _words("families").get(code, code.replace("_", " ").capitalize())


@lru_cache(maxsize=2)
def _words(table: str) -> Mapping[str, str]:
    read = tomllib.loads(files(__package__).joinpath("rules.toml").read_text(encoding="utf-8"))
    return {code: entry["words"] for code, entry in read[table].items()}
