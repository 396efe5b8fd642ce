"""The ledger of :mod:`chain_cast`, signed and written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from chain_cast import MORNING, make_lines
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openhotline.chain import Checkpoint, Line, sign_checkpoint, write_export


@pytest.fixture
def lines() -> list[Line]:
    return make_lines(12)


@pytest.fixture(scope="session")
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture
def checkpoints(lines: list[Line], key: Ed25519PrivateKey) -> list[Checkpoint]:
    """Lines 5 and 10 are vouched for; 11 and 12 are not yet."""
    return [sign_checkpoint(lines[n - 1], at=MORNING + timedelta(hours=1), key=key) for n in (5, 10)]


@pytest.fixture
def write(tmp_path: Path, key: Ed25519PrivateKey) -> Callable[..., Path]:
    def write(lines: list[Line], checkpoints: list[Checkpoint]) -> Path:
        path = tmp_path / "ledger.txt"
        with path.open("wb") as stream:
            write_export(stream, lines, checkpoints, key.public_key())
        return path

    return write
