"""The words of the public pages: every language says everything, and what is compiled is what is written."""

from __future__ import annotations

import ast
import gettext
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation.template import templatize

import openhotline_server.public
from openhotline_server.public.languages import NAMES, RIGHT_TO_LEFT

HERE = Path(openhotline_server.public.__file__).parent
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[a-z%]|\{\w*\}")
CALL = re.compile(
    r"""\b(?:gettext_noop|gettext_lazy|gettext|_)\(\s*((?:u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*)+)"""
)
LANGUAGES = sorted(NAMES)


def catalogue(language: str) -> Path:
    return HERE / "locale" / language / "LC_MESSAGES" / "django.po"


def messages(path: Path) -> dict[str, str]:
    """A catalogue without plurals and contexts, read line by line."""
    found: dict[str, str] = {}
    parts: dict[str, str] = {}
    kind = ""
    for line in [*path.read_text("utf-8").splitlines(), 'msgid ""']:
        if line.startswith("#"):
            assert "fuzzy" not in line
            continue
        if start := re.match(r"(msgid|msgstr) ", line):
            if start[1] == "msgid" and parts:
                found[parts["msgid"]] = parts["msgstr"]
                parts = {}
            kind = start[1]
            parts[kind] = ""
            line = line[len(start[0]) :]
        if line.strip():
            parts[kind] += ast.literal_eval(line.strip())
    return found


def used() -> set[str]:
    """Every message in the templates and modules of the public door."""
    texts = [path.read_text("utf-8") for path in HERE.glob("*.py")]
    texts += [templatize(path.read_text("utf-8")) for path in HERE.rglob("*.html")]
    return {
        "".join(ast.literal_eval(f"({found[1]})").split("\n"))
        for text in texts
        for found in CALL.finditer(text)
    }


def test_there_are_words_to_check() -> None:
    assert len(used()) > 90
    assert set(NAMES) == {path.name for path in (HERE / "locale").iterdir()}
    assert set(settings.PUBLIC_LANGUAGES) <= set(NAMES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated_and_none_is_left_over(language: str) -> None:
    told = messages(catalogue(language))
    told.pop("")
    assert set(told) == used()
    assert [message for message, words in told.items() if not words.strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_kept_and_nothing_could_be_markup(language: str) -> None:
    for message, words in messages(catalogue(language)).items():
        if not message:
            continue
        assert sorted(PLACEHOLDER.findall(message)) == sorted(PLACEHOLDER.findall(words)), message
        assert not set('<>&"') & set(words), words


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_a_translation_is_no_copy(language: str) -> None:
    told = messages(catalogue(language))
    assert [
        message for message, words in told.items() if message and len(message) > 20 and message == words
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_the_written_one(language: str) -> None:
    with catalogue(language).with_suffix(".mo").open("rb") as stream:
        compiled = gettext.GNUTranslations(stream)
    assert compiled._catalog == messages(catalogue(language))  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", ["", "report/", "receipt/"])
@pytest.mark.django_db
def test_a_page_speaks_the_language_of_its_address(language: str, page: str) -> None:
    answer = Client().get(f"/{language}/{page}", HTTP_ACCEPT_LANGUAGE="xx")
    text = answer.content.decode()
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in text
    assert answer["Content-Language"] == language
    words = messages(catalogue(language))["Leave this page quickly"]
    assert words in text
    for other in LANGUAGES:
        assert f'href="/{other}/{page}"' in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("de-AT,en;q=0.5", "de"),
        ("xx,pl;q=0.4", "pl"),
        ("", "en"),
        ("ar", "ar"),
        ("zh-CN", "en"),
        ("*;q=x" * 90, "en"),
    ],
)
def test_the_first_page_speaks_what_the_browser_asks_for(asked: str, spoken: str) -> None:
    client = Client()
    assert f'<html lang="{spoken}"' in client.get("/", HTTP_ACCEPT_LANGUAGE=asked).content.decode()
    assert client.get("/report/?me", HTTP_ACCEPT_LANGUAGE=asked)["Location"] == f"/{spoken}/report/?me"


@pytest.mark.django_db
def test_an_operator_offers_fewer_languages(settings: object) -> None:
    settings.PUBLIC_LANGUAGES = ["pl", "de"]  # type: ignore[attr-defined]
    client = Client()
    assert client.get("/fr/report/").status_code == 404
    assert '<html lang="pl"' in client.get("/").content.decode()


@pytest.mark.django_db
def test_the_console_stays_in_english() -> None:
    client = Client()
    client.get("/de/report/")
    assert 'lang="en"' in client.get("/sign-in/login/", HTTP_ACCEPT_LANGUAGE="de").content.decode()
