"""A zip archive's members, and where their bytes begin. Nothing is unpacked to anywhere."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from openhotline.datasets.models.asking import ask, blob
from openhotline.datasets.models.headers.zip_directory import LARGEST_DIRECTORY, TAIL
from openhotline.datasets.models.problems import refused
from openhotline.datasets.models.source import Source
from openhotline.datasets.models.tensors import read_list
from openhotline.media.confined import Pool

STORED, DEFLATED = 0, 8
_local = struct.Struct("<4s5H3L2H")


@dataclass(frozen=True, slots=True)
class Member:
    """``packed`` and ``size`` are bytes before and after unpacking; ``header`` is where its local header stands."""

    name: str
    method: int
    header: int
    packed: int
    size: int

    @property
    def is_stored(self) -> bool:
        """Say whether its bytes stand in the file as they are."""
        return self.method == STORED and self.packed == self.size

    def place(self, source: Source) -> int:
        """Return where its bytes begin; raises BadInput."""
        if self.header + _local.size > source.size:
            raise refused("beyond")
        told = _local.unpack(source.read(self.header, _local.size))
        start = self.header + _local.size + int(told[9]) + int(told[10])
        if told[0] != b"PK\x03\x04":
            raise refused("damaged")
        if start + self.packed > source.size:
            raise refused("beyond")
        return start


def read_members(source: Source, pool: Pool) -> list[Member]:
    """Read the directory of an archive."""
    length = min(TAIL, source.size)
    for _ in range(2):
        whole = length == source.size
        tail = source.read(source.size - length, length)
        reply = ask(pool, tail, "zip", whole=whole, size=source.size)
        need = reply.header.get("need")
        if need is None:
            return [_member(told) for told in read_list(blob(reply))]
        if type(need) is not int or not length < need <= LARGEST_DIRECTORY + TAIL:
            raise refused("too_large")
        length = min(need, source.size)
    raise refused("damaged")


def _member(told: Any) -> Member:
    try:
        name, *numbers = told
        if isinstance(name, str) and all(type(number) is int and number >= 0 for number in numbers):
            return Member(name, *numbers)
    except (TypeError, ValueError):
        pass
    raise refused("failed")
