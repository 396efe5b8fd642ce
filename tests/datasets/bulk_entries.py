"""What stands for the confined entry in tests: honest about ordinary members, and otherwise as the member says."""

from __future__ import annotations

import ctypes
import hashlib
import os
import time
from typing import Any

from openhotline.datasets.bulk.entry import ANSWER
from openhotline.datasets.bulk.record import Mode

HONEST = 77
"""The quality of every honest answer; the hash is the member's SHA-256."""


def entry(
    untrusted_bytes: bytes, *, sizes: list[int], census: bool = False, strict: bool = False
) -> tuple[dict[str, Any], list[bytes]]:
    """Answer about a batch; a member that begins with a word of MISDEEDS gets its way."""
    answers, at = [], 0
    for size in sizes:
        member = untrusted_bytes[at : at + size]
        at += size
        mode = Mode.STRICT if strict else Mode.FAST
        answers.append(ANSWER.pack(hashlib.sha256(member).digest(), HONEST, mode, 0, 0, 0))
        word = member.split(b" ")[0].decode("ascii", "replace")
        if word in MISDEEDS:
            return MISDEEDS[word](answers)
    return {"done": len(answers)}, [b"".join(answers)]


def _lie(*fields: Any) -> Any:
    return lambda answers: ({"done": len(answers)}, [b"".join([*answers[:-1], ANSWER.pack(*fields)])])


def _memory(_: list[bytes]) -> Any:
    raise MemoryError


def _error(_: list[bytes]) -> Any:
    raise RuntimeError("a member's text, which must not travel")


_HASH = bytes(range(32))

MISDEEDS: dict[str, Any] = {
    "abort": lambda _: os.abort(),
    "segfault": lambda _: ctypes.string_at(8),
    "sleep": lambda _: time.sleep(3600),
    "spin": lambda _: [0 for _ in iter(int, 1)],
    "memory": _memory,
    "error": _error,
    "slow": lambda answers: ({"done": len(answers)}, [b"".join(answers)]),
    "none": lambda answers: ({"done": 0}, [b""]),
    "many": lambda answers: ({"done": 1000}, [answers[0] * 1000]),
    "cut": lambda answers: ({"done": len(answers)}, [b"".join(answers)[:-1]]),
    "count": lambda answers: ({"done": len(answers) + 1}, [b"".join(answers)]),
    "header": lambda answers: ({"done": len(answers), "more": 1}, [b"".join(answers)]),
    "blobs": lambda answers: ({"done": len(answers)}, [b"".join(answers), b""]),
    "quality": _lie(_HASH, 101, Mode.FAST, 0, 0, 0),
    "mode": _lie(_HASH, 50, Mode.STATED, 0, 0, 0),
    "both": _lie(_HASH, 50, Mode.FAST, 1, 0, 0),
    "neither": _lie(bytes(32), -1, Mode.NONE, 0, 0, 0),
    "reason": _lie(bytes(32), -1, Mode.NONE, 250, 0, 0),
    "hash": _lie(_HASH, -1, Mode.NONE, 1, 0, 0),
    "claims": _lie(_HASH, 50, Mode.FAST, 0, 1, 0),
    "doubt": _lie(_HASH, 50, Mode.FAST, 0, 0, 25),
}
