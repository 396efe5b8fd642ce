"""PyTorch's checkpoints: an archive with one pickle and a member for each storage, or the older row of pickles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from openhotline.datasets.models.archive import Member, read_members
from openhotline.datasets.models.asking import ask, ask_growing, blob
from openhotline.datasets.models.dangers import LARGEST_PICKLE, Danger, dangers_in, pickles_among
from openhotline.datasets.models.problems import refused
from openhotline.datasets.models.source import Source
from openhotline.datasets.models.tensors import WIDTHS, Tensor, read_list, read_tensors
from openhotline.media.confined import Pool

PICKLE, STORAGES, BYTE_ORDER = "data.pkl", "data/", "byteorder"

LARGEST_STRIDED = 256 << 20
"""Bytes of a tensor whose elements do not stand one behind the other: it is put in order in memory."""


class Storage(NamedTuple):
    """``length`` bytes from ``offset`` on."""

    offset: int
    length: int


def archive(source: Source, pool: Pool, dangers: list[Danger]) -> list[Tensor]:
    """Read a checkpoint of today. An archive without the pickle of one is only scanned.

    ``dangers`` is filled, also where the tensors cannot be read.
    """
    members = read_members(source, pool)
    main = [one for one in members if one.name == PICKLE or one.name.endswith(f"/{PICKLE}")]
    folder = main[0].name.removesuffix(PICKLE) if len(main) == 1 else None
    under = "" if folder is None else folder + STORAGES
    outside = [one for one in members if not under or not one.name.startswith(under)]
    dangers += pickles_among(outside, source, pool)
    if len(main) > 1:
        raise refused("ambiguous")
    if folder is None:
        return []
    named = {one.name: one for one in members}
    if folder + BYTE_ORDER in named and _bytes(named[folder + BYTE_ORDER], source)[:3] == b"big":
        raise refused("big_endian")
    untrusted_bytes = _bytes(main[0], source)
    reply = ask(pool, untrusted_bytes, "torch", packed=not main[0].is_stored)
    found = read_tensors(blob(reply))
    storages = {one.place: _stored(named.get(under + one.place), source) for one in found if one.is_compared}
    return [_placed(one, storages) for one in found]


def old(source: Source, pool: Pool, dangers: list[Danger]) -> list[Tensor]:
    """Read a checkpoint from before zip: the storages stand behind the pickles, each behind its number of elements."""
    reply = ask_growing(pool, source, "torch_old", most=LARGEST_PICKLE)
    end, told = reply.header.get("end"), read_list(blob(reply, 1))
    if type(end) is not int or not 0 < end <= source.size or len(told) != 2:
        raise refused("failed")
    dangers += dangers_in(source.head(end), "", pool)
    storages: dict[str, Storage] = {}
    at = end
    for key, width in zip(*told, strict=True):
        if type(width) is not int or not 0 < width <= 16 or at + 8 > source.size:
            raise refused("beyond")
        length = int.from_bytes(source.read(at, 8), "little") * width
        if at + 8 + length > source.size:
            raise refused("beyond")
        storages[str(key)] = Storage(at + 8, length)
        at += 8 + length
    return [_placed(one, storages) for one in read_tensors(blob(reply))]


def _bytes(member: Member, source: Source) -> bytes:
    if member.packed > LARGEST_PICKLE:
        raise refused("too_large")
    return source.read(member.place(source), member.packed)


def _stored(member: Member | None, source: Source) -> Storage:
    if member is None:
        raise refused("missing_part")
    if not member.is_stored:
        raise refused("compressed")
    return Storage(member.place(source), member.size)


def _placed(one: Tensor, storages: Mapping[str, Storage]) -> Tensor:
    """Return a tensor as it stands in the file. Its strides go where its elements follow one another."""
    if not one.is_compared:
        return replace(one, place="")
    storage, width = storages.get(one.place), WIDTHS[one.kind]
    if storage is None:
        raise refused("missing_part")
    if len(one.strides) != len(one.shape):
        raise refused("damaged")
    strides = () if one.strides == _in_order(one) or one.elements < 2 else one.strides
    span = 1 + sum((n - 1) * stride for n, stride in zip(one.shape, strides, strict=True)) if strides else 0
    size = width * (span or one.elements)
    if one.offset + size > storage.length:
        raise refused("beyond")
    if strides and max(size, width * one.elements) > LARGEST_STRIDED:
        return replace(one, kind="unread", place="", strides=())
    return replace(one, offset=storage.offset + one.offset, size=size, place="", strides=strides)


def _in_order(one: Tensor) -> tuple[int, ...]:
    """Return the strides of elements one behind the other; of a side of length 1 any stride will do."""
    strides, step = list(one.strides), 1
    for place in range(len(one.shape) - 1, -1, -1):
        if one.shape[place] != 1:
            strides[place] = step
        step *= one.shape[place]
    return tuple(strides)
