"""How much of a picture a reader is shown: six levels, from almost nothing to a clear grey preview.

Colour and originals are no level; they leave the vault only by an act with a reason. No level is claimed to
protect anybody: it is the reader's own choice how little she needs to see in order to answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from openhotline.errors import WrongUsage


@dataclass(frozen=True)
class Level:
    """``detail`` is how many pixels the longer side is reduced to before it is enlarged again for display.

    ``blur`` is the radius of a Gaussian blur in pixels of that reduced picture. What is rendered never holds
    more.
    """

    number: int
    detail: int
    blur: float
    words: str


LEVELS: tuple[Level, ...] = (
    Level(0, 8, 1.2, "patches of light and dark"),
    Level(1, 16, 1.0, "rough masses"),
    Level(2, 32, 0.9, "coarse shapes"),
    Level(3, 64, 0.8, "shapes"),
    Level(4, 128, 0.0, "soft grey"),
    Level(5, 640, 0.0, "clear grey"),
)


def get_level(number: int) -> Level:
    """Return the level of that number."""
    if not 0 <= number < len(LEVELS):
        raise WrongUsage(f"There is no such level. Use a number from 0 to {len(LEVELS) - 1}.")
    return LEVELS[number]
