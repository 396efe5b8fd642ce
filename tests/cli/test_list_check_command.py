"""``openhotline list check`` as a person and as a script meet it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from openhotline.cli.list_check import list_check, list_group
from openhotline.errors import OpenHotlineError, WrongUsage
from openhotline.hashlists import FORMS

MD5, OTHER = "0f" * 16, "a1" * 16


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "list"
    path.write_text(f"md5,id\n{MD5},1\n")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(list_group, ["check", *map(str, arguments)])


def test_a_clean_list_is_counted(file: Path) -> None:
    result = run(file)
    assert result.exit_code == 0
    assert "1 row can be taken, read as csv." in result.output
    assert MD5 not in result.output


def test_bad_rows_are_named_with_line_and_reason(file: Path) -> None:
    file.write_text(f"md5,id\n{MD5},1\nno,2\n{OTHER},1\n{MD5},3\n")
    result = run(file)
    assert result.exit_code == 1
    assert (
        "1 row cannot be taken:\n  line 3: An MD5 has 32 digits, and here are 2 characters." in result.output
    )
    assert "line 4, after line 2" in result.output
    assert "harmless: 1." in result.output


def test_a_program_gets_json(file: Path) -> None:
    file.write_text(f"md5,id\n{MD5},1\n" + "no,2\n" * 50)
    result = run(file, "--json", "--limit", 2)
    answer = json.loads(result.output)
    assert (result.exit_code, answer["clean"], answer["rows"], answer["bad"]) == (1, False, 1, 50)
    assert [row["line"] for row in answer["bad_rows"]] == [3, 4]
    assert answer["algorithms"] == {"md5": 1}
    assert answer["refused"] is None


def test_a_list_that_is_cut_off_is_refused_with_its_counts(file: Path) -> None:
    file.write_text(f'[{{"md5": "{MD5}"}},\n{{"md5": ')
    result = run(file, "--json")
    answer = json.loads(result.output)
    assert (result.exit_code, answer["rows"]) == (1, 1)
    assert answer["refused"].startswith("Line 2 of the list: ")


def test_a_form_that_cannot_be_told_must_be_named(file: Path) -> None:
    file.write_text(f"{MD5}\n")
    assert isinstance(run(file).exception, WrongUsage)
    assert isinstance(run(file, "--form", "other").exception, WrongUsage)
    assert run(file, "--algorithm", "md5").exit_code == 0


def test_the_categories_of_a_deployment_are_read(file: Path, tmp_path: Path) -> None:
    context = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/UK/$metadata#Media"
    file.write_text(json.dumps({"@odata.context": context, "value": [{"MD5": MD5, "Category": 9}]}))
    mapping = tmp_path / "categories.toml"
    mapping.write_text(
        'profile = "uk"\nconfirmed_by = "x"\nconfirmed_on = 2026-11-03\n[categories.9]\nleave_out = true\n'
    )
    assert json.loads(run(file, "--json").output)["rows"] == 1
    assert json.loads(run(file, "--json", "--categories", mapping).output)["rows"] == 0
    mapping.write_text("x")
    assert isinstance(run(file, "--categories", mapping).exception, OpenHotlineError)


def test_a_file_that_is_not_there_could_not_be_read(tmp_path: Path) -> None:
    assert isinstance(run(tmp_path / "none").exception, OSError)


def test_the_help_names_every_form() -> None:
    (option,) = [one for one in list_check.params if one.name == "form"]
    assert all(form in str(getattr(option, "help", "")) for form in FORMS)
