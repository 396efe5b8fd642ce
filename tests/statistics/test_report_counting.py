"""What is counted of reports, hosting and removal, on rows of the database."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from reports_cast import (
    CRIMINAL,
    HARMLESS,
    OFF_REMIT,
    TODAY,
    address,
    case,
    clock,
    name,
    notice,
    report,
    reported,
    trace,
)
from tests.conftest import NOON

from openhotline_server.accounts.models import User
from openhotline_server.assessment.models import AddressAssessment
from openhotline_server.intake.models import FileRecord, Report
from openhotline_server.notices.kinds import NoticeKind
from openhotline_server.statistics.publication import count_tables
from openhotline_server.statistics.report_set import year_before
from openhotline_server.statistics.scope import Scope
from openhotline_server.statistics.tables import Cell

EVERYTHING = Scope()
YEAR = Scope(first_day=date(2026, 1, 1), last_day=date(2026, 12, 31))


def rows(table: str, scope: Scope = EVERYTHING, *, public: bool = False) -> dict[Cell, tuple[Cell, ...]]:
    return {row[0]: row[1:] for row in count_tables(scope, public=public).table(table).rows}


def figure(name: str, scope: Scope = EVERYTHING, table: str = "reports") -> Cell:
    return rows(table, scope)[name][0]


def cell(table: str, row: str, column: str, scope: Scope = EVERYTHING) -> Cell:
    found = count_tables(scope, public=False).table(table)
    return rows(table, scope)[row][found.columns.index(column) - 1]


def test_a_site_without_reports_of_addresses_has_none_of_these_tables(db: None) -> None:
    names = [table.name for table in count_tables(EVERYTHING, public=False).tables]
    assert "overview" in names
    assert "reports" not in names


def test_an_address_reported_twice_is_a_duplicate(ana: User) -> None:
    reported(ana, times=3, **CRIMINAL)
    reported(ana, **HARMLESS)
    assert [figure(n) for n in ("namings", "duplicates", "addresses", "actioned")] == [4, 2, 2, 1]
    assert cell("reports_by_source", "form", "actioned") == 3
    assert cell("reports_by_source", "form", "actioned_percent") == 75
    assert cell("reports_by_source_once", "form", "actioned") == 1
    assert cell("reports_by_source_once", "form", "actioned_percent") == 50


def test_without_duplicates_an_address_belongs_to_who_named_it_first(ana: User) -> None:
    row = address()
    name(report(kind=Report.Kind.PARTNER), row)
    name(report(kind=Report.Kind.FORM), row)
    case(row, ana, **CRIMINAL)
    assert cell("reports_by_source_once", "partner", "count") == 1
    assert cell("reports_by_source_once", "form", "count") == 0
    assert cell("reports_by_source", "form", "count") == 1


def test_off_remit_stands_apart_and_an_open_one_is_not_assessed(ana: User) -> None:
    reported(ana, **OFF_REMIT)
    reported(ana, **HARMLESS)
    reported(ana)
    found = [figure(n) for n in ("off_remit", "not_criminal", "not_assessed", "assessed")]
    assert found == [1, 1, 1, 2]


def test_an_assessment_that_was_superseded_does_not_count(ana: User) -> None:
    row = reported(ana, **CRIMINAL)
    AddressAssessment.objects.filter(case=row).update(ended_at=NOON)
    AddressAssessment.objects.create(case=row, person=ana, facts={}, made_at=NOON, **HARMLESS)
    assert (figure("actioned"), figure("not_criminal")) == (0, 1)


def test_what_waits_in_quarantine_or_was_refused_is_said_and_not_counted(ana: User) -> None:
    for standing in (Report.Standing.QUARANTINED, Report.Standing.REFUSED):
        row = address()
        name(report(standing=standing), row)
        case(row, ana, **CRIMINAL)
    reported(ana, **CRIMINAL)
    found = [figure(n) for n in ("address_reports", "set_aside", "refused", "addresses", "actioned")]
    assert found == [1, 1, 1, 1, 1]


def test_a_period_counts_what_was_named_in_it(ana: User) -> None:
    row = address()
    name(report(on=date(2025, 6, 1)), row)
    name(report(on=TODAY), row)
    case(row, ana, **CRIMINAL)
    this_year = [figure(n, YEAR) for n in ("namings", "duplicates", "actioned")]
    assert this_year == [1, 0, 1]


def test_the_last_trace_that_named_a_country_counts(ana: User) -> None:
    row = reported(ana, country="NL", **CRIMINAL)
    trace(row.address, "US")
    trace(row.address, "")
    assert rows("hosting")["United States"][0] == 1
    assert "Netherlands" not in rows("hosting")
    assert rows("domains") == {"Netherlands": (1,), "United States": (1,), ".onion": (0,)}


def test_only_actioned_addresses_are_hosted(ana: User) -> None:
    reported(ana, country="NL", **CRIMINAL)
    reported(ana, country="US", **HARMLESS)
    reported(ana, **CRIMINAL)
    reported(ana, network="onion", **CRIMINAL)
    found = {name: row[0] for name, row in rows("hosting").items()}
    assert found == {"Netherlands": 1, "Top ten": 1, ".onion": 1, "Not traced": 1, "Total": 3}
    assert rows("domains")[".onion"] == (1,)


def test_last_year_is_the_same_period_a_year_earlier(ana: User) -> None:
    for country, on in (("NL", date(2025, 3, 1)), ("US", date(2025, 3, 1)), ("NL", TODAY)):
        row = address()
        name(report(on=on), row)
        trace(row, country)
        case(row, ana, **CRIMINAL)
    assert rows("hosting", YEAR)["Netherlands"] == (1, 100, 50, 50)
    assert rows("hosting")["Netherlands"] == (2, 67, None, None)


def test_the_leap_day_has_a_year_before() -> None:
    found = year_before(Scope(first_day=date(2024, 2, 29), last_day=date(2024, 12, 31)))
    assert found == Scope(first_day=date(2023, 2, 28), last_day=date(2023, 12, 31))
    assert year_before(EVERYTHING) is None


def test_a_country_behind_a_front_is_flagged(ana: User) -> None:
    row = reported(ana, **CRIMINAL)
    trace(row.address, "US", front="Example CDN", origin_known=False)
    assert (figure("behind_front"), rows("hosting")["United States"][0]) == (1, 1)


def test_sites_are_counted_by_type_and_commerciality(ana: User) -> None:
    reported(ana, **CRIMINAL)
    reported(ana, outcome="photograph", site_type="forum", commercial="paid_access")
    reported(ana, outcome="photograph")
    assert [rows("site_types")[t] for t in ("image_host", "forum", "not_recorded")] == [(1, 33)] * 3
    assert rows("commercial")["paid_access"] == (1, 33)


def test_a_domain_counts_once_in_each_country(ana: User) -> None:
    for country, domain in (
        ("NL", "a.example"),
        ("NL", "a.example"),
        ("NL", "b.example"),
        ("US", "a.example"),
    ):
        reported(ana, country=country, domain=domain, **CRIMINAL)
    assert rows("domains") == {"Netherlands": (2,), "United States": (1,), ".onion": (0,)}


def test_records_of_files_are_counted_by_kind(ana: User) -> None:
    for kind in ("generator", "generator", "manual"):
        FileRecord.objects.create(kind=kind, report=report(), recorded_by="test", recorded_at=NOON)
    assert (figure("generators"), figure("manuals")) == (2, 1)


def test_one_notice_tells_of_many_addresses(ana: User) -> None:
    first, second, third = (reported(ana, **CRIMINAL) for _ in range(3))
    notice(first, second)
    notice(second)
    notice(third, sent=False)
    notice(third, kind=NoticeKind.ALERT)
    found = [figure(n, table="removal") for n in ("notices", "addresses_told")]
    assert found == [2, 2]
    assert str(figure("addresses_per_notice", table="removal")) == "1.5"


def test_gone_before_notice_is_counted(ana: User) -> None:
    reported(ana, state="gone_before", **CRIMINAL)
    assert figure("gone_before_notice") == 1


def test_clocks_are_counted_by_country_and_by_host(ana: User) -> None:
    for minutes, ending, country, host in (
        (3.99, "removed", "NL", "ONE"),
        (90, "removed", "NL", "TWO"),
        (45, "moved", "US", "ONE"),
        (None, "", "US", "ONE"),
    ):
        row = reported(ana, **CRIMINAL)
        clock(row, notice(row), minutes=minutes, ending=ending, country=country, host=host, seen=600)
    assert rows("removal_by_country") == {
        "Netherlands": (2, 0, 0, 0, 2, 50),
        "United States": (0, 1, 0, 1, 2, 50),
    }
    assert rows("removal_times")["Netherlands"] == (3, 3, "not reached", 3, 50, 100)
    assert rows("removal_times")["United States"][0] == "not reached"
    assert cell("removal_times", "All", "fastest_minutes") == 3
    assert rows("removal_by_host")["ONE"] == (1, 1, 0, 1, 3, 75)
    assert [figure(n, table="removal") for n in ("clocks", "removed", "moved", "still_online")] == [
        4,
        2,
        1,
        1,
    ]


def test_a_clock_that_no_notice_to_a_host_began_does_not_count(ana: User) -> None:
    row, other = reported(ana, **CRIMINAL), reported(ana, **CRIMINAL)
    clock(row, None, minutes=5)
    clock(other, notice(other, kind=NoticeKind.HOTLINE_FORWARD), minutes=5)
    assert figure("clocks", table="removal") == 0
    assert rows("removal_times") == {"All": (None,) * 6}


def test_what_runs_counts_until_it_was_last_seen(ana: User) -> None:
    gone, running = reported(ana, **CRIMINAL), reported(ana, **CRIMINAL)
    clock(gone, notice(gone), minutes=100)
    clock(running, notice(running), seen=50)
    assert rows("removal_times")["All"][0] == 100
    clock(third := reported(ana, **CRIMINAL), notice(third), seen=150)
    clock(fourth := reported(ana, **CRIMINAL), notice(fourth), seen=150)
    assert rows("removal_times")["All"][0] == "not reached"


def test_a_look_before_the_notice_is_no_negative_time(ana: User) -> None:
    row = reported(ana, **CRIMINAL)
    clock(row, notice(row), seen=-30)
    assert rows("removal_times")["All"] == ("not reached", "not reached", "not reached", None, None, None)


def test_counting_takes_as_many_queries_for_many_as_for_few(ana: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            count_tables(EVERYTHING, public=False)
        return len(found)

    reported(ana, country="NL", **CRIMINAL)
    few = queries()
    for _ in range(20):
        row = reported(ana, country="NL", **CRIMINAL)
        clock(row, notice(row), minutes=5)
    assert queries() == few


@pytest.mark.parametrize("public", [False, True])
def test_every_table_can_be_drawn_and_written(ana: User, public: bool, tmp_path) -> None:  # type: ignore[no-untyped-def]
    from openhotline_server.statistics.publication import write_set

    for _ in range(12):
        row = reported(ana, country="NL", **CRIMINAL)
        clock(row, notice(row), minutes=70)
    counted = count_tables(EVERYTHING, public=public)
    paths = {path.name for path in write_set(counted, tmp_path, at=NOON)}
    assert {"hosting.csv", "hosting.svg", "removal_times.json", "reports_by_source.csv"} <= paths
    assert ("removal_by_host.csv" in paths) is not public
