"""What will lie in a folder, decided before anything is drawn: every file follows from the plan alone.

So the work can be shared among processes, a copy is the same bytes as its original, and a test or benchmark
knows which files belong together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import cycle

import numpy as np

from openhotline.errors import WrongUsage
from openhotline_server.pipeline.drawing.marks import MARKS
from openhotline_server.pipeline.drawing.variants import VARIANTS

DEFAULT_FORMATS: Mapping[str, float] = {"jpeg": 0.88, "png": 0.06, "webp": 0.04, "gif": 0.02}
FLAWS = ("text", "truncated")  # a text named .jpg; a JPEG that ends early
ONLY_JPEG: Mapping[str, float] = {"jpeg": 1.0}

_SHAPES = ((4, 3), (3, 2), (1, 1), (16, 9), (9, 16), (2, 3), (3, 4))
_RELATIVE_SIZE = {"jpeg": 1.0, "png": 0.35, "webp": 0.5, "gif": 0.12}  # of the pixels: as people use them
_ENDINGS = {"jpeg": ("jpg", "jpg", "jpeg", "JPG"), "png": ("png",), "webp": ("webp",), "gif": ("gif",)}


@dataclass(frozen=True)
class Mix:
    """Which share of the files is what (0 to 1); the rest are pictures of their own."""

    near: float = 0.3  # slightly changed copies of a picture in the folder
    exact: float = 0.04  # the same bytes again
    marked: float = 0.14  # of the pictures: say something about where they come from
    broken: float = 0.01  # has one of FLAWS


DEMO = Mix()
BENCHMARK = Mix(near=0.25, exact=0.02, marked=0.05, broken=0.0)


@dataclass(frozen=True)
class Entry:
    """One file of the folder. ``family`` is the seed of its picture: files of one family look alike."""

    path: str
    family: int
    width: int
    height: int
    file_format: str
    quality: int
    change: str = ""  # a kind of VARIANTS, or nothing for the picture itself
    change_seed: int = 0
    mark: str = ""  # one of MARKS
    flaw: str = ""  # one of FLAWS
    copies: str = ""  # path of the file whose bytes these are


def plan(
    *,
    count: int,
    seed: int,
    mean_megapixels: float,
    formats: Mapping[str, float] = DEFAULT_FORMATS,
    mix: Mix = DEMO,
) -> tuple[Entry, ...]:
    """Return ``count`` files; the pictures among them have ``mean_megapixels`` on average."""
    if count < 1 or mean_megapixels <= 0 or not formats or not set(formats) <= set(_ENDINGS):
        raise WrongUsage(
            "A folder needs at least one file, a size above 0, and formats among jpeg, png, webp, gif."
        )
    rng = np.random.default_rng(seed)
    roles = _roles(rng, count, mix)
    marks = cycle([name for name, mark in MARKS.items() if set(mark.formats) & set(formats)] or [""])
    originals: list[Entry] = []
    entries = []
    for i, role in enumerate(roles):
        if role == "near":
            entry = _changed(rng, _popular(rng, originals))
        elif role == "exact":
            first = originals[int(rng.integers(len(originals)))]
            entry = replace(first, copies=first.path)
        else:
            entry = _original(rng, formats, family=seed * 1_000_003 + i, marks=marks, share_marked=mix.marked)
        if role in FLAWS:
            entry = replace(entry, flaw=role, file_format="jpeg", mark="")
        entries.append(_placed(entry, i, rng))
        if role == "original":
            originals.append(entries[-1])
    return _to_scale(entries, mean_megapixels)


def _roles(rng: np.random.Generator, count: int, mix: Mix) -> list[str]:
    """Exact quotas in a mixed order; the first file is a picture of its own, for others to resemble."""
    broken = max(2, round(count * mix.broken)) if mix.broken and count >= 10 else 0
    near, exact = round(count * mix.near), round(count * mix.exact)
    flaws = [FLAWS[i % 2] for i in range(broken)]
    roles = ["near"] * near + ["exact"] * exact + flaws
    roles += ["original"] * max(0, count - 1 - len(roles))
    return ["original", *(str(role) for role in rng.permutation(roles[: count - 1]))]


def _original(
    rng: np.random.Generator,
    formats: Mapping[str, float],
    *,
    family: int,
    marks: Iterator[str],
    share_marked: float,
) -> Entry:
    mark = next(marks) if rng.random() < share_marked else ""
    names = [name for name in formats if not mark or name in MARKS[mark].formats]
    weights = np.array([formats[name] for name in names])
    chosen = names[int(rng.choice(len(names), p=weights / weights.sum()))]
    wide, tall = _SHAPES[int(rng.integers(len(_SHAPES)))]
    megapixels = float(np.clip(rng.lognormal(0, 0.5), 0.2, 4)) * _RELATIVE_SIZE[chosen]
    # Sizes are relative until _to_scale; as whole numbers large enough not to lose the shape.
    height = (megapixels * 1e8 * tall / wide) ** 0.5
    return Entry(
        "", family, round(height * wide / tall), round(height), chosen, int(rng.integers(80, 95)), mark=mark
    )


def _popular(rng: np.random.Generator, originals: list[Entry]) -> Entry:
    """Every sixth picture is passed on, some far more often than others."""
    choice = originals[::6]
    return choice[int(len(choice) * rng.random() ** 1.5)]


def _changed(rng: np.random.Generator, original: Entry) -> Entry:
    kinds = list(VARIANTS)
    kind, seed = kinds[int(rng.integers(len(kinds)))], int(rng.integers(2**31))
    return replace(original, change=kind, change_seed=seed, mark="", quality=int(rng.integers(70, 92)))


def _placed(entry: Entry, i: int, rng: np.random.Generator) -> Entry:
    endings = _ENDINGS[entry.file_format]
    name = f"{i:05d}-{int(rng.integers(16**6)):06x}.{endings[int(rng.integers(len(endings)))]}"
    return replace(entry, path=f"set-{i // 400 + 1:03d}/part-{i % 400 // 50 + 1}/{name}")


def _to_scale(entries: list[Entry], mean_megapixels: float) -> tuple[Entry, ...]:
    pixels = [entry.width * entry.height for entry in entries if entry.flaw != "text"]
    scale = (mean_megapixels * 1e6 * len(pixels) / sum(pixels)) ** 0.5
    return tuple(
        replace(entry, width=max(16, round(entry.width * scale)), height=max(16, round(entry.height * scale)))
        for entry in entries
    )
