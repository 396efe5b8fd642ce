"""docs/reference/vault-format.md must stay true: its reader, made from the page alone, reads a vault."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from vault_cast import MASTER, drawing

from openhotline.vault import Vault
from openhotline.vault.sealing import CHUNK

DOCUMENT = Path(__file__).parents[2] / "docs" / "reference" / "vault-format.md"


def reader() -> str:
    found = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found[1]


def read(root: Path, key: Path, name: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-I", "-c", reader(), str(root), str(key), name]
    return subprocess.run(command, capture_output=True, check=False)


@pytest.mark.parametrize("size", [0, 300, CHUNK, 2 * CHUNK + 1])
def test_a_stranger_reads_the_vault_from_its_description(
    vault: Vault, root: Path, tmp_path: Path, size: int
) -> None:
    MASTER.write(tmp_path / "vault.key")
    data = os.urandom(size)
    with vault.writing() as batch:
        name = batch.put(data).sha256
    assert read(root, tmp_path / "vault.key", name).stdout == data


def test_the_strangers_reader_notices_truncation(vault: Vault, root: Path, tmp_path: Path) -> None:
    MASTER.write(tmp_path / "vault.key")
    with vault.writing() as batch:
        name = batch.put(drawing(1)).sha256
    os.truncate(root / "objects" / name[:2] / name, 200)
    result = read(root, tmp_path / "vault.key", name)
    assert result.returncode != 0
    assert result.stdout == b""
