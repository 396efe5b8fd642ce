"""The ratchet: whatever a stranger writes into a file or takes out of it, no priority falls."""

from __future__ import annotations

from dataclasses import fields

import pytest
from any_evidence import FORGEABLE, PROVEN, anything, forged, suites
from hypothesis import given
from hypothesis import strategies as st
from provenance_cast import OWN_TABLES, TRAINED, camera_exif, jpeg

from openhotline.provenance import UNSIGNED_CLAIMS, Evidence, examine, priority_effect, rules
from openhotline.provenance.evidence import unreadable
from openhotline.provenance.ratchet import GENERATED, MoveGround, PriorityEffect, Refusal, may_move

NOTHING = priority_effect(())

facts = st.fixed_dictionaries({"known_real": st.booleans(), "device_match": st.booleans()})


def piece(family: str, claim: str, strength: str, weight: float) -> Evidence:
    return Evidence(family, "somewhere", claim, strength, weight, "")


SIGNED = piece("signed_provenance", "ai_generated", "cryptographic_trusted", 2.0)
DETECTED = piece("pixel_detectors", "ai_generated", "measured", 0.8)
STATED = piece("analyst", "ai_generated", "stated_by_analyst", 1.0)


@given(suites, st.lists(anything, max_size=4), facts)
def test_adding_any_signal_lifts_nothing_and_lowers_nothing(
    suite: list[Evidence], more: list[Evidence], known: dict[str, bool]
) -> None:
    before, after = priority_effect(suite, **known), priority_effect([*suite, *more], **known)
    assert after.lift == before.lift
    assert set(before.tags) <= set(after.tags)
    assert after.alarm >= before.alarm


@given(suites, st.data(), facts)
def test_removing_any_signal_lifts_nothing_and_lowers_nothing(
    suite: list[Evidence], data: st.DataObject, known: dict[str, bool]
) -> None:
    kept = [piece for piece in suite if data.draw(st.booleans())]
    assert priority_effect(kept, **known).lift == priority_effect(suite, **known).lift


@given(suites, st.randoms(), facts)
def test_neither_order_nor_repetition_means_anything(
    suite: list[Evidence], random: object, known: dict[str, bool]
) -> None:
    turned = list(suite)
    random.shuffle(turned)  # type: ignore[attr-defined]
    assert priority_effect(turned, **known) == priority_effect(suite, **known)
    assert priority_effect([*turned, *suite], **known) == priority_effect(suite, **known)
    assert may_move([*turned, *suite], **known) == may_move(suite, **known)


@given(suites)
def test_only_facts_of_our_own_lift(suite: list[Evidence]) -> None:
    assert priority_effect(suite).lift == 0
    device = priority_effect(suite, device_match=True).lift
    assert 0 < device < priority_effect(suite, known_real=True).lift


def test_nothing_could_close_delay_or_discount() -> None:
    assert [field.name for field in fields(PriorityEffect)] == ["lift", "tags", "reasons", "alarm"]


@given(suites, st.lists(forged, max_size=4), facts)
def test_what_can_be_forged_gives_nobody_ground_to_move(
    suite: list[Evidence], more: list[Evidence], known: dict[str, bool]
) -> None:
    before, after = may_move(suite, **known), may_move([*suite, *more], **known)
    assert isinstance(after, Refusal) or after == before


@given(suites, facts)
def test_ground_needs_two_families_that_cannot_be_forged(
    suite: list[Evidence], known: dict[str, bool]
) -> None:
    ground = may_move(suite, **known)
    if isinstance(ground, MoveGround):
        assert not any(known.values())
        for family, weight in ground.families:
            assert 0.3 <= weight <= rules().bounds[family][1]
            assert any(p.family == family and p.strength not in FORGEABLE for p in suite)
        assert len({family for family, _ in ground.families}) >= 2


to_generator = st.builds(
    piece,
    family=st.sampled_from(("signed_provenance", "pixel_detectors", "analyst")),
    claim=st.just("ai_generated"),
    strength=st.sampled_from(PROVEN),
    weight=st.floats(0, 9),
)


@given(suites, st.lists(to_generator, max_size=6), st.data())
def test_with_less_that_points_to_a_generator_there_is_not_more_ground(
    suite: list[Evidence], more: list[Evidence], data: st.DataObject
) -> None:
    kept = [p for p in more if data.draw(st.booleans())]
    if isinstance(may_move([*suite, *kept], known_real=False, device_match=False), MoveGround):
        assert isinstance(may_move([*suite, *more], known_real=False, device_match=False), MoveGround)


