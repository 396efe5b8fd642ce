"""A description is taken only if it fits together, and the refusal says where it does not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from study_cast import PUBLISHED, SMALL, written

from openhotline.errors import BadInput
from openhotline_server.pipeline.study_description import read_description

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"posted": 204}, "'posted' is 204"),
    ({"selected": 111}, "'selected' is 111"),
    ({"not_selected": -1}, "'not_selected' must be a whole number"),
    ({"not_selected": 91.0}, "'not_selected' must be a whole number"),
    ({"not_selected": True}, "'not_selected' must be a whole number"),
    ({"analysts": 0}, "'analysts' must be at least 1"),
    ({"analysts": 113}, "'analysts' must be at least 1"),
    ({"analysts": 1}, "'analysts' must be at least 2"),
    ({"analyst_hours": 0}, "'analyst_hours' must be more than 0"),
    ({"analyst_hours": "long"}, "'analyst_hours' must be a number"),
    ({"analyst_hours": 0.12345678}, "whole milliseconds"),
    ({"discounted_total": 81}, "'discounted_total' is 81"),
    ({"discounted_percent": {"off_remit": 14}}, "'off_remit' is 14"),
    ({"discounted_percent": {"nonsense": 14}}, "unknown codes: nonsense"),
    ({"criminal_percent_of_selected": 26}, "give 27"),
    ({"pseudo_photograph_sex_girls_share": 1.5}, "a share from 0 to 1"),
    ({"discounted": {"boredom": 82}}, "unknown codes: boredom"),
    ({"criminal": {"baseline": 30}}, "unknown codes: baseline"),
    ({"criminal": [30]}, "'criminal' must be an object"),
    ({"title": " "}, "'title' must be a text"),
    ({"title": "x" * 201}, "'title' must be a text"),
    ({"colour": "grey", "age": {}}, "unknown names: age, colour"),
]


def test_the_published_study_fits_together() -> None:
    study = read_description(written(PUBLISHED))
    assert (study.posted, study.selected, study.not_selected) == (20254, 11108, 9146)
    assert study.milliseconds == 315_000_000
    assert study.girls == 2552


def test_nothing_unconfirmed_is_read() -> None:
    without = {k: v for k, v in PUBLISHED.items() if k not in ("severity_unconfirmed", "severity_note")}
    assert read_description(written(without)) == read_description(written(PUBLISHED))


@pytest.mark.parametrize(("change", "words"), WRONG, ids=[words for _, words in WRONG])
def test_what_does_not_fit_is_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput) as refusal:
        read_description(written(SMALL | change))
    assert words in refusal.value.message


@pytest.mark.parametrize("name", ["title", "posted", "selected", "criminal", "discounted", "analysts"])
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(BadInput, match=f"lacks: {name}"):
        read_description(written({k: v for k, v in SMALL.items() if k != name}))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"title": NaN}', '"study"'])
def test_what_is_no_description_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_description(text)


def test_a_name_that_stands_twice_is_refused() -> None:
    text = json.dumps(SMALL)
    with pytest.raises(BadInput, match="states twice: posted"):
        read_description(text[:-1] + ', "posted": 203}')


def test_a_reason_that_is_left_out_counts_nothing() -> None:
    shorter = SMALL | {"discounted": {k: v for k, v in SMALL["discounted"].items() if v > 1}}
    shorter |= {"selected": 108, "posted": 199, "discounted_total": 78}
    assert read_description(written(shorter)).selected == 108
