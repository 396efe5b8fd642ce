"""Agreement, against numbers worked out by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest
from tests.conftest import NOON
from tests.desk_of import NOT_INDECENT, PSEUDO_B, PSEUDO_C, a_case, answered

from openhotline_server.accounts.models import User
from openhotline_server.assessment.agreement import (
    MIN_PAIRS,
    QUESTIONS,
    Pair,
    by_question,
    cohen_kappa,
    kappa_error,
    krippendorff_alpha,
    on_question,
)
from openhotline_server.assessment.operations import undo_vote
from openhotline_server.assessment.queries import list_first_and_second


def table(counts: dict[tuple[str, str], int]) -> list[tuple[str, str]]:
    return [pair for pair, times in counts.items() for _ in range(times)]


def asked(question: str, both: Iterable[tuple[str, str]]) -> list[Pair]:
    return [({question: one}, {question: two}) for one, two in both]


# Fifty pairs: 35 agree, so 0.7 is seen. The first says yes 25 times, the second 30 times, so
# 0.5 x 0.6 + 0.5 x 0.4 = 0.5 is expected by chance. Kappa = (0.7 - 0.5) / (1 - 0.5) = 0.4.
FIFTY = table({("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15})


def test_kappa_is_what_the_hand_finds() -> None:
    assert cohen_kappa(FIFTY) == pytest.approx(0.4)


def test_the_error_of_kappa_is_what_the_hand_finds() -> None:
    # sqrt(0.7 x 0.3 / 50) / 0.5 = 0.0648 / 0.5
    assert kappa_error(FIFTY) == pytest.approx(0.129615, abs=1e-6)


def test_nominal_alpha_is_what_the_hand_finds() -> None:
    # 100 values, 55 yes and 45 no; 15 of the coincidences are yes beside no. 1 - 99 x 15 / (55 x 45) = 0.4.
    assert krippendorff_alpha(FIFTY) == pytest.approx(0.4)


def test_ordinal_alpha_is_what_the_hand_finds() -> None:
    # Ten values: 3 low, 4 middle, 3 high. Squared distances: low-middle and middle-high (7 - 3.5)^2 = 12.25,
    # low-high (10 - 3)^2 = 49. Seen 2 x 12.25 = 24.5; expected (24 x 12.25 + 9 x 49) / 9 = 81.67.
    both = [("C", "C"), ("B", "B"), ("A", "A"), ("C", "B"), ("B", "A")]
    assert krippendorff_alpha(both, order=("C", "B", "A")) == pytest.approx(0.7)


def test_a_distant_answer_weighs_more_than_a_neighbouring_one() -> None:
    same = table({("0-2", "0-2"): 10, ("7-10", "7-10"): 10, ("16-17", "16-17"): 10})
    near = on_question("age_band", asked("age_band", [*same, ("7-10", "11-13")]))
    far = on_question("age_band", asked("age_band", [*same, ("0-2", "16-17")]))
    assert near.alpha is not None
    assert far.alpha is not None
    assert near.ordered
    assert near.alpha > far.alpha


def test_an_agreement_carries_its_interval() -> None:
    found = on_question("child", asked("child", FIFTY))
    assert (found.pairs, found.same, found.percent_same) == (50, 35, 70)
    assert found.kappa == pytest.approx(0.4)
    assert found.kappa_from == pytest.approx(0.4 - 1.96 * 0.129615, abs=1e-5)
    assert found.kappa_to == pytest.approx(0.4 + 1.96 * 0.129615, abs=1e-5)


def test_too_few_pairs_give_a_sentence_instead_of_a_number() -> None:
    found = on_question("child", asked("child", FIFTY[: MIN_PAIRS - 1]))
    assert found.kappa is None
    assert found.alpha is None
    assert f"{MIN_PAIRS - 1} of at least {MIN_PAIRS}" in found.why_none


def test_no_pairs_at_all_have_no_percentage() -> None:
    assert on_question("sex", []).percent_same is None


def test_readers_who_always_say_the_same_leave_nothing_to_measure() -> None:
    found = on_question("sex", asked("sex", [("girl", "girl")] * 40))
    assert found.kappa is None
    assert "same answer" in found.why_none
    assert found.percent_same == 100


def test_perfect_agreement_on_several_answers_is_one() -> None:
    found = on_question("sex", asked("sex", [("girl", "girl")] * 20 + [("boy", "boy")] * 20))
    assert found.kappa == pytest.approx(1)
    assert found.alpha == pytest.approx(1)
    assert found.kappa_from == pytest.approx(1)


def test_a_pair_counts_only_where_both_answered() -> None:
    pairs: list[Pair] = [({"child": "yes", "sex": "girl"}, {"child": "no"})] * 3
    counts = {found.question: found.pairs for found in by_question(pairs)}
    assert counts["child"] == 3
    assert counts["sex"] == 0
    assert tuple(counts) == QUESTIONS


def test_pairs_are_first_and_second_readings_that_stand(ana: User, ben: User, cleo: User) -> None:
    answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_C), (cleo, PSEUDO_C))
    answered(a_case(), (ana, NOT_INDECENT), (ben, NOT_INDECENT))
    answered(a_case(), (ana, PSEUDO_B), (cleo, PSEUDO_C), at=NOON + timedelta(minutes=5))
    undo_vote(person=cleo, at=NOON + timedelta(minutes=10))
    pairs = list_first_and_second()
    assert len(pairs) == 2
    assert (pairs[0][0]["severity"], pairs[0][1]["severity"]) == ("B", "C")
    assert pairs[0][0]["outcome"] == "pseudo_photograph"
    assert {two["outcome"] for _, two in pairs} == {"pseudo_photograph", "discounted"}