def test_a_person_may_move_on_a_signature_and_the_pixels() -> None:
    ground = may_move([SIGNED, DETECTED], known_real=False, device_match=False)
    assert ground == MoveGround((("pixel_detectors", 0.8), ("signed_provenance", 2.0)), other_person=False)


def test_who_stated_it_is_not_the_one_who_moves() -> None:
    ground = may_move([SIGNED, STATED], known_real=False, device_match=False)
    assert isinstance(ground, MoveGround) and ground.other_person
    all_three = may_move([SIGNED, STATED, DETECTED], known_real=False, device_match=False)
    assert isinstance(all_three, MoveGround) and not all_three.other_person


@pytest.mark.parametrize(
    ("more", "known", "code"),
    [
        ([], {"known_real": True, "device_match": False}, "known_real"),
        ([], {"known_real": False, "device_match": True}, "device"),
        ([piece("sensor_pattern", "camera_capture_claimed", "measured", -3)], {}, "device"),
        ([piece("camera_traces", "camera_capture_claimed", "asserted_unsigned", -0.5)], {}, "camera"),
        ([piece("unsigned_claims", "camera_capture_claimed", "asserted_unsigned", 0)], {}, "camera"),
        ([piece("analyst", "none", "stated_by_analyst", -1)], {}, "camera"),
    ],
)
def test_nobody_moves_against_real_material(more: list[Evidence], known: dict[str, bool], code: str) -> None:
    answer = may_move([SIGNED, DETECTED, *more], **{"known_real": False, "device_match": False, **known})
    assert isinstance(answer, Refusal) and answer.code == code


def test_one_family_however_often_is_no_ground() -> None:
    many = [DETECTED, piece("pixel_detectors", "ai_generated", "measured", 1.0)]
    answer = may_move(many, known_real=False, device_match=False)
    assert isinstance(answer, Refusal) and answer.code == "families"


def test_an_edited_picture_is_no_ground() -> None:
    edited = piece("signed_provenance", "ai_edited", "cryptographic_trusted", 2.0)
    assert isinstance(may_move([edited, DETECTED], known_real=False, device_match=False), Refusal)


def test_a_camera_that_anybody_can_write_lifts_nothing() -> None:
    camera = examine(jpeg(exif=camera_exif(), tables=OWN_TABLES), "image/jpeg")
    assert camera and priority_effect(camera).lift == 0


def test_a_claim_becomes_a_tag_with_a_sentence() -> None:
    effect = priority_effect(examine(jpeg(xmp=TRAINED), "image/jpeg"))
    assert (effect.tags, effect.alarm) == (("ai_generated",), False)
    assert effect.reasons == ("The file says that a generator made it. Anybody can write that.",)


def test_claims_that_disagree_are_said_to() -> None:
    found = examine(jpeg(xmp=TRAINED, exif=camera_exif(), tables=OWN_TABLES), "image/jpeg")
    assert "claims_disagree" in priority_effect(found).tags


def test_a_failed_check_is_shown() -> None:
    assert priority_effect([unreadable(UNSIGNED_CLAIMS, "xmp")]).tags == ("origin_unreadable",)


@pytest.mark.parametrize("claim", sorted(GENERATED))
def test_a_label_on_a_known_real_image_is_an_alarm(claim: str) -> None:
    label = piece(UNSIGNED_CLAIMS, claim, "asserted_unsigned", 0.0)
    assert priority_effect([label], known_real=True).alarm
    assert priority_effect([label], device_match=True).alarm
    assert not priority_effect([label]).alarm
    assert not priority_effect([], known_real=True, device_match=True).alarm


@pytest.mark.parametrize(
    ("proof", "tag"),
    [(SIGNED, "generation_signed"), (DETECTED, "generation_detected"), (STATED, "generation_stated")],
)
def test_a_proof_is_not_told_as_something_that_anybody_can_write(proof: Evidence, tag: str) -> None:
    effect = priority_effect([proof])
    assert effect.tags == (tag,)
    assert "Anybody" not in effect.reasons[0]


def test_without_evidence_nothing_happens() -> None:
    assert (NOTHING.lift, NOTHING.tags, NOTHING.reasons, NOTHING.alarm) == (0.0, (), (), False)
