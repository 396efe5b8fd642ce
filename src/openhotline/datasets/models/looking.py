"""One look at one model: every byte of its files once for their digests, every tensor once for its own."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath

import numpy as np

from openhotline.datasets.models.dangers import UNSCANNED, Danger
from openhotline.datasets.models.layout import layout_of
from openhotline.datasets.models.planning import ModelFiles
from openhotline.datasets.models.problems import refused
from openhotline.datasets.models.sniffing import INDEX, OTHER, TORCH, ZIP, form_of
from openhotline.datasets.models.source import Source, Told, opened
from openhotline.datasets.models.tensor_digest import TensorDigest, digest_of
from openhotline.datasets.models.tensors import WIDTHS, Tensor, check_places
from openhotline.errors import BadInput
from openhotline.media.confined import Pool


@dataclass(frozen=True, slots=True)
class FileLook:
    """One file; ``sha256`` is empty where it could not be read to its end."""

    path: str
    size: int = 0
    form: str = OTHER
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class TensorLook:
    """One tensor that tells something; ``kind`` is how its numbers are written."""

    file: str
    name: str
    kind: str
    elements: int
    digest: TensorDigest


@dataclass
class ModelLook:
    """What was found out about a model.

    ``tensors`` holds each different telling tensor once; ``counts`` the tensors by what became of them: ``told``,
    ``twice`` (as another one), ``few``, ``even``, ``integer``, ``quantised``, ``unread``. ``problems`` are pairs of a
    file and a key of ``problems.WORDS``.
    """

    name: str
    files: list[FileLook] = field(default_factory=list)
    tensors: list[TensorLook] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[str, str]] = field(default_factory=list)
    dangers: list[tuple[str, Danger]] = field(default_factory=list)

    @property
    def form(self) -> str:
        """The format of its files that hold tensors, or of the first file."""
        forms = [file.form for file in self.files if file.form not in (OTHER, ZIP, INDEX)]
        return (forms or [file.form for file in self.files] or [OTHER])[0]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


def look_at(model: ModelFiles, pool: Pool, advance: Told = lambda _: None) -> ModelLook:
    """Look at a model's files. What cannot be read is a problem of its own, and the rest is looked at."""
    found = ModelLook(model.name)
    if model.problem:
        found.problems.append((model.name, model.problem))
    seen: set[tuple[str, str]] = set()
    for path in model.paths:
        try:
            _look_at_file(path, found, seen, pool, advance)
        except BadInput as problem:
            found.problems.append((path, problem.details))
            if not found.files or found.files[-1].path != path:
                found.files.append(FileLook(path))
    found.problems += [(file, UNSCANNED) for file, danger in found.dangers if danger.level == UNSCANNED]
    found.dangers = [(file, danger) for file, danger in found.dangers if danger.level != UNSCANNED]
    return found


def _look_at_file(path: str, found: ModelLook, seen: set[tuple[str, str]], pool: Pool, advance: Told) -> None:
    with opened(path, advance) as source:
        form = form_of(source.head(16), path)
        sha256 = source.sha256()
        source.check_unchanged()
        layout = layout_of(source, form, pool)
        is_model = bool(layout.tensors or layout.problem) or form != TORCH
        found.files.append(FileLook(path, source.size, form if is_model else ZIP, sha256))
        found.dangers += [(path, danger) for danger in layout.dangers]
        if layout.problem:
            raise refused(layout.problem)
        for tensor in layout.tensors:
            _take(tensor, path, source, found, seen)
        source.check_unchanged()


def _take(tensor: Tensor, path: str, source: Source, found: ModelLook, seen: set[tuple[str, str]]) -> None:
    if not tensor.is_compared:
        found.counts[tensor.kind] += 1
        return
    try:
        digest = _digest(tensor, path, source)
    except BadInput as problem:
        if not tensor.place:
            raise
        found.problems.append((path, problem.details))
        found.counts["unread"] += 1
        return
    if digest.silent:
        found.counts[digest.silent] += 1
    elif (digest.f16, digest.bf16) in seen:
        found.counts["twice"] += 1
    else:
        seen.add((digest.f16, digest.bf16))
        found.counts["told"] += 1
        found.tensors.append(TensorLook(path, tensor.name, tensor.kind, tensor.elements, digest))


def _digest(tensor: Tensor, path: str, source: Source) -> TensorDigest:
    if not tensor.place:
        return digest_of(_chunks(tensor, source), kind=tensor.kind, elements=tensor.elements)
    with opened(_beside(path, tensor.place)) as other:
        check_places([tensor], other.size)
        digest = digest_of(_chunks(tensor, other), kind=tensor.kind, elements=tensor.elements)
        other.check_unchanged()
        return digest


def _chunks(tensor: Tensor, source: Source) -> Iterator[bytes]:
    if not tensor.strides:
        yield from source.chunks(tensor.offset, tensor.size)
        return
    width = WIDTHS[tensor.kind]
    numbers = np.frombuffer(source.read(tensor.offset, tensor.size), f"<u{width}")
    strides = [width * stride for stride in tensor.strides]
    yield np.lib.stride_tricks.as_strided(numbers, tensor.shape, strides, writeable=False).tobytes()


def _beside(path: str, place: str) -> str:
    """Return the path of another file of the model, which lies in the same folder or below and nowhere else."""
    if "\0" in place:
        raise refused("outside")
    folder = os.path.realpath(PurePath(path).parent)
    other = os.path.realpath(os.path.join(folder, place))  # noqa: PTH118 - a place may be absolute, and is then refused
    if PurePath(place).is_absolute() or os.path.commonpath([folder, other]) != folder:
        raise refused("outside")
    return other
