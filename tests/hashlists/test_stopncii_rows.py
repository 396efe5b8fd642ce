"""StopNCII's pages: the status decides what is withdrawn, whatever the peers' client looks at."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.hashlists.list_cast import bad, digits, good, read

from openhotline.errors import BadInput
from openhotline.hashlists import Row, rows_of_stopncii

PDQ, MD5 = digits(64, 1), digits(32, 2)


def record(**more: Any) -> dict[str, Any]:
    return {
        "lastModtimestamp": 1767323045,
        "signalType": "ImagePDQ",
        "hashValue": PDQ,
        "hashStatus": "Active",
        "caseNumbers": {"OH-2026-0001": "Active"},
        "CSPFeedbacks": [
            {"source": "Peer", "feedbackValue": "Blocked", "tags": ["category:C", "ai:generated"]}
        ],
        **more,
    }


def page(*records: Any, **more: Any) -> dict[str, Any]:
    head = {"count": len(records), "nextPageToken": None, "nextSetTimestamp": 9, "hasMoreRecords": False}
    return {**head, "hashRecords": list(records), **more}


def test_a_record_is_a_row() -> None:
    found = rows_of_stopncii(page(record()))
    assert found.rows == (
        Row(
            algorithm="pdq",
            value=PDQ,
            line=1,
            reference="OH-2026-0001",
            tags=("category:C", "ai:generated", "stopncii:Blocked:Peer"),
            at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        ),
    )
    assert (found.next_set_timestamp, found.next_page_token, found.has_more_records) == (9, "", False)


def test_bytes_and_what_they_decode_to_are_the_same_page() -> None:
    told = page(record(), record(hashStatus="Deleted"), nextPageToken="t", hasMoreRecords=True)
    data = json.dumps(told).encode()
    assert rows_of_stopncii(data) == rows_of_stopncii(told)
    assert rows_of_stopncii(data).next_page_token == "t"
    assert read(data, "stopncii-json") == list(rows_of_stopncii(told).rows)


@pytest.mark.parametrize(
    ("status", "withdrawn"),
    [("Active", False), ("Received", False), ("Unknown", False), ("Withdrawn", True), ("Deleted", True)],
)
def test_the_status_decides_what_is_withdrawn(status: str, withdrawn: bool) -> None:
    (row,) = good(rows_of_stopncii(page(record(hashStatus=status))).rows)
    assert row.withdrawn is withdrawn


def test_other_kinds_are_taken_or_counted() -> None:
    records = [
        record(signalType="VideoMD5", hashValue=MD5.upper(), caseNumbers=[]),
        record(signalType="URL", hashValue="https://example.org"),
        record(signalType="VideoTMK"),
        record(signalType="Text"),
    ]
    found = rows_of_stopncii(page(*records))
    assert [(row.algorithm, row.media, row.reference) for row in good(found.rows)] == [
        ("video_md5", "video", ""),
        ("url", "address", "OH-2026-0001"),
    ]
    assert found.left_out == {"VideoTMK": 1, "Text": 1}


@pytest.mark.parametrize(
    "wrong",
    [
        7,
        record(hashValue=PDQ[1:]),
        record(signalType="New"),
        record(hashStatus="New"),
        record(hashValue=None),
    ],
)
def test_a_wrong_record_is_a_bad_row(wrong: Any) -> None:
    found = rows_of_stopncii(page(record(), wrong, record()))
    assert (len(good(found.rows)), [row.line for row in bad(found.rows)]) == (2, [2])


def test_feedback_of_any_shape_does_no_harm() -> None:
    for feedback in (None, 7, [7], [{"tags": 7}], [{"tags": [None, "a\x00"]}], [{"source": "\ud800"}]):
        (row,) = good(rows_of_stopncii(page(record(CSPFeedbacks=feedback))).rows)
        assert all(tag.isprintable() for tag in row.tags)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b'{"hashRecords": {}}',
        b"\xff",
        json.dumps(page(record())).encode()[:-9],
        b"[" * 99999,
    ],
)
def test_what_is_no_page_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        rows_of_stopncii(data)
