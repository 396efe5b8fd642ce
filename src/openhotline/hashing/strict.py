"""PDQ at full resolution, bit for bit as the reference implementation (``pdqhash.compute``), only sooner.

Numbered as the code:

1. Samples come from the linear operator. They differ from the reference's by the rounding of its running
   sums.
2. No bit can differ where the two middle frequencies are further apart than twice that rounding, and the
   quality cannot where slightly longer and slightly shorter steps give the same one.
3. Where either is in doubt, the reference's own arithmetic is repeated, operation by operation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from openhotline.errors import BadInput
from openhotline.hashing import cosine, operator, running_sums
from openhotline.hashing.geometry import SAMPLES, is_too_small
from openhotline.hashing.pdq import PdqHash, without_hash

Spectrum = npt.NDArray[Any]

# Rounding in the reference's frequencies near the median: at most 0.0061 in 1,600 drawn colour gradients of
# 200 to 4,000 pixels a side, its worst case, and 0.0013 in 150 textured pictures; twice that is assumed. Bits
# were seen to differ only below a gap of 0.0005. (Our own measurement, 2026-11.)
FREQUENCY_ERROR = 0.0125

# Rounding in the difference of neighbouring samples, in grey levels: at most 0.0019 in the same pictures.
STEP_ERROR = 0.005


def check_picture(picture: npt.NDArray[np.uint8]) -> None:
    """Refuse an array that is no picture."""
    coloured = picture.ndim == 3 and picture.shape[2] == 3
    if picture.dtype != np.uint8 or not (coloured or picture.ndim == 2):
        raise BadInput("A picture to hash is uint8[height, width, 3] or grey uint8[height, width].")


def pdq_strict(rgb: npt.NDArray[np.uint8], *, decoder: str = "") -> PdqHash:
    """Hash uint8[height, width, 3] or grey uint8[height, width]; ``decoder`` says what made the pixels."""
    check_picture(rgb)
    if is_too_small(*rgb.shape[:2]):
        return without_hash("strict", decoder)
    samples, spectrum = transform(rgb)
    return cosine.finish(samples, spectrum, "strict", decoder)


def transform(
    rgb: npt.NDArray[np.uint8], *, variants: Callable[[Spectrum], Sequence[Spectrum]] = lambda found: (found,)
) -> tuple[npt.NDArray[np.float32], Spectrum]:
    """Return samples and frequencies that give the reference's quality, and its bits for all ``variants``."""
    height, width = rgb.shape[:2]
    if (height, width) != (SAMPLES, SAMPLES):
        sides = operator.side(height, height, 1.0), operator.side(width, width, 1.0)
        samples = operator.samples(rgb, *sides)  # 1
        spectrum = cosine.frequencies(samples)
        if all(map(_bits_are_settled, variants(spectrum))) and _quality_is_settled(samples):  # 2
            return samples, spectrum
    exact = running_sums.samples(rgb if rgb.ndim == 3 else np.repeat(rgb[:, :, None], 3, axis=2))  # 3
    return exact, cosine.frequencies_in_order(exact)


def _bits_are_settled(spectrum: Spectrum) -> bool:
    return cosine.gap_at_median(spectrum) > 2 * FREQUENCY_ERROR


def _quality_is_settled(samples: npt.NDArray[np.float32]) -> bool:
    return cosine.quality(samples, error=-STEP_ERROR) == cosine.quality(samples, error=STEP_ERROR)
