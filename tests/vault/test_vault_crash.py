"""Killed, or out of disk, at any moment: whole objects or none, and the next opening sweeps the rest away."""

from __future__ import annotations

import errno
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from vault_cast import MASTER, assert_sound, dies_at, drawing, every_death, leftovers, name_of

from openhotline.errors import OpenHotlineError
from openhotline.vault import Vault, durable

BATCH = [drawing(number) for number in range(3)]
NAMES = {name_of(data) for data in BATCH}


def store(root: Path) -> None:
    with Vault.open(root, MASTER).writing() as batch:
        for data in BATCH:
            batch.put(data, b"preview")


def test_a_batch_killed_anywhere_leaves_whole_objects_or_none(vault: Vault, root: Path) -> None:
    fresh = root.parent / "fresh"
    root.rename(fresh)

    def prepare() -> None:
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(fresh, root)

    counts: set[int] = set()
    for _ in every_death(lambda: store(root), prepare):
        vault = Vault.open(root, MASTER)
        counts.add(len(list(vault.names())))
        assert {*vault.names()} <= NAMES
        assert all(vault.has_preview(name) for name in vault.names())
        assert_sound(vault, root)
        store(root)
        assert {*vault.names()} == NAMES
        assert_sound(vault, root)
    assert {0, 1, 2, 3} <= counts


def test_healing_killed_anywhere_loses_nothing(vault: Vault, root: Path) -> None:
    """A cut-off object is put again; its key, which is there, must survive every death."""
    store(root)
    name = name_of(BATCH[0])
    os.truncate(root / "objects" / name[:2] / name, 60)
    fresh = root.parent / "fresh"
    root.rename(fresh)

    def prepare() -> None:
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(fresh, root)

    for _ in every_death(lambda: store(root), prepare):
        store(root)
        vault = Vault.open(root, MASTER)
        assert vault.read(name) == BATCH[0]
        assert vault.read_preview(name) == b"preview"
        assert_sound(vault, root)


def test_a_vault_killed_while_it_is_made_is_made_again(root: Path) -> None:
    for _ in every_death(lambda: Vault.create(root, MASTER), lambda: shutil.rmtree(root, ignore_errors=True)):
        made = (root / "vault.json").exists()
        assert_sound(Vault.open(root, MASTER) if made else Vault.create(root, MASTER), root)


def test_a_living_writer_is_left_alone(vault: Vault, root: Path) -> None:
    with vault.writing() as batch:
        batch.put(BATCH[0])
        assert Vault.open(root, MASTER).cleanup() == 0
    assert vault.read(name_of(BATCH[0])) == BATCH[0]


def test_what_a_dead_writer_left_is_found_and_removed(vault: Vault, root: Path) -> None:
    assert dies_at(25, lambda: store(root))
    assert leftovers(root)
    assert [problem.kind for problem in vault.check()] == ["leftover"]
    assert vault.cleanup() == 1
    assert_sound(vault, root)


WRITER = """
import sys
from pathlib import Path
from vault_cast import MASTER, drawing
from openhotline.vault import Vault
vault, number = Vault.open(Path(sys.argv[1]), MASTER), int(sys.argv[2])
while True:
    with vault.writing() as batch:
        for _ in range(6):
            stored = batch.put(drawing(number, 60_000), b"preview")
            number += 1
    print(number, flush=True)
"""


@pytest.mark.slow
def test_a_process_killed_at_random_loses_nothing_it_had_reported(root_on_disk: Path) -> None:
    root, vault = root_on_disk, Vault.create(root_on_disk, MASTER)
    dice, reported = random.Random(20231001), 0
    for _ in range(8):
        command = [sys.executable, "-c", WRITER, str(root), str(reported)]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
            assert process.stdout
            reported = int(process.stdout.readline())
            time.sleep(dice.uniform(0, 0.15))
            process.send_signal(signal.SIGKILL)
            reported = max([reported, *map(int, process.stdout.read().split())])
        vault = Vault.open(root, MASTER)
        for number in range(reported):
            assert vault.contains(name_of(drawing(number, 60_000)))
        assert_sound(vault, root)
    assert reported >= 48


@pytest.mark.parametrize("allowed", range(14))
def test_a_full_disk_leaves_nothing_half(
    vault: Vault, root: Path, monkeypatch: pytest.MonkeyPatch, allowed: int
) -> None:
    left = allowed

    def write(descriptor: int, data: memoryview) -> int:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        # A disk that fills up takes a part first.
        return real_write(descriptor, data[: max(1, len(data) // 2)] if left < 1 else data)

    real_write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(durable.os, "write", write)
        with pytest.raises(OpenHotlineError, match="disk is full") as caught:
            store(root)
    assert caught.value.exit_code == 3
    assert list(vault.names()) == []
    assert_sound(vault, root)


@pytest.mark.parametrize("allowed", range(9))
def test_a_disk_that_fills_while_names_are_given_keeps_whole_objects_only(
    vault: Vault, root: Path, monkeypatch: pytest.MonkeyPatch, allowed: int
) -> None:
    real_rename, left = os.rename, allowed

    def rename(source: str, target: str) -> None:
        nonlocal left
        if not left:
            raise OSError(errno.ENOSPC, "No space left on device")
        real_rename(source, target)
        left -= 1

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", rename)
        with pytest.raises(OpenHotlineError, match="disk is full"):
            store(root)
    assert_sound(vault, root)
    assert len(list(vault.names())) == max(0, allowed - 6)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "tiny"
    path.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=256k", "none", str(path)]
    if not mount or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this account cannot mount a small disk")
    yield path
    subprocess.run([shutil.which("umount") or "umount", str(path)], check=False)


def test_a_really_full_disk_leaves_nothing_half(tiny_disk: Path) -> None:
    root = tiny_disk / "vault"
    vault = Vault.create(root, MASTER)
    number = 0
    with pytest.raises(OpenHotlineError, match="disk is full"):
        while True:
            with vault.writing() as batch:
                batch.put(drawing(number, 20_000), b"preview")
                number += 1
    assert 0 < len(list(vault.names())) <= number <= 12
    assert_sound(vault, root)


def test_a_file_size_limit_leaves_nothing_half(vault: Vault, root: Path) -> None:
    def act() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        with pytest.raises(OpenHotlineError, match="disk is full"), vault.writing() as batch:
            batch.put(drawing(1))
            batch.put(drawing(2, 60_000))

    assert not dies_at(-1, act)
    assert list(vault.names()) == []
    assert_sound(vault, root)
