"""A page of StopNCII's ``FetchHashes`` as rows.

A record is the whole state of its value: what stood under the same kind and value before is replaced by it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from openhotline.errors import BadInput
from openhotline.hashlists.byte_lines import first_bytes, go_to
from openhotline.hashlists.cells import moment_of, printable
from openhotline.hashlists.kinds import KINDS, normal_value
from openhotline.hashlists.page import Page
from openhotline.hashlists.rows import BadRow, Batch, Item, Mark, Position, Row, gather

SIGNALS = {"ImagePDQ": "pdq", "VideoMD5": "video_md5", "URL": "url"}
LEFT_OUT = ("VideoTMK", "Text", "Unknown")
"""Kinds without a form that is public; they are counted."""

STATUSES = {"Received": False, "Active": False, "Unknown": False, "Withdrawn": True, "Deleted": True}

LONGEST_PAGE = 1 << 26
"""Bytes, 64 MiB. A page of 800 records, the client's size, has about half a megabyte."""

UNKNOWN = f"The record is none of {', '.join(SIGNALS)}, or its status none of {', '.join(STATUSES)}."
NO_PAGE = "This is no page of FetchHashes. Choose the form that it has, or fetch it again."


def rows_of_stopncii(document: bytes | Mapping[str, Any]) -> Page:
    """Read one page, as bytes or as what they decode to; raises BadInput for what is none.

    A row's ``line`` is the number of its record in the page.
    """
    page = _decoded(document) if isinstance(document, bytes) else document
    records, left_out = page.get("hashRecords"), Counter[str]()
    if not isinstance(records, list):
        raise BadInput(NO_PAGE)
    rows = tuple(row for number, record in enumerate(records, 1) for row in _rows(record, number, left_out))
    return Page(
        rows=rows,
        next_page_token=_text(page, "nextPageToken"),
        next_set_timestamp=_whole(page.get("nextSetTimestamp")),
        has_more_records=page.get("hasMoreRecords") is True,
        left_out=dict(left_out),
    )


def stopncii_batches(stream: BinaryIO, start: Position) -> Iterator[Batch]:
    """Read a stored page as batches; a position counts what was given."""
    if start.offset:
        raise BadInput("The stored position is not of this form. Read the list again from its beginning.")
    go_to(stream, 0)
    data = first_bytes(stream, LONGEST_PAGE + 1)
    if len(data) > LONGEST_PAGE:
        raise BadInput(f"The page is larger than {LONGEST_PAGE:,} bytes. Fetch smaller pages.")
    rows = rows_of_stopncii(data).rows
    yield from gather(iter([[row] for row in rows]), lambda: Mark(0, 1, {}), lambda: len(data))


def _decoded(data: bytes) -> Mapping[str, Any]:
    try:
        page = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise BadInput("The page is cut off or is no JSON. Fetch it again.") from None
    if not isinstance(page, dict):
        raise BadInput(NO_PAGE)
    return page


def _rows(record: Any, number: int, left_out: Counter[str]) -> list[Item]:
    if not isinstance(record, dict):
        return [BadRow(number, "The record is no object.")]
    signal, status = _text(record, "signalType"), _text(record, "hashStatus")
    if signal in LEFT_OUT:
        left_out[signal] += 1
        return []
    if signal not in SIGNALS or status not in STATUSES:
        return [BadRow(number, UNKNOWN)]
    try:
        value = normal_value(SIGNALS[signal], _text(record, "hashValue"))
    except BadInput as problem:
        return [BadRow(number, problem.message)]
    modified = _whole(record.get("lastModtimestamp"))
    return [
        Row(
            algorithm=SIGNALS[signal],
            value=value,
            line=number,
            media=KINDS[SIGNALS[signal]].media,
            reference=_case(record.get("caseNumbers")),
            tags=_tags(record.get("CSPFeedbacks")),
            withdrawn=STATUSES[status],
            at=moment_of(str(modified)) if modified is not None else None,
        )
    ]


def _case(cases: Any) -> str:
    """Return the case where there is exactly one; several cannot name an entry."""
    return printable(str(next(iter(cases)))) if isinstance(cases, dict) and len(cases) == 1 else ""


def _tags(feedbacks: Any) -> tuple[str, ...]:
    """Return every tag as it is, and each feedback as ``stopncii:Blocked:source``."""
    found: list[str] = []
    for feedback in feedbacks if isinstance(feedbacks, list) else ():
        if isinstance(feedback, dict):
            tags = feedback.get("tags")
            found += (
                [printable(tag) for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
            )
            value, source = _text(feedback, "feedbackValue"), _text(feedback, "source")
            found.append(printable(f"stopncii:{value}:{source}"))
    return tuple(dict.fromkeys(found))


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def _whole(value: Any) -> int | None:
    return value if type(value) is int else None
