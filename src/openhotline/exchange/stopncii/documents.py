"""The documents of StopNCII's hash exchange, as a server writes them and reads them back.

Shapes and words as the client of threatexchange 1.2.17 has them (its ``stopncii/api.py``). A record is the whole
state of one value: it replaces what the client held of that value before.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from openhotline.errors import BadInput

CONTENT_TYPE = "application/json"

LONGEST_TAG = 60
MOST_TAGS = 20
LONGEST_VALUE = 2083
LONGEST_DOCUMENT = 1 << 20
"""Bytes of a ``SubmitFeedback``; one feedback has about two hundred."""


class Signal(StrEnum):
    """What a value is."""

    IMAGE_PDQ = "ImagePDQ"
    VIDEO_MD5 = "VideoMD5"
    URL = "URL"


class Status(StrEnum):
    """Where a value stands. The peers' own client does not drop what is withdrawn: say NotBlocked as well."""

    ACTIVE = "Active"
    WITHDRAWN = "Withdrawn"


class Opinion(StrEnum):
    """What an organisation says of a value."""

    UNKNOWN = "Unknown"
    NONE = "None"
    QUALITY_UNKNOWN = "QualityUnknown"
    PENDING_REVIEW = "PendingReview"
    BLOCKED = "Blocked"
    NOT_BLOCKED = "NotBlocked"
    WITHDRAWN = "Withdrawn"
    DELETED = "Deleted"


@dataclass(frozen=True, slots=True)
class Record:
    """One value as it stands, in the words of the organisation that says so."""

    at: datetime
    signal: Signal
    value: str
    status: Status
    case: str
    source: str
    opinion: Opinion
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class FetchPage:
    """A page of records. ``next_token`` is empty on the last one; ``set_timestamp`` is where a client begins next."""

    records: Sequence[Record]
    set_timestamp: int
    next_token: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a client says of one value."""

    value: str
    opinion: Opinion
    tags: tuple[str, ...] = ()


def write_fetch_page(page: FetchPage) -> bytes:
    """Return a page as JSON."""
    return _encoded(
        {
            "count": len(page.records),
            "nextPageToken": page.next_token or None,
            "nextSetTimestamp": page.set_timestamp,
            "hasMoreRecords": bool(page.next_token),
            "hashRecords": [_record(record) for record in page.records],
        }
    )


def write_feedbacks(feedbacks: Sequence[Feedback]) -> bytes:
    """Return feedback as a client sends it."""
    found = [
        {"hashValue": f.value, "feedbackValue": f.opinion.value, "tags": list(f.tags)} for f in feedbacks
    ]
    return _encoded({"count": len(found), "hashFeedbacks": found})


def read_feedbacks(data: bytes) -> tuple[Feedback, ...]:
    """Return what a ``SubmitFeedback`` says; raises BadInput for anything else."""
    if len(data) > LONGEST_DOCUMENT:
        raise BadInput("The document is longer than a megabyte. Send the feedback in parts.")
    try:
        rows = json.loads(data)["hashFeedbacks"]
        return tuple(_feedback(row) for row in rows)
    except (KeyError, TypeError, ValueError, RecursionError):
        raise BadInput(
            "The document has no 'hashFeedbacks' with 'hashValue' and 'feedbackValue'. Correct it."
        ) from None


def seconds(at: datetime) -> int:
    """Return a moment in whole seconds since 1970: never later than it is."""
    return int(at.astimezone(UTC).timestamp() // 1)


def _record(record: Record) -> dict[str, Any]:
    return {
        "lastModtimestamp": seconds(record.at),
        "signalType": record.signal.value,
        "hashValue": record.value,
        "hashStatus": record.status.value,
        "caseNumbers": {record.case: record.status.value},
        "CSPFeedbacks": [
            {"source": record.source, "feedbackValue": record.opinion.value, "tags": list(record.tags)}
        ],
    }


def _feedback(row: Any) -> Feedback:
    value, tags = row["hashValue"], row.get("tags") or []
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_VALUE or len(tags) > MOST_TAGS:
        raise ValueError
    return Feedback(value, Opinion(row["feedbackValue"]), tuple(str(tag)[:LONGEST_TAG] for tag in tags))


def _encoded(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()
