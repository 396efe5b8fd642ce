"""The page of an audit: readable without a script, strict, and without anything of the data set but numbers."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from audit_results import ASKED, finished, hit, member, shard


class Reader(HTMLParser):
    """Counts elements, and keeps attributes and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def page_of(out: Path, **given: object) -> tuple[str, Reader]:
    results = [
        shard(
            f"{number:03d}.tar",
            [member(f"secret-key-{number}", number, pdq_quality=number % 100)],
            hits=[hit(f"{number:03d}.tar", f"secret-key-{number}", distance=number % 30)]
            if number % 3
            else [],
            errors=[("secret-key", "truncated")] if number % 5 == 0 else [],
            labels=1,
            too_poor=1,
        )
        for number in range(30)
    ]
    finished(out, results, **given)
    text = (out / "report.html").read_text()
    reader = Reader()
    reader.feed(text)
    return text, reader


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Reader]:
    return page_of(tmp_path_factory.mktemp("page"))


def test_the_page_holds_numbers_and_tables_beside_every_plot(page: tuple[str, Reader]) -> None:
    _, reader = page
    words = " ".join(reader.words)
    assert "20 of 30 members are on a list" in words and "3 entries of the kind photodna" in words
    assert "captions, classes and other labels were counted and not looked at" in words
    assert reader.tags.count("svg") == 5 and reader.tags.count("table") >= 8
    names = [value for name, value in reader.attributes if name == "aria-label"]
    assert len(names) == reader.tags.count("svg") + reader.tags.count("table")


def test_nothing_runs_and_nothing_is_fetched(page: tuple[str, Reader]) -> None:
    text, reader = page
    assert not {"script", "img", "image", "iframe", "link", "object", "embed"} & set(reader.tags)
    assert not [name for name, _ in reader.attributes if name in ("style", "src") or name.startswith("on")]
    assert not re.findall(r"url\((?!#)|@import", text)
    links = [value for name, value in reader.attributes if name in ("href", "xlink:href")]
    assert links and all(value and value.startswith("#") for value in links)


def test_the_policy_lets_in_the_one_style_alone(page: tuple[str, Reader]) -> None:
    text, _ = page
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    assert "default-src 'none'" in policy[1] and f"style-src 'sha256-{digest}'" in policy[1]
    assert "unsafe" not in policy[1]


def test_no_members_key_stands_on_the_page(page: tuple[str, Reader]) -> None:
    text, _ = page
    assert "secret-key" not in text


def test_identifiers_of_drawings_are_not_shared(page: tuple[str, Reader]) -> None:
    _, reader = page
    identifiers = [value for name, value in reader.attributes if name == "id"]
    assert identifiers and len(set(identifiers)) == len(identifiers)


def test_strange_names_are_text_and_nothing_more(tmp_path: Path) -> None:
    lists = [{**ASKED["lists"][0], "name": "<script>alert(1)</script>", "doubts": ["<b>"]}]
    text, reader = page_of(tmp_path, lists=lists, data_set="/data/<img src=x>&")
    assert "<script" not in text and "img" not in reader.tags and "Audit of <img src=x>&" in reader.words


@pytest.mark.parametrize("claims", [{}, {"examined": 8, "ai": 2}])
def test_claims_are_told_with_what_they_are_worth(tmp_path: Path, claims: dict[str, int]) -> None:
    result = shard("a.tar", [member("1", 1)])
    object.__setattr__(result, "claims", claims)
    finished(tmp_path, [result])
    text = (tmp_path / "report.html").read_text()
    assert ("25.00%" in text and "neither a lower nor an upper bound" in text) is bool(claims)


def test_an_empty_data_set_has_a_page(tmp_path: Path) -> None:
    finished(tmp_path, [])
    assert "None of 0 members" in (tmp_path / "report.html").read_text()
