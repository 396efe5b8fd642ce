"""What each figure and each table counts, in one place.

Pages and files quote it, and a test holds ``docs/reference/statistics.md`` to it word for word.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

UNIT = "items"
NOT_RECORDED = "not_recorded"

FIGURES: Mapping[str, str] = MappingProxyType(
    {
        "reports": "Deliveries received: a folder, an archive or the records of a study is one report.",
        "items": "Distinct contents, however often each was seen. A record without a file is one item.",
        "sightings": "Places where an item was seen: the same content in two places is two sightings.",
        "unread": "Members of a report whose bytes could not be read so far. They are not items yet.",
        "selected": "Items that were not left out: items less not_selected.",
        "not_selected": "Items left out of assessment by a recorded decision, and not assessed.",
        "unreadable": "Items with nothing to look at, because they could not be decoded, and not assessed.",
        "waiting": "Items that nobody has decided yet: they wait for a reader or for a place in a case.",
        "undecided": "Items with an assessment in force but no firm outcome in the deciding jurisdiction.",
        "assessed": "Items with an assessment in force and a firm outcome in the deciding jurisdiction.",
        "criminal": "Assessed items whose outcome is not a discounted one.",
        "discounted": "Assessed items whose outcome is a discounted one: not criminal, with one reason.",
        "graded_as_known": "Assessed items that took over the grade of known material; nobody saw them.",
        "second_readings": "Answers in force by a second reader.",
        "third_readings": "Answers in force by a third reader.",
        "analysts": "People who gave at least one answer, taken back or not.",
        "analyst_hours": (
            "Time from the first display to the answer, over all answers, those taken back included; in "
            "hours, to one decimal place, a half upwards. For a study: the time that its records state."
        ),
        "items_per_analyst_hour": "Assessed items divided by analyst time, to one decimal place, a half up.",
        "seconds_per_item": "Analyst time divided by assessed items, in whole seconds, a half upwards.",
        "exposures": "Pictures sent to readers; a contact sheet counts as many as it shows.",
        "exposures_per_item": "Exposures divided by assessed items, to two decimal places, a half upwards.",
        "originals_opened": "Originals opened, each by an act with a reason.",
        "notices_delivered": "Notices and referrals whose delivery is recorded.",
        "published": "Items with an entry in force on one of our own lists.",
    }
)

OVERVIEW_RULE = (
    "Counts are exact. Rates are rounded as their definitions say; where there is nothing to divide by, the "
    "rate is left empty."
)

TABLES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "overview": ("Overview", "The figures of the whole; each carries a definition of its own."),
        "outcomes": (
            "Outcomes",
            "Assessed items by outcome in the deciding jurisdiction. The decision on a case counts for every "
            "item of its cluster.",
        ),
        "criminal": ("Criminal and not criminal", "Assessed items: the discounted ones and all others."),
        "discounted": ("Discounted, by reason", "Discounted items by the one reason that each has."),
        "severity": (
            "Severity",
            "Items by category of severity. Only outcomes that record a severity are counted; not_recorded: "
            "the answer was left open.",
        ),
        "age": (
            "Age",
            "Items by age band of the youngest child shown. Only outcomes that record an age are counted; "
            "not_recorded: the answer was left open.",
        ),
        "sex": (
            "Sex",
            "Items by sex of the children shown. Only outcomes that record a sex are counted; not_recorded: "
            "the answer was left open; unidentified: the reader could not tell.",
        ),
        "severity_by_age": (
            "Severity by age",
            "Items by age band and category of severity. Only outcomes that record both are counted; "
            "not_recorded: the answer was left open.",
        ),
        "ai": (
            "AI dimension and realism",
            "Criminal items by AI dimension; those that look like a photograph stand apart from those that "
            "do not. not_recorded: the answer was left open. No outcome follows from the dimension alone.",
        ),
    }
)
