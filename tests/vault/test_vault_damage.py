"""Whatever is done to a file, reading it raises Damaged, and no byte that is not verified is handed out."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_vault_objects import open_memory
from vault_cast import MASTER, drawing, flip

from openhotline.errors import Damaged, OpenHotlineError
from openhotline.vault import ProblemKind, Vault
from openhotline.vault.sealing import CHUNK, HEADER, TAG, Kind, seal, slices, unseal

quick = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=120, deadline=None)
FOLDERS = ("objects", "keys", "previews")


@pytest.fixture
def stored(vault: Vault) -> str:
    with vault.writing() as batch:
        return batch.put(drawing(1), b"a small grey preview").sha256


def path_of(root: Path, folder: str, name: str) -> Path:
    return root / folder / name[:2] / name


def readers(vault: Vault, folder: str) -> list[Callable[[str], object]]:
    if folder == "previews":
        return [vault.read_preview]
    return [vault.read, lambda name: vault.stream(name).read()]


def assert_damaged(vault: Vault, folder: str, name: str) -> None:
    for read in readers(vault, folder):
        with pytest.raises(Damaged) as caught:
            read(name)
        assert name not in caught.value.message
    assert [problem.sha256 for problem in vault.check()] == [name]


@quick
@given(folder=st.sampled_from(FOLDERS), data=st.data())
def test_any_flipped_bit_is_noticed(
    vault: Vault, root: Path, stored: str, folder: str, data: st.DataObject
) -> None:
    path = path_of(root, folder, stored)
    bit = data.draw(st.integers(0, path.stat().st_size * 8 - 1))
    flip(path, bit)
    try:
        assert_damaged(vault, folder, stored)
    finally:
        flip(path, bit)


@quick
@given(folder=st.sampled_from(FOLDERS), data=st.data())
def test_any_truncation_is_noticed(
    vault: Vault, root: Path, stored: str, folder: str, data: st.DataObject
) -> None:
    path = path_of(root, folder, stored)
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    try:
        assert_damaged(vault, folder, stored)
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize("folder", FOLDERS)
def test_anything_added_at_the_end_is_noticed(vault: Vault, root: Path, stored: str, folder: str) -> None:
    with path_of(root, folder, stored).open("ab") as stream:
        stream.write(b"x")
    assert_damaged(vault, folder, stored)


@given(st.binary(max_size=50), st.data())
def test_no_bit_of_a_sealed_file_is_free(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(b"".join(seal(slices(plain, 16), key=bytes(32), kind=Kind.OBJECT, chunk=16)))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with open_memory(bytes(sealed)) as stream, pytest.raises(Damaged):
        b"".join(unseal(stream, key=bytes(32), kind=Kind.OBJECT))


@given(st.binary(min_size=33, max_size=80), st.permutations(range(5)), st.integers(1, 5))
def test_chunks_cannot_be_moved_dropped_or_repeated(plain: bytes, order: list[int], keep: int) -> None:
    sealed = b"".join(seal(slices(plain, 16), key=bytes(32), kind=Kind.OBJECT, chunk=16))
    body = sealed[HEADER:]
    chunks = [body[start : start + 16 + TAG] for start in range(0, len(body), 16 + TAG)]
    chosen = [chunks[index % len(chunks)] for index in order[:keep]]
    if chosen == chunks:
        return
    with open_memory(sealed[:HEADER] + b"".join(chosen)) as stream, pytest.raises(Damaged):
        b"".join(unseal(stream, key=bytes(32), kind=Kind.OBJECT))


def test_an_object_is_never_taken_for_another(vault: Vault, root: Path) -> None:
    with vault.writing() as batch:
        one, other = (batch.put(drawing(number)).sha256 for number in (1, 2))
    shutil.copy(path_of(root, "objects", one), path_of(root, "objects", other))
    with pytest.raises(Damaged):
        vault.read(other)
    shutil.copy(path_of(root, "keys", one), path_of(root, "keys", other))
    with pytest.raises(Damaged):
        vault.read(other)
    assert vault.read(one) == drawing(1)


def test_a_preview_is_never_taken_for_its_object(vault: Vault, root: Path, stored: str) -> None:
    shutil.copy(path_of(root, "previews", stored), path_of(root, "objects", stored))
    assert_damaged(vault, "objects", stored)


def test_a_stream_hands_out_nothing_of_a_damaged_chunk(vault: Vault, root: Path) -> None:
    data = os.urandom(3 * CHUNK)
    with vault.writing() as batch:
        name = batch.put(data).sha256
    flip(path_of(root, "objects", name), (HEADER + 2 * (CHUNK + TAG) + 5) * 8)
    seen = b""
    with pytest.raises(Damaged, match="Chunk 3 of 3"), vault.stream(name) as stream:
        while part := stream.read(65536):
            seen += part
    assert data.startswith(seen)
    assert len(seen) <= 2 * CHUNK
    with pytest.raises(Damaged), vault.stream(name) as stream:
        stream.read()


def test_a_missing_last_chunk_is_noticed_before_the_end(vault: Vault, root: Path) -> None:
    with vault.writing() as batch:
        name = batch.put(os.urandom(2 * CHUNK)).sha256
    os.truncate(path_of(root, "objects", name), HEADER + CHUNK + TAG)
    with pytest.raises(Damaged, match="Chunk 1 of 1"):
        vault.stream(name).read(1)


def test_missing_files_are_named_for_what_they_are(vault: Vault, root: Path, stored: str) -> None:
    key, elsewhere = path_of(root, "keys", stored), root.parent / "elsewhere"
    key.rename(elsewhere)
    with pytest.raises(Damaged, match="key file is missing"):
        vault.read(stored)
    assert [problem.kind for problem in vault.check()] == [ProblemKind.MISSING_KEY]
    elsewhere.rename(key)
    path_of(root, "objects", stored).unlink()
    with pytest.raises(Damaged, match="bytes are missing"):
        vault.read(stored)
    assert [problem.kind for problem in vault.check()] == [ProblemKind.ORPHAN_KEY]


def test_check_without_contents_opens_keys_only(vault: Vault, root: Path, stored: str) -> None:
    flip(path_of(root, "objects", stored), 999)
    assert list(vault.check(contents=False)) == []
    assert [problem.kind for problem in vault.check()] == [ProblemKind.DAMAGED]


def test_check_names_strangers_and_leftovers(vault: Vault, root: Path, stored: str) -> None:
    (root / "objects" / "notes.txt").write_text("do not mind me")
    (root / "staging" / "gone").mkdir()
    assert [problem.kind for problem in vault.check()] == [ProblemKind.LEFTOVER] * 2
    assert vault.cleanup() == 1
    assert [problem.sha256 for problem in vault.check()] == [""]


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"null", b"\xff", b'{"format":"openhotline-vault-2"}']
)
def test_a_damaged_description_is_named(vault: Vault, root: Path, content: bytes) -> None:
    (root / "vault.json").write_bytes(content)
    with pytest.raises(Damaged, match=r"vault\.json"):
        Vault.open(root, MASTER)


@quick
@given(st.data())
def test_no_altered_description_opens_the_wrong_vault(vault: Vault, root: Path, data: st.DataObject) -> None:
    path = root / "vault.json"
    bit = data.draw(st.integers(0, path.stat().st_size * 8 - 1))
    flip(path, bit)
    try:
        Vault.open(root, MASTER)
    except OpenHotlineError:
        pass
    finally:
        flip(path, bit)
