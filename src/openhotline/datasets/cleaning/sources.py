"""The files of a data set, each with its shards, and where it goes in the cleaned one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath

from openhotline.datasets.inputs import forms
from openhotline.datasets.inputs.opening import is_store
from openhotline.datasets.inputs.shard import Shard
from openhotline.errors import BadInput

OUTSIDE = "A file of the data set has a name that would lead outside the new folder. Rename it there, and audit again."

OF_A_FOLDER = "files#"
"""Begins the name of a shard that is files of a folder; no file that holds members is called so in a plan."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A shard and the digest that the audit found it to have, in hexadecimal."""

    shard: Shard
    digest: str


@dataclass(frozen=True, slots=True)
class Source:
    """One file with all its shards, or one shard of a folder. ``target`` is its name below the new folder; of a folder's
    shard it is empty, and its members have their own."""

    form: str
    place: str
    target: str
    parts: tuple[Planned, ...]

    @property
    def size(self) -> int:
        """Return its bytes, for progress."""
        return sum(part.shard.size for part in self.parts)


def sources(planned: Iterable[Planned], data_set: str) -> Iterator[Source]:
    """Put the shards of one file together; they stand one behind the other in a plan."""
    for (form, place, _), parts in groupby(planned, _same_file):
        shards = tuple(parts)
        if form == forms.FOLDER:
            for part in shards:
                for member in part.shard.members:
                    safe(member)
                yield Source(form, place, "", (part,))
        else:
            yield Source(form, place, safe(_below(place, data_set, shards[0].shard)), shards)


def safe(name: str) -> str:
    """Return a name that stays below the folder it is put in, or raise. An object store takes any name."""
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or "\0" in name or not path.parts:
        raise BadInput(OUTSIDE)
    return name


def _same_file(planned: Planned) -> tuple[str, str, str]:
    shard = planned.shard
    return shard.form, shard.place, shard.name if shard.form == forms.FOLDER else ""


def _below(place: str, data_set: str, shard: Shard) -> str:
    if is_store(place):
        return _without_range(shard)
    root = data_set if os.path.isdir(data_set) else os.path.dirname(data_set) or "."  # noqa: PTH112, PTH120
    return os.path.relpath(place, root)


def _without_range(shard: Shard) -> str:
    """Return the file's name; that of a part ends in a mark and its range."""
    return shard.name.rpartition("#")[0] if shard.stop else shard.name
