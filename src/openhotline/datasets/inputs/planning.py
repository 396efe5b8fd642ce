"""Planning: the shards of a data set, by name and in an order that are the same on every machine."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from openhotline.datasets.inputs import forms
from openhotline.datasets.inputs.cutting import cut, refuse_useless
from openhotline.datasets.inputs.forms import form_of
from openhotline.datasets.inputs.found import Found
from openhotline.datasets.inputs.keys import key_of
from openhotline.datasets.inputs.opening import is_store
from openhotline.datasets.inputs.shard import FILES_IN_A_SHARD, Reading, Shard
from openhotline.datasets.walk import walk
from openhotline.errors import WrongUsage

FEWEST_FILES = 64
"""Files of a folder's first shards."""

NOT_THERE = "There is no data set at that place. Name a folder, a file, or an address that begins with s3://."


def plan(dataset: str, reading: Reading) -> Iterator[Shard]:
    """Yield the shards of a folder, of one file, or of what lies below an address, in flat memory.

    Files that hold members are shards, or several where they are large; of all others, at most
    :data:`FILES_IN_A_SHARD` in the order of their paths are one. Raises WrongUsage where nothing is there, or a table
    has no column of use.
    """
    if is_store(dataset):
        from openhotline.datasets.inputs.store import list_objects

        root, found = list_objects(dataset, reading.store)
    else:
        root, found = _local(dataset)
    return _shards(root, found, reading)


def _local(dataset: str) -> tuple[str, Iterator[Found]]:
    if os.path.isdir(dataset):  # noqa: PTH112 - the spelling of the path is kept
        root = dataset.rstrip("/") or "/"
        return root, _below(root, [root])
    if not os.path.exists(dataset):  # noqa: PTH110
        raise WrongUsage(NOT_THERE, details=dataset)
    root = os.path.dirname(dataset) or "."  # noqa: PTH120
    return root, _below(root, [f"{root.rstrip('/')}/{os.path.basename(dataset)}"])  # noqa: PTH119


def _below(root: str, paths: list[str]) -> Iterator[Found]:
    beyond = len(root.rstrip("/")) + 1
    for place in walk(paths):
        if place.path == root:  # the folder itself could not be read
            raise WrongUsage(place.problem, details=root)
        yield Found(place.path[beyond:], _size(place.path))


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116
    except OSError:
        return 0


def _shards(root: str, found: Iterable[Found], reading: Reading) -> Iterator[Shard]:
    files: list[Found] = []
    number, seen = 0, ""
    for one in found:
        form = form_of(one.path)
        if form != forms.FOLDER:
            place = f"{root.rstrip('/')}/{one.path}"
            beside = f"{form}:{one.path.rpartition('/')[0]}"
            if (
                form in forms.TABLES and beside != seen
            ):  # tables of one folder are alike: the first is looked into
                refuse_useless(place, form, reading)
                seen = beside
            yield from _of_container(place, one, reading)
            continue
        files.append(one)
        if len(files) == _files_in(number):
            yield _of_files(root, files, number)
            files, number = [], number + 1
    if files:
        yield _of_files(root, files, number)


def _files_in(number: int) -> int:
    """Return how many files a folder's shard of this number has: few at first, so that small folders are shared out."""
    return min(FILES_IN_A_SHARD, FEWEST_FILES << number // 8)


def _of_files(root: str, files: list[Found], number: int) -> Shard:
    members = tuple(one.path for one in files)
    size = sum(one.size for one in files)
    return Shard(f"files#{number:06d}", forms.FOLDER, root, size=size, members=members)


def _of_container(place: str, one: Found, reading: Reading) -> Iterator[Shard]:
    name, form = key_of(one.path), form_of(one.path)
    ranges = cut(place, form, one.size, reading)
    for start, stop, size in ranges:
        part = name if len(ranges) == 1 else f"{name}#{start:d}-{stop:d}"
        yield Shard(part, form, place, start, stop, size)
