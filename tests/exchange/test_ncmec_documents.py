"""NCMEC's documents: exactly what the peers' own client reads, and nothing but its own letters."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from threatexchange.exchanges.clients.ncmec import hash_api

from openhotline.errors import BadInput
from openhotline.exchange import ncmec
from openhotline.hashlists import rows_of_ncmec

US = ncmec.Member(77, 'A & B "hotline" <x>')
AT = datetime(2026, 1, 2, 3, 4, 5, 999_999, tzinfo=UTC)
PDQ, MD5 = "f8" * 32, "a1" * 16


def wrapped(document: bytes) -> Any:
    """A document as the peers' client has it before it reads it: without namespaces."""
    root = ElementTree.fromstring(document)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return hash_api._XMLWrapper(root)


def a_page(**changes: Any) -> bytes:
    entries = [
        ncmec.Entry(US, "oh-1", AT, {"md5": MD5, "pdq": PDQ}, "A1"),
        ncmec.Deletion(US, "oh-0", AT - timedelta(seconds=1)),
        ncmec.Entry(US, "oh-2", AT + timedelta(seconds=9), {"md5": MD5}, media="video"),
    ]
    return ncmec.write_query_result(ncmec.QueryResult(entries, **changes))


def test_the_peers_client_reads_a_page() -> None:
    path = "/v2/entries?from=x&to=y&start=2001&size=1000&max=3000&token=z"
    page = hash_api.GetEntriesResponse.from_xml(wrapped(a_page(next_path=path)), 0)
    one, gone, film = page.updates
    assert (one.id, one.member_id, one.classification, one.deleted) == ("oh-1", 77, "A1", False)
    assert one.fingerprints == {"md5": MD5, "pdq": PDQ}
    assert (gone.id, gone.deleted, film.entry_type.value, film.classification) == (
        "oh-0",
        True,
        "video",
        None,
    )
    assert page.next == path
    assert page.max_timestamp == int(AT.timestamp()) + 9
    assert page.get_next_info() == (2001, 1000, 3000)


def test_our_own_reader_reads_the_same_page() -> None:
    page = rows_of_ncmec(io.BytesIO(a_page(next_path="/v2/entries?x=1")))
    found = {(row.reference, row.algorithm, row.withdrawn) for row in page.rows}  # type: ignore[union-attr]
    assert found == {
        ("77-oh-1", "md5", False),
        ("77-oh-1", "pdq", False),
        ("77-oh-0", "", True),
        ("77-oh-2", "video_md5", False),
    }
    assert page.next_path == "/v2/entries?x=1"


def test_an_empty_page_is_the_last_one() -> None:
    page = hash_api.GetEntriesResponse.from_xml(wrapped(ncmec.write_query_result(ncmec.QueryResult([]))), 123)
    assert (page.updates, page.next, page.max_timestamp) == ([], "", 123)


def test_times_are_in_utc_and_never_later_than_they_are() -> None:
    tokyo = AT.astimezone(timezone(timedelta(hours=9)))
    document = ncmec.write_query_result(ncmec.QueryResult([ncmec.Deletion(US, "x", tokyo)]))
    assert b"<timestamp>2026-01-02T03:04:05Z</timestamp>" in document
    assert b'maxTimestamp="2026-01-02T03:04:05Z"' in document


@pytest.mark.parametrize("letter", ["A", "B", "C", "a1", "A3", "prohibited"])
def test_no_other_schemes_letter_is_a_classification(letter: str) -> None:
    entry = ncmec.Entry(US, "x", AT, {"md5": MD5}, letter)
    with pytest.raises(BadInput, match="A1, A2, B1 or B2"):
        ncmec.write_query_result(ncmec.QueryResult([entry]))


def test_a_next_page_outside_the_base_is_never_written() -> None:
    with pytest.raises(BadInput):
        a_page(next_path="https://example.org/v2/entries")


def test_the_peers_client_reads_who_it_is_and_who_shares() -> None:
    document = ncmec.write_status(address="127.0.0.1", user="paul", member=US)
    assert hash_api.StatusResult.from_xml(wrapped(document)["member"]).esp_name == US.name
    assert ncmec.read_status(document) == US
    assert ncmec.read_members(ncmec.write_members([US, ncmec.Member(2, "x")])) == (US, ncmec.Member(2, "x"))


def test_reasons_have_the_same_names_everywhere_and_a_root_around_them() -> None:
    reasons = [ncmec.Reason("lawful", "Not illegal"), ncmec.Reason("other", 'Another "one"')]
    document = ncmec.write_reasons(reasons, kind="PDQ")
    listed = wrapped(document)["availableFeedbackReasons"]
    assert {r.str("guid"): r.str("name") for r in listed} == {r.guid: r.name for r in reasons}
    assert ncmec.read_reasons(document) == {r.guid: r.name for r in reasons}
    # Partners keep these: they never change.
    assert reasons[0].guid == "406ac9f5-abbb-5efa-a76e-3a0643466445"


@pytest.mark.parametrize(
    "submission", [ncmec.Submission(True), ncmec.Submission(False, (ncmec.Reason("other", "").guid,))]
)
def test_feedback_is_read_as_it_was_written(submission: ncmec.Submission) -> None:
    assert ncmec.read_submission(ncmec.write_submission(submission)) == submission


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<feedbackSubmission/>",
        b"<feedbackSubmission><affirmative/><negative/></feedbackSubmission>",
        b"<feedbackSubmission><negative><reasonIds><guid>x</guid></reasonIds></negative></feedbackSubmission>",
        b"<other><affirmative/></other>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><feedbackSubmission><affirmative/></feedbackSubmission>',
        b"<feedbackSubmission><affirmative/></feedbackSubmission>" + b" " * 70_000,
        b'<?xml version="1.0" encoding="nonsense"?><feedbackSubmission><affirmative/></feedbackSubmission>',
        b"\x00",
    ],
)
def test_what_is_no_feedback_is_refused(document: bytes) -> None:
    with pytest.raises(BadInput):
        ncmec.read_submission(document)
