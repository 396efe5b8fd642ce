"""The words: every vocabulary is whole, has an edition, and falls back to English."""

import pytest

from openhotline import taxonomy
from openhotline.errors import NotFound
from openhotline.taxonomy import vocabulary

CODES = {
    "age_bands": ("0-2", "3-6", "7-10", "11-13", "14-15", "16-17"),
    "severity": ("A", "B", "C"),
    "discount_reasons": (
        "none",
        "age_in_question",
        "suspected_adult",
        "known_adult",
        "extreme_adult_pornography",
        "child_no_sexual_activity",
        "adult_no_sexual_activity",
        "non_photographic_imagery",
        "off_remit",
    ),
    "sex": ("girl", "boy", "both", "unidentified"),
    "ai": ("none", "altered_real", "known_victim", "wholly_generated", "unknown"),
    "ai_basis": ("declared_by_poster", "visible_signs", "metadata", "detector", "series", "other"),
    "image_types": ("photograph", "pseudo_photograph", "derived", "non_photographic"),
}


@pytest.mark.parametrize("name", sorted(CODES))
def test_the_codes_are_the_agreed_ones_in_their_order(name: str) -> None:
    assert taxonomy.load(name).codes == CODES[name]


def test_every_vocabulary_is_found() -> None:
    others = {"site_types", "commercial", "outcomes", "feedback_reasons", "identifying"}
    assert set(taxonomy.names()) == set(CODES) | others


@pytest.mark.parametrize("name", taxonomy.names())
def test_every_term_is_whole(name: str) -> None:
    words = taxonomy.load(name)
    assert words.name == name
    assert words.edition and words.title
    assert len(set(words.codes)) == len(words.codes)
    for term in words.terms:
        assert term.label and term.definition and term.source
        assert term.labels["en"] == term.label


@pytest.mark.parametrize("name", taxonomy.names())
def test_a_label_that_is_not_translated_is_english(name: str) -> None:
    for term in taxonomy.load(name).terms:
        assert taxonomy.label(name, term.code, "xx") == term.label == taxonomy.label(name, term.code)


def test_a_translated_label_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    term = taxonomy.Term("girl", "Girl", "d", "s", {"en": "Girl", "fr": "Fille"})
    words = taxonomy.Vocabulary("sex", "1", (term,), "Sex")
    monkeypatch.setattr(vocabulary, "load", lambda name: words)
    assert taxonomy.label("sex", "girl", "fr") == "Fille"
    assert taxonomy.label("sex", "girl", "de") == "Girl"


def test_an_unknown_vocabulary_is_named_as_such() -> None:
    with pytest.raises(NotFound, match="Use one of: age_bands"):
        taxonomy.load("../severity")


def test_an_unknown_code_is_named_as_such() -> None:
    with pytest.raises(NotFound, match="Use one of: A, B, C"):
        taxonomy.label("severity", "D")


def test_a_vocabulary_is_read_once() -> None:
    assert taxonomy.load("sex") is taxonomy.load("sex")
