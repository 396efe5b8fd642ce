"""Storing and reading: what was put is what is read, under its own name, once."""

from __future__ import annotations

import ctypes
import io
import mmap
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vault_cast import MASTER, NEXT_MASTER, assert_sound, drawing, leftovers, name_of

from openhotline.errors import BadInput, Conflict, NotFound, NotInitialised, WrongMasterKey, WrongUsage
from openhotline.vault import Stored, Vault
from openhotline.vault.durable import release, write_file
from openhotline.vault.sealing import CHUNK, Kind, seal, sealed_size, slices, unseal

SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7]


@pytest.mark.parametrize("size", SIZES)
def test_what_was_put_is_read(vault: Vault, size: int) -> None:
    data = os.urandom(size)
    with vault.writing() as batch:
        stored = batch.put(data, b"small")
    assert stored == Stored(name_of(data), size)
    assert vault.read(stored.sha256) == data
    assert vault.stream(stored.sha256).read() == data
    assert vault.read_preview(stored.sha256) == b"small"


@pytest.mark.parametrize("size", SIZES)
def test_a_stream_is_stored_like_its_bytes(vault: Vault, size: int) -> None:
    data = os.urandom(size)
    assert vault.put_stream(io.BytesIO(data)) == Stored(name_of(data), size)
    assert vault.read(name_of(data)) == data


def test_a_stream_may_give_little_at_a_time(vault: Vault) -> None:
    class Drip(io.RawIOBase):
        left = drawing(1, 2000)

        def read(self, size: int = -1, /) -> bytes:
            given, self.left = self.left[:7], self.left[7:]
            return given

    assert vault.read(vault.put_stream(Drip()).sha256) == drawing(1, 2000)


def test_a_stream_that_breaks_off_stores_nothing(vault: Vault, root: Path) -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1, /) -> bytes:
            raise OSError("unplugged")

    with pytest.raises(BadInput, match="read to its end"):
        vault.put_stream(Broken())
    assert list(vault.names()) == []
    assert_sound(vault, root)


@given(st.binary(max_size=70), st.integers(1, 20), st.sampled_from(Kind))
def test_any_bytes_survive_any_chunk_size(data: bytes, chunk: int, kind: Kind) -> None:
    key = bytes(32)
    sealed = b"".join(seal(slices(data, chunk), key=key, kind=kind, chunk=chunk))
    assert len(sealed) == sealed_size(len(data), chunk)
    with open_memory(sealed) as stream:
        assert b"".join(unseal(stream, key=key, kind=kind)) == data


def open_memory(content: bytes) -> io.BufferedRandom:
    """A file without a name: sealing asks a file for its size."""
    stream = os.fdopen(os.memfd_create("sealed"), "w+b")
    stream.write(content)
    stream.seek(0)
    return stream


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.binary(max_size=3000), st.none() | st.binary(max_size=300))
def test_any_bytes_are_kept(vault: Vault, data: bytes, preview: bytes | None) -> None:
    with vault.writing() as batch:
        stored = batch.put(data)
        if preview is not None:
            batch.put_preview(stored.sha256, preview)
    assert vault.read(stored.sha256) == data
    if preview is not None:
        assert vault.read_preview(stored.sha256) == preview


def test_a_stream_can_be_read_in_pieces(vault: Vault) -> None:
    data = os.urandom(CHUNK + 5000)
    name = vault.put_stream(io.BytesIO(data)).sha256
    with vault.stream(name) as stream:
        assert stream.read(10) == data[:10]
        assert not stream.seekable()
        assert b"".join(iter(lambda: stream.read(1777), b"")) == data[10:]


def test_putting_twice_is_once(vault: Vault, root: Path) -> None:
    for _ in range(2):
        with vault.writing() as batch:
            batch.put(drawing(1))
            batch.put(drawing(1))
    before = (root / "keys").rglob("*")
    assert len([path for path in before if path.is_file()]) == 1
    assert_sound(vault, root)


