"""What a reader's screen receives: a contact sheet or a single picture, drawn from previews at a level.

A sheet of so many pictures has the same size at every level, so that nothing moves on the page when the level
changes. What is drawn at a low level was reduced and blurred first and enlarged afterwards: nothing sharper
leaves the server.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from openhotline.errors import BadInput, WrongUsage
from openhotline.media.levels import Level, get_level
from openhotline.media.preview import LONGEST_SIDE, encode, preview_size, read_preview, shrink
from openhotline.media.sniff import JPEG

MOST_MEMBERS = 24
TILE_SIDE = 192  # pixels of a member's cell
GAP = 8
BACKGROUND = 0x8C
EMPTY_CELL, CROSS = 0x80, 0x58

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Layout:
    """Where everything stands, in pixels: the sheet's size, each member's left, top, width and height."""

    width: int
    height: int
    cells: tuple[Box, ...]


def sheet_layout(count: int, columns: int) -> Layout:
    """Return the layout for so many members; it depends on nothing else."""
    if not 1 <= count <= MOST_MEMBERS:
        raise WrongUsage(f"A sheet holds 1 to {MOST_MEMBERS} pictures. Make several sheets.")
    if not 1 <= columns <= MOST_MEMBERS:
        raise WrongUsage(f"A sheet has 1 to {MOST_MEMBERS} columns.")
    across = min(columns, count)
    down = -(-count // across)
    step = TILE_SIDE + GAP
    cells = tuple((n % across * step, n // across * step, TILE_SIDE, TILE_SIDE) for n in range(count))
    return Layout(across * step - GAP, down * step - GAP, cells)


def render_sheet(previews: Sequence[bytes], *, level: int, columns: int) -> bytes:
    """Return a grey JPEG with every preview in its cell.

    Empty bytes stand for a member without a preview: its cell is crossed out, so that nobody takes it for a picture.
    """
    layout = sheet_layout(len(previews), columns)
    chosen = get_level(level)
    sheet = Image.new("L", (layout.width, layout.height), BACKGROUND)
    for preview, (left, top, width, height) in zip(previews, layout.cells, strict=True):
        if not preview:
            sheet.paste(_crossed(width, height), (left, top))
            continue
        tile = _read(preview, least_side=TILE_SIDE)
        shown = veil(tile, chosen, _fit(tile.size, TILE_SIDE))
        sheet.paste(shown, (left + (width - shown.width) // 2, top + (height - shown.height) // 2))
    return encode(np.asarray(sheet))


def render_one(preview: bytes, level: int) -> bytes:
    """Return one picture as a grey JPEG in the preview's own size, whatever the level."""
    chosen = get_level(level)
    source = _read(preview, least_side=min(max(chosen.detail, TILE_SIDE), LONGEST_SIDE))
    return encode(np.asarray(veil(source, chosen, _size(preview))))


def veil(picture: Image.Image, level: Level, size: tuple[int, int]) -> Image.Image:
    """Take away what the level does not show, then enlarge to ``size``."""
    reduced = picture
    if max(picture.size) > level.detail:
        reduced = picture.resize(_fit(picture.size, level.detail), Image.Resampling.BOX, reducing_gap=2.0)
    if level.blur:
        reduced = reduced.filter(ImageFilter.GaussianBlur(level.blur))
    return reduced if reduced.size == size else reduced.resize(size, Image.Resampling.BILINEAR)


def _crossed(width: int, height: int) -> Image.Image:
    cell = Image.new("L", (width, height), EMPTY_CELL)
    pen = ImageDraw.Draw(cell)
    for ends in ((0, 0, width, height), (0, height, width, 0)):
        pen.line(ends, fill=CROSS, width=2)
    return cell


def _fit(size: tuple[int, int], longest: int) -> tuple[int, int]:
    factor = longest / max(size)
    return max(round(size[0] * factor), 1), max(round(size[1] * factor), 1)


def _read(preview: bytes, *, least_side: int) -> Image.Image:
    with _told_if_damaged():
        return shrink(Image.fromarray(read_preview(preview, least_side=least_side)), LONGEST_SIDE)


def _size(preview: bytes) -> tuple[int, int]:
    with _told_if_damaged():
        return preview_size(preview)


@contextmanager
def _told_if_damaged() -> Iterator[None]:
    try:
        yield
    except ValueError:
        raise BadInput(
            "A stored preview cannot be read. Make the previews anew from the originals."
        ) from None


def render_entry(
    untrusted_bytes: bytes, *, lengths: list[int], level: int, columns: int | None = None
) -> tuple[dict[str, object], list[bytes]]:
    """Draw in a confined process: previews one behind the other, with their lengths.

    With ``columns`` a sheet; without, the one picture. The answer's header gives the size and the members'
    cells.
    """
    if sum(lengths) != len(untrusted_bytes) or any(length < 0 for length in lengths):
        raise WrongUsage("The lengths of the previews do not add up to the bytes sent.")
    previews, start = [], 0
    for length in lengths:
        previews.append(untrusted_bytes[start : start + length])
        start += length
    if columns is not None:
        layout = sheet_layout(len(previews), columns)
        header = {
            "width": layout.width,
            "height": layout.height,
            "cells": [list(cell) for cell in layout.cells],
        }
        return {"media_type": JPEG, **header}, [render_sheet(previews, level=level, columns=columns)]
    if len(previews) != 1:
        raise WrongUsage("Give the number of columns to draw more than one picture.")
    return {"media_type": JPEG}, [render_one(previews[0], level)]


def warm() -> None:
    """Draw once, so that a confined process has everything loaded before it is closed off."""
    grey = encode(np.full((TILE_SIDE, TILE_SIDE), BACKGROUND, np.uint8))
    render_sheet([grey], level=0, columns=1)
