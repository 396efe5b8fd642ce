"""The ratchet: whatever a stranger writes into a file or takes out of it, no priority falls."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from provenance_cast import OWN_TABLES, TRAINED, camera_exif, jpeg

from openhotline.provenance import CAMERA_TRACES, UNSIGNED_CLAIMS, Evidence, examine, priority_effect, rules
from openhotline.provenance.evidence import unreadable
from openhotline.provenance.ratchet import GENERATED, strongest_lift

NOTHING = priority_effect(())

forged = st.builds(
    Evidence,
    family=st.sampled_from((UNSIGNED_CLAIMS, CAMERA_TRACES)),
    source=st.sampled_from(("png_text:ComfyUI", "xmp", "exif_camera:agree")),
    claim=st.sampled_from((*rules().tags, "none", "something new")),
    strength=st.sampled_from(tuple(rules().forgeable)),
    log10_lr=st.floats(-9, 9),
    doubt=st.just(""),
)
proven = st.builds(
    Evidence,
    family=st.just("a family to come"),
    source=st.just("a proof to come"),
    claim=st.sampled_from(("camera_capture_claimed", "ai_generated")),
    strength=st.just("proven"),
    log10_lr=st.floats(-3, 3),
    doubt=st.just(""),
)
suites = st.lists(forged | proven, max_size=8)


@given(suites, st.lists(forged, max_size=4), st.booleans())
def test_adding_anything_that_can_be_forged_moves_nothing(
    suite: list[Evidence], more: list[Evidence], known_real: bool
) -> None:
    before = priority_effect(suite, known_real=known_real)
    after = priority_effect([*suite, *more], known_real=known_real)
    assert after.lift == before.lift
    assert set(before.tags) <= set(after.tags)
    assert after.alarm >= before.alarm


@given(suites, st.data())
def test_removing_anything_that_can_be_forged_moves_nothing(
    suite: list[Evidence], data: st.DataObject
) -> None:
    kept = [piece for piece in suite if piece.strength == "proven" or data.draw(st.booleans())]
    assert priority_effect(kept).lift == priority_effect(suite).lift


@given(suites, st.randoms())
def test_the_order_of_the_evidence_means_nothing(suite: list[Evidence], random: object) -> None:
    turned = list(suite)
    random.shuffle(turned)  # type: ignore[attr-defined]
    assert priority_effect(turned) == priority_effect(suite)
    assert priority_effect([*turned, *suite]) == priority_effect(suite)


@given(suites)
def test_nothing_is_ever_lowered(suite: list[Evidence]) -> None:
    assert priority_effect(suite).lift >= 0


@given(suites, suites)
def test_more_evidence_of_any_kind_never_lowers(suite: list[Evidence], more: list[Evidence]) -> None:
    assert priority_effect([*suite, *more]).lift >= priority_effect(suite).lift


@given(suites)
def test_the_strongest_counts_and_never_the_sum(suite: list[Evidence]) -> None:
    lift = strongest_lift(suite, forgeable=())
    assert lift == max([0.0, *(-piece.log10_lr for piece in suite)])


def test_all_that_is_known_today_can_be_forged() -> None:
    assert all(rules().forgeable.values())
    camera = examine(jpeg(exif=camera_exif(), tables=OWN_TABLES), "image/jpeg")
    assert priority_effect(camera).lift == 0


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
    piece = Evidence(UNSIGNED_CLAIMS, "xmp", claim, "asserted_unsigned", 0.0, "")
    assert priority_effect([piece], known_real=True).alarm
    assert not priority_effect([piece]).alarm
    assert not priority_effect([], known_real=True).alarm


def test_without_evidence_nothing_happens() -> None:
    assert (NOTHING.lift, NOTHING.tags, NOTHING.reasons, NOTHING.alarm) == (0.0, (), (), False)
