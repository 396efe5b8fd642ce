"""When a detector says nothing: reasons, each with its code and its words. Specification: an abstention weighs 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openhotline.provenance.detectors.picture import Pixels

LEAST_SIDE = 224
"""Pixels of the shorter side: what the encoders of today take in; a smaller picture would be enlarged."""
MOST_SPREAD = 0.5
"""In powers of ten, between the variants of one picture: more, and the score hangs on the compression."""
MOST_DISAGREEMENT = 1.0
"""In powers of ten, between detectors, before any bound of theirs."""
LEAST_BITS = 0.25
"""Bits a pixel of the file, by judgement: even smooth photographs take more at an ordinary quality; 0.5 silenced eight
of 88 wallpapers and generated pictures that showed no blocks."""
LEAST_BITS_MODERN = 0.1
LEAST_COLOUR = 3.0
"""Mean distance between the channels, in grey levels: below it a picture is grey, and no colour can speak."""

TOO_SMALL, SEVERAL_FRAMES, VECTOR = "too_small", "several_frames", "vector_drawing"
GREY, HEAVILY_COMPRESSED, FLAT = "grey", "heavily_compressed", "no_texture"
UNSTABLE, DISAGREE, NOT_CALIBRATED = "unstable", "detectors_disagree", "not_calibrated"
NO_WEIGHT = "calibration_supports_no_weight"
FAILED = "could_not_be_run"

REASONS = {
    TOO_SMALL: "its shorter side is below 224 pixels",
    SEVERAL_FRAMES: "it has several frames",
    VECTOR: "it is a vector drawing",
    GREY: "it is grey",
    HEAVILY_COMPRESSED: "it is heavily compressed",
    FLAT: "it is an even area or a graphic, not a scene",
    UNSTABLE: "the score changes under mild compression or scaling",
    DISAGREE: "detectors disagree by more than a power of ten",
    NOT_CALIBRATED: "this detector has not been calibrated",
    NO_WEIGHT: "the sample it was calibrated on supports no weight",
    FAILED: "the model could not be run on it",
}

_DENSE = ("image/avif", "image/heic", "image/heif", "image/webp")


@dataclass(frozen=True)
class About:
    """What is known of the file besides its pixels. ``size``: of the file in bytes, if known."""

    size: int | None = None
    frames: int = 1
    media_type: str = ""


def reasons_against(pixels: Pixels, about: About) -> tuple[str, ...]:
    """Return the codes of why no detector should speak about this picture, uint8[height, width, 3]."""
    height, width = pixels.shape[:2]
    found = []
    if min(height, width) < LEAST_SIDE:
        found.append(TOO_SMALL)
    if about.frames > 1:
        found.append(SEVERAL_FRAMES)
    if about.media_type == "image/svg+xml":
        found.append(VECTOR)
    sample = _sample(pixels)
    if _is_grey(sample):
        found.append(GREY)
    if _is_flat(sample):
        found.append(FLAT)
    if about.size is not None and _bits(about.size, height * width) < _least_bits(about.media_type):
        found.append(HEAVILY_COMPRESSED)
    return tuple(found)


def is_unstable(log10_lr: Sequence[float]) -> bool:
    """Whether the variants' ratios, as the line gives them, lie too far apart."""
    return max(log10_lr) - min(log10_lr) > MOST_SPREAD


def _sample(pixels: Pixels) -> NDArray[np.int16]:
    """Return every n-th row and column, about 256 of each: enough for means, and quick."""
    step_down, step_right = (max(side // 256, 1) for side in pixels.shape[:2])
    return pixels[::step_down, ::step_right].astype(np.int16)


def _is_grey(sample: NDArray[np.int16]) -> bool:
    return bool((sample.max(axis=2) - sample.min(axis=2)).mean() < LEAST_COLOUR)


def _is_flat(sample: NDArray[np.int16]) -> bool:
    """Whether nine tenths of neighbours are exactly alike, as in drawings, screenshots and even areas."""
    alike = (sample[:, 1:] == sample[:, :-1]).all(axis=2)
    return bool(alike.size and alike.mean() > 0.9)


def _bits(size: int, area: int) -> float:
    return 8 * size / area


def _least_bits(media_type: str) -> float:
    return LEAST_BITS_MODERN if media_type in _DENSE else LEAST_BITS
