"""An operator's own jurisdiction files: what is wrong is said, at once and in a sentence."""

import os
from datetime import date
from pathlib import Path

import pytest

from openhotline.errors import BadInput, NotFound
from openhotline.law import available, derive, load_jurisdiction

OWN = """
code = "own-land"
edition = "1"
title = "Own land"
status = "draft"
sign_off = "Not signed off."
sources = ["A statute book"]

[outcomes.seized]
label.en = "Seized"
label.fr = "Saisi"
[outcomes.policy_question]

[[rules]]
when = { child = "yes" }
outcome = "seized"
provision = "s. 1"

[[rules]]
when = { child = ["no", "unsure"] }
outcome = "policy_question"
"""


def write(folder: Path, text: str, name: str = "own-land.toml") -> Path:
    (folder / name).write_text(text, "utf-8")
    return folder


def test_the_shipped_files_are_found() -> None:
    assert available() == ("example-non-photographic", "gb-eng", "interpol-baseline", "us-ncmec")


@pytest.mark.parametrize("code", available())
def test_a_shipped_file_says_who_has_to_check_it(code: str) -> None:
    jurisdiction = load_jurisdiction(code)
    assert jurisdiction.status in ("draft", "example")
    assert jurisdiction.edition and jurisdiction.title and jurisdiction.sources and jurisdiction.sign_off
    assert all(jurisdiction.outcome_label(outcome) for outcome in jurisdiction.outcomes)


def test_a_file_is_read_once() -> None:
    assert load_jurisdiction("gb-eng") is load_jurisdiction("gb-eng")


def test_an_own_file_works_like_a_shipped_one(tmp_path: Path) -> None:
    own = load_jurisdiction("own-land", extra_dir=write(tmp_path, OWN))
    assert "own-land" in available(extra_dir=tmp_path)
    result = derive({"child": "yes"}, own)
    assert (result.outcome, result.provision, result.path[0].words) == ("seized", "s. 1", "Child: yes")
    assert (own.outcome_label("seized", "fr"), own.outcome_label("seized", "xx")) == ("Saisi", "Seized")
    assert load_jurisdiction("gb-eng", extra_dir=tmp_path) is load_jurisdiction("gb-eng")


def test_an_own_edition_stands_in_for_a_shipped_one(tmp_path: Path) -> None:
    text = OWN.replace('"own-land"', '"gb-eng"').replace('edition = "1"', 'edition = "1+counsel"')
    signed = text.replace('"draft"', '"signed_off"\nsigned_off_by = "A. Counsel"\nsigned_off_on = 2026-12-01')
    own = load_jurisdiction("gb-eng", extra_dir=write(tmp_path, signed, "gb-eng.toml"))
    assert (own.edition, own.status, own.signed_off_by) == ("1+counsel", "signed_off", "A. Counsel")
    assert own.signed_off_on == date(2026, 12, 1)


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    first = load_jurisdiction("own-land", extra_dir=write(tmp_path, OWN))
    assert load_jurisdiction("own-land", extra_dir=tmp_path) is first
    write(tmp_path, OWN.replace('edition = "1"', 'edition = "22"'))
    os.utime(tmp_path / "own-land.toml", ns=(1, 1))
    assert load_jurisdiction("own-land", extra_dir=tmp_path).edition == "22"


@pytest.mark.parametrize("code", ["nowhere", "../gb-eng", "", "GB-ENG", "gb-eng.toml"])
def test_an_unknown_jurisdiction_is_named_as_such(code: str) -> None:
    with pytest.raises(NotFound, match="Use one of: example-non-photographic, gb-eng"):
        load_jurisdiction(code)


def test_a_missing_folder_is_an_error_and_no_silent_fall_back(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="folder of your own jurisdiction files"):
        load_jurisdiction("gb-eng", extra_dir=tmp_path / "gone")


def test_a_file_whose_name_is_no_code_is_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="a name that is no code"):
        available(extra_dir=write(tmp_path, OWN, "Own_Land.toml"))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('edition = "1"\n', "", "'edition' is missing"),
        ('edition = "1"', "edition = 1", "'edition' has the wrong kind of value"),
        ('sources = ["A statute book"]', "", "'sources' must be a list of texts"),
        ('code = "own-land"', 'code = "other"', "'code' differs from the file's name"),
        ('status = "draft"', 'status = "final"', "Use one of: example, draft, signed_off"),
        ('status = "draft"', 'status = "signed_off"', "exactly when 'signed_off_by'"),
        ('status = "draft"', 'status = "draft"\nsigned_off_on = 2026-12-01T10:00:00', "without a time"),
        ('child = "yes"', 'chidl = "yes"', "'chidl' is no fact of the questionnaire"),
        ('child = "yes"', 'child = "perhaps"', "names an answer that cannot decide. Use: yes, no, unsure"),
        ('child = "yes"', "child = []", "names an answer that cannot decide"),
        ('child = "yes"', "child = [[]]", "names an answer that cannot decide"),
        ('child = "yes"', 'child = "yes", ai = "unknown"', "the condition on 'ai' names an answer"),
        ('child = "yes"', 'series = "s-1"', "'series' has free answers"),
        ('outcome = "seized"', 'outcome = "siezed"', "Use one of: seized, policy_question"),
        (
            'outcome = "seized"',
            'outcome = "seized"\nreason = "none"',
            "exactly when its outcome needs a reason",
        ),
        ('label.fr = "Saisi"', "needs_reason = true", "exactly when its outcome needs a reason"),
        ('label.fr = "Saisi"', 'records = ["eye_colour"]', "'records' names eye_colour"),
        ('label.en = "Seized"\nlabel.fr = "Saisi"', "", "does not know this outcome"),
        ('label.en = "Seized"', "", "needs an English label"),
        ('provision = "s. 1"', 'provison = "s. 1"', "unknown: provison"),
        ('when = { child = ["no", "unsure"] }', "", "'when' is missing"),
        ('child = ["no", "unsure"]', 'child = "no"', "No rule decides this case"),
        ('child = ["no", "unsure"]', "", None),
        ('when = { child = "yes" }', "when = {}", "Rule 2 (child = no/unsure) can never decide"),
        ("[outcomes.seized]", '[words.child]\nperhaps = "x"\n[outcomes.seized]', "unknown: perhaps"),
        ("[outcomes.seized]", '[words.colour]\nred = "x"\n[outcomes.seized]', "'colour' is no fact"),
        ("[outcomes.seized]", '[grade]\noutcomes = ["sized"]\n[outcomes.seized]', "names sized"),
        ("[outcomes.seized]", 'grade = "A"\n[outcomes.seized]', "'grade' has the wrong kind"),
        ('code = "own-land"', "code own-land", "is not valid TOML"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(tmp_path: Path, old: str, new: str, sentence: str | None) -> None:
    assert old in OWN
    write(tmp_path, OWN.replace(old, new))
    if sentence is None:
        assert load_jurisdiction("own-land", extra_dir=tmp_path)
        return
    with pytest.raises(BadInput) as refused:
        load_jurisdiction("own-land", extra_dir=tmp_path)
    assert sentence in refused.value.message
    assert "own-land" in refused.value.message


def test_a_grade_needs_rules_that_say_something(tmp_path: Path) -> None:
    grade = '[grade]\noutcomes = ["seized"]\n[[grade.parts]]\nname = "p"\nrules = [{ when = {} }]\n'
    with pytest.raises(BadInput, match="either 'grade' or 'grade_from'"):
        load_jurisdiction("own-land", extra_dir=write(tmp_path, OWN + grade))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own-land.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="its encoding"):
        load_jurisdiction("own-land", extra_dir=tmp_path)
