"""Deep looks as they are written down, and the worker's answers as they are read: nothing in them is believed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.conftest import NOON
from tests.pipeline.matching_cast import FIVE, ONE, TWO, held, report_of

from openhotline.errors import WorkerFailed
from openhotline.media.confined import Reply
from openhotline.provenance import Evidence
from openhotline.provenance.contradictions import Contradiction
from openhotline_server.evidence.models import Item
from openhotline_server.findings.batch_origins import batch_origin
from openhotline_server.findings.models import Device, DeviceMatch, OriginExamination, OriginMark, Provenance
from openhotline_server.findings.origin_answers import MOST_EVIDENCE, answer_in
from openhotline_server.findings.origin_records import FoundOrigin, record_origins
from openhotline_server.findings.origins import (
    device_matches,
    evidence_in,
    evidence_of,
    list_unlooked,
    match_counts,
    origin_of,
    origins_ever,
)
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event

pytestmark = pytest.mark.django_db
TODAY, LATER = "1" * 64, "2" * 64
CLAIM = Evidence("unsigned_claims", "png_text:drawn", "ai_generated", "asserted_unsigned", 0.0, "a doubt")
FOUND = FoundOrigin("undetermined", 0.0, "The findings support neither.", evidence=(CLAIM,))


def _record(found: dict[Item, FoundOrigin], inputs: str = TODAY) -> list[OriginExamination]:
    return record_origins(found=found, inputs=inputs, at=NOON)


def _told(**changes: Any) -> dict[str, Any]:
    piece = {
        "family": "unsigned_claims",
        "source": "xmp:x",
        "claim": "ai_generated",
        "strength": "asserted_unsigned",
    }
    return {
        "evidence": [piece | {"log10_lr": 0.0, "doubt": "a doubt"} | changes],
        "abstained": [],
        "marks": [["seed", "7"]],
        "energies": {"ab" * 32: 71.5, "no digest": 3.0},
        "record": {"inputs": {"format": "x"}},
        "failure": "",
    }


def test_a_second_look_with_other_inputs_counts_and_the_first_stays() -> None:
    one, two = held(ONE, TWO)
    _record({one: FOUND, two: FOUND})
    assert _record({one: FOUND}) == []
    other = replace(CLAIM, claim="ai_edited")
    (second,) = _record({one: replace(FOUND, evidence=(other,))}, LATER)
    assert second.number == 2
    assert evidence_of([one.pk, two.pk]) == {one.pk: [other], two.pk: [CLAIM]}
    assert [row.number for row in origins_ever(one)] == [2, 1]
    assert evidence_in(origins_ever(one)[1]) == [CLAIM]
    assert origin_of([one.pk, two.pk])[one.pk] == second
    (line,) = ledger.search(event=Event.ORIGIN_EXAMINED_AGAIN)
    assert (line.details["number"], line.details["before"]) == (2, "undetermined")


def test_a_look_that_finds_nothing_takes_the_quick_looks_evidence_out_of_force() -> None:
    (one,) = held(ONE)
    Provenance.objects.create(item=one, version="1", **vars(CLAIM))
    assert evidence_of([one.pk]) == {one.pk: [CLAIM]}
    _record({one: replace(FOUND, evidence=())})
    assert evidence_of([one.pk]) == {}


def test_what_waits_is_what_had_no_look_or_one_with_other_inputs() -> None:
    one, two = held(ONE, TWO)
    _record({one: FOUND})
    assert list(list_unlooked(Item.objects.all())) == [two]
    assert list(list_unlooked(Item.objects.all(), inputs=TODAY)) == [two]
    assert list(list_unlooked(Item.objects.all(), inputs=LATER)) == [one, two]
    _record({one: FOUND}, LATER)
    assert list(list_unlooked(Item.objects.all(), inputs=TODAY)) == [one, two]
    Item.objects.update(destroyed_at=NOON)
    assert not list_unlooked(Item.objects.all()).exists()


def test_contradictions_are_kept_and_named_in_the_ledger() -> None:
    (one,) = held(ONE)
    found = replace(FOUND, contradictions=(Contradiction("claims_disagree", "It says both.", ()),))
    (row,) = _record({one: found})
    assert row.contradictions == [{"code": "claims_disagree", "words": "It says both."}]
    line = ledger.search(event=Event.ORIGIN_EXAMINED).get()
    assert line.details["contradictions"] == ["claims_disagree"]


def test_marks_are_kept_once_and_found_by_report() -> None:
    one, two = held(ONE, TWO)
    marked = replace(FOUND, marks=(("seed", "70000"), ("generator", "drawn")))
    _record({one: marked, two: replace(marked, marks=(("seed", "70003"), ("generator", "drawn")))})
    _record({one: marked}, LATER)
    assert OriginMark.objects.count() == 4
    report = report_of(one)
    assert set(OriginMark.objects.filter(item=one).values_list("value", flat=True)) == {"70000", "drawn"}
    assert [(s.kind, s.value, s.items) for s in batch_origin(report).shared] == [
        ("generator", "drawn", 2),
        ("seed_family", "70000 to 70003", 2),
    ]


def test_marks_are_those_of_the_latest_look_that_read_the_file() -> None:
    (one,) = held(ONE)
    _record({one: replace(FOUND, marks=(("signer", "not on a list #12"), ("seed", "7")))})
    _record({one: replace(FOUND, marks=(("signer", "a signer #12"), ("seed", "7")))}, LATER)
    now = {("signer", "a signer #12"), ("seed", "7")}
    assert set(OriginMark.objects.values_list("kind", "value")) == now
    _record({one: FOUND}, TODAY)  # judged anew, not read anew
    assert set(OriginMark.objects.values_list("kind", "value")) == now
    _record({one: replace(FOUND, marks=())}, LATER)
    assert not OriginMark.objects.exists()


def test_a_look_that_failed_tells_of_no_marks() -> None:
    assert answer_in(WorkerFailed("The confined process died.")).marks is None


def test_a_match_with_a_device_stands_and_one_with_an_unknown_device_does_not() -> None:
    one, two = held(ONE, FIVE)
    camera = Device.objects.create(name="a phone", digest="ab" * 32, object="ab" * 32, learned_at=NOON)
    _record({one: replace(FOUND, energies={"ab" * 32: 80.0, "cd" * 32: 90.0}), two: FOUND})
    _record({one: FOUND}, LATER)
    assert [m.energy for m in device_matches([one.pk, two.pk])[one.pk]] == [80.0]
    assert match_counts([camera]) == {camera.pk: 1}
    Device.objects.update(ended_at=NOON)
    assert (device_matches([one.pk]), DeviceMatch.objects.count()) == ({}, 1)


def test_an_answer_is_read_field_by_field() -> None:
    answer = answer_in(Reply(_told(), []))
    assert answer.evidence[0].claim == "ai_generated"
    assert answer.energies == {"ab" * 32: 71.5}
    assert answer.marks == (("seed", "7"),)


def test_words_of_an_answer_are_one_bounded_line() -> None:
    (piece,) = answer_in(Reply(_told(source="a\nb\x00" + "c" * 900), [])).evidence
    assert piece.source.startswith("a b c")
    assert len(piece.source) == 80


def test_what_strangers_wrote_is_stored_without_what_a_database_refuses() -> None:
    (one,) = held(ONE)
    told = _told()
    told["record"]["manifests"] = [{"signer": "x\x00y\ud800", "nested": [{"z\x00": "\x1b[31m"}]}]
    answer = answer_in(Reply(told, []))
    (row,) = _record({one: replace(FOUND, record=answer.record)})
    row.refresh_from_db()
    assert row.record["manifests"] == [{"signer": "x y ", "nested": [{"z ": " [31m"}]}]


@pytest.mark.parametrize("weight", [float("inf"), float("nan"), "heavy"])
def test_a_weight_that_is_no_number_is_a_malformed_answer(weight: object) -> None:
    answer = answer_in(Reply(_told(log10_lr=weight), []))
    assert answer.failure
    assert answer.evidence == ()


def test_an_answer_without_end_is_cut_off() -> None:
    told = _told()
    told["evidence"] *= MOST_EVIDENCE + 5
    told["record"] = {"inputs": {"format": "x"}, "manifests": ["x" * 1000] * 1000}
    answer = answer_in(Reply(told, []))
    assert len(answer.evidence) == MOST_EVIDENCE
    assert answer.record == {"inputs": {"format": "x"}}


def test_a_worker_that_died_is_an_answer_that_says_so() -> None:
    assert answer_in(WorkerFailed("The confined process died.")).failure == "The confined process died."
