"""The page and its files."""

from __future__ import annotations

import json
from datetime import date
from xml.etree import ElementTree

import pytest
from counting_cast import OFF_REMIT, PHOTOGRAPH, Answer, OpenCases
from django.test import Client
from django.urls import reverse

from openhotline_server.accounts.models import User
from openhotline_server.statistics.definitions import FIGURES, TABLES

PAGE = "/console/statistics/"


def file(name: str, ending: str) -> str:
    return reverse("console:statistics_file", args=[name, ending])


@pytest.fixture
def counted(client: Client, mia: User, ana: User, open_case: OpenCases, answer: Answer) -> Client:
    of_study, other = [open_case([6], study="One & only")[0], open_case([1])[0]]
    answer(of_study, PHOTOGRAPH, ana)
    answer(other, OFF_REMIT, ana)
    client.force_login(mia)
    return client


def test_every_table_stands_with_its_definition_and_rule(counted: Client) -> None:
    page = counted.get(PAGE).content.decode()
    for name, (title, _) in TABLES.items():
        assert f'id="{name}">{title}<' in page
        assert file(name, "csv") in page
    for meaning in FIGURES.values():
        assert meaning in page
    assert "a half upwards" in page
    assert "England and Wales" in page


def test_an_empty_site_has_the_page_too(client: Client, mia: User) -> None:
    client.force_login(mia)
    assert client.get(PAGE).status_code == 200


def test_the_study_narrows_page_and_files(counted: Client) -> None:
    asked = {"study": "One & only"}
    assert "study=One+%26+only" in counted.get(PAGE, asked).content.decode()
    answer = counted.get(file("outcomes", "csv"), asked)
    assert answer.content.decode().splitlines()[2:] == [
        "photograph,6,100",
        "prohibited_image,0,0",
        "discounted,0,0",
    ]
    assert answer["Content-Disposition"] == 'attachment; filename="outcomes.csv"'


def test_a_period_narrows_them_too(counted: Client) -> None:
    asked = {"last": date(2020, 1, 1).isoformat()}
    assert "items,0" in counted.get(file("overview", "csv"), asked).content.decode()


def test_small_numbers_are_protected_on_demand(counted: Client) -> None:
    assert "discounted,1,14" in counted.get(file("outcomes", "csv")).content.decode()
    assert "discounted,<5," in counted.get(file("outcomes", "csv"), {"public": "on"}).content.decode()
    assert "may be published" in counted.get(PAGE, {"public": "on"}).content.decode()


def test_a_period_that_ends_before_it_begins_is_said_calmly(counted: Client) -> None:
    asked = {"first": "2024-01-02", "last": "2024-01-01"}
    assert "ends before it begins" in counted.get(PAGE, asked).content.decode()
    assert counted.get(file("outcomes", "csv"), asked).status_code == 404


def test_charts_are_served_in_two_inks(counted: Client) -> None:
    light = counted.get(file("outcomes", "svg"))
    dark = counted.get(file("outcomes", "svg"), {"dark": "1"})
    assert light["Content-Type"] == "image/svg+xml"
    assert ElementTree.fromstring(light.content).tag.endswith("svg")
    assert light.content != dark.content
    assert 'color="#e3e8e9"' in dark.content.decode()


def test_the_index_holds_every_definition(counted: Client) -> None:
    document = json.loads(counted.get(file("index", "json")).content)
    assert document["figures"] == dict(FIGURES)
    assert [table["name"] for table in document["tables"]] == list(TABLES)
    assert document["jurisdiction"]["code"] == "gb-eng"
    assert json.loads(counted.get(file("sex", "json")).content)["rows"][0] == {
        "sex": "girl",
        "count": 6,
        "percent": 100.0,
    }


@pytest.mark.parametrize("wrong", [("nothing", "csv"), ("outcomes", "exe")])
def test_what_is_not_there_is_not_found(counted: Client, wrong: tuple[str, str]) -> None:
    assert counted.get(file(*wrong)).status_code == 404


def test_an_analyst_may_not(client: Client, ana: User) -> None:
    client.force_login(ana)
    assert client.get(PAGE).status_code == client.get(file("outcomes", "csv")).status_code == 403
