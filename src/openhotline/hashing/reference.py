"""PDQ as its authors describe it, in plain NumPy: slow and obvious. The other modes are tested against it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from openhotline.hashing import cosine
from openhotline.hashing.geometry import SAMPLES, bounds, is_too_small, positions
from openhotline.hashing.pdq import PdqHash, without_hash

RED, GREEN, BLUE = 0.299, 0.587, 0.114


def luma(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Return unrounded brightness, 0 to 255, of uint8[height, width, 3] or grey uint8[height, width]."""
    if rgb.ndim == 2:
        return rgb.astype(np.float64)
    whole: npt.NDArray[np.float64] = rgb[:, :, 0] * RED + rgb[:, :, 1] * GREEN + rgb[:, :, 2] * BLUE
    return whole


def pdq_reference(rgb: npt.NDArray[np.uint8], *, decoder: str = "") -> PdqHash:
    """Hash a picture of uint8[height, width, 3] or grey uint8[height, width]. Seconds for many megapixels.

    1. Take the brightness. 2. Blur twice with a box, along both sides. 3. Look at 64 x 64 positions. 4. Take
       the low frequencies. 5. Compare each with the median.
    """
    height, width = rgb.shape[:2]
    if is_too_small(height, width):
        return without_hash("reference", decoder)
    picture = luma(rgb)
    if (height, width) != (SAMPLES, SAMPLES):
        for _ in range(2):
            picture = blur(blur(picture).T).T
        picture = picture[np.ix_(positions(height), positions(width))]
    return cosine.finish(picture.astype(np.float32), cosine.frequencies(picture), "reference", decoder)


def blur(picture: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Replace every value by the mean over its window along the row."""
    low, high = bounds(picture.shape[1])
    return np.stack([picture[:, a : b + 1].mean(axis=1) for a, b in zip(low, high, strict=True)], axis=1)
