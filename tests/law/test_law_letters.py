"""The letters of the United Kingdom are severity, the letters of NCMEC are age. They never mix."""

import itertools
from collections import defaultdict

from law_oracle import AI, BANDS, us_letter, us_number

from openhotline.law import derive, load_jurisdiction

UK, US = load_jurisdiction("gb-eng"), load_jurisdiction("us-ncmec")
AGE_FACTS = {"age_band": (*BANDS, ""), "development": ("prepubescent", "pubescent", "")}
ACT_FACTS = {"severity": ("A", "B", "C", ""), "lascivious_exhibition": ("yes", "no", "")}
OTHER_FACTS = {
    "child": ("yes", "no", "unsure", ""),
    "image_type": ("photograph", "pseudo_photograph", "derived", "non_photographic", ""),
    "indecent": ("yes", "no", ""),
    "ai": ("none", "wholly_generated", ""),
}
SHEETS = [
    {
        code: answer
        for code, answer in zip((*AGE_FACTS, *ACT_FACTS, *OTHER_FACTS), chosen, strict=True)
        if answer
    }
    for chosen in itertools.product(*AGE_FACTS.values(), *ACT_FACTS.values(), *OTHER_FACTS.values())
]


def part(facts: dict[str, str], codes: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(facts.get(code, "") for code in codes)


def test_the_letter_depends_on_age_alone_and_the_number_on_the_act_alone() -> None:
    letters, numbers = defaultdict(set), defaultdict(set)
    for facts in SHEETS:
        if grade := derive(facts, US).grade:
            letters[part(facts, AGE_FACTS)].add(grade[0])
            numbers[part(facts, ACT_FACTS)].add(grade[1:])
    assert letters and numbers
    assert all(len(found) == 1 for found in (*letters.values(), *numbers.values()))


def test_the_rules_of_each_part_name_only_their_own_facts() -> None:
    age, act = US.grade_parts
    assert {fact for rule in age.rules for fact, _ in rule.when} == set(AGE_FACTS)
    assert {fact for rule in act.rules for fact, _ in rule.when} == set(ACT_FACTS)


def test_every_grade_is_the_one_written_out_by_hand_and_silence_gives_none() -> None:
    base = {"child": "yes", "image_type": "photograph", "indecent": "yes"}
    for band, development in itertools.product(*AGE_FACTS.values()):
        for severity, exhibition in itertools.product(*ACT_FACTS.values()):
            if not (band and severity):
                continue
            facts = base | {"age_band": band, "severity": severity}
            facts |= {"development": development} if development else {}
            facts |= {"lascivious_exhibition": exhibition} if exhibition else {}
            letter, number = us_letter(facts), us_number(facts)
            assert derive(facts, US).grade == (letter + number if letter and number else None), facts


def test_all_four_pairs_of_letters_occur_so_neither_can_be_a_copy_of_the_other() -> None:
    pairs = set()
    for band, severity in itertools.product(BANDS, ("A", "B", "C")):
        facts = {"child": "yes", "image_type": "photograph", "indecent": "yes"}
        facts |= {"age_band": band, "severity": severity, "lascivious_exhibition": "yes"}
        uk, us = derive(facts, UK).grade, derive(facts, US).grade
        assert uk == severity
        if us:
            pairs.add((uk, us[0]))
    assert pairs == {(uk, us) for uk in "ABC" for us in "AB"}


def test_the_severity_letter_of_the_united_kingdom_never_moves_the_letter_of_the_united_states() -> None:
    for band in BANDS:
        facts = {"child": "yes", "image_type": "photograph", "indecent": "yes", "age_band": band}
        facts["lascivious_exhibition"] = "yes"
        grades = [derive(facts | {"severity": severity}, US).grade or "" for severity in ("A", "B", "C")]
        assert len({grade[:1] for grade in grades}) == 1


def test_nothing_is_given_where_the_rule_is_silent() -> None:
    facts = {
        "child": "yes",
        "image_type": "photograph",
        "indecent": "yes",
        "age_band": "3-6",
        "severity": "A",
    }
    assert derive(facts, US).grade == "A1"
    for silent, opened in (
        ({"age_band": "11-13"}, "development"),
        ({"severity": "C"}, "lascivious_exhibition"),
    ):
        result = derive(facts | silent, US)
        assert (result.outcome, result.grade) == ("industry_classification", None)
        assert result.open_questions == (opened,)
    derived = derive(facts | {"image_type": "derived"}, US)
    assert (derived.outcome, derived.grade) == ("no_classification", None)
    assert derive(facts | {"severity": "C", "lascivious_exhibition": "no"}, US).grade is None


def test_the_ai_dimension_moves_no_letter() -> None:
    facts = {
        "child": "yes",
        "image_type": "photograph",
        "indecent": "yes",
        "age_band": "14-15",
        "severity": "B",
    }
    assert {derive(facts | {"ai": ai}, US).grade for ai in AI} == {"B1"}
