"""A new master key: everything opens as before, the old key opens nothing, and a kill costs nothing."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from typing import IO

import pytest
from vault_cast import MASTER, NEXT_MASTER, NOON, assert_sound, drawing, every_death, flip, name_of

from openhotline.errors import Conflict, Damaged, WrongMasterKey
from openhotline.vault import MasterKey, Rewrapped, Vault, places
from openhotline.vault.durable import replace_file
from openhotline.vault.rotation import begin
from openhotline.vault.shelf import Shelf

NAMES = sorted(name_of(drawing(number)) for number in range(5))


@pytest.fixture
def filled(vault: Vault) -> Vault:
    with vault.writing() as batch:
        for number in range(5):
            batch.put(drawing(number), b"preview")
    return vault


def test_everything_opens_with_the_new_key_and_nothing_with_the_old(filled: Vault, root: Path) -> None:
    assert filled.rewrap(NEXT_MASTER) == Rewrapped(keys=5, damaged=())
    assert filled.read(NAMES[0]), "the vault that rotated goes on"
    with pytest.raises(WrongMasterKey):
        Vault.open(root, MASTER)
    vault = Vault.open(root, NEXT_MASTER)
    assert list(vault.names()) == NAMES
    assert vault.read_preview(NAMES[0]) == b"preview"
    assert_sound(vault, root)


def test_the_old_key_files_are_overwritten(filled: Vault, root: Path) -> None:
    files = [root / "keys" / name[:2] / name for name in NAMES]
    held = [path.open("rb") for path in files]
    filled.rewrap(NEXT_MASTER)
    for stream in held:
        with stream:
            assert set(stream.read()) == {0}


def test_the_same_key_again_changes_nothing(filled: Vault, root: Path) -> None:
    before = {
        path: path.read_bytes() for path in root.rglob("*") if path.is_file() and path.name != "vault.json"
    }
    assert filled.rewrap(MASTER).keys == 0
    assert {path: path.read_bytes() for path in before} == before
    assert_sound(Vault.open(root, MASTER), root)


def test_an_interrupted_rotation_opens_with_either_key_and_is_finished_by_either(
    filled: Vault, root: Path
) -> None:
    begin(Shelf(filled._shelf.layout, (MASTER,)), NEXT_MASTER)
    for master in (MASTER, NEXT_MASTER):
        assert Vault.open(root, master).read(NAMES[0])
    third = MasterKey.generate()
    with pytest.raises(Conflict, match="another new key"):
        Vault.open(root, MASTER).rewrap(third)
    with pytest.raises(Conflict, match="new master key"), Vault.open(root, MASTER).writing() as batch:
        batch.put(drawing(9))
    with Vault.open(root, NEXT_MASTER).writing() as batch:
        batch.put(drawing(9))
    assert Vault.open(root, MASTER).rewrap(NEXT_MASTER).keys == 5
    assert Vault.open(root, NEXT_MASTER).read(name_of(drawing(9))) == drawing(9)
    with pytest.raises(WrongMasterKey):
        Vault.open(root, MASTER)


def test_the_old_key_never_leads_to_the_new_one(filled: Vault, root: Path) -> None:
    begin(Shelf(filled._shelf.layout, (MASTER,)), NEXT_MASTER)
    assert Vault.open(root, NEXT_MASTER)._shelf.masters == (NEXT_MASTER, MASTER)
    assert Vault.open(root, MASTER)._shelf.masters == (MASTER,)


def test_a_rotation_killed_anywhere_is_resumed(filled: Vault, root: Path) -> None:
    fresh = root.parent / "fresh"
    root.rename(fresh)

    def prepare() -> None:
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(fresh, root)

    opened_by: set[MasterKey] = set()
    for step in every_death(lambda: Vault.open(root, MASTER).rewrap(NEXT_MASTER), prepare):
        opens = [master for master in (MASTER, NEXT_MASTER) if can_open(root, master)]
        opened_by.update(opens)
        vault = Vault.open(root, opens[step % len(opens)])
        vault.rewrap(NEXT_MASTER)
        vault = Vault.open(root, NEXT_MASTER)
        assert list(vault.names()) == NAMES
        assert_sound(vault, root)
    assert opened_by == {MASTER, NEXT_MASTER}


def can_open(root: Path, master: MasterKey) -> bool:
    try:
        Vault.open(root, master)
    except WrongMasterKey:
        return False
    return True


def test_another_process_is_told_to_start_again(filled: Vault, root: Path) -> None:
    other = Vault.open(root, MASTER)
    filled.rewrap(NEXT_MASTER)
    with pytest.raises(WrongMasterKey, match="Start again"):
        other.read(NAMES[0])
    with pytest.raises(Conflict, match="new master key"), other.writing() as batch:
        batch.put(drawing(9))
    with pytest.raises(WrongMasterKey):
        other.rewrap(MasterKey.generate())


def test_a_batch_open_during_a_rotation_stores_nothing(filled: Vault, root: Path) -> None:
    with pytest.raises(Conflict), filled.writing() as batch:
        batch.put(drawing(9))
        filled.rewrap(NEXT_MASTER)
    assert list(filled.names()) == NAMES
    assert_sound(filled, root)


def test_a_damaged_key_file_does_not_stop_a_rotation(filled: Vault, root: Path) -> None:
    flip(root / "keys" / NAMES[2][:2] / NAMES[2], 500)
    assert filled.rewrap(NEXT_MASTER) == Rewrapped(keys=4, damaged=(NAMES[2],))
    with pytest.raises(Damaged):
        filled.read(NAMES[2])
    assert filled.read(NAMES[1])


def test_a_destroyed_object_stays_destroyed(filled: Vault, root: Path) -> None:
    filled.destroy(NAMES[0], at=NOON)
    filled.rewrap(NEXT_MASTER)
    assert list(filled.names()) == NAMES[1:]
    assert_sound(filled, root)


def test_readers_go_on_during_a_rotation(filled: Vault) -> None:
    failures: list[Exception] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                filled.read(NAMES[0])
            except Exception as error:  # noqa: BLE001 - any failure at all fails the test
                failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        filled.rewrap(MasterKey.generate())
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_key_file_that_is_overwritten_each_time_it_was_opened_is_no_damage(
    filled: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = iter(range(3))

    def rotate_after(place: str, *how: str, **more: int) -> IO[bytes]:
        stream: IO[bytes] = open(place, *how, **more)  # noqa: PTH123, SIM115 - in the place of the vault's own
        if next(turns, None) is not None:
            filled.rewrap(MasterKey.generate())
            assert Path(place).stat().st_ino != os.fstat(stream.fileno()).st_ino
        return stream

    monkeypatch.setattr(places, "open", rotate_after, raising=False)
    assert filled.read(NAMES[0])
    assert next(turns, None) is None, "three rotations came between"


def test_a_swapped_description_does_not_open(filled: Vault, root: Path, tmp_path: Path) -> None:
    other = Vault.create(tmp_path / "other", NEXT_MASTER)
    content = (tmp_path / "other" / "vault.json").read_bytes()
    replace_file(root / "vault.json", content, staging=root / "staging")
    vault = Vault.open(root, NEXT_MASTER)
    with pytest.raises(Damaged, match="never had"):
        vault.read(NAMES[0])
    assert list(other.names()) == []
