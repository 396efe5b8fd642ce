"""Recorded answers stand for the network."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.trace.servers import says, serving

from openhotline.errors import BadInput
from openhotline.trace.agreement import agree
from openhotline.trace.answer import Place
from openhotline.trace.recorded import FORMAT, Recorded

AT = datetime(2026, 11, 3, 12, tzinfo=UTC)
PLACE = Place("https://files.example.org/a", "web", "files.example.org", "example.org")
ANSWERS = [
    {"source": "dns", "ips": ["192.0.2.1"]},
    {"source": "geo:one", "country": "NL"},
    {
        "source": "rdap network",
        "country": "NL",
        "network": "EXAMPLE-NET",
        "abuse": [{"email": "abuse@example.net"}],
    },
]


def folder(path: Path, *records: dict[str, Any]) -> Recorded:
    (path / "a.json").write_text(json.dumps({"format": FORMAT, "records": records}))
    return Recorded(path)


def test_a_hand_written_record_is_enough_for_a_verdict(tmp_path: Path) -> None:
    answers = folder(tmp_path, {"host": "files.example.org", "answers": ANSWERS}).trace(PLACE, at=AT)
    verdict = agree(answers)
    assert (verdict.country, verdict.agreed, verdict.ip, verdict.network) == (
        "NL",
        True,
        "192.0.2.1",
        "EXAMPLE-NET",
    )
    assert [contact.source for contact in verdict.abuse] == ["rdap network"]
    assert {answer.asked_at for answer in answers} == {AT}


def test_a_whole_address_comes_before_its_host(tmp_path: Path) -> None:
    recorded = folder(
        tmp_path,
        {"host": "files.example.org", "check": {"outcome": "online", "status": 200}},
        {"address": PLACE.address, "check": {"outcome": "gone", "status": 404}},
    )
    assert recorded.look(PLACE, at=AT).status == 404


def test_the_newest_record_that_is_not_later_counts(tmp_path: Path) -> None:
    recorded = folder(
        tmp_path,
        {"host": PLACE.host, "check": {"outcome": "online"}},
        {"host": PLACE.host, "since": "2026-11-03T12:00:00", "check": {"outcome": "gone"}},
        {"host": PLACE.host, "since": "2027-01-01T00:00:00Z", "check": {"outcome": "online"}},
    )
    assert recorded.look(PLACE, at=AT - timedelta(seconds=1)).outcome == "online"
    assert recorded.look(PLACE, at=AT).outcome == "gone"


def test_what_is_not_recorded_is_a_failure_and_never_an_answer(tmp_path: Path) -> None:
    recorded = folder(tmp_path)
    (answer,) = recorded.trace(PLACE, at=AT)
    assert answer.failure and not agree([answer]).agreed
    assert recorded.look(PLACE, at=AT).outcome == "failed"


def test_a_recorded_check_can_be_a_server_on_this_machine(tmp_path: Path) -> None:
    with serving(says(200)) as server:
        recorded = folder(tmp_path, {"host": PLACE.host, "check": {"server": f"127.0.0.1:{server.port}"}})
        assert recorded.look(PLACE, at=AT).outcome == "online"
    assert recorded.look(PLACE, at=AT).outcome == "gone"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"format": "another", "records": []}',
        json.dumps({"format": FORMAT, "records": [{"answers": []}]}),
        json.dumps({"format": FORMAT, "records": [{"host": "a", "answers": [{"country": "NL"}]}]}),
        json.dumps(
            {"format": FORMAT, "records": [{"host": "a", "answers": [{"source": "x", "ips": ["y"]}]}]}
        ),
        json.dumps({"format": FORMAT, "records": [{"host": "a", "check": {"outcome": "maybe"}}]}),
        json.dumps({"format": FORMAT, "records": [{"host": "a", "since": "soon"}]}),
        json.dumps({"format": FORMAT, "records": [3]}),
    ],
)
def test_a_file_that_cannot_be_taken_says_where_the_format_is(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(BadInput, match=r"recorded-answers\.md"):
        Recorded(tmp_path)


def test_a_folder_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="OPENHOTLINE_RECORDED_ANSWERS"):
        Recorded(tmp_path / "none")
