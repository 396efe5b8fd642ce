"""A partner reports addresses: typed, under its own key, many at once, and never twice."""

from __future__ import annotations

import json
import threading
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from tests.partner_api.partner_cast import PLACE, Program, a_report

from openhotline_server.accounts.models import User
from openhotline_server.api import report_limits, report_rows
from openhotline_server.intake.models import Address, Delivery, Mention, Particulars, Report
from openhotline_server.ledger import queries as ledger
from openhotline_server.pipeline import partner_reports
from openhotline_server.triage.models import AddressCase

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(paul: User) -> Program:
    return Program(paul)


def test_a_report_is_taken_in_and_has_a_code(program: Program) -> None:
    answer = program.send(a_report(PLACE, words="Seen twice.", at_risk_now=True))
    assert answer.status_code == 201
    told = answer.json()
    assert (told["addresses"], told["known"]) == (1, 0)
    report = Report.objects.get(code=told["code"])
    assert (report.kind, report.source) == (Report.Kind.PARTNER, "Paul")
    words = Particulars.objects.get(report=report)
    assert words.words == "Seen twice." and words.at_risk_now
    assert AddressCase.objects.count() == 1
    line = ledger.search(subject=report.subject)[0]
    assert line.actor == str(program.partner.code)


def test_the_same_key_and_content_are_answered_as_the_first_time(program: Program) -> None:
    first = program.send(a_report(PLACE), key="k1")
    spaced = json.dumps(a_report(PLACE), indent=4)
    for again in (a_report(PLACE), spaced):
        answer = program.send(again, key="k1")
        assert (answer.status_code, answer.json()) == (201, first.json())
    assert Report.objects.count() == 1 and Delivery.objects.count() == 1


def test_a_key_never_stands_for_two_reports(program: Program) -> None:
    program.send(a_report(PLACE), key="k1")
    answer = program.send(a_report("https://other.example.org/"), key="k1")
    assert answer.status_code == 409 and "key" in answer.json()["error"]
    assert Report.objects.count() == 1 and Address.objects.count() == 1


def test_two_partners_keys_are_apart(program: Program, add_person: Any) -> None:
    other = Program(add_person("pia", "partner"))
    mine, theirs = program.send(a_report(PLACE), key="k1"), other.send(a_report(PLACE), key="k1")
    assert mine.json()["code"] != theirs.json()["code"] and theirs.json()["known"] == 1


def test_what_is_stated_stays_the_senders_word(program: Program) -> None:
    md5 = uuid.uuid4().hex
    said = {
        "address": PLACE,
        "severity": "A",
        "scheme": "example",
        "ai": "generated",
        "hashes": [{"algorithm": "md5", "value": md5.upper()}],
    }
    program.send(a_report(said))
    assert Mention.objects.get().stated == {
        "severity": "A",
        "scheme": "example",
        "ai": "generated",
        "hashes": [{"algorithm": "md5", "value": md5}],
    }


BAD: list[tuple[Any, str]] = [
    ({}, "addresses"),
    ({"addresses": []}, "addresses"),
    (a_report("not an address at all"), "addresses.0.address"),
    (a_report(PLACE, "also none"), "addresses.1.address"),
    (a_report({"address": PLACE, "severity": "A"}), "addresses.0"),
    (a_report({"address": PLACE, "hashes": [{"algorithm": "md5", "value": "xyz"}]}), "addresses.0.hashes.0"),
    (a_report({"address": PLACE, "hashes": [{"algorithm": "crc", "value": "00"}]}), "algorithm"),
    (a_report({"address": PLACE, "found_in": "moon"}), "addresses.0.found_in"),
    (a_report(PLACE, wrods="a slip"), "wrods"),
    (a_report(PLACE, words="x" * 5001), "words"),
    (a_report(*[PLACE] * 1001), "addresses"),
]


@pytest.mark.parametrize(("report", "place"), BAD)
def test_a_mistake_is_named_by_its_place_and_nothing_is_taken_in(
    program: Program, report: Any, place: str
) -> None:
    answer = program.send(report)
    assert answer.status_code == 400 and place in answer.json()["error"]
    assert not Report.objects.exists() and not Delivery.objects.exists()


def test_a_refusal_does_not_repeat_what_was_sent(program: Program) -> None:
    answer = program.send(a_report("secret place", "https://fine.example.org/"))
    assert answer.status_code == 400 and "secret" not in answer.json()["error"]


def test_a_body_that_is_no_json_and_a_call_without_a_key_are_refused(program: Program) -> None:
    assert program.send("{").status_code == 400
    answer = program.client.post(
        "/api/1/reports", json.dumps(a_report()), content_type="application/json", headers=program.headers
    )
    assert answer.status_code == 400 and "Idempotency-Key" in answer.json()["error"]


def test_outsiders_send_nothing(client: Client) -> None:
    for send in (
        lambda c, **h: c.post("/api/1/reports", b"{}", content_type="application/json", **h),
        lambda c, **h: c.post("/api/1/reports/bulk", b"[]", content_type="application/json", **h),
        lambda c, **h: c.get(f"/api/1/reports/{uuid.uuid4()}", **h),
    ):
        assert send(client).status_code == 401
        assert send(client, headers={"Authorization": "Bearer ohl_none"}).status_code == 401


