"""The centres of many pictures, decoded in confined processes, in stable order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from openhotline.datasets.reading import TOO_LARGE, read, sentence
from openhotline.datasets.walk import Place
from openhotline.errors import BadInput, OpenHotlineError
from openhotline.media.confined import Pool, Reply
from openhotline.media.reasons import FAILED
from openhotline.provenance.sensor import Trace, trace
from openhotline.provenance.sensor.entry import ENTRY
from openhotline.provenance.sensor.residuals import LARGEST

_Job: TypeAlias = tuple[tuple[int, str, str], bytes, Mapping[str, Any]]


@dataclass(frozen=True, eq=False)
class Centre:
    """One file: ``pixels`` is the centre of its brightness, or missing, and ``problem`` says why."""

    path: str
    problem: str = ""
    sha256: str = ""
    pixels: npt.NDArray[np.uint8] | None = None
    width: int = 0
    height: int = 0


def traced(centre: Centre) -> tuple[Trace | None, str]:
    """Return what comparing needs of a file, or why it cannot be compared."""
    if centre.pixels is None:
        return None, centre.problem
    try:
        return trace(centre.pixels, width=centre.width, height=centre.height), ""
    except BadInput as problem:
        return None, problem.message


def centres(places: Iterable[Place], workers: int) -> Iterator[Centre]:
    """Yield every place's centre in the order of the places."""
    with Pool(ENTRY, workers=workers) as pool:
        line = _Line(places)
        for (number, path, sha256), outcome in pool.map(line.jobs()):
            line.ready[number] = _answer(path, sha256, outcome)
            yield from line.in_order()
        yield from line.in_order()


class _Line:
    """Puts answers, which come as they are ready, back into the order of the questions."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._places = places
        self._next = 0
        self.ready: dict[int, Centre] = {}

    def jobs(self) -> Iterator[_Job]:
        for number, place in enumerate(self._places):
            try:
                digests, untrusted_bytes = read(place)
            except (OSError, ValueError) as problem:
                self.ready[number] = Centre(place.path, place.problem or sentence(problem))
                continue
            if untrusted_bytes is None:
                self.ready[number] = Centre(place.path, TOO_LARGE)
            else:
                yield (number, place.path, digests.sha256), untrusted_bytes, {}

    def in_order(self) -> Iterator[Centre]:
        while self._next in self.ready:
            yield self.ready.pop(self._next)
            self._next += 1


def _answer(path: str, sha256: str, outcome: Reply | OpenHotlineError) -> Centre:
    """Take a worker's answer, which comes from behind untrusted bytes, only in the shape that it must have."""
    if isinstance(outcome, OpenHotlineError):
        return Centre(path, outcome.message)
    sides = [outcome.header.get(name) for name in ("width", "height", "rows", "columns")]
    width, height, rows, columns = (side if type(side) is int else 0 for side in sides)
    fits = 0 < rows <= min(height, LARGEST) and 0 < columns <= min(width, LARGEST)
    if not fits or [rows * columns] != [len(blob) for blob in outcome.blobs]:
        return Centre(path, FAILED["malformed_reply"])
    pixels = np.frombuffer(outcome.blobs[0], np.uint8).reshape(rows, columns)
    return Centre(path, "", sha256, pixels, width, height)
