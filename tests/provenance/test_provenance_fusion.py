"""Fusion: bounded, the strongest within a family, added across; nothing that is taken out makes anything synthetic."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from any_evidence import anything, forged, suites
from hypothesis import given, settings
from hypothesis import strategies as st

from openhotline.errors import BadInput
from openhotline.provenance import Evidence
from openhotline.provenance.abstention import ABSTENTIONS
from openhotline.provenance.contradictions import WORDS, later_label
from openhotline.provenance.detectors.abstention import REASONS
from openhotline.provenance.evidence import FAMILIES, unreadable
from openhotline.provenance.fusion import CAMERA, OUTCOMES, SYNTHETIC, UNDETERMINED, fuse, scale_words
from openhotline.provenance.settings import default_settings, load_settings
from openhotline.provenance.weights import bounded

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
facts = st.fixed_dictionaries({"known_real": st.booleans(), "device_match": st.booleans()})


def piece(family: str, claim: str, strength: str, weight: float) -> Evidence:
    return Evidence(family, "somewhere", claim, strength, weight, "")


SIGNED = piece("signed_provenance", "ai_generated", "cryptographic_trusted", 2.0)
SIGNED_CAMERA = piece("signed_provenance", "camera_capture_claimed", "cryptographic_trusted", -1.0)
DETECTED = piece("pixel_detectors", "ai_generated", "measured", 1.0)
STATED = piece("analyst", "ai_generated", "stated_by_analyst", 1.0)
SENSOR = piece("sensor_pattern", "camera_capture_claimed", "measured", -3.0)
LABEL = piece("unsigned_claims", "ai_generated", "asserted_unsigned", 0.0)
TRACES = piece("camera_traces", "camera_capture_claimed", "asserted_unsigned", -0.5)


@settings(max_examples=300)
@given(suites, st.data(), facts, st.booleans())
def test_removing_any_signal_never_makes_an_undetermined_file_synthetic(
    suite: list[Evidence], data: st.DataObject, known: dict[str, bool], view: bool
) -> None:
    one_less = [suite[:at] + suite[at + 1 :] for at in range(len(suite))]
    some_less = [p for p in suite if data.draw(st.booleans())]
    if fuse(suite, **known, analyst_view=view).outcome == UNDETERMINED:
        for kept in (*one_less, some_less):
            assert fuse(kept, **known, analyst_view=view).outcome != SYNTHETIC


@given(suites, st.data())
def test_taking_out_what_speaks_for_a_camera_makes_nothing_synthetic(
    suite: list[Evidence], data: st.DataObject
) -> None:
    suite = [p for p in suite if p.family != "sensor_pattern"]  # its pattern is a fact of our own
    kept = [p for p in suite if p.log10_lr > 0 or data.draw(st.booleans())]
    if fuse(suite).outcome != SYNTHETIC:
        assert fuse(kept).outcome != SYNTHETIC


@given(suites, st.lists(forged, max_size=4))
def test_what_can_be_forged_makes_nothing_synthetic(suite: list[Evidence], more: list[Evidence]) -> None:
    if fuse(suite).outcome != SYNTHETIC:
        assert fuse([*suite, *more], analyst_view=True).outcome != SYNTHETIC


@given(suites, st.randoms(), facts, st.booleans())
def test_order_and_repetition_mean_nothing(
    suite: list[Evidence], random: object, known: dict[str, bool], view: bool
) -> None:
    turned = [*suite, *suite]
    random.shuffle(turned)  # type: ignore[attr-defined]
    assert repr(fuse(turned, **known, analyst_view=view)) == repr(fuse(suite, **known, analyst_view=view))


@given(suites)
def test_every_family_keeps_within_its_bounds(suite: list[Evidence]) -> None:
    verdict = fuse(suite)
    for part in verdict.per_family:
        lowest, highest = default_settings().bounds[part.family]
        assert lowest <= part.log10_lr <= highest and part.log10_lr != 0
    assert verdict.log10_lr == pytest.approx(sum(part.log10_lr for part in verdict.per_family), abs=1e-5)
    assert verdict.outcome in OUTCOMES


@given(suites)
def test_our_own_facts_are_never_called_synthetic(suite: list[Evidence]) -> None:
    assert fuse(suite, known_real=True).outcome != SYNTHETIC
    assert fuse(suite, device_match=True).outcome == CAMERA


@given(anything)
def test_one_piece_that_can_be_forged_weighs_nothing_towards_generated(one: Evidence) -> None:
    if one.strength not in ("cryptographic_trusted", "measured", "stated_by_analyst"):
        assert bounded(one, default_settings()) <= 0


def test_nothing_is_undetermined() -> None:
    verdict = fuse(())
    assert (verdict.outcome, verdict.log10_lr, verdict.per_family) == (UNDETERMINED, 0.0, ())
    assert verdict.scale == "The findings support neither origin rather than the other."


@pytest.mark.parametrize(
    ("evidence", "outcome", "weight"),
    [
        ([SIGNED], SYNTHETIC, 2.0),
        ([SIGNED, DETECTED], SYNTHETIC, 3.0),
        ([DETECTED, STATED], SYNTHETIC, 2.0),
        ([DETECTED], UNDETERMINED, 1.0),
        ([STATED], UNDETERMINED, 1.0),
        ([LABEL], UNDETERMINED, 0.0),
        ([TRACES], CAMERA, -0.5),
        ([SIGNED_CAMERA], CAMERA, -1.0),
        ([DETECTED, SIGNED_CAMERA], UNDETERMINED, 0.0),
        ([SENSOR, SIGNED], CAMERA, -1.0),
        ([SIGNED, TRACES], SYNTHETIC, 1.5),
        ([unreadable("signed_provenance", "manifest")], UNDETERMINED, 0.0),
        ([replace(SIGNED, strength="signed_but_untrusted")], UNDETERMINED, 0.0),
        ([replace(SIGNED, strength="broken_integrity")], UNDETERMINED, 0.0),
        ([replace(SIGNED, log10_lr=99.0)], SYNTHETIC, 2.0),
        ([replace(SIGNED, log10_lr=float("nan"))], UNDETERMINED, 0.0),
        ([replace(DETECTED, family="a family to come")], UNDETERMINED, 0.0),
        ([replace(SIGNED, strength="measured")], UNDETERMINED, 0.0),
    ],
)
def test_what_a_file_is_called(evidence: list[Evidence], outcome: str, weight: float) -> None:
    verdict = fuse(evidence)
    assert (verdict.outcome, verdict.log10_lr) == (outcome, weight)


def test_within_a_family_the_strongest_counts_and_a_tie_goes_to_the_camera() -> None:
    weak, against = replace(DETECTED, log10_lr=0.4), replace(DETECTED, log10_lr=-1.0, claim="none")
    assert fuse([DETECTED, weak]).log10_lr == 1.0
    assert fuse([DETECTED, against]).log10_lr == -1.0
    assert fuse([weak, replace(against, log10_lr=-0.4)]).log10_lr == -0.4


def test_an_edited_picture_is_handled_as_real() -> None:
    edited = replace(SIGNED, claim="ai_edited")
    assert fuse([edited, DETECTED, STATED]).log10_lr == fuse([DETECTED, STATED]).log10_lr
    assert fuse([edited]).outcome == UNDETERMINED


def test_an_unsigned_label_weighs_a_little_in_the_analyst_s_view_only() -> None:
    assert fuse([LABEL]).log10_lr == 0
    assert fuse([LABEL, LABEL], analyst_view=True).log10_lr == 0.5
    assert fuse([replace(LABEL, claim="ai_edited")], analyst_view=True).log10_lr == 0
    assert fuse([DETECTED, LABEL], analyst_view=True).outcome == UNDETERMINED


@pytest.mark.parametrize("code", sorted(ABSTENTIONS))
def test_abstaining_silences_the_pixels_and_nothing_else(code: str) -> None:
    verdict = fuse([SIGNED, DETECTED], abstain=[code])
    assert (verdict.log10_lr, verdict.abstained) == (2.0, (code,))
    assert ABSTENTIONS[code].endswith(".")


def test_every_reason_of_a_detector_has_its_sentence() -> None:
    assert set(REASONS) <= set(ABSTENTIONS)


@pytest.mark.parametrize(
    ("weight", "word"),
    [
        (0.3, "weak"),
        (1.0, "moderate"),
        (2.0, "moderately strong"),
        (3.0, "strong"),
        (4.0, "very strong"),
    ],
)
def test_the_scale_is_symmetrical(weight: float, word: str) -> None:
    settings = default_settings()
    assert (
        scale_words(weight, settings)
        == f"The findings give {word} support for a generator rather than a camera."
    )
    assert (
        scale_words(-weight, settings)
        == f"The findings give {word} support for a camera rather than a generator."
    )
    assert scale_words(weight - 0.01, settings) != scale_words(weight, settings)


def codes(evidence: list[Evidence], **known: bool) -> list[str]:
    return [c.code for c in fuse(evidence, **known).contradictions]


def test_contradictions_are_findings_of_their_own() -> None:
    assert codes([LABEL], known_real=True) == ["label_on_known_real"]
    assert codes([LABEL], device_match=True) == ["label_on_known_device"]
    assert codes([LABEL, SENSOR])[0] == "label_on_known_device"
    assert codes([SIGNED, TRACES]) == ["camera_over_signed_generation", "claims_disagree"]
    assert codes([LABEL, TRACES]) == ["claims_disagree"]
    assert codes([DETECTED, SIGNED_CAMERA])[0] == "proofs_disagree"
    assert codes([SIGNED, LABEL]) == codes([TRACES, SENSOR]) == []


@given(suites, facts)
def test_a_contradiction_names_what_it_rests_on(suite: list[Evidence], known: dict[str, bool]) -> None:
    for found in fuse(suite, **known).contradictions:
        assert found.words == WORDS[found.code] and found.evidence
        assert all(p in suite for p in found.evidence)


def test_a_label_that_came_later_is_said() -> None:
    days = [NOON + timedelta(days=n) for n in range(3)]
    plain, labelled = (), ("ai_generated",)
    found = later_label([(days[1], labelled), (days[0], plain)])
    assert found is not None and found.code == "label_came_later"
    assert later_label([(days[0], labelled), (days[1], plain), (days[2], labelled)]) is None
    assert later_label([(days[0], labelled), (days[0], plain)]) is None
    assert later_label([(days[0], plain)]) is None
    assert later_label([]) is None


def test_every_bound_has_its_source() -> None:
    settings = default_settings()
    assert set(settings.bounds) == set(FAMILIES) and set(settings.sources) == {*FAMILIES, "fusion"}
    assert all(len(source) > 40 for source in settings.sources.values())


def read(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_operator_may_narrow_without_a_word(tmp_path: Path) -> None:
    held = load_settings(read(tmp_path, "[families.pixel_detectors]\nhighest = 0.5\n"))
    assert fuse([DETECTED], settings=held).log10_lr == 0.5
    assert held.warnings == () and held.digest != default_settings().digest


def test_an_operator_widens_with_a_source_and_a_warning(tmp_path: Path) -> None:
    wider = "[families.pixel_detectors]\nhighest = 2.0\n"
    with pytest.raises(BadInput, match="need a source"):
        load_settings(read(tmp_path, wider))
    held = load_settings(
        read(tmp_path, wider + 'source = "Our own validation, 2026: 1,400 images of each class."\n')
    )
    verdict = fuse([replace(DETECTED, log10_lr=2.0)], settings=held)
    assert verdict.outcome == SYNTHETIC and "wider than shipped" in verdict.warnings[0]


@pytest.mark.parametrize(
    "text",
    [
        "[families.unsigned_claims]\nhighest = 0.5\nsource = 'x'\n",
        "[families.unsigned_claims]\nlowest = -0.5\nsource = 'x'\n",
        "[families.camera_traces]\nhighest = 0.1\nsource = 'x'\n",
        "[families.pixel_detectors]\nlowest = 0.5\n",
        "[families.pixel_detectors]\nhighest = inf\nsource = 'x'\n",
        "[families.pixel_detectors]\nhighest = true\n",
        "[families.something]\nhighest = 0\n",
        "[fusion]\nsynthetic_at = 0\nsource = 'x'\n",
        "[fusion]\nsynthetic_at = 1.0\n",
        "[fusion]\ncamera_at = 0.5\n",
        "[fusion]\nanalyst_view = 2.0\nsource = 'x'\n",
        "[fusion]\nother = 1\n",
        "[other]\nx = 1\n",
        "families = 3\n",
        "no toml at all",
    ],
)
def test_settings_that_may_not_be_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput):
        load_settings(read(tmp_path, text))
