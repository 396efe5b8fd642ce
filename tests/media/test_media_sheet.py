from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from media_drawings import landscape
from PIL import Image

from openhotline.errors import BadInput, WrongUsage
from openhotline.media import LEVELS, make_preview, render_one, render_sheet, sheet_layout
from openhotline.media.sheet import BACKGROUND, GAP, MOST_MEMBERS, render_entry

Grey = np.ndarray[Any, Any]


def previews(count: int) -> list[bytes]:
    shapes = [(640, 480), (300, 640), (640, 640), (90, 60)]
    return [
        make_preview(np.asarray(landscape(*shapes[n % 4], seed=n).convert("L"))) for n in range(min(count, 4))
    ] * (count // min(count, 4))


def grey(data: bytes) -> Grey:
    picture = Image.open(io.BytesIO(data))
    assert picture.mode == "L"
    return np.asarray(picture).astype(float)


def busyness(pixels: Grey) -> float:
    """How much neighbouring pixels differ: fine detail, in grey steps."""
    return float(np.abs(np.diff(pixels, axis=0)).mean() + np.abs(np.diff(pixels, axis=1)).mean())


def test_levels_go_from_almost_nothing_to_clear() -> None:
    assert [level.number for level in LEVELS] == [0, 1, 2, 3, 4, 5]
    assert [level.detail for level in LEVELS] == sorted(level.detail for level in LEVELS)
    assert LEVELS[0].detail <= 8 and LEVELS[0].blur >= 1
    assert (LEVELS[-1].detail, LEVELS[-1].blur) == (640, 0)


@pytest.mark.parametrize(("count", "columns"), [(1, 6), (4, 2), (8, 6), (24, 6), (24, 4)])
def test_a_sheet_has_one_size_at_every_level(count: int, columns: int) -> None:
    layout = sheet_layout(count, columns)
    for level in LEVELS:
        sheet = grey(render_sheet(previews(count), level=level.number, columns=columns))
        assert sheet.shape == (layout.height, layout.width)


def test_cells_do_not_touch_and_stand_in_order() -> None:
    cells = sheet_layout(8, 3).cells
    assert cells[:4] == ((0, 0, 192, 192), (200, 0, 192, 192), (400, 0, 192, 192), (0, 200, 192, 192))
    sheet = grey(render_sheet(previews(8), level=5, columns=3))
    gap = sheet[:, 192 + 2 : 192 + GAP - 2]
    assert np.abs(gap - BACKGROUND).max() < 12


def test_each_level_shows_no_more_than_the_one_above() -> None:
    sheets = [busyness(grey(render_sheet(previews(4), level=n, columns=2))) for n in range(6)]
    singles = [busyness(grey(render_one(previews(1)[0], n))) for n in range(6)]
    assert sheets == sorted(sheets)
    assert singles == sorted(singles)


@pytest.mark.parametrize("level", LEVELS[:5], ids=lambda level: str(level.number))
def test_nothing_finer_than_the_level_is_in_the_picture(level: Any) -> None:
    """Fine noise must not come through: what is rendered can be told by its own ``detail`` pixels."""
    noise = np.random.default_rng(3).integers(0, 256, (640, 640), dtype=np.uint8)
    shown = render_one(make_preview(noise), level.number)
    picture = Image.open(io.BytesIO(shown))
    coarse = picture.resize((level.detail, level.detail), Image.Resampling.BOX)
    again = np.asarray(coarse.resize(picture.size, Image.Resampling.BILINEAR)).astype(float)
    assert np.abs(np.asarray(picture).astype(float) - again).mean() < 4
    assert grey(shown).std() < noise.std() / 4


def test_a_single_picture_keeps_the_previews_size_at_every_level() -> None:
    for preview in previews(4):
        size = Image.open(io.BytesIO(preview)).size
        assert all(Image.open(io.BytesIO(render_one(preview, n))).size == size for n in range(6))


def test_the_top_level_is_the_preview_itself() -> None:
    preview = previews(1)[0]
    assert np.abs(grey(render_one(preview, 5)) - grey(preview)).mean() < 2


@pytest.mark.parametrize("level", [0, 2, 5])
def test_a_member_without_a_preview_keeps_its_place_crossed_out(level: int) -> None:
    sheet = grey(render_sheet([previews(1)[0], b"", previews(1)[0]], level=level, columns=3)).astype(int)
    cell = sheet[:192, 200:392]
    beside = cell[60:132, :40]  # between the arms of the cross
    assert beside.std() < 2
    arms = [cell[n, across] for n in range(10, 182) for across in (n, 191 - n)]
    assert float(np.mean(arms)) < beside.mean() - 20


@pytest.mark.parametrize(
    "mistake",
    [
        lambda: render_sheet([], level=1, columns=1),
        lambda: render_sheet(previews(24) + previews(1), level=1, columns=6),
        lambda: render_sheet(previews(1), level=6, columns=1),
        lambda: render_sheet(previews(1), level=-1, columns=1),
        lambda: render_sheet(previews(1), level=1, columns=0),
        lambda: render_entry(b"abc", lengths=[2], level=1, columns=1),
        lambda: render_entry(b"abc", lengths=[4, -1], level=1, columns=1),
        lambda: render_entry(b"".join(previews(4)), lengths=[len(p) for p in previews(4)], level=1),
    ],
)
def test_a_mistaken_call_is_told_so(mistake: Any) -> None:
    with pytest.raises(WrongUsage):
        mistake()


def test_a_damaged_preview_is_named() -> None:
    with pytest.raises(BadInput):
        render_one(previews(1)[0][:900], 3)


def test_the_entry_draws_a_full_sheet() -> None:
    blobs = previews(MOST_MEMBERS)
    header, (sheet,) = render_entry(b"".join(blobs), lengths=[len(b) for b in blobs], level=2, columns=6)
    assert Image.open(io.BytesIO(sheet)).size == (header["width"], header["height"])
    assert len(header["cells"]) == MOST_MEMBERS  # type: ignore[arg-type]
    assert len(sheet) < 120_000