def test_a_preview_can_come_later_and_be_replaced(vault: Vault, root: Path) -> None:
    with vault.writing() as batch:
        name = batch.put(drawing(1)).sha256
    assert not vault.has_preview(name)
    with pytest.raises(NotFound, match="no preview"):
        vault.read_preview(name)
    with vault.writing() as batch:
        batch.put(drawing(1), b"first")
    with vault.writing() as batch:
        batch.put(drawing(1), b"another")
    assert vault.read_preview(name) == b"first", "putting again leaves what is there"
    with vault.writing() as batch:
        batch.put_preview(name, b"better")
    assert vault.read_preview(name) == b"better"
    assert vault.has_preview(name)
    assert_sound(vault, root)


def test_a_preview_needs_its_object(vault: Vault) -> None:
    with pytest.raises(NotFound), vault.writing() as batch:
        batch.put_preview(name_of(b"nothing"), b"preview")


def test_nothing_is_stored_when_the_batch_fails(vault: Vault, root: Path) -> None:
    with pytest.raises(ZeroDivisionError), vault.writing() as batch:
        batch.put(drawing(1))
        raise ZeroDivisionError
    assert list(vault.names()) == []
    assert_sound(vault, root)


def test_nothing_is_visible_before_the_batch_ends(vault: Vault) -> None:
    with vault.writing() as batch:
        name = batch.put(drawing(1)).sha256
        assert not vault.contains(name)
    assert vault.contains(name)


def test_a_lost_or_cut_off_object_is_healed_by_putting_it(vault: Vault, root: Path) -> None:
    for spoil in (Path.unlink, lambda path: os.truncate(path, 100)):
        with vault.writing() as batch:
            name = batch.put(drawing(1), b"preview").sha256
        spoil(root / "objects" / name[:2] / name)
        with vault.writing() as batch:
            batch.put(drawing(1))
        assert vault.read(name) == drawing(1)
        assert vault.read_preview(name) == b"preview"
    assert_sound(vault, root)


def test_a_lost_key_is_healed_by_putting_the_object(vault: Vault, root: Path) -> None:
    for spoil in (Path.unlink, lambda path: path.write_bytes(b"noise")):
        with vault.writing() as batch:
            name = batch.put(drawing(1), b"preview").sha256
        spoil(root / "keys" / name[:2] / name)
        vault.put_stream(io.BytesIO(drawing(1)))
        assert vault.read(name) == drawing(1)
        assert not vault.has_preview(name), "a preview under the lost key is of no use"
    assert_sound(vault, root)


def test_what_is_not_here_is_not_found(vault: Vault) -> None:
    for read in (vault.read, vault.stream, vault.read_preview):
        with pytest.raises(NotFound):
            read(name_of(b"nothing"))
    assert not vault.contains(name_of(b"nothing"))


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n", "\uff10" * 64])
def test_only_a_name_comes_near_a_path(vault: Vault, name: str) -> None:
    for act in (vault.read, vault.stream, vault.read_preview, vault.contains):
        with pytest.raises(WrongUsage):
            act(name)


def test_the_names_are_listed_in_order(vault: Vault) -> None:
    with vault.writing() as batch:
        names = sorted(batch.put(drawing(number)).sha256 for number in range(20))
    assert list(vault.names()) == names


def test_a_vault_opens_with_its_own_key_only(vault: Vault, root: Path) -> None:
    with pytest.raises(WrongMasterKey) as caught:
        Vault.open(root, NEXT_MASTER)
    assert caught.value.exit_code == 3
    assert Vault.open(root, MASTER)


def test_a_folder_without_a_vault_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotInitialised, match="no vault here"):
        Vault.open(tmp_path, MASTER)


def test_a_vault_is_never_made_over_something_else(vault: Vault, root: Path) -> None:
    with pytest.raises(Conflict, match="not empty"):
        Vault.create(root, MASTER)


