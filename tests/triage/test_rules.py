"""Every point has its reason, and nothing that a stranger can write into a file moves a case."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from openhotline.provenance import ASSERTED_UNSIGNED, UNSIGNED_CLAIMS, Evidence, rules
from openhotline.provenance.evidence import FAMILIES
from openhotline_server.triage.rules import Known, Signals, kept, place, urgency

evidence = st.builds(
    Evidence,
    family=st.sampled_from(FAMILIES),
    source=st.sampled_from(
        ["png_text:a program", "exif_camera:agree", "xmp_digital_source_type:digitalCapture"]
    ),
    claim=st.sampled_from(
        ["ai_generated", "ai_edited", "synthetic_or_edited_claimed", "camera_capture_claimed", "none"]
    ),
    strength=st.sampled_from(tuple(rules().forgeable)),
    log10_lr=st.floats(-9, 9),
    doubt=st.just("anybody can write this"),
)
known = st.lists(
    st.builds(
        Known,
        ai=st.sampled_from(["none", "altered_real", "wholly_generated", "unknown", ""]),
        outcome=st.sampled_from(["photograph", "pseudo_photograph", "prohibited_image", "discounted", ""]),
        listed_by=st.sampled_from(["", "A partner", "Another"]),
    ),
    max_size=3,
)
signals = st.builds(
    Signals,
    evidence=st.lists(evidence, max_size=5),
    known=known,
    members=st.integers(1, 9),
    sightings=st.integers(1, 40),
    device=st.booleans(),
)


def _points(s: Signals) -> int:
    return urgency(place(s))


@given(signals, evidence)
def test_adding_any_signal_moves_nothing(s: Signals, more: Evidence) -> None:
    assert _points(replace(s, evidence=[*s.evidence, more])) == _points(s)


@given(signals, st.data())
def test_removing_any_signal_moves_nothing(s: Signals, draw: st.DataObject) -> None:
    kept = [piece for piece in s.evidence if draw.draw(st.booleans())]
    assert _points(replace(s, evidence=kept)) == _points(replace(s, evidence=[])) == _points(s)


@given(signals, st.randoms())
def test_the_order_of_signals_changes_nothing(s: Signals, lot: object) -> None:
    turned = list(s.evidence)
    lot.shuffle(turned)  # type: ignore[attr-defined]
    assert place(replace(s, evidence=turned)) == place(s)
    assert place(replace(s, evidence=[*turned, *s.evidence])) == place(s)


@given(signals)
def test_the_reasons_add_up_and_none_subtracts(s: Signals) -> None:
    reasons = place(s)
    assert all(r.points >= 0 for r in reasons)
    assert sum(r.points for r in reasons) == _points(s)
    assert all(r.words.endswith((".", "!")) for r in reasons)


@given(signals)
def test_a_match_with_a_real_child_comes_before_everything_else(s: Signals) -> None:
    real = replace(s, known=[Known(ai="none", outcome="photograph")])
    other = replace(s, known=[])
    assert _points(real) > _points(other)


@given(signals)
def test_a_learned_camera_lifts_whatever_the_file_says(s: Signals) -> None:
    found, not_found = (replace(s, device=match) for match in (True, False))
    assert _points(found) == _points(not_found) + 90
    assert "device" in {r.code for r in place(found)}


def test_a_label_of_generation_on_known_real_material_is_said() -> None:
    label = Evidence(UNSIGNED_CLAIMS, "png_text:a program", "ai_generated", ASSERTED_UNSIGNED, 0.0, "")
    reasons = place(Signals(evidence=[label], known=[Known(ai="none", outcome="photograph")]))
    assert "label_contradicts_match" in {r.code for r in reasons}


def test_lists_that_agree_weigh_more_than_one() -> None:
    one, two = (Known(ai="", outcome="", listed_by=title) for title in ("A partner", "Another"))
    points = [_points(Signals(known=known)) for known in ([], [one], [one, one], [one, two])]
    assert points[0] < points[1] == points[2] < points[3]


@given(signals, st.integers(0, 500))
def test_a_kept_place_is_explained_and_never_higher(s: Signals, before: int) -> None:
    reasons = kept(place(s), before)
    assert urgency(reasons) == max(before, _points(s))
    assert all(r.points >= 0 for r in reasons)
