"""Reports drawn by chance, the same for the same seed: places that nobody reported, and known ones in other spellings."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

MOST_REPORTED = 50
"""Places of which every tenth repeated report is: what spreads is reported by many."""
TWICE = 100
"""Every so many deliveries one is sent a second time, as after a line that broke."""


@dataclass(frozen=True)
class Drawn:
    """One delivery: its own key, what is written in it, and what it stands for."""

    key: str
    text: str
    place: int
    partner: bool
    at_risk: bool


def draw(reports: int, duplicates: float, seed: int) -> Iterator[Drawn]:
    """Yield so many different reports, of which exactly this share names a place that was reported before.

    Besides, every hundredth is yielded twice, with the same key.
    """
    chance = random.Random(seed)
    again = round(reports * duplicates)
    kinds = [True] * again + [False] * (reports - again - 1)
    chance.shuffle(kinds)
    repeated = [False, *kinds]
    places = 0
    for number in range(reports):
        if repeated[number]:
            place = chance.randrange(min(places, MOST_REPORTED) if chance.random() < 0.1 else places)
        else:
            place, places = places, places + 1
        one = Drawn(
            key=f"{seed}:{number}",
            text=_written(place, chance.randrange(6) if repeated[number] else 0),
            place=place,
            partner=chance.random() < 0.3,
            at_risk=chance.random() < 0.01,
        )
        yield one
        if number % TWICE == TWICE - 1:
            yield one


def _written(place: int, spelling: int) -> str:
    """One of the ways in which people write a place."""
    host, path = f"site{place % 997}.example.org", f"/gallery/{place}"
    return (
        f"https://{host}{path}",
        f"HTTPS://{host.upper()}:443{path}#top",
        f"https://{host}{path}?utm_source=mail&fbclid=x{place}",
        f"hxxps://{host.replace('.', '[.]')}{path}",
        f"{host}/a/..{path}",
        f"https://{host}/%67allery/{place}",
    )[spelling]
