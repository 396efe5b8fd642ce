"""Reading what the confined worker of the deep look answers. It is data from an untrusted process: all is checked."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openhotline.errors import OpenHotlineError
from openhotline.media import confined
from openhotline.media.reasons import worker_failed
from openhotline.provenance import Evidence

MOST_EVIDENCE = 500
MOST_MARKS = 100
LARGEST_RECORD = 256 << 10
"""Characters of JSON; what a hostile file makes the record longer by is left out."""

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Answer:
    """One deep look as the worker tells it, before anything is decided from it. ``energies`` by pattern digest.

    ``marks`` is None where nothing was read anew, so that former marks stay.
    """

    evidence: tuple[Evidence, ...] = ()
    abstained: tuple[str, ...] = ()
    marks: tuple[tuple[str, str], ...] | None = None
    energies: Mapping[str, float] | None = None
    record: Mapping[str, Any] | None = None
    failure: str = ""


def answer_in(reply: confined.Reply | OpenHotlineError) -> Answer:
    """Read a worker's answer; an error of the file, or of the answer itself, becomes one that says so."""
    if isinstance(reply, OpenHotlineError):
        return Answer(failure=reply.message[:200])
    try:
        return _answer(reply.header)
    except (KeyError, TypeError, ValueError, RecursionError):
        return Answer(failure=worker_failed("malformed_reply").message[:200])


def _answer(head: Mapping[str, Any]) -> Answer:
    return Answer(
        evidence=tuple(_evidence(e) for e in _list(head.get("evidence"))[:MOST_EVIDENCE]),
        abstained=tuple(_words(code, 40) for code in _list(head.get("abstained"))[:20]),
        marks=tuple(
            (_words(kind, 20), _words(value, 120)) for kind, value in _list(head.get("marks"))[:MOST_MARKS]
        ),
        energies={d: _number(e) for d, e in _map(head.get("energies")).items() if _DIGEST.fullmatch(d)},
        record=_record(head.get("record")),
        failure=_words(head.get("failure") or "", 200),
    )


def _evidence(e: Any) -> Evidence:
    told = _map(e)
    return Evidence(
        family=_words(told["family"], 40),
        source=_words(told["source"], 80),
        claim=_words(told["claim"], 80),
        strength=_words(told["strength"], 40),
        log10_lr=_number(told["log10_lr"]),
        doubt=_words(told["doubt"], 300),
    )


def _record(told: Any) -> Mapping[str, Any]:
    record = {_words(key, 40): _plain(value) for key, value in _map(told).items()}
    if len(json.dumps(record)) <= LARGEST_RECORD:
        return record
    return {key: value for key, value in record.items() if len(json.dumps(value)) <= LARGEST_RECORD // 16}


def _plain(told: Any) -> Any:
    """The same JSON with nothing in its words that a database refuses; a record quotes what strangers wrote."""
    if isinstance(told, dict):
        return {_words(key, 80): _plain(value) for key, value in told.items()}
    if isinstance(told, list):
        return [_plain(value) for value in told]
    return _words(told, 1000) if isinstance(told, str) else told


def _words(told: Any, longest: int) -> str:
    """One line that every database can store."""
    return "".join(sign if sign.isprintable() else " " for sign in str(told)[:longest])


def _number(told: Any) -> float:
    number = float(told)
    if not math.isfinite(number):
        raise ValueError("a weight is a finite number")
    return number


def _list(told: Any) -> list[Any]:
    return told if isinstance(told, list) else []


def _map(told: Any) -> dict[str, Any]:
    return told if isinstance(told, dict) else {}
