"""Lines of a log for the tests of what goes out: random values, fixed moments."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from uuid import UUID, uuid5

from tests.conftest import NOON

from openhotline.exchange.published import Published

FEED = UUID("3f0a6d1e-4c0c-4c55-9d77-4d7a6c1b2a10")
SITE = UUID("b1c2f0aa-0f4b-4b5e-8c1a-0d6e2f3a4b5c")
GRADES = {"gb-eng": {"outcome": "pseudo_photograph", "grade": "B", "edition": "2026-11"}}
_numbers = count(1)


def digits(name: str, length: int) -> str:
    """So many hexadecimal digits, always the same for one name."""
    return "".join(uuid5(SITE, f"{name}{part}").hex for part in range(3))[:length]


def hashes(name: str) -> dict[str, str]:
    return {
        kind: digits(f"{kind}{name}", length)
        for kind, length in (("md5", 32), ("sha1", 40), ("sha256", 64), ("pdq", 64))
    }


def line(
    reference: str,
    *,
    hours: float = 0,
    withdrawn: bool = False,
    grade: str = "B",
    values: dict[str, str] | None = None,
) -> Published:
    number = next(_numbers)
    at: datetime = NOON + timedelta(hours=hours)
    return Published(
        sequence=number,
        code=UUID(int=uuid5(SITE, str(number)).int & ~(0xF << 76) | (0x4 << 76)),
        reference=reference,
        at=at,
        withdrawn=withdrawn,
        values=hashes(reference) if values is None else values,
        grades={"gb-eng": {**GRADES["gb-eng"], "grade": grade}},
        ai="wholly_generated",
        quality=88,
    )
