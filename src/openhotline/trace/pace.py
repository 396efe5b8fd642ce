"""How fast a registry may be asked: one question after the other, and not at all while it asks for patience."""

from __future__ import annotations

import threading
import time
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from openhotline.errors import BadInput, Busy

SECONDS_BETWEEN = 1.0
"""Ours, not a registry's: none publishes one number for all. An operator who knows better gives it by registry."""
LONGEST_WAIT = 15.0
LONGEST_PATIENCE = 24 * 3600.0


class Pace:
    """One pace for each registry, by its host. It holds for this process; each worker has its own."""

    def __init__(
        self,
        between: Mapping[str, float] | None = None,
        *,
        usual: float = SECONDS_BETWEEN,
        longest: float = LONGEST_WAIT,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._between, self._usual, self._longest = dict(between or {}), usual, longest
        self._clock, self._wait = clock, wait
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()

    def take_turn(self, registry: str) -> None:
        """Wait until the registry may be asked; Busy where that is too long off."""
        with self._lock:
            now = self._clock()
            turn = max(self._next.get(registry, now), now)
            if turn - now > self._longest:
                raise Busy("The registry asks for patience, or too much waits for it. Try again later.")
            self._next[registry] = turn + self._between.get(registry, self._usual)
        if turn > now:
            self._wait(turn - now)

    def be_patient(self, registry: str, seconds: float) -> None:
        """The registry said to come back after so many seconds."""
        with self._lock:
            until = self._clock() + min(max(seconds, self._usual), LONGEST_PATIENCE)
            self._next[registry] = max(self._next.get(registry, until), until)


def load_pace(path: Path) -> Pace:
    """The usual pace, and the operator's own for registries he names: ``[seconds_between]``, a host to its seconds."""
    if not path.is_file():
        return Pace()
    try:
        table = tomllib.loads(path.read_text("utf-8"))["seconds_between"]
        return Pace({str(host): max(float(seconds), 0.0) for host, seconds in table.items()})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            "The file of registries' paces cannot be read. Correct it, or remove it.", details=str(path)
        ) from error
