"""What the guide tells a partner to type is what the tests type."""

from __future__ import annotations

import re
from pathlib import Path

from tests.feeds.feeds_cast import REPOSITORY, ncmec_program, stopncii_program

from openhotline import taxonomy
from openhotline_server.api import limits, ncmec, stopncii
from openhotline_server.sharing import rules

GUIDE = (REPOSITORY / "docs" / "guide" / "partners.md").read_text("utf-8")
README = (REPOSITORY / "extras" / "openhotline-threatexchange" / "README.md").read_text("utf-8")
KEY = "$(cat ohl.key)"
LINES = re.sub(r"\\\n\s*", "", GUIDE).splitlines()


def test_the_commands_are_those_of_the_tests(tmp_path: Path) -> None:
    hotline = "https://hotline.example.org/api/1/feeds/all"
    first = stopncii_program(tmp_path / "a", f"{hotline}/stopncii", KEY)
    second = ncmec_program(tmp_path / "b", f"{hotline}/ncmec", "example-platform", KEY)
    for program in (first, second):
        for words in program.typed:
            assert "threatexchange " + " ".join(words) in LINES
        ((name, value),) = program.environment.items()
        assert f'export {name}="{value}"' in LINES


def test_the_readme_of_the_extension_says_the_same() -> None:
    for line in README.splitlines():
        if line.startswith("threatexchange"):
            assert line in GUIDE.splitlines()


def test_the_numbers_are_the_ones_in_force() -> None:
    assert f"at most {limits.CALLS_A_MINUTE} pages a minute" in GUIDE
    assert f"At most {limits.DOWNLOADS_AN_HOUR} downloads an hour" in GUIDE
    assert f"up to {ncmec.PAGE_SIZE:,}" in GUIDE
    assert f"Up to {stopncii.MOST_FEEDBACKS} at" in GUIDE


def test_the_words_are_known() -> None:
    feeds = re.findall(r"`((?:category-|not-|gen|pro)[a-z-]+)`", GUIDE)
    assert set(feeds) <= rules.STANDARD_FEEDS.keys()
    assert set(re.findall(r"`ai:([a-z_]+)`", GUIDE)) <= set(taxonomy.load("ai").codes)