def test_nobody_else_may_read_the_folder(vault: Vault, root: Path) -> None:
    with vault.writing() as batch:
        batch.put(drawing(1), b"preview")
    assert {oct(path.stat().st_mode & 0o077) for path in root.rglob("*")} == {"0o0"}


def test_no_content_lies_in_the_clear(vault: Vault, root: Path) -> None:
    with vault.writing() as batch:
        batch.put(b"a sentence that must not be found" * 9, b"nor this one, the preview")
    for path in root.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"sentence" not in content
            assert b"preview" not in content


def test_an_empty_folder_left_out_of_a_backup_is_made_again(vault: Vault, root: Path) -> None:
    (root / "previews").rmdir()
    (root / "staging").rmdir()
    with Vault.open(root, MASTER).writing() as batch:
        name = batch.put(drawing(1), b"preview").sha256
    assert vault.read_preview(name) == b"preview"


def test_many_threads_read_while_others_write(vault: Vault, root: Path) -> None:
    with vault.writing() as batch:
        names = [batch.put(drawing(number, 5000)).sha256 for number in range(8)]

    def write(number: int) -> str:
        with vault.writing() as batch:
            return batch.put(drawing(100 + number % 3)).sha256

    with ThreadPoolExecutor(8) as pool:
        writes = [pool.submit(write, number) for number in range(12)]
        reads = [pool.submit(vault.read, name) for name in names * 20]
        assert {name_of(read.result()) for read in reads} == set(names)
        assert {write.result() for write in writes} <= set(vault.names())
    assert_sound(vault, root)


def test_two_writers_of_the_same_object_agree(vault: Vault, root: Path) -> None:
    """Ben's batch opens before Ana's ends, so each seals the object with a key of its own."""
    with vault.writing() as ben:
        ben.put(drawing(1), b"preview")
        ben.put(drawing(2))
        with vault.writing() as ana:
            name = ana.put(drawing(1)).sha256
    assert vault.read(name) == drawing(1)
    assert vault.read_preview(name) == b"preview"
    assert_sound(vault, root)


def test_a_batch_leaves_nothing_in_staging(vault: Vault, root: Path) -> None:
    with vault.writing() as batch:
        batch.put(drawing(1))
        assert leftovers(root)
    assert not leftovers(root)


def pages_in_memory(path: Path) -> int:
    """Count a file's pages that the system holds in memory, by mincore(2)."""
    library = ctypes.CDLL(None, use_errno=True)
    library.mmap.restype = ctypes.c_void_p
    size = path.stat().st_size
    pages = (ctypes.c_ubyte * -(-size // mmap.PAGESIZE))()
    with path.open("rb") as stream:
        at = library.mmap(None, ctypes.c_size_t(size), 1, 1, stream.fileno(), ctypes.c_long(0))
    told = library.mincore(ctypes.c_void_p(at), ctypes.c_size_t(size), pages)
    library.munmap(ctypes.c_void_p(at), ctypes.c_size_t(size))
    if told:
        pytest.skip("this system does not say what it holds in memory")
    return sum(page & 1 for page in pages)


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")
def test_sealed_objects_take_no_memory_once_they_are_on_the_disk(root_on_disk: Path) -> None:
    vault = Vault.create(root_on_disk, MASTER)
    data = os.urandom(CHUNK)
    control = root_on_disk.parent / "control"
    write_file(control, [data], sync=True)
    assert pages_in_memory(control) == CHUNK // mmap.PAGESIZE
    release([control])
    if pages_in_memory(control):
        pytest.skip("this file system lies in memory")
    with vault.writing() as batch:
        name = batch.put(data, b"small").sha256
    assert pages_in_memory(root_on_disk / "objects" / name[:2] / name) == 0
    assert pages_in_memory(root_on_disk / "previews" / name[:2] / name) == 1, "read again soon"
    assert vault.read(name) == data
