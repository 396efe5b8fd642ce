"""docs/reference/audit-format.md must stay true: its verifier is run here, and its tables are compared with the code."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from audit_results import KEY, finished, hit, member, shard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openhotline.datasets.again.tables import NEAR, PAIRS
from openhotline.datasets.audit.tables import ERRORS, FINGERPRINTS, HITS, SHARDS
from openhotline.datasets.sealed.keys import public_pem

TEXT = (Path(__file__).parents[2] / "docs" / "reference" / "audit-format.md").read_text(encoding="utf-8")


def verify(folder: Path, key: Path) -> subprocess.CompletedProcess[str]:
    program = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert program
    command = [sys.executable, "-I", "-c", program[1], str(folder), str(key)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def keeper(tmp_path: Path) -> Path:
    (tmp_path / "keeper.pem").write_bytes(public_pem(KEY.public_key()))
    finished(tmp_path / "audit", [shard("a.tar", [member("1", 1)], hits=[hit("a.tar", "1")])])
    return tmp_path / "keeper.pem"


def test_a_verifier_written_from_the_page_agrees(tmp_path: Path, keeper: Path) -> None:
    done = verify(tmp_path / "audit", keeper)
    assert (done.returncode, done.stdout) == (0, "whole: 1 members, verdict hits\n")


@pytest.mark.parametrize(
    "name", ["hits.parquet", "fingerprints/part-00000.parquet", "summary.json", "summary.sig"]
)
def test_it_sees_a_changed_byte(tmp_path: Path, keeper: Path, name: str) -> None:
    path = tmp_path / "audit" / name
    data = path.read_bytes()
    path.write_bytes(
        data.replace(b"2026", b"2027") if name == "summary.sig" else data[:-9] + b"!" + data[-8:]
    )
    assert verify(tmp_path / "audit", keeper).returncode != 0


def test_it_refuses_anothers_key(tmp_path: Path, keeper: Path) -> None:
    keeper.write_bytes(public_pem(Ed25519PrivateKey.generate().public_key()))
    assert verify(tmp_path / "audit", keeper).returncode != 0


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("hits.parquet", HITS.names),
        ("errors.parquet", ERRORS.names),
        ("shards.parquet", SHARDS.names),
        ("fingerprints", FINGERPRINTS.names),
        ("near.parquet", NEAR.names),
        ("Pairs", PAIRS.names),
    ],
)
def test_every_column_is_described(title: str, names: list[str]) -> None:
    (section,) = re.findall(rf"^### {re.escape(title)}\n(.*?)(?=^##)", TEXT, re.DOTALL | re.MULTILINE)
    assert set(names) <= set(re.findall(r"`(\w+)`", section))
