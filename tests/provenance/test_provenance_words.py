"""Every code that evidence can carry has words for people."""

from __future__ import annotations

from openhotline.provenance import rules
from openhotline.provenance.evidence import FAMILIES
from openhotline.provenance.words import CLAIMS, claim_words, family_words, strength_words


def test_every_family_and_every_strength_has_words() -> None:
    assert set(FAMILIES) <= set(rules().bounds)
    for code in FAMILIES:
        assert family_words(code) not in (code, code.replace("_", " ").capitalize())
    for code in set(rules().forgeable) - {"none"}:
        assert strength_words(code) != code.replace("_", " ")


def test_every_claim_of_the_rules_has_words() -> None:
    claims = {claim for _, claim in rules().source_types.values()}
    claims |= {rule.claim for placed in rules().programs.values() for rule in placed}
    assert claims <= set(CLAIMS)


def test_a_code_without_words_is_shown_as_it_is() -> None:
    assert claim_words("a_new_claim") == "A new claim"
    assert strength_words("a_new_strength") == "a new strength"
    assert family_words("a_new_family") == "A new family"
