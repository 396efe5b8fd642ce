"""The slow, obvious reference: each law written out by hand for a complete sheet, and ways to list sheets.

Nothing here reads a jurisdiction file's rules to find a result.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from openhotline.law import Jurisdiction
from openhotline.law.facts import fact_catalogue

Facts = Mapping[str, str]
BANDS = ("0-2", "3-6", "7-10", "11-13", "14-15", "16-17")
AI = ("none", "altered_real", "known_victim", "wholly_generated", "unknown")
CHILD_STATES: tuple[dict[str, str], ...] = (
    {},
    {"child": "yes"},
    {"child": "no"},
    {"child": "unsure"},
    {"child": "unsure", "second_opinion": "still_unsure"},
)


def gb_eng(facts: Facts) -> tuple[str, str | None, str | None]:
    """Return outcome, grade and discount reason under E0 to E4 of the brief."""
    if facts["child"] == "no":
        return "discounted", None, facts["discount_reason"]
    if facts["child"] == "unsure":
        return "discounted", None, "age_in_question"
    if facts["image_type"] == "non_photographic":
        elements = facts["pornographic"], facts["focus_or_act"] != "no", facts["grossly_offensive"]
        if elements == ("yes", True, "yes"):
            return "prohibited_image", None, None
        return "discounted", None, "non_photographic_imagery"
    if facts["indecent"] == "no":
        return "discounted", None, "child_no_sexual_activity"
    kind = "pseudo_photograph" if facts["image_type"] == "pseudo_photograph" else "photograph"
    return kind, facts.get("severity"), None


def interpol(facts: Facts) -> str:
    """Return the baseline outcome: every failing criterion first, then every policy question."""
    fails = (
        facts["child"] != "yes"
        or facts["image_type"] == "non_photographic"
        or facts["indecent"] == "no"
        or facts["age_band"] in ("14-15", "16-17")
        or facts["ai"] == "wholly_generated"
    )
    if fails:
        return "not_baseline"
    silent = (
        facts["ai"] in ("altered_real", "known_victim")
        or facts["image_type"] != "photograph"
        or facts["age_band"] == "11-13"
        or facts["severity"] == "C"
    )
    return "policy_question" if silent else "baseline"


def us_ncmec(facts: Facts) -> str:
    """Return the NCMEC outcome without its classification."""
    if facts["child"] != "yes" or facts["image_type"] == "derived":
        return "no_classification"
    if facts["image_type"] == "non_photographic":
        return "annotation_only" if gb_eng(facts)[0] == "prohibited_image" else "no_classification"
    return "industry_classification" if facts["indecent"] == "yes" else "no_classification"


def us_letter(facts: Facts) -> str:
    """Return the letter from age alone, or "" where the rule is silent."""
    if facts["age_band"] == "11-13":
        return {"prepubescent": "A", "pubescent": "B"}.get(facts.get("development", ""), "")
    return "A" if facts["age_band"] in ("0-2", "3-6", "7-10") else "B"


def us_number(facts: Facts) -> str:
    """Return the number from the act alone, or "" where the rule is silent."""
    if facts["severity"] in ("A", "B"):
        return "1"
    return "2" if facts.get("lascivious_exhibition") == "yes" else ""


def example(facts: Facts) -> str:
    """Return the outcome of the example outside Europe."""
    if facts["child"] != "yes":
        return "not_covered"
    if facts["image_type"] == "non_photographic":
        if facts["pornographic"] == "no":
            return "policy_question"
        return "not_covered" if facts["focus_or_act"] == "no" else "covered"
    if facts["indecent"] == "no":
        return "not_covered"
    return "policy_question" if facts["severity"] == "C" else "covered"


ORACLES = {
    "gb-eng": lambda facts: gb_eng(facts)[0],
    "interpol-baseline": interpol,
    "us-ncmec": us_ncmec,
    "example-non-photographic": example,
}


def deciding_facts(jurisdiction: Jurisdiction) -> tuple[str, ...]:
    """Return the facts that the outcome rules look at, besides the child."""
    used = {fact for rule in jurisdiction.rules for fact, _ in rule.when}
    return tuple(code for code in fact_catalogue() if code in used and code != "child")


def answers(fact: str) -> tuple[str, ...]:
    """Return the answers to try; two discount reasons stand for all nine."""
    return (
        ("off_remit", "known_adult") if fact == "discount_reason" else tuple(fact_catalogue()[fact].answers)
    )


def partial_sheets(jurisdiction: Jurisdiction) -> Iterator[dict[str, str]]:
    """Return every sheet over the deciding facts, each answered or not."""
    facts = deciding_facts(jurisdiction)
    for state in CHILD_STATES:
        for chosen in itertools.product(*((None, *answers(fact)) for fact in facts)):
            yield state | {fact: answer for fact, answer in zip(facts, chosen, strict=True) if answer}


def complete_sheets(*facts: str) -> Iterator[dict[str, str]]:
    """Return every complete sheet over these facts; a child that stays unsure has had its second opinion."""
    for state in CHILD_STATES[1:3] + CHILD_STATES[4:]:
        for chosen in itertools.product(*(fact_catalogue()[fact].completions for fact in facts)):
            yield state | dict(zip(facts, chosen, strict=True))
