"""One way in for every form: :func:`read_rows`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO

from openhotline.errors import WrongUsage
from openhotline.hashlists.csv_rows import csv_batches
from openhotline.hashlists.json_rows import json_batches
from openhotline.hashlists.kinds import KINDS
from openhotline.hashlists.ncmec import ncmec_batches
from openhotline.hashlists.rows import Batch, Position, Rows
from openhotline.hashlists.signal_lines import signal_batches
from openhotline.hashlists.stopncii import stopncii_batches
from openhotline.hashlists.vics import vics_batches
from openhotline.hashlists.vics_categories import Categories

Reader = Callable[[BinaryIO, Position], Iterator[Batch]]

_readers: dict[str, Reader] = {
    "csv": csv_batches,
    "json": json_batches,
    "vics": vics_batches,
    "ncmec-xml": ncmec_batches,
    "stopncii-json": stopncii_batches,
    "threatexchange": signal_batches,
}
FORMS = tuple(_readers)


def read_rows(
    stream: BinaryIO,
    *,
    form: str,
    start: Position | None = None,
    categories: Categories | None = None,
    algorithm: str = "",
) -> Rows:
    """Read the rows of a list, good and bad, in bounded memory, from its beginning or from a position.

    ``stream`` is opened for binary reading; where it cannot seek, it is at its beginning. Whoever goes on from
    a position gets what reading through would have given. ``categories`` say what the numbers of a VICS profile
    mean; ``algorithm`` what the values are in a ``threatexchange`` file that has nothing but values.

    Raises BadInput, behind the last row that could be read, for a list that is cut off or not of its form:
    its rows must then not come into force.
    """
    begin = start or Position()
    return Rows(_reader(form, categories, algorithm)(stream, begin), begin)


def _reader(form: str, categories: Categories | None, algorithm: str) -> Reader:
    if form not in _readers:
        raise WrongUsage(f"There is no form of that name. Use one of: {', '.join(FORMS)}.")
    if (categories and form != "vics") or (algorithm and form != "threatexchange"):
        raise WrongUsage(
            "Categories belong to the form vics, and an algorithm to threatexchange. Leave it out."
        )
    if algorithm and algorithm not in KINDS:
        raise WrongUsage(f"There is no algorithm of that name. Use one of: {', '.join(KINDS)}.")
    if categories:
        return partial(vics_batches, categories=categories)
    return partial(signal_batches, algorithm=algorithm) if algorithm else _readers[form]
