"""Batches of hashes: each has its own answer, and no answer says more than was granted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from match_cast import KNOWN, KNOWN_AGAIN, OTHER, Program, a_hash, a_list, allow, asked_lines, entries_of
from tests.conftest import NOON

from openhotline.hashlists import KINDS
from openhotline_server.accounts.models import User
from openhotline_server.accounts.operations import revoke_partner_key
from openhotline_server.accounts.queries import keys_in_force
from openhotline_server.lists import operations
from openhotline_server.lists.models import Entry, HashList
from openhotline_server.lists.operations import NewEntry
from openhotline_server.sharing.grants import end_grant

pytestmark = pytest.mark.django_db


def _answers(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [one["answer"] for one in response.json()["answers"]]


def test_every_kind_of_hash_is_compared_and_has_its_own_answer(program: Program) -> None:
    asked = [a_hash(KNOWN, name) for name in ("md5", "sha1", "sha256", "pdq")]
    asked += [a_hash(KNOWN_AGAIN), a_hash(OTHER), a_hash(KNOWN, quality=20), a_hash(OTHER, "md5")]
    asked += [{"algorithm": "photodna", "value": "ab" * 144}]
    assert _answers(program.hashes(*asked)) == [
        *["match"] * 5,
        "no_match",
        "too_poor",
        "no_match",
        "not_compared",
    ]


def test_photodna_values_are_compared_exactly(program: Program, paul: User) -> None:
    allow(paul, a_list("opaque", NewEntry("photodna", "ab" * 144)))
    same, other = ({"algorithm": "photodna", "value": digit * 144} for digit in ("ab", "ac"))
    assert _answers(program.hashes(same, other, lists=["opaque"])) == ["match", "no_match"]


VALUES = {
    "md5": "11" * 16,
    "sha1": "22" * 20,
    "sha256": "33" * 32,
    "pdq": "0f" * 32,
    "photodna": "ab" * 144,
    "text_sha256": "44" * 32,
    "file_sha256": "55" * 32,
    "video_md5": "66" * 16,
    "tensor_f16": "77" * 32,
    "tensor_bf16": "88" * 32,
    "url": "https://example.org/page?b=1",
    "domain": "example.org",
}


def test_every_algorithm_that_a_list_can_hold_is_answered(program: Program, paul: User) -> None:
    assert VALUES.keys() == KINDS.keys()
    allow(paul, a_list("all", *[NewEntry(name, value) for name, value in VALUES.items()]))
    asked = [{"algorithm": name, "value": value} for name, value in VALUES.items()]
    assert _answers(program.hashes(*asked, lists=["all"])) == ["match"] * len(VALUES)
    others = [
        {"algorithm": name, "value": value.replace("example", "another") if "." in value else value[1:] + "e"}
        for name, value in VALUES.items()
        if name != "pdq"
    ]
    assert _answers(program.hashes(*others, lists=["all"])) == ["no_match"] * len(others)


def test_no_file_is_said_to_be_none_of_what_no_file_can_be_compared_with(
    program: Program, paul: User
) -> None:
    opaque = [NewEntry(name, VALUES[name]) for name in ("photodna", "text_sha256", "url", "domain")]
    allow(paul, a_list("opaque", *opaque))
    told = {one["list"]: one["answer"] for one in program.file(OTHER).json()["lists"]}
    assert told == {"known": "no_match", "opaque": "not_compared"}


def test_a_hash_without_a_quality_is_taken(program: Program) -> None:
    value = a_hash(KNOWN)["value"]
    assert _answers(program.hashes({"algorithm": "pdq", "value": value})) == ["match"]


def test_a_near_match_carries_its_doubt_and_no_distance(program: Program) -> None:
    [answer] = program.hashes(a_hash(KNOWN_AGAIN)).json()["answers"]
    [told] = answer["lists"]
    assert (told["list"], told["edition"], told["answer"]) == ("known", 1, "match")
    [match] = told["matches"]
    assert match.keys() == {"explanation", "algorithm", "exact", "threshold", "quality", "variant"}
    assert (match["algorithm"], match["exact"], match["threshold"]) == ("pdq", False, 31)
    assert match["variant"] == "original"


def test_distances_and_tags_are_told_where_they_were_granted(
    program: Program, paul: User, known: HashList
) -> None:
    allow(paul, known, tells_distance=True, tells_tags=True)
    [answer] = program.hashes(a_hash(KNOWN_AGAIN)).json()["answers"]
    [match] = answer["lists"][0]["matches"]
    apart = int(a_hash(KNOWN)["value"], 16) ^ int(a_hash(KNOWN_AGAIN)["value"], 16)
    assert match["distance"] == apart.bit_count()
    assert match["tags"] == {"severity": "A", "ai": "wholly_generated", "grades": {}, "words": []}


def test_without_the_right_to_distances_one_match_is_told_however_many_lie_near(
    program: Program, paul: User, known: HashList
) -> None:
    value = int(a_hash(KNOWN)["value"], 16)
    near = [NewEntry("pdq", f"{value ^ (1 << bit):064x}", quality=90) for bit in range(5)]
    operations.load_edition(hash_list=known, add=near, withdraw=[], actor="system", at=NOON)
    assert len(program.hashes(a_hash(KNOWN)).json()["answers"][0]["lists"][0]["matches"]) == 1
    allow(paul, known, tells_distance=True)
    assert len(program.hashes(a_hash(KNOWN)).json()["answers"][0]["lists"][0]["matches"]) == 6


def test_only_granted_lists_are_asked_and_others_are_not_even_named(program: Program, paul: User) -> None:
    a_list("secret", *entries_of(OTHER))
    assert _answers(program.hashes(a_hash(OTHER))) == ["no_match"]
    assert b"secret" not in program.hashes(a_hash(OTHER)).content
    refused = [program.hashes(a_hash(OTHER), lists=[name]) for name in ("secret", "no-such-list")]
    assert [one.status_code for one in refused] == [403, 403]
    assert refused[0].content == refused[1].content


def test_a_withdrawn_entry_is_no_match_at_once(program: Program, known: HashList) -> None:
    entries = list(Entry.objects.filter(hash_list=known, withdrawn_in=None))
    operations.load_edition(hash_list=known, add=entries_of(OTHER), withdraw=entries, actor="system", at=NOON)
    assert _answers(program.hashes(a_hash(KNOWN), a_hash(KNOWN, "md5"), a_hash(OTHER))) == [
        "no_match",
        "no_match",
        "match",
    ]


def test_a_list_that_is_set_aside_is_not_asked_and_says_so(program: Program, known: HashList) -> None:
    operations.set_aside(hash_list=known, reason="it matches far more than usual", actor="system", at=NOON)
    allow(program.partner, a_list("other", *entries_of(OTHER)))
    [answer] = program.hashes(a_hash(KNOWN)).json()["answers"]
    assert answer["answer"] == "not_asked"  # and not "no_match", although the other list says that
    told = {one["list"]: one for one in answer["lists"]}
    assert "set aside" in told["known"]["reason"] and told["other"]["answer"] == "no_match"


def test_a_known_false_positive_takes_a_near_match_back(program: Program) -> None:
    assert _answers(program.hashes(a_hash(KNOWN_AGAIN))) == ["match"]
    a_list("false-positives", *entries_of(KNOWN_AGAIN), suppresses=True)
    assert _answers(program.hashes(a_hash(KNOWN_AGAIN))) == ["no_match"]
    assert _answers(program.hashes(a_hash(KNOWN, "sha256"))) == ["match"]


def test_every_call_is_one_line_with_counts_and_no_hash(program: Program, paul: User) -> None:
    program.hashes(a_hash(KNOWN), a_hash(OTHER), a_hash(OTHER, "md5"))
    [line] = asked_lines(paul)
    assert line.details == {
        "kind": "hashes",
        "asked": 3,
        "answers": {"match": 1, "no_match": 2},
        "lists": ["known"],
    }
    written = json.dumps([line.subject, line.details])
    assert not any(a_hash(picture)["value"] in written for picture in (KNOWN, OTHER))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"hashes": []}',
        b'{"hashes": [{"algorithm": "pdq"}]}',
        b'{"hashes": [{"algorithm": "crc", "value": "00"}]}',
        b'{"hashes": [{"algorithm": "pdq", "value": "00"}]}',
        b'{"hashes": [{"algorithm": "pdq", "value": "' + b"0" * 64 + b'", "quality": 101}]}',
        b'{"hashes": [{"algorithm": "md5", "value": "' + b"0" * 32 + b'"}], "lists": []}',
    ],
)
def test_a_malformed_question_is_refused_and_nothing_is_asked(
    program: Program, paul: User, body: bytes
) -> None:
    answer = program.client.post(
        "/api/1/match/hashes", body, content_type="application/json", headers=program.headers
    )
    assert answer.status_code == 400 and answer.json()["error"].endswith(".")
    assert asked_lines(paul) == []


def test_more_hashes_than_a_call_takes_are_refused_whole(program: Program) -> None:
    assert program.hashes(*[a_hash(OTHER, "md5")] * 1001).status_code == 400


def test_a_document_that_is_too_large_is_refused_in_json(program: Program) -> None:
    answer = program.hashes({"algorithm": "md5", "value": "0" * (3 * 2**20)})
    assert answer.status_code == 413 and "too large" in answer.json()["error"]


def test_without_a_key_in_force_it_is_401(program: Program, paul: User) -> None:
    assert program.client.post("/api/1/match/hashes", {}, content_type="application/json").status_code == 401
    for key in keys_in_force(paul):
        revoke_partner_key(key=key, actor="system", at=NOON)
    assert program.hashes(a_hash(KNOWN)).status_code == 401


def test_without_a_grant_it_is_403_from_the_next_call_on(
    program: Program, paul: User, known: HashList
) -> None:
    assert program.hashes(a_hash(KNOWN)).status_code == 200
    end_grant(partner=paul, hash_list=known, actor="system", at=NOON)
    assert program.hashes(a_hash(KNOWN)).status_code == 403


def test_an_index_that_cannot_be_used_is_503_and_written_down(
    program: Program, paul: User, known: HashList
) -> None:
    from openhotline_server.lists import index

    program.hashes(a_hash(KNOWN))
    for file in index.directory(known).rglob("*"):
        if file.is_file():
            file.write_bytes(b"damaged")
    index._open.clear()
    answer = program.hashes(a_hash(KNOWN))
    assert answer.status_code == 503 and "nothing was matched" in answer.json()["error"]
    assert asked_lines(paul)[-1].details["answers"] == {"failed": 1}


def test_the_calls_are_described(program: Program) -> None:
    schema = program.client.get("/api/1/match/openapi.json", headers=program.headers).json()
    assert {path.rsplit("/match/", 1)[1] for path in schema["paths"]} == {
        "hashes",
        "bytes",
        "explain/{identifier}",
    }
    assert "422" in schema["paths"]["/api/1/match/bytes"]["post"]["responses"]
    assert program.client.get("/api/1/match/openapi.json").status_code == 401
