"""A small ledger that every test of this folder can spoil in its own way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from openhotline.chain import GENESIS, JSON, Line, link

MORNING = datetime(2023, 9, 30, 8, 15, tzinfo=UTC)
CAST = ("ana", "ben", "mia")


def make_lines(count: int) -> list[Line]:
    """A whole chain of ``count`` lines, a minute apart."""
    lines: list[Line] = []
    for number in range(1, count + 1):
        details: dict[str, JSON] = {"number": number, "words": ["blå", None, True]}
        lines.append(
            link(
                previous=lines[-1].digest if lines else GENESIS,
                sequence=number,
                at=MORNING + timedelta(minutes=number),
                actor=CAST[number % 3],
                event="item.captured",
                subject=f"item-{number}",
                details=details,
            )
        )
    return lines
