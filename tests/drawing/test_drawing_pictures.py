"""Drawn pictures: the same for the same number, unlike any other, and close to their variants."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import pdqhash
import pytest
from PIL import Image

from openhotline.errors import WrongUsage
from openhotline_server.pipeline.drawing import VARIANTS, draw, variant
from openhotline_server.pipeline.drawing.scenes import SCENES

THRESHOLD = 31  # bits; PDQ's own recommendation for a match
SEEDS = range(160)


def pdq(picture: Image.Image) -> npt.NDArray[np.int16]:
    bits, _quality = pdqhash.compute(np.asarray(picture))
    return np.asarray(bits, dtype=np.int16)


@pytest.fixture(scope="module")
def drawn() -> list[Image.Image]:
    return [draw(seed, width=480, height=360) for seed in SEEDS]


@pytest.mark.parametrize("size", [(480, 360), (1, 1), (37, 1200), (1600, 900)])
def test_the_same_number_gives_the_same_picture(size: tuple[int, int]) -> None:
    pictures = [draw(7, width=size[0], height=size[1]) for _ in range(2)]
    assert pictures[0].size == size
    assert pictures[0].mode == "RGB"
    assert pictures[0].tobytes() == pictures[1].tobytes()


def test_a_picture_stays_the_same_from_release_to_release() -> None:
    small = draw(1, width=64, height=48).convert("L").resize((8, 6), Image.Resampling.BOX)
    golden = [233, 199, 200, 233, 237, 240, 221, 214]
    assert np.abs(np.asarray(small)[0].astype(int) - golden).max() <= 2


def test_every_kind_of_scene_is_drawn_from_any_number() -> None:
    rng = np.random.default_rng(3)
    for scene in SCENES:
        for size in ((2, 2), (5, 90), (90, 5), (160, 120)):
            assert scene(rng, *size).size == size


def test_no_two_numbers_give_look_alikes(drawn: list[Image.Image]) -> None:
    bits = np.array([pdq(picture) for picture in drawn])
    apart = (bits[:, None, :] != bits[None, :, :]).sum(axis=2) + 256 * np.eye(len(bits), dtype=int)
    assert apart.min() > 2 * THRESHOLD


@pytest.mark.parametrize("kind", VARIANTS)
def test_a_variant_is_other_bytes_and_the_same_picture(kind: str, drawn: list[Image.Image]) -> None:
    far = 0
    for seed, picture in zip(SEEDS, drawn[:60], strict=False):
        changed = variant(picture, kind, seed)
        assert changed.mode == "RGB"
        assert hashlib.sha256(changed.tobytes()).digest() != hashlib.sha256(picture.tobytes()).digest()
        far += int((pdq(changed) != pdq(picture)).sum() > THRESHOLD)
    assert far <= 3


def test_a_variant_repeats_and_leaves_its_original_alone(drawn: list[Image.Image]) -> None:
    before = drawn[0].tobytes()
    for kind in VARIANTS:
        assert variant(drawn[0], kind, 5).tobytes() == variant(drawn[0], kind, 5).tobytes()
    assert drawn[0].tobytes() == before


def test_an_unknown_variant_is_refused(drawn: list[Image.Image]) -> None:
    with pytest.raises(WrongUsage, match="reencode"):
        variant(drawn[0], "mirror", 1)
