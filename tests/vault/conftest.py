"""An empty vault for each test."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from vault_cast import MASTER

from openhotline.vault import Vault

MEMORY = Path("/dev/shm")


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """Where a vault goes: in memory if possible, for killing a process needs no disk, and syncs are slow."""
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path / "vault"
        return
    folder = Path(tempfile.mkdtemp(prefix="openhotline-", dir=MEMORY))
    yield folder / "vault"
    shutil.rmtree(folder)


@pytest.fixture
def vault(root: Path) -> Vault:
    return Vault.create(root, MASTER)


@pytest.fixture
def root_on_disk(tmp_path: Path) -> Path:
    return tmp_path / "vault"
