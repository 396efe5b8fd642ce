"""The master key's file: private, plain to recognise, never replaced."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from vault_cast import MASTER, NEXT_MASTER

from openhotline.errors import Conflict, NotInitialised, OpenHotlineError
from openhotline.vault import MasterKey


def test_a_key_file_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "vault.key"
    MASTER.write(path)
    assert MasterKey.from_file(path) == MASTER
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == ("openhotline-master-key-1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n")
    assert list(tmp_path.iterdir()) == [path]


def test_two_generated_keys_differ() -> None:
    assert MasterKey.generate() != MasterKey.generate()


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    MASTER.write(tmp_path / "vault.key")
    assert MasterKey.from_environment({"OPENHOTLINE_VAULT_KEY_FILE": str(tmp_path / "vault.key")}) == MASTER


@pytest.mark.parametrize("environment", [{}, {"OPENHOTLINE_VAULT_KEY_FILE": ""}])
def test_a_missing_setting_says_what_to_set(environment: dict[str, str]) -> None:
    with pytest.raises(NotInitialised, match="Set OPENHOTLINE_VAULT_KEY_FILE"):
        MasterKey.from_environment(environment)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotInitialised, match="missing"):
        MasterKey.from_file(tmp_path / "nowhere")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o601])
def test_a_key_others_can_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "vault.key"
    MASTER.write(path)
    path.chmod(mode)
    with pytest.raises(OpenHotlineError, match="chmod 600") as caught:
        MasterKey.from_file(path)
    assert str(path) not in caught.value.message
    path.chmod(0o400)
    assert MasterKey.from_file(path) == MASTER


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"openhotline-master-key-1\n",
        b"openhotline-master-key-2\n" + b"A" * 43 + b"=\n",
        b"\xff" * 80,
    ],
)
def test_a_damaged_key_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "vault.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(OpenHotlineError, match="damaged"):
        MasterKey.from_file(path)


def test_a_folder_is_no_key_file(tmp_path: Path) -> None:
    with pytest.raises(OpenHotlineError):
        MasterKey.from_file(tmp_path)


def test_a_key_file_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "vault.key"
    MASTER.write(path)
    with pytest.raises(Conflict, match="Keep it"):
        NEXT_MASTER.write(path)
    assert MasterKey.from_file(path) == MASTER
    assert list(tmp_path.iterdir()) == [path]


def test_a_key_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(OpenHotlineError, match="could not be written"):
        MASTER.write(tmp_path / "nowhere" / "vault.key")


def test_printing_a_key_shows_only_its_name() -> None:
    assert repr(MASTER) == f"<MasterKey {MASTER.key_id}>"
    assert len(MASTER.key_id) == 16


def test_a_key_has_256_bits() -> None:
    with pytest.raises(OpenHotlineError, match="32 bytes"):
        MasterKey(b"short")
