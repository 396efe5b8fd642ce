"""Which files are one model: those that an index names, those that count themselves, and every other by itself."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from openhotline.datasets.models.asking import ask, blob
from openhotline.datasets.models.source import opened
from openhotline.datasets.models.tensors import read_list
from openhotline.datasets.walk import Place, walk
from openhotline.errors import BadInput
from openhotline.media.confined import Pool

INDEX = ".index.json"
LARGEST_INDEX = 64 << 20
_counted = re.compile(r"(.+)-(\d{5})-of-(\d{5})(\.[A-Za-z]+)")


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """``name`` is the path of the index or of the first file. ``problem`` says what kept anybody from looking at it."""

    name: str
    paths: tuple[str, ...]
    problem: str = ""


def models_in(paths: Iterable[str], pool: Pool) -> Iterator[ModelFiles]:
    """Yield the models below some paths, in the order of their files. Every file is in at least one of them."""
    places = list(walk(paths))
    present = {place.path for place in places if not place.problem}
    sets = [*_indexed(sorted(present), present, pool), *_counting(sorted(present))]
    taken: set[str] = set()
    firsts: dict[str, list[ModelFiles]] = defaultdict(list)
    for found in sets:
        if not found.name.endswith(INDEX) and taken.issuperset(found.paths):
            continue  # an index has named these already
        taken.update(found.paths)
        firsts[found.paths[0]].append(found)
    for place in places:
        yield from _at(place, taken, firsts)


def _at(place: Place, taken: set[str], firsts: dict[str, list[ModelFiles]]) -> Iterator[ModelFiles]:
    if place.problem:
        yield ModelFiles(place.path, (), "not_walked")
    elif place.path in taken:
        yield from firsts.get(place.path, ())
    else:
        yield ModelFiles(place.path, (place.path,))


def _indexed(paths: Iterable[str], present: set[str], pool: Pool) -> Iterator[ModelFiles]:
    for path in paths:
        if path.endswith(INDEX):
            names = _parts(path, pool)
            here = [part for name in names if (part := _beside(path, name)) in present and _is_name(name)]
            if names:
                yield ModelFiles(path, (path, *here), "" if len(here) == len(names) else "missing_part")


def _parts(path: str, pool: Pool) -> list[str]:
    try:
        with opened(path) as source:
            data = source.read(0, source.size) if source.size <= LARGEST_INDEX else b"{}"
        return [str(name) for name in read_list(blob(ask(pool, data, "index")))]
    except BadInput:
        return []  # it is looked at as a file of its own


def _is_name(name: str) -> bool:
    return os.path.basename(name) == name and name not in ("", ".", "..")  # noqa: PTH119


def _beside(path: str, name: str) -> str:
    """Return the path of another file of the same folder, in the spelling in which the folder was named."""
    return os.path.join(os.path.dirname(path), name)  # noqa: PTH118, PTH120


def _counting(paths: Iterable[str]) -> Iterator[ModelFiles]:
    """Yield the sets whose names say ``00002-of-00005``."""
    sets: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for path in paths:
        found = _counted.fullmatch(path)
        if found and int(found[3]) > 1:
            sets[found[1], found[3], found[4]].append(path)
    for (_, count, _), members in sets.items():
        yield ModelFiles(members[0], tuple(members), "" if len(members) == int(count) else "missing_part")
