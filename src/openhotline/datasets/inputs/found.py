"""A file of a data set, as planning finds it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """``path`` below the root of the data set; ``size`` in bytes."""

    path: str
    size: int
