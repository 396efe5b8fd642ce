"""Two PDQ hashes beside each other as grids of 16 x 16 bits, without a picture."""

from __future__ import annotations

from dataclasses import dataclass

ROWS = COLUMNS = 16
CELL = 10
"""Units of the drawing; a cell is drawn one unit smaller."""


@dataclass(frozen=True)
class Cell:
    """One bit: where it is drawn, whether it is set, whether the other hash has the other value there."""

    x: int
    y: int
    on: bool
    differs: bool


@dataclass(frozen=True)
class Row:
    """Sixteen bits of both hashes: as four hexadecimal digits each, and how many of them differ."""

    number: int
    one: str
    other: str
    differing: int


@dataclass(frozen=True)
class Comparison:
    """Two hashes: a grid for each, the same in rows for a table, and how many bits differ."""

    one: tuple[Cell, ...]
    other: tuple[Cell, ...]
    rows: tuple[Row, ...]
    size: int = ROWS * CELL

    @property
    def differing(self) -> int:
        return sum(row.differing for row in self.rows)


def compared(one: str, other: str) -> Comparison:
    """Compare two hashes in hexadecimal, 64 digits each. The first digit is the top left corner."""
    rows = tuple(_row(number, one, other) for number in range(ROWS))
    return Comparison(_cells(one, other), _cells(other, one), rows)


def _row(number: int, one: str, other: str) -> Row:
    here = slice(4 * number, 4 * number + 4)
    differing = (int(one[here], 16) ^ int(other[here], 16)).bit_count()
    return Row(number + 1, one[here], other[here], differing)


def _cells(one: str, other: str) -> tuple[Cell, ...]:
    bits, others = (f"{int(value, 16):0{ROWS * COLUMNS}b}" for value in (one, other))
    return tuple(
        Cell(CELL * (place % COLUMNS), CELL * (place // COLUMNS), bit == "1", bit != others[place])
        for place, bit in enumerate(bits)
    )
