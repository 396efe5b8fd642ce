"""The order of addresses explains itself, and no claim of generation lowers anything."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from openhotline_server.triage.address_rules import (
    AGES,
    AddressSignals,
    Stated,
    due_in,
    place_address,
    urgency,
)

TEXTS = st.sampled_from(["", "A", "B1", "wholly generated", "List one", "List two"])
STATED = st.builds(
    Stated,
    severity=TEXTS,
    scheme=TEXTS,
    listed_by=TEXTS,
    known_series=st.booleans(),
    commercial=st.booleans(),
    ai=TEXTS,
    trusted=st.booleans(),
)
SIGNALS = st.builds(
    AddressSignals,
    at_risk=st.booleans(),
    about_self=st.booleans(),
    stated=st.lists(STATED, max_size=3).map(tuple),
    listed_by=st.lists(st.sampled_from(["One", "Two", "Three", "Four"]), max_size=4).map(tuple),
    files_listed_by=st.lists(st.sampled_from(["One", "Two"]), max_size=2).map(tuple),
    own_country=st.booleans(),
    sightings=st.integers(1, 1000),
    days=st.integers(0, 400),
    came_back=st.booleans(),
)


@given(SIGNALS)
def test_every_point_has_its_reason_and_no_reason_subtracts(signals: AddressSignals) -> None:
    reasons = place_address(signals)
    assert urgency(reasons) == sum(r.points for r in reasons)
    assert all(r.points >= 0 and r.words.endswith(".") and len(r.words) < 400 for r in reasons)
    assert len({r.code for r in reasons}) == len(reasons)
    assert [r.points for r in reasons] == sorted((r.points for r in reasons), reverse=True)


@given(SIGNALS, STATED)
def test_whatever_is_said_besides_lowers_nothing(signals: AddressSignals, more: Stated) -> None:
    said = replace(signals, stated=(*signals.stated, more))
    assert urgency(place_address(said)) >= urgency(place_address(signals))


@given(SIGNALS, st.text(min_size=1, max_size=60))
def test_a_claim_of_generation_gives_words_and_no_points(signals: AddressSignals, claim: str) -> None:
    plain = replace(signals, stated=tuple(replace(one, ai="") for one in signals.stated))
    claimed = replace(plain, stated=(*plain.stated, Stated(ai=claim, trusted=True)))
    assert urgency(place_address(claimed)) == urgency(place_address(plain))
    assert any(r.code == "stated_ai" and r.points == 0 for r in place_address(claimed))


@given(SIGNALS)
def test_a_child_at_risk_stands_above_everything_without_one(signals: AddressSignals) -> None:
    quiet = replace(signals, at_risk=False)
    assert urgency(place_address(AddressSignals(at_risk=True))) > urgency(place_address(quiet))


def test_the_public_states_no_severity_and_no_series() -> None:
    said = Stated(severity="A", listed_by="Mine", known_series=True)
    assert urgency(place_address(AddressSignals(stated=(said,)))) == urgency(place_address(AddressSignals()))
    partner = replace(said, trusted=True)
    codes = {r.code for r in place_address(AddressSignals(stated=(partner,)))}
    assert {"stated_severity", "listed", "known_series"} <= codes


def test_letters_of_two_schemes_are_named_with_their_schemes() -> None:
    said = (
        Stated(severity="A", scheme="one", trusted=True),
        Stated(severity="A", scheme="two", trusted=True),
    )
    (reason,) = [r for r in place_address(AddressSignals(stated=said)) if r.code == "stated_severity"]
    assert "A (one), A (two)" in reason.words


def test_age_and_sightings_grow_and_end() -> None:
    def points(**known: int) -> int:
        return urgency(place_address(AddressSignals(**known)))  # type: ignore[arg-type]

    assert points(days=0) < points(days=1) < points(days=3) < points(days=7) == points(days=400)
    assert points(sightings=2) == points() + 1 and points(sightings=11) == points(sightings=5000)
    assert [days for days, _ in AGES] == sorted((days for days, _ in AGES), reverse=True)


def test_danger_is_due_sooner() -> None:
    def hours(signals: AddressSignals, state: str = "new") -> float:
        return due_in(state, place_address(signals)).total_seconds() / 3600

    assert hours(AddressSignals(at_risk=True)) == 1
    assert hours(AddressSignals(about_self=True)) == 4
    assert hours(AddressSignals()) == 24
    assert hours(AddressSignals(at_risk=True), "referred") == 72
    assert hours(AddressSignals(), "removed") == 0
