"""An entry's cells become rows: the same for a line of CSV and for an object of JSON.

Forgiving about what a column is called, strict about what stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from openhotline import taxonomy
from openhotline.errors import BadInput
from openhotline.hashlists import columns as c
from openhotline.hashlists.as_csv import split_grades
from openhotline.hashlists.kinds import KINDS, media_of, normal_value, placed
from openhotline.hashlists.rows import BadRow, Item, Row

_whole = re.compile(r"[0-9]{1,12}", re.ASCII)
_separators = re.compile(r"[,;|]|\s+")

_statuses = {
    **dict.fromkeys(("", "listed", "active", "in force", "received", "published"), False),
    **dict.fromkeys(("withdrawn", "deleted", "removed", "revoked", "inactive"), True),
}

LONGEST_REFERENCE = 200
"""Characters. Longer than any identifier that is known to be used."""

NEGATIVE = "NEGATIVE_CLASS"
"""The opinion of threatexchange that a value does not belong to the class: it must not match."""

NO_VALUE = "The row holds no value of a kind that is taken. Fill in one hash or address."


def rows_of_cells(cells: Mapping[str, str], line: int) -> list[Item]:
    """Return the rows of one entry by column, or the one reason why it cannot be taken."""
    try:
        values = _values(cells)
        told = _told(cells, line)
    except BadInput as problem:
        return [BadRow(line, problem.message)]
    rows: list[Item] = []
    for algorithm, value in values:
        name, media = placed(algorithm, told.media)
        quality = told.quality if name == "pdq" else None
        rows.append(told._replace(algorithm=name, value=value, quality=quality, media=media))
    return rows or [BadRow(line, NO_VALUE)]


def _values(cells: Mapping[str, str]) -> list[tuple[str, str]]:
    found = [(name, normal_value(name, cells[name])) for name in KINDS if cells.get(name)]
    if cells.get(c.VALUE):
        algorithm = c.algorithm_of(cells.get(c.ALGORITHM, ""))
        if not algorithm:
            raise BadInput(f"The algorithm is none that is taken: {', '.join(KINDS)}.")
        found.append((algorithm, normal_value(algorithm, cells[c.VALUE])))
    return found


def _told(cells: Mapping[str, str], line: int) -> Row:
    """Return what the entry says besides its values."""
    kept = (f"{name}:{printable(cells[name])}" for name in c.KEPT_AS_TAGS if cells.get(name))
    return Row(
        algorithm="",
        value="",
        line=line,
        quality=_quality(cells.get(c.QUALITY, "")),
        media=media_of(cells.get(c.MEDIA, "")) or media_of(cells.get(c.ALGORITHM, "").partition("_")[0]),
        reference=reference_of(cells.get(c.REFERENCE, "")),
        grades=split_grades(cells.get(c.GRADES, "")),
        ai=_ai(cells.get(c.AI, "").strip()),
        tags=(*tags_of(cells.get(c.TAGS, "")), *kept),
        withdrawn=_withdrawn(cells.get(c.STATUS, "")) or cells.get(c.CATEGORY) == NEGATIVE,
        at=moment_of(cells.get(c.AT, "")),
    )


def tags_of(text: str) -> tuple[str, ...]:
    """Split tags at commas, semicolons, bars and spaces; each is kept once."""
    return tuple(dict.fromkeys(printable(tag) for tag in _separators.split(text) if tag)) if text else ()


def printable(text: str) -> str:
    """Return a stranger's text so that no terminal and no database takes harm from it."""
    text = text.strip()
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def reference_of(text: str) -> str:
    """Return the sender's name for an entry, or refuse one that is too long to be one."""
    found = printable(text)
    if len(found) > LONGEST_REFERENCE:
        raise BadInput(f"The reference is longer than {LONGEST_REFERENCE} characters.")
    return found


def _quality(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not _whole.fullmatch(text) or int(text) > 100:
        raise BadInput("The quality is no whole number from 0 to 100.")
    return int(text)


def _ai(text: str) -> str:
    if text and text not in taxonomy.load("ai").codes:
        raise BadInput(f"'ai' is none of {', '.join(taxonomy.load('ai').codes)}.")
    return text


def _withdrawn(text: str) -> bool:
    withdrawn = _statuses.get(text.strip().lower())
    if withdrawn is None:
        raise BadInput(f"The status is none that is known: {', '.join(word for word in _statuses if word)}.")
    return withdrawn


def moment_of(text: str) -> datetime | None:
    """Read a moment with its time zone, or seconds since 1970; anything else says nothing and is left out."""
    text = text.strip()
    if not text:
        return None
    try:
        found = (
            datetime.fromtimestamp(int(text), UTC) if _whole.fullmatch(text) else datetime.fromisoformat(text)
        )
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError, OSError):
        return None
