"""The rows of a bulk call: a JSON array or one JSON object a line. A bad row is named and does not spoil the others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from pydantic import ValidationError

from openhotline.errors import BadInput, Refused, TooLarge
from openhotline_server.api.report_schemas import RowIn, places_of
from openhotline_server.pipeline.partner_reports import Sent, check

MOST_ROWS = 1000
LARGEST_BODY = 4 * 2**20  # bytes
LINES = ("application/x-ndjson", "application/jsonl", "application/ndjson")


@dataclass(frozen=True)
class Row:
    """One row: what it says, or why it is not taken. ``number`` counts from 1."""

    number: int
    key: str | None
    sent: Sent | None = None
    error: str = ""


def rows_of(request: HttpRequest) -> list[Row]:
    """Read the rows of a call. Raises BadInput or TooLarge for what is no document of rows at all."""
    body: bytes = request.read(LARGEST_BODY + 1)
    if len(body) > LARGEST_BODY:
        raise TooLarge(f"The document is larger than {LARGEST_BODY:,} bytes. Send fewer reports at a time.")
    found = list(_lines(body) if request.content_type in LINES else _members(body))
    if not found:
        raise BadInput("The document holds no report. Send at least one.")
    if len(found) > MOST_ROWS:
        raise TooLarge(f"At most {MOST_ROWS:,} reports in one call. Send the others in another.")
    return found


def _lines(body: bytes) -> Iterator[Row]:
    for number, line in enumerate(body.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            yield Row(number, None, error="The line is no JSON.")
            continue
        yield _row(number, said)


def _members(body: bytes) -> Iterator[Row]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise BadInput(
            "The body is no JSON. Send an array of reports, or one report a line as NDJSON."
        ) from None
    if not isinstance(said, list):
        raise BadInput("The body is no array. Send an array of reports.")
    return (_row(number, one) for number, one in enumerate(said, 1))


def _row(number: int, said: Any) -> Row:
    key = said.get("key") if isinstance(said, dict) else None
    key = key if isinstance(key, str) else None
    try:
        row = RowIn.model_validate(said)
        given = row.given()
        check(given)
    except ValidationError as problem:
        return Row(number, key, error=f"Not as described, at: {places_of(list(problem.errors()))}.")
    except Refused as problem:
        return Row(number, key, error=problem.message)
    return Row(number, row.key, Sent(row.key, row.document(), given))
