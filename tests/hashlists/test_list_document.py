"""The page on lists says what the readers do: every form, kind and name, and examples that are read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.hashlists.list_cast import bad, good, read

from openhotline.hashlists import FORMS, KINDS, read_categories, sniff
from openhotline.hashlists.cells import LONGEST_REFERENCE
from openhotline.hashlists.columns import KEPT_AS_TAGS, column_of
from openhotline.hashlists.csv_rows import LONGEST_RECORD
from openhotline.hashlists.ncmec import DEEPEST

TEXT = (Path(__file__).parents[2] / "docs/reference/hash-list-format.md").read_text("utf-8")
OTHERS = TEXT.partition("\n## The lists of others")[2]


def test_every_form_has_its_section_and_every_kind_its_line() -> None:
    assert re.findall(r"^### `([a-z-]+)`$", OTHERS, re.MULTILINE) == list(FORMS)
    assert all(f"`{kind}`" in OTHERS for kind in (*KINDS, *KEPT_AS_TAGS))


def test_every_name_of_a_column_that_is_told_is_read() -> None:
    rows = re.findall(
        r"^\| (`.*?) \| (`.*?) \|$", OTHERS.partition("| column |")[2].partition("\n\n")[0], re.MULTILINE
    )
    names = {name for row in rows for cell in row for name in re.findall(r"`(\w+)`", cell)}
    assert len(names) > 60
    assert {name for name in names if not column_of(name)} == set()


def test_numbers_in_the_page_are_those_of_the_code() -> None:
    for words in (
        f"most {LONGEST_REFERENCE} char",
        f"most\n{LONGEST_RECORD} lines",
        f"than {DEEPEST} levels",
    ):
        assert words in OTHERS or words.replace("\n", " ") in OTHERS


@pytest.mark.parametrize("form", ["csv", "json"])
def test_the_examples_are_read(form: str) -> None:
    (example,) = re.findall(rf"```{form}\n(.*?)```", OTHERS, re.DOTALL)
    assert sniff(example.encode()) == form
    rows = read(example, form)
    assert good(rows)
    assert not bad(rows)


def test_the_mapping_of_categories_is_one() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", OTHERS, re.DOTALL)
    found = read_categories(example)
    assert (sorted(found.grades), sorted(found.left_out)) == ([7], [8])
