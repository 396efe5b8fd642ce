"""Tar shards, as WebDataset writes them: read once from the front, packed or not. Nothing is ever extracted.

An own walk over the headers: the pictures are small, and Python's ``tarfile`` takes a tenth of the time that it takes to
hash one. The tests compare the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from openhotline.datasets.inputs.forms import PART
from openhotline.datasets.inputs.keys import key_of
from openhotline.datasets.inputs.labels import is_label
from openhotline.datasets.inputs.opening import Opened
from openhotline.datasets.inputs.shard import Item, Reading, Shard
from openhotline.datasets.inputs.streaming import DAMAGE, DamagedError, Stream
from openhotline.datasets.inputs.tar_header import BLOCK, Extension, Header, read_header


def read_tar(shard: Shard, source: Opened, reading: Reading) -> Iterator[Item]:
    """Yield every member in its order. Raises where the archive is damaged."""
    source.file.seek(shard.start)
    stream = Stream(source)
    for member in members(stream, shard.stop):
        yield _item(key_of(member.header.name), member.header, stream)


def parts(source: Opened) -> Iterator[tuple[int, int, int]]:
    """Yield start, stop and size of parts, cut between members. What is packed stays whole, as does what is damaged."""
    stream, start = Stream(source), 0
    if stream.size is None:
        return
    try:
        for member in members(stream, 0):
            if member.begin - start >= PART:
                yield start, member.begin, member.begin - start
                start = member.begin
    except DAMAGE:
        pass  # told by whoever reads the last part
    yield start, stream.size, stream.size - start


def _item(key: str, header: Header, stream: Stream) -> Item:
    if not header.is_file:
        return Item(key, problem="not_a_file")
    found, untrusted_bytes = stream.picture(header.size)
    return Item(key, untrusted_bytes, found, is_label=is_label(key, untrusted_bytes))


@dataclass(slots=True)
class Member:
    """A member and where the first of its headers begins, in bytes."""

    begin: int
    header: Header


def members(stream: Stream, stop: int) -> Iterator[Member]:
    """Yield members that begin before ``stop`` (0: all), the stream at their bytes, of which any part may be read.

    Blocks of zeros end an archive; another one may follow, where archives were put one behind the other. An end
    without them is damage: somebody stopped writing.
    """
    ended, said, begin = False, Extension(), stream.at
    while not stop or begin < stop:
        block = stream.read(BLOCK)
        if not block.strip(b"\0"):
            if len(block) < BLOCK:
                break
            ended, begin = True, stream.at
            continue
        if len(block) < BLOCK:
            raise DamagedError
        header, ended = read_header(block, stream.exactly, said), False
        if header is None:
            continue
        if not header.is_folder:
            yield from _with_its_map(stream, Member(begin, header))
        said, begin = Extension(), stream.at
    if not ended and (not stop or stop == stream.size):
        raise DamagedError


def _with_its_map(stream: Stream, member: Member) -> Iterator[Member]:
    header = member.header
    while header.extended:
        header.extended = stream.exactly(BLOCK)[504] == 1
    end = stream.at + header.size + -header.size % BLOCK
    yield member
    stream.move_to(end)
