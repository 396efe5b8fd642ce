"""The questions of the grading desk and the tree of them: the key budget, and a result at every leaf."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from law_oracle import BANDS

from openhotline.law import (
    available,
    check_facts,
    complete,
    derive,
    grading_tree,
    load_jurisdiction,
    next_question,
    questions,
    reader_complete,
)

JURISDICTIONS = [load_jurisdiction(code) for code in available()]
TREE = grading_tree(JURISDICTIONS)
GB = available().index("gb-eng")


def press(keys: str) -> dict[str, str]:
    """Answer question after question with these keys and return the sheet."""
    facts: dict[str, str] = {}
    for key in keys:
        question = next_question(facts)
        assert question is not None
        facts |= next(option.sets for option in question.options if option.key == key)
    return facts


def leaves(node_id: str = TREE["root"], keys: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    node = TREE["nodes"][node_id]
    if not node["options"]:
        yield keys, node
    for option in node["options"]:
        yield from leaves(option["next"], keys + option["key"])


def result(node: dict[str, Any], position: int = GB) -> dict[str, Any]:
    found: dict[str, Any] = TREE["results"][node["results"][position]]
    return found


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.code)
def test_every_option_has_one_key_of_its_own_and_sets_facts_that_exist(question: Any) -> None:
    keys = [option.key for option in question.options]
    assert all(len(key) == 1 and key.isdigit() for key in keys) and len(set(keys)) == len(keys)
    for option in question.options:
        check_facts(option.sets)
        assert option.label


def test_a_typical_criminal_image_takes_six_keys() -> None:
    facts = press("321314")
    assert facts == {
        "child": "yes",
        "age_band": "7-10",
        "image_type": "pseudo_photograph",
        "indecent": "yes",
        "severity": "C",
        "sex": "girl",
        "ai": "wholly_generated",
    }
    assert complete(facts) and reader_complete(facts)


def test_no_way_through_the_tree_takes_more_than_six_keys_and_no_discounted_one_more_than_three() -> None:
    seen = set()
    for keys, node in leaves():
        outcome = result(node)["outcome"]
        seen.add(outcome)
        assert len(keys) <= (3 if outcome in ("discounted", None) else 6), keys
    assert seen == {"photograph", "pseudo_photograph", "prohibited_image", "discounted", None}


def test_every_leaf_is_complete_and_decided_in_england_and_wales() -> None:
    for keys, node in leaves():
        assert node["complete"] and node["question"] is None
        found = result(node)
        if node["facts"] == {"child": "unsure"}:
            assert found["open"] == ["second_opinion"] and len(keys) == 1
            continue
        assert found["outcome"] and not found["open"]
        assert bool(found["discount_reason"]) == (found["outcome"] == "discounted")
        assert bool(found["grade"]) == (found["outcome"] in ("photograph", "pseudo_photograph"))


def test_every_leaf_is_decided_everywhere_unless_somebody_said_unsure_or_unknown() -> None:
    for _, node in leaves():
        for position in range(len(JURISDICTIONS)):
            doubt = node["facts"]["child"] == "unsure" or node["facts"].get("ai") == "unknown"
            assert result(node, position)["outcome"] is not None or doubt, node["facts"]


def test_the_tree_says_what_derive_says_at_every_node() -> None:
    for node in TREE["nodes"].values():
        assert node["complete"] == reader_complete(node["facts"])
        for position, jurisdiction in enumerate(JURISDICTIONS):
            derived, shown = derive(node["facts"], jurisdiction), result(node, position)
            assert shown["jurisdiction"] == jurisdiction.code == TREE["jurisdictions"][position]["code"]
            assert (shown["outcome"], shown["grade"]) == (derived.outcome, derived.grade)
            assert (shown["provision"], shown["open"]) == (derived.provision, list(derived.open_questions))
            assert shown["path"] == [step.words for step in derived.path]


def test_the_tree_is_json_and_small() -> None:
    text = json.dumps(TREE, separators=(",", ":"))
    assert json.loads(text) == TREE
    assert len({json.dumps(node["facts"], sort_keys=True) for node in TREE["nodes"].values()}) == len(
        TREE["nodes"]
    )
    assert len(TREE["nodes"]) < 2_000 and len(text) < 600_000


@pytest.mark.parametrize("option", [1, 2, 3, 4, 5, 6])
def test_one_key_answers_the_elements_of_section_62_apart(option: int) -> None:
    facts = press(f"14{option}")
    elements = [facts.get(code) for code in ("pornographic", "focus_or_act", "grossly_offensive")]
    assert (
        elements
        == {
            1: ["yes", "focus", "yes"],
            2: ["yes", "act", "yes"],
            3: ["no", None, None],
            4: ["yes", "no", None],
            5: ["yes", "focus", "no"],
            6: ["yes", "act", "no"],
        }[option]
    )
    assert complete(facts) == (option > 2)
    assert complete(facts | {"ai": "none"})


@pytest.mark.parametrize("keys", ["71", "76", "112", "143"])
def test_a_discounted_image_is_done_without_more_questions(keys: str) -> None:
    assert complete(press(keys))


def test_unsure_ends_this_readers_turn_and_not_the_case() -> None:
    facts = press("8")
    assert reader_complete(facts) and not complete(facts)
    assert complete(facts | {"second_opinion": "still_unsure"})


def test_ai_unknown_is_an_answer_that_may_stay() -> None:
    assert complete(press("321115"))


@pytest.mark.parametrize("band", BANDS)
def test_the_first_key_answers_child_and_band_together(band: str) -> None:
    facts = press(str(BANDS.index(band) + 1))
    assert facts == {"child": "yes", "age_band": band}
    missing_band = next_question({"child": "yes"})
    assert missing_band is not None and missing_band.code == "child"


def test_facts_from_elsewhere_are_not_asked_again() -> None:
    assert complete({"child": "no", "discount_reason": "age_in_question"})
    facts = {"child": "yes", "age_band": "0-2", "image_type": "non_photographic"}
    assert complete(facts | {"pornographic": "no", "focus_or_act": "act", "grossly_offensive": "no"})


def test_a_language_without_translation_is_english() -> None:
    assert grading_tree(JURISDICTIONS[:1], language="xx") == grading_tree(JURISDICTIONS[:1])
    question = next_question({}, language="xx")
    assert question is not None and question.label == questions()[0].label
