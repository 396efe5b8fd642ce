"""The pages say what is so: links lead somewhere, commands and settings exist, programs in them run."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from reading_documents import (
    INDEX,
    PAGES,
    ROOT,
    anchors,
    called,
    command_lines,
    links,
    name,
    spans,
)

from openhotline.cli import program
from openhotline_server.site.options import OPTIONS

every_page = pytest.mark.parametrize("page", PAGES, ids=name)
SETTING = re.compile(r"OPENHOTLINE_[A-Z][A-Z_]*[A-Z]")
SETTINGS = {option.name + twin for option in OPTIONS for twin in ("", "_FILE")}
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))


def test_there_is_something_to_read() -> None:
    assert {"README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/tour.md"} <= {
        name(p) for p in PAGES
    }


@every_page
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(ROOT), link
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_page_is_found_from_the_index() -> None:
    found, waiting = set[Path](), [INDEX]
    while waiting:
        page = waiting.pop()
        if page not in found and page.suffix == ".md" and page.is_file():
            found.add(page)
            waiting += [(page.parent / link.partition("#")[0]).resolve() for link in links(page)]
    assert {name(p) for p in PAGES if p.is_relative_to(INDEX.parent)} <= {name(p) for p in found}


@every_page
def test_every_command_line_is_one(page: Path) -> None:
    for words in command_lines(page, "openhotline"):
        parse(words, whole=True)


@pytest.mark.parametrize(
    "line",
    [
        "serv",
        "serve --prot 1",
        "user",
        "user add ana",
        "user add ana --role boss",
        "web now",
        "worker --help me",
    ],
)
def test_a_command_line_that_is_none_is_noticed(line: str) -> None:
    with pytest.raises((AssertionError, click.ClickException)):
        parse(line.split(), whole=True)


@every_page
def test_every_command_in_a_sentence_is_one(page: Path) -> None:
    for span in spans(page):
        for words in called(span, "openhotline"):
            parse(words, whole=False)


@every_page
def test_every_setting_exists(page: Path) -> None:
    assert set(SETTING.findall(page.read_text("utf-8"))) <= SETTINGS


@every_page
def test_every_target_of_make_exists(page: Path) -> None:
    in_sentences = [words for span in spans(page) for words in called(span, "make")]
    for words in [*command_lines(page, "make"), *in_sentences]:
        assert set(words) <= TARGETS, words


def parse(words: list[str], *, whole: bool) -> None:
    """Walk down to the command and read its words as it would; if ``whole``, nothing may be missing."""
    command: click.Command = program
    context = click.Context(program, info_name="openhotline")
    while True:
        context.resilient_parsing = not whole
        group = isinstance(command, click.Group)
        values, rest, _ = command.make_parser(context).parse_args(list(words))
        assert group or not rest, f"{context.command_path} takes no {rest}"
        given = {
            parameter.name for parameter in command.params if has_value(values.get(parameter.name or ""))
        }
        if not isinstance(command, click.Group):
            missing = [p.name for p in command.params if p.required and p.name not in given]
            assert not (whole and missing), f"{context.command_path} needs {missing}"
            check_values(command, context, values)
            return
        if not rest:
            assert not whole or {"version", "help"} & given, f"{context.command_path} is no whole command"
            return
        under = command.get_command(context, rest[0])
        assert under is not None, f"there is no '{context.command_path} {rest[0]}'"
        command, context, words = under, click.Context(under, info_name=rest[0], parent=context), rest[1:]


def has_value(value: object) -> bool:
    return value is not None and value != () and type(value).__name__ != "Sentinel"


def check_values(command: click.Command, context: click.Context, values: dict[str, object]) -> None:
    """Values of a choice, a number or a day are ones that the command takes. Files need not be here."""
    for parameter in command.params:
        value = values.get(parameter.name or "")
        plain = isinstance(parameter.type, click.Choice | click.DateTime | click.IntRange)
        if plain and isinstance(value, str) and not value.isupper():
            parameter.type.convert(value, parameter, context)
