"""Descriptions of studies. The figures of the first are those that the Internet Watch Foundation published.

Source: "How AI is being abused to create child sexual abuse imagery", October 2023.
"""

from __future__ import annotations

import json
from typing import Any

PUBLISHED: dict[str, Any] = {
    "title": "Snapshot study of one forum, September 2023; assessed 5-10 October 2023",
    "source": "IWF, How AI is being abused to create child sexual abuse imagery, October 2023",
    "posted": 20254,
    "selected": 11108,
    "not_selected": 9146,
    "analysts": 12,
    "analyst_hours": 87.5,
    "criminal": {"pseudo_photograph": 2562, "prohibited_image": 416},
    "pseudo_photograph_sex_girls_share": 0.996,
    "discounted": {
        "none": 0,
        "age_in_question": 390,
        "suspected_adult": 0,
        "known_adult": 0,
        "extreme_adult_pornography": 0,
        "child_no_sexual_activity": 4340,
        "adult_no_sexual_activity": 492,
        "non_photographic_imagery": 1634,
        "off_remit": 1274,
    },
    "discounted_total": 8130,
    "discounted_percent": {
        "none": 0,
        "age_in_question": 5,
        "suspected_adult": 0,
        "known_adult": 0,
        "extreme_adult_pornography": 0,
        "child_no_sexual_activity": 53,
        "adult_no_sexual_activity": 6,
        "non_photographic_imagery": 20,
        "off_remit": 16,
    },
    "criminal_percent_of_selected": 27,
    "severity_note": "unconfirmed",
    # Not the study's: other numbers would be as good here, for none of them may be printed.
    "severity_unconfirmed": {"A": 1111, "B": 777, "C": 674},
}

# About a hundredth of it, with every kind of record.
SMALL: dict[str, Any] = {
    "title": "A small study",
    "posted": 203,
    "selected": 112,
    "not_selected": 91,
    "analysts": 12,
    "analyst_hours": 0.9,
    "criminal": {"pseudo_photograph": 24, "photograph": 2, "prohibited_image": 4},
    "pseudo_photograph_sex_girls_share": 0.96,
    "discounted": {
        "none": 1,
        "age_in_question": 4,
        "suspected_adult": 1,
        "known_adult": 1,
        "extreme_adult_pornography": 1,
        "child_no_sexual_activity": 41,
        "adult_no_sexual_activity": 5,
        "non_photographic_imagery": 16,
        "off_remit": 12,
    },
    "discounted_total": 82,
}


def written(description: dict[str, Any]) -> str:
    return json.dumps(description)
