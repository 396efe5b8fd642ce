"""The hosting table in its published form, and what the public sees of a small one."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from published_hosting import ALL_2024, REPORTS_2024, ROWS_WITHOUT_COUNTRY, SHARES_2023, TOP_TEN_2024

from openhotline_server.statistics.countries import country_name
from openhotline_server.statistics.hosting_tables import (
    ONION,
    TOP_TEN,
    TOTAL,
    UNTRACED,
    Hosting,
    hosting_of,
    hosting_table,
    shares,
)
from openhotline_server.statistics.report_counting import AddressGroup
from openhotline_server.statistics.tables import Cell
from openhotline_server.statistics.writing import csv_text

GOLDEN = Path(__file__).parent / "golden" / "hosting_2024.csv"


def hosting(counts: Mapping[str, int], last_year: Mapping[str, int] | None = None) -> Hosting:
    before = {country_name(code): Decimal(share) for code, share in (last_year or {}).items()}
    return Hosting({country_name(code): n for code, n in counts.items()}, before)


def printed(
    counts: Mapping[str, int], last_year: Mapping[str, int] | None = None
) -> dict[Cell, tuple[Cell, ...]]:
    return {row[0]: row[1:] for row in hosting_table(hosting(counts, last_year)).rows}


def group(country: str, addresses: int, network: str = "web") -> AddressGroup:
    return AddressGroup("photograph", "", "", "", network, "watched", country, False, addresses)


def test_the_published_table_of_2024_is_made_byte_for_byte() -> None:
    table = hosting_table(hosting({**REPORTS_2024, **ROWS_WITHOUT_COUNTRY}, SHARES_2023))
    assert csv_text(table).encode() == GOLDEN.read_bytes()
    rows = {row[0]: row[1] for row in table.rows}
    assert (rows[TOP_TEN], rows[TOTAL]) == (TOP_TEN_2024, ALL_2024)


def test_a_zero_share_is_printed_and_a_new_row_has_no_last_year() -> None:
    rows = printed({"NL": 999, "GB": 1, "FR": 0}, {"GB": 0})
    assert rows["United Kingdom"] == (1, 0, 0, 0)
    assert rows["Netherlands"] == (999, 100, None, None)
    assert rows["France"] == (0, 0, None, None)


def test_shares_are_whole_numbers_and_a_half_goes_up() -> None:
    assert printed({"NL": 7, "GB": 1})["United Kingdom"][1] == 13


def test_the_eleventh_country_stands_below_the_sum_of_the_ten() -> None:
    codes = ["NL", "US", "BG", "HK", "RO", "MY", "LT", "PL", "CZ", "LV", "FR"]
    names = list(printed({code: 100 - i for i, code in enumerate(codes)} | {ONION: 500}))
    assert names.index(TOP_TEN) == 10
    assert names[11:] == ["France", ONION, TOTAL]


def test_equals_are_ordered_by_name() -> None:
    assert list(printed({"US": 2, "FR": 2, "NL": 2}))[:3] == ["France", "Netherlands", "United States"]


def test_an_empty_table_has_no_shares() -> None:
    rows = printed({ONION: 0})
    assert rows[ONION] == (0, None, None, None)
    assert rows[TOTAL] == (0, None, None, None)


def test_onion_services_and_what_was_not_traced_have_their_own_rows() -> None:
    found = hosting_of([group("NL", 3), group("", 2), group("NL", 1), group("", 4, "onion")], {})
    assert dict(found.counts) == {ONION: 4, "Netherlands": 4, UNTRACED: 2}
    assert found.top_ten == ("Netherlands",)


def test_the_shares_of_a_year_become_those_of_last_year() -> None:
    assert shares({"Netherlands": 1, ONION: 2}) == {"Netherlands": Decimal(33), ONION: Decimal(67)}


def test_every_country_has_one_name() -> None:
    assert country_name("NL") == "Netherlands"
    assert country_name("XX") == "XX"
