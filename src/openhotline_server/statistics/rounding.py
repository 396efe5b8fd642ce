"""Percentages, rounded half up, with the rule in words for the reader of the table.

Whole-number arithmetic throughout: a share is never a float, so 2.5 is 3 on every machine and a published
table can be made again byte for byte.
"""

from __future__ import annotations

from decimal import Decimal

from openhotline.errors import WrongUsage

PLACES_IN_WORDS = {0: "to a whole number", 1: "to one decimal place", 2: "to two decimal places"}


def percent(count: int, total: int, *, places: int = 0) -> Decimal | None:
    """Return ``count`` in hundredths of ``total`` with ``places`` decimals, or None when ``total`` is 0.

    A half is rounded up: 1 of 8 is 12.5, with no decimals 13.
    """
    if not 0 <= count <= total:
        raise WrongUsage("A percentage needs a part that is at least 0 and at most the whole.")
    if places not in PLACES_IN_WORDS:
        raise WrongUsage("Percentages are given with 0, 1 or 2 decimal places.")
    if total == 0:
        return None
    # floor(x + 1/2) over a common denominator: (2ab + total) // (2 total)
    units = (2 * count * 100 * 10**places + total) // (2 * total)
    return Decimal(units).scaleb(-places)


def rule_in_words(places: int = 0) -> str:
    """Say the rule of :func:`percent` as it is printed under a table."""
    return (
        f"Percentages are of the table's total, rounded {PLACES_IN_WORDS[places]}, a half upwards; "
        "they need not add up to 100. Where the total is 0 there is no percentage."
    )
