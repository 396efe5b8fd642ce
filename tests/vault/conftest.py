"""An empty vault for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from vault_cast import MASTER

from openhotline.vault import Vault


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def vault(root: Path) -> Vault:
    return Vault.create(root, MASTER)
