"""The gate as a platform's upload check sees it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from gate_cast import (
    FLAT,
    KNOWN,
    KNOWN_AGAIN,
    OTHER,
    Caller,
    Running,
    drawn,
    encoded,
    key_file,
    lines_for,
    pdq_of,
    running,
    write_list,
)
from PIL import Image

from openhotline.exchange.gate.question_log import ASKED
from openhotline.hashing import digests
from openhotline.known import Rule

OPEN = {"per_minute": 100_000, "per_day": 100_000, "tells_distance": "true"}


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, dict[str, str]]]:
    folder = tmp_path_factory.mktemp("gate")
    secrets = key_file(folder / "keys.toml", open=OPEN, silent=OPEN | {"tells_distance": "false"})
    with running(folder, write_list(folder / "known.csv", lines_for(KNOWN))) as found:
        yield found, secrets


@pytest.fixture
def caller(gate: tuple[Running, dict[str, str]]) -> Caller:
    return gate[0].caller(gate[1]["open"])


def test_a_known_file_is_a_match_by_its_digest_and_by_its_looks(caller: Caller) -> None:
    answer = caller.check(KNOWN)
    assert (answer.status, answer.document["answer"]) == (200, "match")
    [known] = answer.document["lists"]
    assert known["list"] == "known" and len(known["edition"]) == 16
    assert {(m["algorithm"], m["exact"], m["distance"]) for m in known["matches"]} == {
        ("sha256", True, 0),
        ("pdq", False, 0),
    }
    exact = next(match for match in known["matches"] if match["exact"])
    assert (exact["entry"]["line"], exact["entry"]["reference"]) == (3, "ref-1")


def test_a_file_saved_again_is_a_near_match_with_its_doubt(caller: Caller) -> None:
    [match] = caller.check(KNOWN_AGAIN).document["lists"][0]["matches"]
    assert (
        match["algorithm"] == "pdq"
        and match["threshold"] == 31
        and match["quality"] == pdq_of(KNOWN_AGAIN)[1]
    )
    expected = (int(pdq_of(KNOWN)[0], 16) ^ int(pdq_of(KNOWN_AGAIN)[0], 16)).bit_count()
    assert match["distance"] == expected <= 31


def test_another_file_is_no_match_and_its_hashes_are_told(caller: Caller) -> None:
    document = caller.check(OTHER).document
    assert document["answer"] == "no_match" and document["lists"][0]["matches"] == []
    assert document["file"]["sha256"] == digests(OTHER).sha256
    told = document["file"]["pdq"]
    apart = int(told["value"], 16) ^ int(pdq_of(OTHER)[0], 16)
    assert told["mode"] == "fast" and apart.bit_count() <= 8


def test_who_may_not_know_distances_is_not_told_them_by_the_time_it_takes(
    gate: tuple[Running, dict[str, str]],
) -> None:
    told = gate[0].caller(gate[1]["silent"]).check(OTHER).document["file"]["pdq"]
    assert told == {"value": pdq_of(OTHER)[0], "quality": pdq_of(OTHER)[1], "mode": "strict"}


def test_what_lies_near_is_hashed_again_at_full_resolution(caller: Caller) -> None:
    for known in (KNOWN, KNOWN_AGAIN):
        told = caller.check(known).document["file"]["pdq"]
        assert told == {"value": pdq_of(known)[0], "quality": pdq_of(known)[1], "mode": "strict"}


def test_what_lies_just_outside_the_threshold_is_decided_by_the_strict_hash(tmp_path: Path) -> None:
    secret = key_file(tmp_path / "keys.toml", open=OPEN)["open"]
    value = int(pdq_of(KNOWN)[0], 16)
    listed = [f"pdq,{value ^ ((1 << bits) - 1):064x},100," for bits in (31, 32)]
    with running(tmp_path, write_list(tmp_path / "l.csv", listed)) as found:
        document = found.caller(secret).check(KNOWN).document
    assert document["file"]["pdq"]["mode"] == "strict"
    assert [match["distance"] for match in document["lists"][0]["matches"]] == [31]


def test_a_turned_picture_is_found_only_by_a_gate_that_looks_for_it(tmp_path: Path) -> None:
    secret = key_file(tmp_path / "keys.toml", open=OPEN)["open"]
    listed = write_list(tmp_path / "l.csv", lines_for(KNOWN))
    turned = encoded(drawn(1).transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    with running(tmp_path, listed) as found:
        assert found.caller(secret).check(turned).document["answer"] == "no_match"
    with running(tmp_path, listed, rule=Rule(turned=True)) as found:
        document = found.caller(secret).check(turned).document
        plain = found.caller(secret).check(KNOWN_AGAIN).document
    [match] = document["lists"][0]["matches"]
    assert (match["variant"], document["file"]["pdq"]["mode"]) == ("flip_y", "strict")
    assert [match["variant"] for match in plain["lists"][0]["matches"]] == ["original"]


def test_texts_and_opaque_values_are_compared_exactly_and_no_file_with_them(tmp_path: Path) -> None:
    secret = key_file(tmp_path / "keys.toml", open=OPEN)["open"]
    values = {
        "photodna": "ab" * 144,
        "text_sha256": "cd" * 32,
        "file_sha256": "ef" * 32,
        "video_md5": "12" * 16,
        "tensor_f16": "34" * 32,
        "tensor_bf16": "56" * 32,
    }
    listed = write_list(tmp_path / "l.csv", [f"{name},{value},," for name, value in values.items()])
    with running(tmp_path, listed) as found:
        asked = [{"algorithm": name, "value": value} for name, value in values.items()]
        asked += [{"algorithm": name, "value": value[::-1]} for name, value in values.items()]
        answers = found.caller(secret).check_hashes(*asked).document["answers"]
    assert [one["answer"] for one in answers] == ["match"] * len(values) + ["no_match"] * len(values)
    opaque = write_list(tmp_path / "o.csv", [f"photodna,{'ab' * 144},,", f"text_sha256,{'cd' * 32},,"])
    with running(tmp_path, opaque) as found:
        assert found.caller(secret).check(KNOWN).document["answer"] == "not_compared"


def test_claims_of_origin_come_in_the_same_answer(caller: Caller) -> None:
    packet = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
        b'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"/>'
        b"</rdf:RDF></x:xmpmeta>"
    )
    head = b"http://ns.adobe.com/xap/1.0/\x00" + packet
    marked = OTHER[:2] + b"\xff\xe1" + (len(head) + 2).to_bytes(2) + head + OTHER[2:]
    claims = caller.check(marked).document["claims"]
    assert claims and {claim["strength"] for claim in claims} == {"asserted_unsigned"}
    assert all(claim["doubt"] for claim in claims)


def test_a_picture_that_says_too_little_is_an_answer_of_its_own(caller: Caller) -> None:
    answer = caller.check(FLAT)
    assert (answer.status, answer.document["answer"]) == (200, "too_poor")
    assert "reason" in answer.document["lists"][0]


@pytest.mark.parametrize("data", [b"no picture", KNOWN[:400], b"\xff\xd8\xff"])
def test_what_cannot_be_decoded_is_never_no_match(caller: Caller, data: bytes) -> None:
    answer = caller.check(data)
    assert (answer.status, answer.document["answer"]) == (422, "unreadable")
    assert answer.document["error"].startswith("This file could not be compared")


def test_a_known_digest_is_a_match_even_if_the_file_is_no_picture(tmp_path: Path) -> None:
    data = b"not a picture at all"
    secret = key_file(tmp_path / "keys.toml", open=OPEN)["open"]
    listed = write_list(tmp_path / "l.csv", [f"md5,{digests(data).md5},,", *lines_for(KNOWN)])
    with running(tmp_path, listed) as found:
        assert found.caller(secret).check(data).document["answer"] == "match"


def test_a_list_without_pdq_needs_no_decoding(tmp_path: Path) -> None:
    secret = key_file(tmp_path / "keys.toml", open=OPEN)["open"]
    with running(tmp_path, write_list(tmp_path / "l.csv", [f"md5,{'0' * 32},,"])) as found:
        assert found.caller(secret).check(b"no picture").document["answer"] == "no_match"


def test_hashes_are_asked_many_at_a_time_and_each_has_its_own_answer(caller: Caller) -> None:
    value, quality = pdq_of(KNOWN)
    answer = caller.check_hashes(
        {"algorithm": "pdq", "value": value, "quality": quality},
        {"algorithm": "pdq", "value": value, "quality": 20},
        {"algorithm": "pdq", "value": "ab" * 32, "quality": 100},
        {"algorithm": "sha256", "value": digests(KNOWN).sha256.upper()},
        {"algorithm": "md5", "value": "0" * 32},
    )
    told = [found["answer"] for found in answer.document["answers"]]
    assert told == ["match", "too_poor", "no_match", "match", "not_compared"]


def test_nobody_without_the_right_is_told_a_distance(gate: tuple[Running, dict[str, str]]) -> None:
    caller = gate[0].caller(gate[1]["silent"])
    for answer in (caller.check(KNOWN), caller.check(KNOWN_AGAIN)):
        assert answer.document["answer"] == "match"
        assert "distance" not in json.dumps(answer.document)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"hashes": []}',
        b'{"hashes": [1]}',
        b'{"hashes": [{"algorithm": "pdq", "value": "ab"}]}',
    ],
)
def test_a_malformed_question_is_refused_with_a_sentence(caller: Caller, body: bytes) -> None:
    answer = caller.ask("POST", "/check/hash", body)
    assert answer.status == 400 and answer.document["error"].endswith(".")


def test_an_empty_file_is_refused(caller: Caller) -> None:
    assert caller.check(b"").status == 400


def test_too_many_hashes_are_refused_whole(caller: Caller) -> None:
    one = {"algorithm": "md5", "value": "0" * 32}
    assert caller.check_hashes(*[one] * 1001).status == 413


def test_every_question_is_a_line_without_any_hash(
    gate: tuple[Running, dict[str, str]], caller: Caller
) -> None:
    caller.check(KNOWN)
    caller.check_hashes({"algorithm": "pdq", "value": pdq_of(KNOWN)[0], "quality": 100})
    log = (gate[0].folder / "state" / "questions.log").read_text()
    lines = [line for line in log.splitlines() if f'"{ASKED}"' in line]
    assert '"kind":"file"' in lines[-2] and '"kind":"hashes"' in lines[-1] and '"match":1' in lines[-1]
    assert pdq_of(KNOWN)[0] not in log and digests(KNOWN).sha256 not in log
