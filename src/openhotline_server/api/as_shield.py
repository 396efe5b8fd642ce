"""Our answers in the words of Project Arachnid's Shield. Where it has no word, there is none."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from openhotline_server.accounts.models import User
from openhotline_server.lists.asking import Match
from openhotline_server.sharing.match_answers import Answer, shown_hashes

CSAM, HARMFUL, NO_KNOWN_MATCH = "csam", "harmful-abusive-material", "no-known-match"

WORDS = {"photograph": CSAM, "pseudo_photograph": CSAM, "prohibited_image": None}
"""By the outcome in the deciding jurisdiction. Drawings and the like have no word there: the classification is null."""

HARMFUL_TAG = "harmful"
"""The tag ``severity`` of a list whose material is harmful and not criminal; any other list's is csam."""

MOST_DETAILS = 20


def classification(answers: Iterable[Answer]) -> str | None:
    """Return the gravest classification of everything that matched."""
    matches = [match for answer in answers for match in answer.matches]
    if not matches:
        return NO_KNOWN_MATCH
    words = {word_for(match) for match in matches}
    return next((word for word in (CSAM, HARMFUL) if word in words), None)


def word_for(match: Match) -> str | None:
    """Return the word for one entry: by its grade, or by the tag of its list; an imported list's is csam."""
    outcome = match.entry.grades.get(settings.JURISDICTIONS[0], {}).get("outcome")
    if outcome is not None:
        return WORDS.get(outcome)
    return HARMFUL if match.list.tags.get("severity") == HARMFUL_TAG else CSAM


def match_type(answers: Iterable[Answer]) -> str | None:
    """Return ``exact`` where the very file is on a list, ``near`` where a picture that looks like it is."""
    found = [match.is_exact for answer in answers for match in answer.matches]
    return ("exact" if any(found) else "near") if found else None


def near_details(partner: User, answers: Sequence[Answer], *, at: datetime) -> list[dict[str, Any]]:
    """Return the known material that lies near, if a feed that the partner may read shows its hashes anyway."""
    near = [match for answer in answers for match in answer.matches if not match.is_exact]
    details = []
    for match in near[:MOST_DETAILS]:
        hashes = shown_hashes(partner, match, at=at)
        if {"sha1", "sha256"} <= hashes.keys():
            details.append(_detail(match, hashes))
    return details


def _detail(match: Match, hashes: dict[str, str]) -> dict[str, Any]:
    return {
        "timestamp": 0.0,
        "sha1_base32": base64.b32encode(bytes.fromhex(hashes["sha1"])).decode(),
        "sha256_hex": hashes["sha256"],
        "classification": word_for(match),
    }
