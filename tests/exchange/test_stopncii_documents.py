"""StopNCII's documents: exactly what the peers' own client reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import dacite
import pytest
from threatexchange.exchanges.clients.stopncii import api

from openhotline.errors import BadInput
from openhotline.exchange import stopncii
from openhotline.hashlists import rows_of_stopncii

AT = datetime(2026, 1, 2, 3, 4, 5, 999_999, tzinfo=UTC)
SECONDS = 1767323045


def a_record(**changes: Any) -> stopncii.Record:
    given: dict[str, Any] = {
        "at": AT,
        "signal": stopncii.Signal.IMAGE_PDQ,
        "value": "f8" * 32,
        "status": stopncii.Status.ACTIVE,
        "case": "oh-1",
        "source": "OpenHotline",
        "opinion": stopncii.Opinion.BLOCKED,
        "tags": ("category:C", "ai:wholly_generated"),
    }
    return stopncii.Record(**given | changes)


def as_the_peers_client(document: bytes) -> api.FetchHashesResponse:
    config = dacite.Config(cast=[api.enum.Enum, set])
    return dacite.from_dict(api.FetchHashesResponse, json.loads(document), config)


def test_the_peers_client_reads_a_page() -> None:
    page = as_the_peers_client(stopncii.write_fetch_page(stopncii.FetchPage([a_record()], 99, "token")))
    assert (page.count, page.nextPageToken, page.nextSetTimestamp, page.hasMoreRecords) == (
        1,
        "token",
        99,
        True,
    )
    (record,) = page.hashRecords
    assert (record.lastModtimestamp, record.hashStatus.value) == (SECONDS, "Active")
    assert record.caseNumbers == {"oh-1": api.StopNCIICaseStatus.Active}
    (said,) = record.CSPFeedbacks
    assert (said.source, said.feedbackValue.value) == ("OpenHotline", "Blocked")
    assert said.tags == {"category:C", "ai:wholly_generated"}


def test_the_last_page_has_no_token() -> None:
    page = as_the_peers_client(stopncii.write_fetch_page(stopncii.FetchPage([], 99)))
    assert (page.count, page.nextPageToken, page.hasMoreRecords) == (0, None, False)


def test_our_own_reader_reads_the_same_page() -> None:
    gone = a_record(
        status=stopncii.Status.WITHDRAWN, opinion=stopncii.Opinion.NOT_BLOCKED, tags=(), value="0" * 64
    )
    document = stopncii.write_fetch_page(stopncii.FetchPage([a_record(), gone], 99, "token"))
    page = rows_of_stopncii(document)
    one, two = page.rows
    assert (one.withdrawn, two.withdrawn) == (False, True)  # type: ignore[union-attr]
    assert (page.next_page_token, page.next_set_timestamp, page.has_more_records) == ("token", 99, True)


@pytest.mark.parametrize("signal", list(stopncii.Signal))
@pytest.mark.parametrize("opinion", list(stopncii.Opinion))
def test_every_word_of_ours_is_one_of_the_peers(signal: stopncii.Signal, opinion: stopncii.Opinion) -> None:
    assert api.StopNCIISignalType(signal.value) and api.StopNCIICSPFeedbackValue(opinion.value)


def test_feedback_is_read_as_it_was_written() -> None:
    feedbacks = (
        stopncii.Feedback("f8" * 32, stopncii.Opinion.NOT_BLOCKED, ("meme",)),
        stopncii.Feedback("0" * 64, stopncii.Opinion.BLOCKED),
    )
    assert stopncii.read_feedbacks(stopncii.write_feedbacks(feedbacks)) == feedbacks


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"{}",
        b'{"hashFeedbacks": [{}]}',
        b'{"hashFeedbacks": [{"hashValue": "x", "feedbackValue": "Nonsense"}]}',
        b'{"hashFeedbacks": [{"hashValue": 7, "feedbackValue": "Blocked"}]}',
        b'{"hashFeedbacks": [{"hashValue": "", "feedbackValue": "Blocked"}]}',
        b'{"hashFeedbacks": 7}',
        b"[" * 100_000,
        b" " * (1 << 21),
        b"\xff",
    ],
)
def test_what_is_no_feedback_is_refused(document: bytes) -> None:
    with pytest.raises(BadInput):
        stopncii.read_feedbacks(document)
