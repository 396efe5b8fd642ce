"""Tables that several tests look at; the figures are made up, except those of the published 2023 study."""

from __future__ import annotations

from collections.abc import Mapping

from openhotline_server.statistics.tables import Table, counted, crossed

# Internet Watch Foundation, "How AI is being used to create child sexual abuse imagery", October 2023.
STUDY_DISCOUNTED = {
    "none": 0,
    "age_in_question": 390,
    "suspected_adult": 0,
    "known_adult": 0,
    "extreme_adult_pornography": 0,
    "child_no_sexual_activity": 4340,
    "adult_no_sexual_activity": 492,
    "non_photographic_imagery": 1634,
    "off_remit": 1274,
}
BANDS = ("0-2", "3-6", "7-10")
GRADES = ("A", "B", "C")


def discounted() -> Table:
    return counted(
        name="discounted",
        title="Discounted images by reason",
        header="reason",
        counts=STUDY_DISCOUNTED,
        definition="Images that were assessed and found not criminal, by the one reason given.",
        unit="images",
    )


def parts(counts: Mapping[str, int], *, places: int = 0) -> Table:
    return counted(
        name="parts",
        title="Parts",
        header="part",
        counts=counts,
        definition="Parts.",
        unit="items",
        places=places,
    )


def severity_by_age(counts: Mapping[tuple[str, str], int]) -> Table:
    return crossed(
        name="severity_by_age",
        title="Severity by age",
        header="age_band",
        counts=counts,
        row_codes=BANDS,
        column_codes=GRADES,
        definition="Images by severity and by the age of the youngest.",
        unit="images",
    )
