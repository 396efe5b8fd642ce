"""What the tests read out of the project's pages: links, headings, code, commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
INDEX = ROOT / "docs" / "index.md"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

FENCE = re.compile(
    r"^(?P<mark>`{3,}|~{3,})(?P<language>[\w.-]*)[^\n]*\n(?P<code>.*?)^(?P=mark)[ \t]*$", re.M | re.S
)
INLINE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
DEFINITION = re.compile(r"^\[[^\]]+\]:\s+(\S+)", re.M)
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.M)
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
ASSIGNMENT = re.compile(r"[A-Z_][A-Z0-9_]*=")
ENDS = {"|", "||", "&&", ";", "&", ">", ">>", "<"}


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, empty where none is named, and its text."""

    language: str
    code: str


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    return [Block(found["language"], found["code"]) for found in FENCE.finditer(page.read_text("utf-8"))]


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return FENCE.sub("", page.read_text("utf-8"))


def spans(page: Path) -> list[str]:
    """Code within a sentence."""
    return [" ".join(span.split()) for span in INLINE.findall(prose(page))]


def links(page: Path) -> list[str]:
    """Links and pictures that stay within the project."""
    text = INLINE.sub("", prose(page))
    return [target for target in LINK.findall(text) + DEFINITION.findall(text) if not ELSEWHERE.match(target)]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as the common hosts make them."""
    return {
        re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()).replace(" ", "-")
        for heading in HEADING.findall(prose(page))
    }


def command_lines(page: Path, program: str) -> Iterator[list[str]]:
    """The words after ``program`` in every line of every block that calls it, help texts included."""
    for block in blocks(page):
        if block.language not in ("python", "json", "toml", "ini", "nginx"):
            for line in block.code.replace("\\\n", " ").splitlines():
                yield from called(line.strip().removeprefix("$ ").removeprefix("Example: "), program)


def called(line: str, program: str) -> Iterator[list[str]]:
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        return  # a line of prose in a help text, with an apostrophe
    while words and ASSIGNMENT.match(words[0]):
        words.pop(0)
    if words and Path(words[0]).name == program:
        end = next((n for n, word in enumerate(words) if word in ENDS), len(words))
        yield words[1:end]
