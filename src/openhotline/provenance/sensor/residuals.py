"""One picture's part in a comparison: its weighted residual, its dimensions, and enough of its scene to tell repeats.

The sensor's pattern multiplies the light, I (1 + K), so the residual is weighted by the light (M. Chen and others, 2008):
what is compared is W I with K, and burnt-out or black pixels, which hold no pattern, weigh nothing.

Pixels are taken as the file stores them, never turned by EXIF: a camera writes its sensor's own orientation and only
marks how to hold it. What was really turned is found by the comparison, which tries the turns that fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from openhotline.errors import BadInput, WrongUsage
from openhotline.provenance.sensor.noise import LEVELS, scene_removed
from openhotline.provenance.sensor.scene import scene_of
from openhotline.provenance.sensor.spectrum import whitened

Singles = npt.NDArray[np.float32]
Light = npt.NDArray[np.float32] | npt.NDArray[np.uint8]

LARGEST, SMALLEST = 1024, 512
"""Pixels of a side: of the centre that is looked at, and of a picture that holds enough to be looked at."""

STEP = 2 << LEVELS
_BRIGHTNESS = np.array([0.299, 0.587, 0.114], np.float32)
DARKEST, BRIGHTEST = 4, 250
LEAST_USABLE = 0.25
LEAST_NOISE = (
    0.02  # grey levels, median: a photograph holds ten times as much, a drawing or a blank page none
)

TOO_SMALL = "The picture is smaller than 512 x 512 pixels. Use one at the size that the camera made it."
SATURATED = "Most of the picture is black or burnt out. Use one that is lit more evenly."
NO_NOISE = "The picture has no noise, as if drawn or smoothed. Use one as the camera made it."


@dataclass(frozen=True, eq=False)
class Trace:
    """``values`` is what ``residual`` returns, over its standard deviation, in half the room: 2 MiB a picture.

    ``width`` and ``height`` are the whole picture's; ``scene`` is a vector for ``scene.is_alike``.
    """

    values: npt.NDArray[np.float16]
    width: int
    height: int
    scene: Singles


def trace(luma: Light, *, width: int = 0, height: int = 0) -> Trace:
    """Return what comparing needs of a picture; ``luma`` as for ``residual``.

    ``width`` and ``height`` are the whole picture's, given where ``luma`` is only what ``centre`` cut out of it.
    """
    cut = centre(luma)
    values = halved(weighted(cut))
    return Trace(values, width or luma.shape[1], height or luma.shape[0], scene_of(cut))


def halved(values: Singles) -> npt.NDArray[np.float16]:
    """Return values over their standard deviation as float16: errors of 0.05 % vanish beside the noise."""
    return (values / np.float32(values.std(dtype=np.float64))).astype(np.float16)


def residual(luma: Light) -> Singles:
    """Return the weighted residual of the centre, float32[h', w'], sides at most 1024 and multiples of 32.

    ``luma`` is the whole picture at its full size, uint8 or float32[h, w] from 0 to 255, in the file's own orientation;
    or uint8[h, w, 3] in RGB, of which only the centre is then turned to brightness.
    BadInput where it is too small, burnt out or black, or has no noise: nothing follows from that.
    """
    return weighted(centre(luma))


def centre(luma: Light) -> Singles:
    """Return the part that is looked at as float32 brightness (ITU-R BT.601, as JPEG has it)."""
    coloured = luma.ndim == 3 and luma.shape[2] == 3 and luma.dtype == np.uint8
    if not (coloured or (luma.ndim == 2 and luma.dtype in (np.uint8, np.float32))):
        raise WrongUsage(
            "Give uint8 or float32[height, width] of brightness, or uint8[height, width, 3] in RGB."
        )
    height, width = luma.shape[:2]
    if min(height, width) < SMALLEST:
        raise BadInput(TOO_SMALL)
    rows, columns = (min(side, LARGEST) // STEP * STEP for side in (height, width))
    top, left = (height - rows) // 2, (width - columns) // 2
    cut = np.ascontiguousarray(luma[top : top + rows, left : left + columns], np.float32)
    return np.ascontiguousarray(cut @ _BRIGHTNESS, np.float32) if coloured else cut


def weighted(cut: Singles) -> Singles:
    """Return the residual of a centre, weighted and whitened."""
    noise, light = noise_and_light(cut)
    return whitened(noise * light)


def noise_and_light(cut: Singles) -> tuple[Singles, Singles]:
    """Return W and I of a centre; where a pixel is black or burnt out, I is zero."""
    usable = (cut >= DARKEST) & (cut <= BRIGHTEST)
    if usable.mean() < LEAST_USABLE:
        raise BadInput(SATURATED)
    noise = scene_removed(cut)
    if float(np.median(np.abs(noise[::7, ::7]))) < LEAST_NOISE:
        raise BadInput(NO_NOISE)
    return noise, cut * usable * np.float32(1 / 255)
