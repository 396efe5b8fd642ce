"""A model's files and tensors as rows of a list, so that they are recognised elsewhere."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from typing import TextIO

from openhotline.datasets.models import sniffing
from openhotline.datasets.models.answering import FILE
from openhotline.datasets.models.looking import ModelLook
from openhotline.datasets.models.tensor_digest import BF16, F16

COLUMNS = ("algorithm", "value", "media", "reference")

Entry = tuple[str, str]
"""Algorithm and value."""


def entries_of(look: ModelLook, named: Collection[str]) -> Iterator[Entry]:
    """Yield a model's entries. Other files of a folder, such as a licence, are no part of it unless ``named``."""
    for file in look.files:
        if file.sha256 and (file.form in (*sniffing.MODELS, sniffing.PICKLE) or file.path in named):
            yield FILE, file.sha256
    for tensor in look.tensors:
        yield F16, tensor.digest.f16
        yield BF16, tensor.digest.bf16


class Writer:
    """Writes each entry once, leaving out those of an ordinary model from which the listed one was made."""

    def __init__(self, stream: TextIO, reference: str, without: Collection[Entry] = ()) -> None:
        self._rows = csv.writer(stream, lineterminator="\n")
        self._rows.writerow(COLUMNS)
        self._reference, self._seen = reference, set(without)
        self.count, self.left_out = 0, 0
        self._without = frozenset(without)

    def write(self, entry: Entry) -> None:
        """Write one entry."""
        if entry in self._seen:
            self.left_out += entry in self._without
            return
        self._seen.add(entry)
        self._rows.writerow((*entry, "model", self._reference))
        self.count += 1
