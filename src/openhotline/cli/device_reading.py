"""The centres of many pictures, decoded in confined processes, in stable order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from openhotline.datasets.asking import ask_of_each
from openhotline.datasets.walk import Place
from openhotline.errors import BadInput, OpenHotlineError
from openhotline.hashing import Digests
from openhotline.media.confined import Pool, Reply
from openhotline.media.reasons import FAILED
from openhotline.provenance.sensor import Trace, trace
from openhotline.provenance.sensor.entry import ENTRY
from openhotline.provenance.sensor.residuals import LARGEST


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
        yield from ask_of_each(places, pool, answered=_answer, unasked=_unasked)


def _unasked(place: Place, digests: Digests | None, why: str) -> Centre:
    return Centre(place.path, why)


def _answer(place: Place, digests: Digests, outcome: Reply | OpenHotlineError) -> Centre:
    """Take a worker's answer, which comes from behind untrusted bytes, only in the shape that it must have."""
    if isinstance(outcome, OpenHotlineError):
        return Centre(place.path, outcome.message)
    sides = [outcome.header.get(name) for name in ("width", "height", "rows", "columns")]
    width, height, rows, columns = (side if type(side) is int else 0 for side in sides)
    fits = 0 < rows <= min(height, LARGEST) and 0 < columns <= min(width, LARGEST)
    if not fits or [rows * columns] != [len(blob) for blob in outcome.blobs]:
        return Centre(place.path, FAILED["malformed_reply"])
    pixels = np.frombuffer(outcome.blobs[0], np.uint8).reshape(rows, columns)
    return Centre(place.path, "", digests.sha256, pixels, width, height)
