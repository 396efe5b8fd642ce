"""Many files through confined processes: read one after the other, answered in the same order, in flat memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, TypeAlias, TypeVar

from openhotline.datasets.reading import TOO_LARGE, read, sentence
from openhotline.datasets.walk import Place
from openhotline.errors import OpenHotlineError
from openhotline.hashing import Digests
from openhotline.media.confined import Pool, Reply

Result = TypeVar("Result")
Answered: TypeAlias = Callable[[Place, Digests, Reply | OpenHotlineError], Result]
Unasked: TypeAlias = Callable[[Place, Digests | None, str], Result]


def ask_of_each(
    places: Iterable[Place],
    pool: Pool,
    *,
    answered: Answered[Result],
    unasked: Unasked[Result],
    arguments: Mapping[str, Any] | None = None,
) -> Iterator[Result]:
    """Yield a result for every place in the order of the places.

    ``answered`` makes it of a worker's reply, or of the error that came instead; ``unasked`` of a sentence that says
    why no worker was asked, without digests where the file could not be read.
    """
    line = _Line(places, unasked, arguments or {})
    for (number, place, digests), outcome in pool.map(line.jobs()):
        line.ready[number] = answered(place, digests, outcome)
        yield from line.in_order()
    yield from line.in_order()


class _Line(Generic[Result]):
    """Puts answers, which come as they are ready, back into the order of the questions."""

    def __init__(
        self, places: Iterable[Place], unasked: Unasked[Result], arguments: Mapping[str, Any]
    ) -> None:
        self._places, self._unasked, self._arguments = places, unasked, arguments
        self._next = 0
        self.ready: dict[int, Result] = {}

    def jobs(self) -> Iterator[tuple[tuple[int, Place, Digests], bytes, Mapping[str, Any]]]:
        """Read and digest; what no worker is to be asked about goes straight to ``ready``."""
        for number, place in enumerate(self._places):
            try:
                digests, untrusted_bytes = read(place)
            except (OSError, ValueError) as problem:
                self.ready[number] = self._unasked(place, None, place.problem or sentence(problem))
                continue
            if untrusted_bytes is None:
                self.ready[number] = self._unasked(place, digests, TOO_LARGE)
            else:
                yield (number, place, digests), untrusted_bytes, self._arguments

    def in_order(self) -> Iterator[Result]:
        """Yield what no earlier place is still missing for."""
        while self._next in self.ready:
            yield self.ready.pop(self._next)
            self._next += 1
