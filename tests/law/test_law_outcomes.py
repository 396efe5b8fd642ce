"""Every complete fact sheet has exactly one outcome, and it is the one the law written out by hand gives."""

import itertools

import pytest
from law_oracle import AI, BANDS, ORACLES, complete_sheets, deciding_facts, gb_eng

from openhotline.law import Result, available, derive, load_jurisdiction

GB = load_jurisdiction("gb-eng")
CRIMINAL = {"child": "yes", "age_band": "7-10", "image_type": "pseudo_photograph", "indecent": "yes"}
SECTION_62 = {"pornographic": "yes", "focus_or_act": "act", "grossly_offensive": "yes"}
DRAWING = {"child": "yes", "age_band": "7-10", "image_type": "non_photographic"}


def gb(facts: dict[str, str]) -> Result:
    return derive(facts, GB)


@pytest.mark.parametrize("code", available())
def test_every_complete_sheet_has_exactly_the_outcome_of_the_law_written_by_hand(code: str) -> None:
    jurisdiction = load_jurisdiction(code)
    for facts in complete_sheets(*deciding_facts(jurisdiction)):
        result = derive(facts, jurisdiction)
        assert result.outcome == ORACLES[code](facts), facts
        assert (result.jurisdiction, result.edition) == (code, jurisdiction.edition)


def test_outcome_grade_and_reason_of_england_and_wales_are_all_decided_by_a_complete_sheet() -> None:
    for facts in complete_sheets(*deciding_facts(GB), "severity"):
        result = gb(facts)
        assert (result.outcome, result.grade, result.discount_reason) == gb_eng(facts), facts
        assert (result.discount_reason is not None) == (result.outcome == "discounted")
        assert result.open_questions == ()


def test_the_grade_waits_while_the_outcome_is_firm() -> None:
    result = gb(CRIMINAL)
    assert (result.outcome, result.grade, result.open_questions) == ("pseudo_photograph", None, ("severity",))
    assert result.records == ("severity", "age_band", "sex")
    assert gb(CRIMINAL | {"severity": "B"}).grade == "B"


@pytest.mark.parametrize("image_type", ["photograph", "derived"])
def test_an_image_derived_from_a_photograph_counts_as_one(image_type: str) -> None:
    result = gb(CRIMINAL | {"image_type": image_type, "severity": "A"})
    assert (result.outcome, result.provision) == ("photograph", "Protection of Children Act 1978, s. 1")


@pytest.mark.parametrize("severity", ["A", "B", "C"])
@pytest.mark.parametrize("age_band", BANDS)
def test_a_prohibited_image_never_carries_severity_age_or_sex(severity: str, age_band: str) -> None:
    stray = {"severity": severity, "age_band": age_band, "sex": "girl", "indecent": "yes"}
    result = gb(DRAWING | SECTION_62 | stray)
    assert result.outcome == "prohibited_image"
    assert (result.grade, result.records, result.discount_reason) == (None, (), None)
    assert result.provision == "Coroners and Justice Act 2009, s. 62"
    assert not {"severity", "age_band", "sex"} & {step.question for step in result.path}


def test_discounted_records_nothing_either() -> None:
    assert gb({"child": "no", "discount_reason": "off_remit"}).records == ()


@pytest.mark.parametrize(
    "missing", [("pornographic", "no"), ("focus_or_act", "no"), ("grossly_offensive", "no")]
)
def test_one_missing_element_of_section_62_is_enough(missing: tuple[str, str]) -> None:
    result = gb(DRAWING | dict([missing]))
    assert (result.outcome, result.discount_reason) == ("discounted", "non_photographic_imagery")
    assert result.open_questions == ()


def test_the_ai_dimension_alone_never_changes_england_and_wales() -> None:
    assert not any(fact in ("ai", "ai_basis") for rule in GB.rules for fact, _ in rule.when)
    for facts in complete_sheets(*deciding_facts(GB), "severity"):
        plain = gb(facts)
        assert all(gb(facts | {"ai": ai}) == plain for ai in AI)


def test_a_child_that_is_unsure_is_open_until_two_people_could_not_say() -> None:
    once = gb({"child": "unsure"})
    assert (once.outcome, once.open_questions) == (None, ("second_opinion",))
    twice = gb({"child": "unsure", "second_opinion": "still_unsure"})
    assert (twice.outcome, twice.discount_reason) == ("discounted", "age_in_question")
    assert [step.question for step in twice.path] == ["child", "second_opinion"]


def test_a_second_opinion_says_nothing_about_a_child_that_was_answered() -> None:
    assert gb(CRIMINAL | {"second_opinion": "still_unsure", "severity": "A"}).outcome == "pseudo_photograph"


def test_no_child_waits_for_its_reason() -> None:
    result = gb({"child": "no"})
    assert (result.outcome, result.discount_reason) == ("discounted", None)
    assert result.open_questions == ("discount_reason",)


def test_a_series_is_named_where_section_62_asks_for_it_and_decides_nothing() -> None:
    for elements in itertools.product(("yes", "no"), ("focus", "act", "no"), ("yes", "no")):
        facts = DRAWING | dict(
            zip(("pornographic", "focus_or_act", "grossly_offensive"), elements, strict=True)
        )
        alone, in_series = gb(facts), gb(facts | {"series": "s-17"})
        assert (alone.outcome, alone.discount_reason) == (in_series.outcome, in_series.discount_reason)
        assert [s.answer for s in in_series.path if "s. 62(3)-(5)" in s.words] == ["s-17"]
    assert "series" not in [step.question for step in gb(CRIMINAL | {"series": "s-17"}).path]
    assert gb(DRAWING | {"series": "s-17"}).outcome is None


def test_the_path_tells_the_answers_in_the_order_of_the_questions() -> None:
    result = gb(CRIMINAL | {"severity": "C", "pornographic": "no", "sex": "girl"})
    assert [step.question for step in result.path] == ["child", "image_type", "indecent", "severity"]
    assert all(step.words for step in result.path)
    assert any("s. 65(3)" in step.words for step in result.path)


@pytest.mark.parametrize("ai", AI)
def test_wholly_generated_is_never_baseline(ai: str) -> None:
    facts = {
        "child": "yes",
        "image_type": "photograph",
        "indecent": "yes",
        "severity": "A",
        "age_band": "3-6",
    }
    expected = {"none": "baseline", "wholly_generated": "not_baseline", "unknown": None}.get(
        ai, "policy_question"
    )
    result = derive(facts | {"ai": ai}, load_jurisdiction("interpol-baseline"))
    assert result.outcome == expected
    assert result.open_questions == (("ai",) if ai == "unknown" else ())
    assert result.provision or ai == "unknown"


def test_the_example_outside_europe_treats_drawings_differently() -> None:
    drawing = DRAWING | {"pornographic": "yes", "focus_or_act": "act", "grossly_offensive": "no"}
    elsewhere = load_jurisdiction("example-non-photographic")
    assert elsewhere.status == "example" and "counsel" in elsewhere.sign_off.lower()
    assert (gb(drawing).outcome, derive(drawing, elsewhere).outcome) == ("discounted", "covered")
    generated = CRIMINAL | {"severity": "A", "ai": "wholly_generated"}
    assert derive(generated, elsewhere).outcome == "covered"
