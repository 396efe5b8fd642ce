"""The file for strangers: what was written is read back, and whatever is done to it is noticed."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from chain_cast import MORNING, make_lines
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openhotline.chain import (
    GENESIS,
    Checkpoint,
    End,
    Line,
    Verified,
    key_id,
    read_export,
    sign_checkpoint,
    verify_export,
    write_export,
)
from openhotline.errors import BadInput, ChainBroken, OpenHotlineError

Writer = Callable[[list[Line], list[Checkpoint]], Path]


def first_broken(path: Path, content: bytes) -> int:
    path.write_bytes(content)
    with pytest.raises(ChainBroken) as caught:
        verify_export(path)
    return caught.value.sequence


def test_an_export_verifies(
    write: Writer, lines: list[Line], checkpoints: list[Checkpoint], key: Ed25519PrivateKey
) -> None:
    found = verify_export(write(lines, checkpoints))
    assert found == Verified(12, lines[-1].digest, 2, 10, (key_id(key.public_key()),))


def test_an_export_reads_back_as_it_was(
    write: Writer, lines: list[Line], checkpoints: list[Checkpoint]
) -> None:
    with write(lines, checkpoints).open("rb") as stream:
        records = list(read_export(stream).records)
    assert [record[0] for record in records if isinstance(record, tuple)] == lines
    assert [record for record in records if isinstance(record, Checkpoint)] == checkpoints
    assert records[-1] == End(checkpoints=2, head=lines[-1].digest, lines=12)
    assert isinstance(records[5], Checkpoint), "a checkpoint stands behind its line"


def test_an_empty_ledger_exports(write: Writer) -> None:
    assert verify_export(write([], [])) == Verified(0, GENESIS, 0)


def test_a_file_that_stops_early_is_noticed(
    write: Writer, lines: list[Line], checkpoints: list[Checkpoint]
) -> None:
    path = write(lines, checkpoints)
    rows = path.read_bytes().splitlines(keepends=True)
    assert first_broken(path, b"".join(rows[:-1])) == 13
    assert first_broken(path, b"".join(rows[:4])) == 4
    assert first_broken(path, b"".join(rows)[:-1]) == 13


def test_a_shorter_end_forged_is_noticed(write: Writer, lines: list[Line]) -> None:
    path = write(lines, [])
    rows = path.read_bytes().splitlines(keepends=True)
    assert first_broken(path, b"".join(rows[:6] + rows[-1:])) == 6


def test_lines_cut_from_the_database_past_a_checkpoint_show_in_the_export(
    write: Writer, lines: list[Line], checkpoints: list[Checkpoint]
) -> None:
    path = write(lines[:8], checkpoints)
    assert first_broken(path, path.read_bytes()) == 9


def test_anything_after_the_end_is_noticed(write: Writer, lines: list[Line]) -> None:
    path = write(lines, [])
    assert first_broken(path, path.read_bytes() + b"\n") == 13


def test_a_broken_ledger_exports_as_such(write: Writer, lines: list[Line]) -> None:
    path = write([*lines[:3], *lines[4:]], [])
    assert first_broken(path, path.read_bytes()) == 4


def test_a_record_without_an_end_does_not_fill_the_memory(write: Writer, lines: list[Line]) -> None:
    path = write(lines, [])
    heading = path.read_bytes().split(b"\n")[0]
    assert first_broken(path, heading + b"\nline " + b"a" * 3_000_000) == 1


SMALL_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
SMALL_LINES = make_lines(3)
SMALL = io.BytesIO()
write_export(
    SMALL, SMALL_LINES, [sign_checkpoint(SMALL_LINES[1], at=MORNING, key=SMALL_KEY)], SMALL_KEY.public_key()
)
SMALL_BYTES = SMALL.getvalue()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(st.integers(0, len(SMALL_BYTES) * 8 - 1))
def test_any_flipped_bit_is_noticed(tmp_path: Path, bit: int) -> None:
    spoiled = bytearray(SMALL_BYTES)
    spoiled[bit // 8] ^= 1 << bit % 8
    path = tmp_path / "spoiled"
    path.write_bytes(spoiled)
    with pytest.raises((ChainBroken, BadInput)):
        verify_export(path)


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"\xff\xd8\xff\xe0", b"openhotline-ledger-2 {}\n", b"x" * 99]
)
def test_another_file_is_no_export(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="not a ledger export") as caught:
        verify_export(path)
    assert "picture" not in caught.value.message


def test_a_file_that_cannot_be_read_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(OpenHotlineError, match="Check the path") as caught:
        verify_export(tmp_path / "nowhere")
    assert caught.value.exit_code == 3


def test_a_forger_with_a_key_of_his_own_is_caught_by_the_published_one(
    tmp_path: Path, lines: list[Line], key: Ed25519PrivateKey
) -> None:
    otto = Ed25519PrivateKey.generate()
    path = tmp_path / "forged"
    with path.open("wb") as stream:
        write_export(stream, lines, [sign_checkpoint(lines[4], at=MORNING, key=otto)], otto.public_key())
    assert verify_export(path).checkpoints == 1
    with pytest.raises(ChainBroken, match="no known key"):
        verify_export(path, public_key=key.public_key())


def test_an_unsigned_export_does_not_satisfy_a_published_key(
    write: Writer, lines: list[Line], key: Ed25519PrivateKey
) -> None:
    with pytest.raises(ChainBroken, match="no line is vouched for"):
        verify_export(write(lines, []), public_key=key.public_key())


def test_a_signing_key_can_be_replaced(tmp_path: Path, lines: list[Line], key: Ed25519PrivateKey) -> None:
    new = Ed25519PrivateKey.generate()
    signed = [sign_checkpoint(lines[4], at=MORNING, key=key), sign_checkpoint(lines[9], at=MORNING, key=new)]
    path = tmp_path / "ledger.txt"
    with path.open("wb") as stream:
        write_export(stream, lines, signed, new.public_key(), earlier_keys=[key.public_key()])
    assert len(verify_export(path).key_ids) == 2


def test_progress_is_told(write: Writer, lines: list[Line]) -> None:
    seen: list[int] = []
    verify_export(write(lines, []), on_progress=seen.append)
    assert seen and seen[0] > 0
