"""The one way to write a value down, so that everybody who hashes it hashes the same bytes.

The encoding is RFC 8785 (JSON Canonicalization Scheme) narrowed until no two readers can disagree: whole
numbers only, member names of printable ASCII, moments as strings. ``docs/reference/ledger-format.md``
describes it for strangers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NoReturn, TypeAlias

from openhotline.errors import BadInput

JSON: TypeAlias = "bool | int | str | Sequence[JSON] | Mapping[str, JSON] | None"

LARGEST_INTEGER = 2**53 - 1
"""What every JSON reader holds exactly: RFC 7493 (I-JSON), section 2.2."""

DEEPEST = 16
"""Levels of nesting. Far below any parser's limit, far above any honest ledger line."""

LONGEST_NAME = 64
"""Characters in a member name."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False)


def encode(value: JSON) -> bytes:
    """Return the canonical bytes of a value that :func:`plain` has passed."""
    try:
        return _encoder.encode(value).encode("utf-8")
    except UnicodeEncodeError:
        raise BadInput(
            "A text holds half a character (a lone surrogate). Decode the text properly before recording it."
        ) from None


def decode(body: bytes) -> JSON:
    """Read canonical bytes. Raises ValueError for anything else: a fraction, an unusual spelling."""
    try:
        value: JSON = plain(_decoder.decode(body.decode("utf-8")))
    except (BadInput, RecursionError) as error:
        raise ValueError("not of the canonical subset") from error
    if encode(value) != body:
        raise ValueError("not canonical")
    return value


def plain(value: object, depth: int = DEEPEST) -> JSON:
    """Return a copy made of plain dicts, lists, texts, whole numbers, true, false, null; refuse the rest."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return _whole(int(value))
    if not depth:
        raise BadInput(f"Details are nested deeper than {DEEPEST} levels. Flatten them before recording.")
    if isinstance(value, Mapping):
        return {_name(name): plain(member, depth - 1) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [plain(member, depth - 1) for member in value]
    raise BadInput(
        f"A value of type {type(value).__name__} cannot be recorded. Use text, whole numbers, true, false, "
        "null, lists and mappings; write a fraction as text."
    )


def moment(at: datetime) -> str:
    """Write a moment as UTC with microseconds: ``2023-09-30T08:15:00.000000Z``."""
    return in_utc(at).isoformat(timespec="microseconds")[:-6] + "Z"


def in_utc(at: datetime) -> datetime:
    """Return the same moment in UTC. One without a time zone is refused: nobody could say when it was."""
    if at.tzinfo is UTC:
        return at
    if at.utcoffset() is None:
        raise BadInput("A moment without a time zone cannot be recorded. Pass an aware datetime.")
    return at.astimezone(UTC)


def read_moment(text: object) -> datetime:
    """Read what :func:`moment` wrote; raises ValueError for any other spelling."""
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        raise ValueError("not a canonical moment")
    return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)


def _whole(number: int) -> int:
    if -LARGEST_INTEGER <= number <= LARGEST_INTEGER:
        return number
    raise BadInput("A whole number is too large to be read alike everywhere. Record it as text.")


def _name(name: object) -> str:
    # Within ASCII the order by code point, by UTF-8 byte and by UTF-16 unit (RFC 8785) is one and the same.
    if isinstance(name, str) and 0 < len(name) <= LONGEST_NAME and name.isascii() and name.isprintable():
        return str.__str__(name)
    raise BadInput(
        f"A member name in details is not 1 to {LONGEST_NAME} printable ASCII characters. Rename it."
    )


def _refuse(_text: str) -> NoReturn:
    raise ValueError("only whole numbers are allowed")


_decoder = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse)
