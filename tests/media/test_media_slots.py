"""Requests in shared memory: they arrive whole and in order, and the process cannot write where they lie."""

from __future__ import annotations

import mmap
import os
import sys
from pathlib import Path

import pytest

from openhotline.media.confined import Limits, Pool, Reply
from openhotline.media.confined import process as processes
from openhotline.media.confined.slots import SLOT_BYTES, SLOTS, Slots, read_slot, see_slots

HERE = Path(__file__).parent
LIMITS = Limits(seconds=60.0, memory_bytes=512 << 20, reply_bytes=8 << 20, request_bytes=64 << 20)
SIZES = (0, 5, SLOT_BYTES, 17, SLOT_BYTES + 1, SLOT_BYTES - 1, 3, 2 * SLOT_BYTES, 1)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="confinement needs Linux")


def requests(count: int) -> list[list[bytes]]:
    """Random bytes in two pieces each, of sizes about that of a slot."""
    made = [os.urandom(SIZES[number % len(SIZES)]) for number in range(count)]
    return [[data[: len(data) // 3], data[len(data) // 3 :]] for data in made]


@pytest.mark.parametrize("slots", [True, False])
def test_what_comes_in_pieces_arrives_whole_whatever_its_size(
    slots: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not slots:
        monkeypatch.setattr(processes, "make_slots", lambda: None)
    sent = requests(40)
    with Pool("confined_entries:echo", workers=2, limits=LIMITS, extra_sys_path=[HERE]) as pool:
        came = dict(pool.map((number, pieces, {}) for number, pieces in enumerate(sent)))
    for number, pieces in enumerate(sent):
        reply = came[number]
        assert isinstance(reply, Reply)
        assert reply.blobs == [b"".join(pieces)]


def test_nobody_but_who_made_them_can_write_into_slots() -> None:
    slots = Slots()
    slots.put(2, [b"one", b"two"])
    descriptor = os.dup(slots.descriptor)
    with pytest.raises(PermissionError):
        os.pwrite(descriptor, b"x", 0)
    with pytest.raises(PermissionError):
        mmap.mmap(descriptor, SLOTS * SLOT_BYTES)
    with pytest.raises(PermissionError):
        os.ftruncate(descriptor, 0)
    seen = see_slots(descriptor)
    assert seen is not None
    assert read_slot(seen, 2, 6) == b"onetwo"
    slots.put(2, [b"three"])
    assert read_slot(seen, 2, 5) == b"three"
    with pytest.raises(TypeError):
        seen[0:1] = b"x"
    slots.close()


def test_a_confined_process_cannot_write_into_its_slots() -> None:
    with Pool("confined_entries:attempt", workers=1, limits=LIMITS, extra_sys_path=[HERE]) as pool:
        assert "refused" in pool.call(b"", what="slots").header
