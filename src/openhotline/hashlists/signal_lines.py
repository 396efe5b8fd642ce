"""Files of the threatexchange program as rows: a signal's type, a space, its value.

Two writers make such lines: the exchange ``local_file``, and ``dataset --print-signals``, which adds the
collaboration in quotation marks, an opinion and tags. With ``--csv`` it writes CSV; read that as ``csv``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from openhotline.hashlists import columns as c
from openhotline.hashlists.byte_lines import LineSource
from openhotline.hashlists.cells import rows_of_cells
from openhotline.hashlists.rows import BadRow, Batch, Item, Mark, Position

OPINIONS = ("POSITIVE_CLASS", "NEGATIVE_CLASS", "INVESTIGATION_SEED", "DISPUTED")

NOT_TWO_WORDS = "The line is not a signal type, a space and a value."

_line = re.compile(r"(\S+)[ \t]+(\S+)(?:[ \t]+(\S.*))?")
_collaboration = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")


def signal_batches(stream: BinaryIO, start: Position, *, algorithm: str = "") -> Iterator[Batch]:
    """Read lines from a position. With an algorithm, each line is a value of that one and nothing else."""
    source = LineSource(stream, offset=start.offset, line=start.line)
    while (lines := source.take()) is not None:
        items: list[Item] = []
        for number, text in enumerate(lines.texts, lines.line):
            if isinstance(text, BadRow):
                items.append(text)
            elif (line := text.strip()) and not line.startswith("#"):
                items += _rows(line, number, algorithm)
        yield Batch(Mark(lines.offset, lines.line, {}), items, 0, source.offset)


def _rows(line: str, number: int, algorithm: str) -> list[Item]:
    if algorithm:
        return rows_of_cells({c.ALGORITHM: algorithm, c.VALUE: line}, number)
    found = _line.fullmatch(line)
    if found is None:
        return [BadRow(number, NOT_TWO_WORDS)]
    cells = {c.ALGORITHM: found[1], c.VALUE: found[2]}
    opinion, _, tags = _collaboration.sub("", found[3] or "", count=1).strip().partition(" ")
    if opinion in OPINIONS:
        cells |= {c.CATEGORY: opinion, c.TAGS: tags}
    return rows_of_cells(cells, number)