@pytest.mark.parametrize("lines", [False, True])
def test_many_are_taken_in_and_each_bad_row_is_named(program: Program, lines: bool) -> None:
    rows: list[Any] = [
        a_report("https://a.example.org/", key="a"),
        a_report("nothing", key="b"),
        a_report("https://c.example.org/"),
        a_report("https://a.example.org/#x", key="d"),
        {"addresses": "x", "key": "e"},
    ]
    answer = program.bulk(rows, lines=lines)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["taken"], told["not_taken"]) == (2, 3)
    assert [row["outcome"] for row in told["rows"]] == ["taken", "refused", "refused", "taken", "refused"]
    assert [row["row"] for row in told["rows"]] == [1, 2, 3, 4, 5]
    assert "addresses.0.address" in told["rows"][1]["error"] and "key" in told["rows"][2]["error"]
    assert told["rows"][3]["report"]["known"] == 1  # the second of two in one call
    assert Report.objects.count() == 2


def test_a_line_that_is_no_json_and_one_that_is_empty(program: Program) -> None:
    told = program.bulk([a_report(key="a"), "", "{broken", a_report(key="b"), "5"], lines=True).json()
    assert [(row["row"], row["outcome"]) for row in told["rows"]] == [
        (1, "taken"),
        (3, "refused"),
        (4, "taken"),
        (5, "refused"),
    ]


def test_a_bulk_call_that_was_cut_off_is_sent_again_whole(program: Program) -> None:
    rows = [a_report(f"https://{n}.example.org/", key=f"k{n}") for n in range(5)]
    first = program.bulk(rows[:3]).json()
    again = program.bulk(rows).json()
    assert again["taken"] == 5 and again["rows"][:3] == first["rows"]
    assert Report.objects.count() == 5


def test_a_key_twice_in_one_call(program: Program) -> None:
    rows = [a_report(PLACE, key="a"), a_report(PLACE, key="a"), a_report("https://b.example.org/", key="a")]
    told = program.bulk(rows).json()
    assert [row["outcome"] for row in told["rows"]] == ["taken", "taken", "conflict"]
    assert told["rows"][0]["report"] == told["rows"][1]["report"] and Report.objects.count() == 1


def test_a_key_is_once_over_all_parts_of_a_call(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partner_reports, "AT_ONCE", 2)
    rows = [a_report(f"https://{n}.example.org/", key=f"k{n}") for n in range(5)]
    told = program.bulk([*rows, rows[0], a_report(PLACE, key="k1")]).json()
    assert [row["outcome"] for row in told["rows"]] == ["taken"] * 6 + ["conflict"]
    assert told["rows"][5]["report"] == told["rows"][0]["report"] and Report.objects.count() == 5


def test_one_and_many_share_their_keys(program: Program) -> None:
    one = program.send(a_report(PLACE), key="a").json()
    [row] = program.bulk([a_report(PLACE, key="a")]).json()["rows"]
    assert row["report"] == one


def test_a_document_of_no_rows_or_too_many(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    assert program.bulk([]).status_code == 400
    assert program.bulk(b"{}").status_code == 400
    assert program.bulk(b"no json").status_code == 400
    monkeypatch.setattr(report_rows, "MOST_ROWS", 1)
    assert program.bulk([a_report(key="a"), a_report(key="b")]).status_code == 413
    monkeypatch.setattr(report_rows, "LARGEST_BODY", 10)
    assert program.bulk([a_report(key="a")]).status_code == 413
    assert not Report.objects.exists()


def test_whoever_sends_too_many_waits(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_limits, "REPORTS_A_MINUTE", 3)
    assert program.bulk([a_report(key=f"k{n}") for n in range(2)]).status_code == 200
    answer = program.bulk([a_report(key=f"m{n}") for n in range(2)])
    assert answer.status_code == 429 and 0 < int(answer["Retry-After"]) <= 60
    assert program.send(a_report()).status_code == 201
    assert program.send(a_report()).status_code == 429
    assert Report.objects.count() == 3


def test_the_sender_can_ask_where_a_report_stands_and_nobody_else(program: Program, add_person: Any) -> None:
    code = program.send(a_report(PLACE)).json()["code"]
    told = program.state(code).json()
    assert (told["state"], told["each"], told["addresses"]) == ("received", {"received": 1}, 1)
    other = Program(add_person("pia", "partner"))
    assert other.state("no-code").status_code == 404
    assert other.state(code).status_code == 404 and program.state(str(uuid.uuid4())).status_code == 404


def test_the_calls_are_described(program: Program) -> None:
    document = program.client.get("/api/1/reports/openapi.json", headers=program.headers).json()
    assert {"/api/1/reports", "/api/1/reports/bulk", "/api/1/reports/{code}"} <= document["paths"].keys()
    names = document["components"]["schemas"]
    assert "RowIn" in names and "ReportedAddress" in names
    references = set(_references(document))
    assert references and {name.rsplit("/", 1)[1] for name in references} <= names.keys()


def _references(part: Any) -> Any:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from _references(one)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads share SQLite's database in memory")
@pytest.mark.django_db(transaction=True)
def test_the_same_report_sent_by_two_at_once_is_one(paul: User) -> None:
    program, answers = Program(paul), list[Any]()

    def send() -> None:
        try:
            answers.append(program.send(a_report(PLACE), key="k1"))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [a.status_code for a in answers] == [201] * 4
    assert len({a.content for a in answers}) == 1 and Report.objects.count() == 1
