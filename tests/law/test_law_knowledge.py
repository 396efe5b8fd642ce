"""More knowledge never contradicts a result, and nothing is left open that every completion agrees on."""

from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from law_oracle import deciding_facts, partial_sheets

from openhotline.errors import BadInput
from openhotline.law import Jurisdiction, Result, available, check_facts, derive, load_jurisdiction
from openhotline.law.facts import fact_catalogue

ALL = tuple(load_jurisdiction(code) for code in available())
STATED_DOUBT = {"child": "unsure", "ai": "unknown"}


def more_known(facts: Mapping[str, str], jurisdiction: Jurisdiction) -> Iterable[Mapping[str, str]]:
    """Return, for the first deciding fact that is not known, the sheets with each of its answers."""
    for fact in ("child", *deciding_facts(jurisdiction)):
        doubt = facts.get(fact) == STATED_DOUBT.get(fact) and "second_opinion" not in facts
        if fact not in facts or doubt:
            for answer in ("off_remit", "known_adult") if fact == "discount_reason" else _answers(fact):
                sheet = {**facts, fact: answer}
                yield sheet | {"second_opinion": "still_unsure"} if answer == "unsure" else sheet
            return


def _answers(fact: str) -> tuple[str, ...]:
    return fact_catalogue()[fact].completions


def key(facts: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset(facts.items())


@pytest.mark.parametrize("jurisdiction", ALL, ids=available())
def test_a_result_is_firm_exactly_when_every_completion_agrees(jurisdiction: Jurisdiction) -> None:
    found = {key(facts): derive(facts, jurisdiction) for facts in partial_sheets(jurisdiction)}
    for sheet, result in found.items():
        cases = [found[key(case)] for case in more_known(dict(sheet), jurisdiction)]
        for name in ("outcome", "discount_reason") if cases else ():
            values = {getattr(case, name) for case in cases}
            expected = values.pop() if len(values) == 1 else None
            assert getattr(result, name) == expected, (dict(sheet), name)
        assert bool(result.open_questions) >= (result.outcome is None), dict(sheet)


@pytest.mark.parametrize("jurisdiction", ALL, ids=available())
def test_an_open_question_is_one_that_is_not_answered(jurisdiction: Jurisdiction) -> None:
    for facts in partial_sheets(jurisdiction):
        for code in derive(facts, jurisdiction).open_questions:
            assert code not in facts or facts[code] == STATED_DOUBT.get(code)


@st.composite
def sheets(draw: st.DrawFn) -> dict[str, str]:
    """Any sheet at all: tags, stale answers and contradictions included."""
    facts = {}
    for code, fact in fact_catalogue().items():
        free = {"series": ["s-1", "s-2"], "number_of_children": ["1", "12"]}.get(code, [])
        answer = draw(st.sampled_from([None, *fact.answers, *free]))
        if answer is not None:
            facts[code] = answer
    return facts


def decided(result: Result) -> tuple[tuple[str, str], ...]:
    """Return what a result claims: its firm parts only."""
    claims = (
        ("outcome", result.outcome),
        ("grade", result.grade),
        ("discount_reason", result.discount_reason),
    )
    return tuple((name, value) for name, value in claims if value is not None)


@given(sheets(), st.data())
def test_one_answer_more_never_withdraws_a_claim(facts: dict[str, str], data: st.DataObject) -> None:
    missing = [code for code, fact in fact_catalogue().items() if code not in facts and fact.answers]
    if not missing:
        return
    code = data.draw(st.sampled_from(missing))
    answer = data.draw(st.sampled_from(list(fact_catalogue()[code].answers)))
    for jurisdiction in ALL:
        before, after = derive(facts, jurisdiction), derive({**facts, code: answer}, jurisdiction)
        assert set(decided(before)) <= set(decided(after))


@given(sheets())
def test_a_stated_doubt_claims_no_more_than_silence(facts: dict[str, str]) -> None:
    for code, answer in STATED_DOUBT.items():
        silent = {name: value for name, value in facts.items() if name not in (code, "second_opinion")}
        for jurisdiction in ALL:
            assert decided(derive(silent | {code: answer}, jurisdiction)) == decided(
                derive(silent, jurisdiction)
            )


@given(sheets())
def test_only_a_discounted_outcome_has_a_reason_and_only_a_criminal_one_a_grade(
    facts: dict[str, str],
) -> None:
    result = derive(facts, load_jurisdiction("gb-eng"))
    assert result.discount_reason is None or result.outcome == "discounted"
    assert result.grade is None or result.outcome in ("photograph", "pseudo_photograph")
    assert (result.records != ()) == (result.outcome in ("photograph", "pseudo_photograph"))


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"childd": "yes"}, "holds a question that does not exist"),
        ({"child": "maybe"}, "The answer to 'child' does not exist. Use one of yes, no, unsure"),
        ({"severity": "a"}, "Use one of A, B, C"),
        ({"age_band": ""}, "Use one of 0-2"),
        ({"number_of_children": "many"}, "a whole number from 0 to 999"),
        ({"series": "two words"}, "a series code of letters"),
        ({"series": "s\n"}, "a series code of letters"),
    ],
)
def test_an_unknown_question_or_answer_is_refused_with_a_sentence(
    facts: dict[str, str], sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence) as refused:
        check_facts(facts)
    with pytest.raises(BadInput):
        derive(facts, ALL[0])
    assert "two words" not in refused.value.message


def test_all_agreed_codes_are_accepted() -> None:
    check_facts({"child": "yes", "series": "S-1.a", "number_of_children": "2", "self_generated": "no"})
    check_facts(
        {"commercial": "paid_access", "site_type": "forum", "indicative": "yes", "ai_basis": "metadata"}
    )
