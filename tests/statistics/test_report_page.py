"""Reports, hosting and removal on the page of statistics, and by the command."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client
from django.urls import reverse
from reports_cast import CRIMINAL, clock, notice, reported

from openhotline_server.accounts.models import User
from openhotline_server.commands.statistics import statistics
from openhotline_server.statistics.report_definitions import (
    REMOVAL_FIGURES,
    REPORT_FIGURES,
    REPORT_TABLES,
)

PAGE = "/console/statistics/"


@pytest.fixture
def counted(client: Client, mia: User) -> Client:
    for minutes in (30, 90, None):
        row = reported(mia, country="NL", times=2, **CRIMINAL)
        clock(row, notice(row), minutes=minutes, seen=200)
    client.force_login(mia)
    return client


def test_every_table_stands_on_the_page_with_its_figures(counted: Client) -> None:
    page = unescape(counted.get(PAGE).content.decode())
    for name, (title, _) in REPORT_TABLES.items():
        assert f'id="{name}">{title}<' in page
    for meaning in (*REPORT_FIGURES.values(), *REMOVAL_FIGURES.values()):
        assert meaning in page
    assert "Netherlands" in page


def test_a_chart_of_hosting_has_no_bar_for_a_sum(counted: Client) -> None:
    svg = counted.get(reverse("console:statistics_file", args=["hosting", "svg"])).content.decode()
    assert "Netherlands: 3 (100 %)." in svg
    assert "Top ten" not in svg


def test_a_chart_of_times_shows_medians_only(counted: Client) -> None:
    svg = counted.get(reverse("console:statistics_file", args=["removal_times", "svg"])).content.decode()
    assert "Netherlands: 90." in svg


def test_the_index_holds_the_definitions_of_the_new_figures(counted: Client) -> None:
    index = json.loads(counted.get(reverse("console:statistics_file", args=["index", "json"])).content)
    assert REPORT_FIGURES.items() <= index["figures"].items()


def test_the_command_writes_them(counted: Client, tmp_path: Path) -> None:
    answer = CliRunner().invoke(statistics, ["--out", str(tmp_path)])
    assert answer.exit_code == 0, answer.output
    assert (tmp_path / "hosting.csv").read_text().splitlines()[1] == "Netherlands,3,100,,"
    assert (tmp_path / "removal_times.csv").read_text().splitlines()[1].startswith("All,90,30,not reached,30")
