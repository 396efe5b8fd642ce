"""One file: hashed, compared, and what it says of its origin, in one call."""

from __future__ import annotations

import json
from typing import Any

import pytest
from match_cast import KNOWN, KNOWN_AGAIN, OTHER, Program, a_hash, a_list, allow, asked_lines, entries_of
from tests.gate.gate_cast import FLAT, drawn, encoded

from openhotline.errors import WorkerFailed
from openhotline.exchange.gate.looking import Looking
from openhotline.hashing import digests
from openhotline_server.accounts.models import User
from openhotline_server.lists.models import HashList
from openhotline_server.lists.operations import NewEntry

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("data", "answer"), [(KNOWN, "match"), (KNOWN_AGAIN, "match"), (OTHER, "no_match")])
def test_a_file_is_answered(program: Program, data: bytes, answer: str) -> None:
    response = program.file(data)
    assert response.status_code == 200
    told = response.json()
    assert told["answer"] == answer
    assert told["file"]["sha256"] == digests(data).sha256
    assert told["file"]["pdq"] == {"mode": "strict"} | {
        key: a_hash(data)[key] for key in ("value", "quality")
    }
    assert isinstance(told["claims"], list)


def test_who_may_know_distances_is_answered_quickly_about_what_is_far_from_everything(
    program: Program, paul: User, known: HashList
) -> None:
    allow(paul, known, tells_distance=True)
    for data, mode, most in ((KNOWN_AGAIN, "strict", 0), (OTHER, "fast", 8)):
        pdq = program.file(data).json()["file"]["pdq"]
        apart = int(pdq["value"], 16) ^ int(a_hash(data)["value"], 16)
        assert pdq["mode"] == mode and apart.bit_count() <= most
    allow(paul, a_list("other"))  # one list that may not tell distances is enough: time would tell them
    assert program.file(OTHER).json()["file"]["pdq"]["mode"] == "strict"


def test_the_very_file_is_told_from_one_that_looks_like_it(program: Program) -> None:
    exact = [program.file(data).json()["lists"][0]["matches"][0]["exact"] for data in (KNOWN, KNOWN_AGAIN)]
    assert exact == [True, False]


def test_a_picture_that_says_too_little_is_an_answer_of_its_own(program: Program) -> None:
    told = program.file(FLAT)
    assert (told.status_code, told.json()["answer"]) == (200, "too_poor")


@pytest.mark.parametrize("data", [b"no picture", KNOWN[:300], b"\x89PNG\r\n\x1a\n" + bytes(50)])
def test_what_cannot_be_decoded_is_422_and_never_no_match(program: Program, paul: User, data: bytes) -> None:
    answer = program.file(data)
    assert answer.status_code == 422
    assert answer.json()["answer"] == "unreadable" and "no answer" in answer.json()["error"]
    assert asked_lines(paul)[-1].details["answers"] == {"unreadable": 1}


def test_a_known_digest_is_a_match_even_if_the_file_is_no_picture(program: Program, paul: User) -> None:
    data = b"a model, or a film"
    allow(paul, a_list("files", NewEntry("file_sha256", digests(data).sha256, media="model")))
    told = program.file(data)
    assert told.status_code == 200 and told.json()["answer"] == "match"


def test_no_workers_no_answer(program: Program, paul: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: Looking, untrusted_bytes: bytes, wanted: Any) -> Any:
        raise WorkerFailed("No confined process could be started. Free memory.")

    monkeypatch.setattr(Looking, "look", fails)
    answer = program.file(KNOWN)
    assert answer.status_code == 503 and "answer" not in answer.json()
    assert asked_lines(paul)[-1].details == {
        "kind": "file",
        "asked": 1,
        "answers": {"failed": 1},
        "lists": ["known"],
    }


def test_an_empty_file_and_a_form_are_refused(program: Program) -> None:
    assert program.file(b"").status_code == 400
    form = program.client.post("/api/1/match/bytes", {"file": "x"}, headers=program.headers)
    assert form.status_code == 400 and "not a form" in form.json()["error"]


def test_a_file_that_is_too_large_is_refused_unread(program: Program) -> None:
    answer = program.client.generic(
        "POST",
        "/api/1/match/bytes",
        b"x",
        content_type="image/jpeg",
        headers=program.headers,
        CONTENT_LENGTH=str(65 * 2**20),
    )
    assert answer.status_code == 413


def test_lists_without_a_grant_do_not_answer_about_files(program: Program, known: HashList) -> None:
    a_list("secret", NewEntry("md5", digests(OTHER).md5))
    assert program.file(OTHER).json()["answer"] == "no_match"


def test_a_turned_picture_is_found_on_a_list_that_takes_them_and_the_turn_is_named(
    program: Program, paul: User
) -> None:
    turned = encoded(drawn(1).rotate(90, expand=True))
    assert program.file(turned).json()["answer"] == "no_match"
    allow(paul, a_list("turning", *entries_of(KNOWN), turned=True))
    told = program.file(turned).json()
    assert (told["answer"], told["file"]["pdq"]["mode"]) == ("match", "strict")
    [of_turning] = [one for one in told["lists"] if one["list"] == "turning"]
    [match] = of_turning["matches"]
    assert (match["variant"], match["exact"]) == ("rotate_270", False)
    explained = program.explain(match["explanation"]).json()
    assert explained["variant"] == "rotate_270" and explained["words"].startswith("Turned or mirrored,")
    assert [one["answer"] for one in told["lists"]] == ["no_match", "match"]


def test_an_explanation_of_an_older_release_is_still_read(program: Program, paul: User) -> None:
    from openhotline_server.sharing import explanations

    told = program.file(KNOWN_AGAIN).json()["lists"][0]["matches"][0]["explanation"]
    box = explanations._box()
    said = json.loads(box.decrypt(told.encode()))
    older = box.encrypt(json.dumps(said[:7]).encode()).decode()
    assert program.explain(older).json()["variant"] == "original"
