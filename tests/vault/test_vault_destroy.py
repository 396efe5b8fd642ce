"""Destroying: the key goes first, the proof stays, and nothing brings the object back by accident."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from vault_cast import MASTER, NOON, assert_sound, drawing, every_death, name_of

from openhotline.errors import BadInput, Damaged, Destroyed, NotFound
from openhotline.vault import ProblemKind, Vault


@pytest.fixture
def stored(vault: Vault) -> str:
    with vault.writing() as batch:
        return batch.put(drawing(1), b"preview").sha256


def test_a_destroyed_object_cannot_be_read(vault: Vault, stored: str) -> None:
    vault.destroy(stored, at=NOON)
    for read in (vault.read, vault.stream, vault.read_preview):
        with pytest.raises(Destroyed):
            read(stored)
    assert not vault.contains(stored)
    assert not vault.has_preview(stored)
    assert list(vault.names()) == []


def test_the_proof_says_what_was_done(vault: Vault, root: Path, stored: str) -> None:
    key_file = (root / "keys" / stored[:2] / stored).read_bytes()
    proof = vault.destroy(stored, at=NOON)
    assert proof.at == NOON
    assert proof.removed == ("key", "preview", "object")
    assert proof.key_file_sha256 == hashlib.sha256(key_file).hexdigest()
    assert proof.proven == ("files_gone", "no_key_found", "read_refused")
    assert json.loads(json.dumps(proof.record()))["sha256"] == stored
    assert [path for path in root.rglob(stored) if "tombstones" not in path.parts] == []


def test_the_key_is_overwritten_before_it_is_unlinked(vault: Vault, root: Path, stored: str) -> None:
    key = root / "keys" / stored[:2] / stored
    size = key.stat().st_size
    with key.open("rb") as held:
        vault.destroy(stored, at=NOON)
        assert held.read() == bytes(size)
    assert not key.exists()


def test_twice_is_once(vault: Vault, root: Path, stored: str) -> None:
    first = vault.destroy(stored, at=NOON)
    assert vault.destroy(stored, at=NOON + timedelta(days=1)) == first
    assert Vault.open(root, MASTER).destroy(stored, at=NOON) == first
    assert_sound(vault, root)


def test_what_is_not_here_cannot_be_destroyed(vault: Vault, root: Path) -> None:
    with pytest.raises(NotFound):
        vault.destroy(name_of(b"nothing"), at=NOON)
    assert_sound(vault, root)


def test_a_time_without_a_zone_is_refused(vault: Vault, stored: str) -> None:
    with pytest.raises(BadInput, match="time zone"):
        vault.destroy(stored, at=NOON.replace(tzinfo=None))
    assert vault.read(stored) == drawing(1)


def test_a_damaged_object_can_be_destroyed(vault: Vault, root: Path, stored: str) -> None:
    (root / "objects" / stored[:2] / stored).unlink()
    assert vault.destroy(stored, at=NOON).removed == ("key", "preview")


def test_destroyed_content_comes_back_only_by_decision(vault: Vault, root: Path, stored: str) -> None:
    vault.destroy(stored, at=NOON)
    with pytest.raises(Destroyed, match="again=True"), vault.writing() as batch:
        batch.put(drawing(1))
    with pytest.raises(Destroyed):
        vault.put_stream(io.BytesIO(drawing(1)))
    with pytest.raises(Destroyed), vault.writing() as batch:
        batch.put_preview(stored, b"preview")
    with vault.writing() as batch:
        batch.put(drawing(1), again=True)
    assert vault.read(stored) == drawing(1)
    assert not vault.has_preview(stored)
    assert_sound(vault, root)
    second = vault.destroy(stored, at=NOON + timedelta(days=1))
    assert second.at == NOON + timedelta(days=1)


def test_a_batch_does_not_undo_a_destruction_that_came_meanwhile(
    vault: Vault, root: Path, stored: str
) -> None:
    for again in (False, True):
        with pytest.raises(Destroyed), vault.writing() as batch:
            (root / "objects" / stored[:2] / stored).unlink()
            batch.put(drawing(1), again=again)
            batch.put(drawing(2))
            vault.destroy(stored, at=NOON)
        assert list(vault.names()) == []
        assert_sound(vault, root)
        with vault.writing() as batch:
            batch.put(drawing(1), again=True)


def test_a_backup_does_not_bring_it_back(vault: Vault, root: Path, stored: str, tmp_path: Path) -> None:
    shutil.copytree(root, tmp_path / "backup")
    vault.destroy(stored, at=NOON)
    for folder in ("keys", "objects", "previews"):
        shutil.copytree(tmp_path / "backup" / folder, root / folder, dirs_exist_ok=True)
    with pytest.raises(Destroyed):
        vault.read(stored)
    assert [problem.kind for problem in vault.check()] == [ProblemKind.LEFTOVER]
    vault.destroy(stored, at=NOON)
    assert_sound(vault, root)


def test_without_its_key_file_a_backup_opens_nothing(
    vault: Vault, root: Path, stored: str, tmp_path: Path
) -> None:
    shutil.copytree(root, tmp_path / "backup", ignore=lambda folder, _: [stored] if "keys" in folder else [])
    with pytest.raises(Damaged, match="key file is missing"):
        Vault.open(tmp_path / "backup", MASTER).read(stored)


def test_a_destruction_killed_anywhere_goes_on(root: Path) -> None:
    Vault.create(root, MASTER)
    with Vault.open(root, MASTER).writing() as batch:
        batch.put(drawing(1), b"preview")
        batch.put(drawing(2))
    name, other = name_of(drawing(1)), name_of(drawing(2))
    fresh = root.parent / "fresh"
    root.rename(fresh)

    def prepare() -> None:
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(fresh, root)

    orders, steps = 0, 0
    for _ in every_death(lambda: Vault.open(root, MASTER).destroy(name, at=NOON), prepare):
        steps += 1
        ordered = any((root / "tombstones").rglob(name))
        vault = Vault.open(root, MASTER)
        if ordered:
            orders += 1
            with pytest.raises(Destroyed):
                vault.read(name)
            assert vault.destroy(name, at=NOON + timedelta(days=9)).at == NOON
        else:
            assert vault.read(name) == drawing(1)
        assert vault.read(other) == drawing(2)
        assert_sound(vault, root)
    assert orders > 10
    assert steps - orders > 5


def test_keeping_again_killed_anywhere_is_all_or_nothing(root: Path) -> None:
    vault = Vault.create(root, MASTER)
    with vault.writing() as batch:
        name = batch.put(drawing(1), b"preview").sha256
    vault.destroy(name, at=NOON)
    fresh = root.parent / "fresh"
    root.rename(fresh)

    def prepare() -> None:
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(fresh, root)

    def act() -> None:
        with Vault.open(root, MASTER).writing() as batch:
            batch.put(drawing(1), b"preview", again=True)

    outcomes = set()
    for _ in every_death(act, prepare):
        vault = Vault.open(root, MASTER)
        kept = vault.contains(name)
        outcomes.add(kept)
        if kept:
            assert vault.read(name) == drawing(1)
            assert vault.read_preview(name) == b"preview"
        else:
            with pytest.raises(Destroyed):
                vault.read(name)
        assert_sound(vault, root)
    assert outcomes == {True, False}
