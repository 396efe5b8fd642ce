"""``openhotline ledger verify`` as a person and as a script meet it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openhotline.chain import Checkpoint, Line, key_id
from openhotline.chain.checkpoint import raw
from openhotline.cli.ledger import ledger
from openhotline.errors import BadInput, ChainBroken, OpenHotlineError

Writer = Callable[[list[Line], list[Checkpoint]], Path]


@pytest.fixture
def export(write: Writer, lines: list[Line], checkpoints: list[Checkpoint]) -> Path:
    return write(lines, checkpoints)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(ledger, ["verify", *map(str, arguments)])


def test_a_whole_ledger_gets_a_calm_sentence(export: Path, key: Ed25519PrivateKey) -> None:
    result = run(export)
    assert result.exit_code == 0
    assert "The ledger is whole: 12 lines, 2 signed checkpoints." in result.output
    assert key_id(key.public_key()) in result.output
    assert "2 later lines are not signed yet" in result.output


def test_the_published_key_is_checked(export: Path, key: Ed25519PrivateKey) -> None:
    assert run(export, "--public-key", raw(key.public_key()).hex()).exit_code == 0
    other = raw(Ed25519PrivateKey.generate().public_key()).hex()
    assert isinstance(run(export, "--public-key", other).exception, ChainBroken)


def test_a_program_gets_json(export: Path, lines: list[Line]) -> None:
    answer = json.loads(run(export, "--json").output)
    assert answer["whole"] is True
    assert (answer["lines"], answer["head"]) == (12, lines[-1].digest)


def test_a_broken_ledger_names_its_first_broken_line(export: Path) -> None:
    export.write_bytes(export.read_bytes().replace(b'"item-7"', b'"item-8"'))
    result = run(export, "--json")
    assert isinstance(result.exception, ChainBroken)
    assert result.exception.exit_code == 1
    assert json.loads(result.output)["first_broken_line"] == 7


def test_an_unsigned_ledger_says_so(write: Writer, lines: list[Line]) -> None:
    assert "No line is signed yet" in run(write(lines, [])).output


def test_every_other_case_has_its_exit_code(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a ledger")
    other = run(tmp_path / "notes.txt").exception
    missing = run(tmp_path / "nowhere").exception
    assert isinstance(other, BadInput)
    assert isinstance(missing, OpenHotlineError)
    assert (other.exit_code, missing.exit_code) == (1, 3)
    assert run().exit_code == 2
    assert run(tmp_path, "--public-key", "abc").exit_code == 2


def test_help_has_an_example() -> None:
    assert "openhotline ledger verify ledger.txt" in run("--help").output
