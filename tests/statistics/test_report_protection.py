"""Reports, hosting and removal for the public: no small number is shown, and none follows."""

from __future__ import annotations

from collections.abc import Mapping

from openhotline import law
from openhotline_server.statistics.hosting_tables import (
    ONION,
    TOP_TEN,
    TOTAL,
    domain_table,
    hosting_of,
    hosting_table,
)
from openhotline_server.statistics.removal_counting import Clocks, RemovalCounts
from openhotline_server.statistics.removal_tables import removal_tables
from openhotline_server.statistics.report_counting import AddressGroup, Namings, ReportCounts
from openhotline_server.statistics.report_protection import HOUSE_ONLY, protect_reports
from openhotline_server.statistics.report_tables import actioned_of, report_tables, site_tables
from openhotline_server.statistics.tables import Cell, Table

ENGLAND = law.load_jurisdiction("gb-eng")
NO_CLOCKS = RemovalCounts(0, 0, 0, ())


def public(
    countries: Mapping[str, int],
    *,
    site_types: Mapping[str, int] | None = None,
    kinds: Mapping[str, int] | None = None,
    duplicates: int = 0,
    removals: RemovalCounts = NO_CLOCKS,
) -> dict[str, Table]:
    """All tables for the public, of actioned addresses in these countries."""
    total = sum(countries.values())
    groups = tuple(
        AddressGroup("photograph", "", "", "unknown", "web", "watched", code, False, n)
        for code, n in countries.items()
    )
    if site_types is not None:
        assert sum(site_types.values()) == total
    counts = ReportCounts(
        deliveries=total,
        set_aside=0,
        refused=0,
        namings=tuple(
            Namings(kind, "photograph", "", True, True, n) for kind, n in (kinds or {"form": total}).items()
        )
        + ((Namings("form", "photograph", "", True, False, duplicates),) if duplicates else ()),
        groups=groups,
        domains=countries,
        onion_hosts=0,
        files={"manual": 3},
    )
    hosting = hosting_of(actioned_of(counts, ENGLAND), {})
    sites = (
        AddressGroup("photograph", "", name, "unknown", "web", "watched", "", False, n)
        for name, n in (site_types or {"image_host": total}).items()
    )
    tables = (
        *report_tables(counts, ENGLAND),
        hosting_table(hosting),
        *site_tables(sites),
        domain_table(counts),
        *removal_tables(removals),
    )
    return {table.name: table for table in protect_reports(tables, hosting)}


def rows(table: Table) -> dict[Cell, tuple[Cell, ...]]:
    return {row[0]: row[1:] for row in table.rows}


def test_a_small_country_takes_another_with_it() -> None:
    shown = rows(public({"NL": 400, "US": 300, "FR": 20, "BE": 2})["hosting"])
    assert shown["Belgium"] == ("<5", None, None, None)
    assert shown["France"][0] == "[c]"
    assert shown["Netherlands"][0] == 400
    assert shown[TOP_TEN][0] == shown[TOTAL][0] == 722
    assert shown[ONION] == (0, 0, None, None)


def test_the_sum_of_the_ten_does_not_tell_the_eleventh() -> None:
    countries = dict.fromkeys(("NL", "US", "BG", "HK", "RO", "MY", "LT", "PL", "CZ", "LV"), 100)
    shown = rows(public({**countries, "FR": 50, "BE": 2})["hosting"])
    assert shown["Belgium"][0] == "<5"
    assert shown["France"][0] == "[c]"
    assert shown[TOP_TEN][0] == 1000


def test_a_whole_too_small_to_protect_is_withheld_everywhere() -> None:
    shown = public({"NL": 5, "US": 1}, site_types={"image_host": 6})
    assert rows(shown["hosting"])[TOTAL][0] == "[c]"
    assert rows(shown["hosting"])["Netherlands"][0] == "[c]"
    assert rows(shown["site_types"])["image_host"] == ("[c]", None)
    assert rows(shown["commercial"])["unknown"] == ("[c]", None)
    assert rows(shown["site_types"])["forum"][0] == 0


def test_a_very_small_whole_shows_no_number_at_all() -> None:
    shown = public({"NL": 2})
    assert rows(shown["hosting"])[TOTAL] == ("<5", None, None, None)
    assert rows(shown["reports"])["actioned"] == ("<5",)


def test_duplicates_do_not_tell_a_small_number_by_difference() -> None:
    shown = public({"NL": 100}, duplicates=2)
    assert rows(shown["reports"])["duplicates"] == ("<5",)
    assert rows(shown["reports_by_source"])["form"][0] == 100  # 102, rounded
    assert rows(shown["reports_by_source_once"])["form"][0] == 100
    assert "nearest 5" in shown["reports_by_source"].rule


def test_shares_by_source_are_taken_from_what_is_shown() -> None:
    shown = rows(public({"NL": 103}, kinds={"form": 50, "mail": 51, "partner": 2})["reports_by_source"])
    assert shown["mail"] == (50, 0, 0, 0, 0, 50, 100)
    assert shown["form"][-2:] == ("[c]", None)
    assert shown["partner"][-2:] == ("<5", None)


def test_records_of_files_are_protected_too() -> None:
    assert rows(public({"NL": 100})["reports"])["manuals"] == ("<5",)


def test_a_rate_goes_with_what_it_is_made_of() -> None:
    few = RemovalCounts(notices=2, lines=40, told=40, clocks=())
    many = RemovalCounts(notices=20, lines=40, told=40, clocks=())
    assert rows(public({"NL": 100}, removals=few)["removal"])["addresses_per_notice"] == (None,)
    assert str(rows(public({"NL": 100}, removals=many)["removal"])["addresses_per_notice"][0]) == "2.0"


def clocks(country: str, minutes: int, n: int, ending: str = "removed") -> Clocks:
    return Clocks(country, "EXAMPLE-NET", ending, minutes, n)


def test_times_are_left_out_where_few_clocks_stand_behind_them() -> None:
    found = RemovalCounts(
        20, 20, 20, (clocks("NL", 30, 40), clocks("NL", 500, 60), clocks("US", 30, 90), clocks("FR", 30, 3))
    )
    shown = public({"NL": 100}, removals=found)
    times = rows(shown["removal_times"])
    assert times["France"] == (None,) * 6
    assert times["Netherlands"] == (500, 30, "not reached", 30, 40, 40)
    assert rows(shown["removal_by_country"])["France"][-2:] == ("<5", None)


def test_a_share_that_tells_a_small_number_is_left_out() -> None:
    found = RemovalCounts(20, 20, 20, (clocks("NL", 30, 2), clocks("NL", 500, 98)))
    times = rows(public({"NL": 100}, removals=found)["removal_times"])
    assert times["Netherlands"] == (500, 500, "not reached", 30, None, None)


def test_hosts_are_not_named_in_public() -> None:
    shown = public({"NL": 100}, removals=RemovalCounts(20, 20, 20, (clocks("NL", 30, 40),)))
    assert not set(HOUSE_ONLY) & set(shown)
    assert "EXAMPLE-NET" not in repr(shown)


def test_large_numbers_are_shown_as_they_are() -> None:
    shown = public({"NL": 4000, "US": 300})
    assert rows(shown["hosting"])["Netherlands"] == (4000, 93, None, None)
    assert rows(shown["commercial"])["unknown"] == (4300, 100)
