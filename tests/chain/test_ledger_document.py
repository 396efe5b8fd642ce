"""docs/reference/ledger-format.md must stay true: its example and its verifier are run here."""

from __future__ import annotations

import io
import random
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openhotline.chain import (
    GENESIS,
    Checkpoint,
    Line,
    link,
    sign_checkpoint,
    verify_export,
    write_export,
)
from openhotline.chain.checkpoint import raw
from openhotline.errors import OpenHotlineError

DOCUMENT = Path(__file__).parents[2] / "docs" / "reference" / "ledger-format.md"
Writer = Callable[[list[Line], list[Checkpoint]], Path]


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def verifier(tmp_path: Path) -> Path:
    path = tmp_path / "verify.py"
    path.write_text(block("python"), encoding="utf-8")
    return path


def run(verifier: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(verifier), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_verifier_is_short() -> None:
    assert len(block("python").splitlines()) <= 40


def test_the_example_is_what_the_software_writes(key: Ed25519PrivateKey) -> None:
    at = datetime(2023, 9, 30, 8, 15, tzinfo=UTC)
    one = link(
        previous=GENESIS,
        sequence=1,
        at=at,
        actor="ana",
        event="report.received",
        subject="report-1",
        details={},
    )
    two = link(
        previous=one.digest,
        sequence=2,
        at=at.replace(microsecond=250_000),
        actor="ana",
        event="item.captured",
        subject="item-1",
        details={"words": ["blå", None, True], "size": 48213},
    )
    stream = io.BytesIO()
    signed = sign_checkpoint(two, at=at.replace(hour=9), key=key)
    write_export(stream, [one, two], [signed], key.public_key())
    assert stream.getvalue().decode() == block("text")


def test_a_stranger_verifies_a_good_export(
    verifier: Path, write: Writer, lines: list[Line], checkpoints: list[Checkpoint], key: Ed25519PrivateKey
) -> None:
    path = write(lines, checkpoints)
    result = run(verifier, path, raw(key.public_key()).hex())
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("Whole: 12 lines, 2 checkpoints")


def test_a_stranger_notices_a_broken_export(
    verifier: Path, write: Writer, lines: list[Line], checkpoints: list[Checkpoint]
) -> None:
    path = write(lines, checkpoints)
    path.write_bytes(path.read_bytes().replace(b'"item-7"', b'"item-8"'))
    result = run(verifier, path)
    assert result.returncode == 1
    assert result.stderr.startswith("Broken after line 6")


def test_a_stranger_does_not_believe_another_key(
    verifier: Path, write: Writer, lines: list[Line], checkpoints: list[Checkpoint]
) -> None:
    other = raw(Ed25519PrivateKey.generate().public_key()).hex()
    assert run(verifier, write(lines, checkpoints), other).returncode == 1
    assert run(verifier, write(lines, []), other).returncode == 1


def test_the_stranger_and_the_command_agree(
    verifier: Path, write: Writer, lines: list[Line], checkpoints: list[Checkpoint]
) -> None:
    path = write(lines, checkpoints)
    rows = path.read_bytes().splitlines(keepends=True)
    dice = random.Random(7)
    for _ in range(12):
        spoiled = [*rows]
        one, other = dice.sample(range(len(rows)), 2)
        match dice.choice(["drop", "swap", "repeat", "cut"]):
            case "drop":
                del spoiled[one]
            case "swap":
                spoiled[one], spoiled[other] = spoiled[other], spoiled[one]
            case "repeat":
                spoiled.insert(one, spoiled[other])
            case "cut":
                spoiled = spoiled[:one]
        path.write_bytes(b"".join(spoiled))
        assert run(verifier, path).returncode == (0 if whole(path) else 1)


def whole(path: Path) -> bool:
    try:
        verify_export(path)
    except OpenHotlineError:
        return False
    return True
