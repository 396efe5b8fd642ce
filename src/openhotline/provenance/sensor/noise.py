"""A picture's noise residual: what is left of it when the scene is taken away, and in it the sensor's pattern.

After J. Lukas, J. Fridrich, M. Goljan, "Digital camera identification from sensor pattern noise", 2006: four levels
of an 8-tap Daubechies transform, a local Wiener filter in each band, and back.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from openhotline.provenance.sensor.settings import sensor_settings

Singles = npt.NDArray[np.float32]
LEVELS = 4


def scene_removed(light: Singles) -> Singles:
    """Return the noise in ``light`` (float32[h, w], 0 to 255, sides multiples of 32), in grey levels.

    About 15 ms for 1024 x 1024 on one core. Borders go round: what lies within a few pixels of one is a little worse.
    """
    return _noise(np.ascontiguousarray(light, np.float32), sensor_settings().noise ** 2, LEVELS)


def _noise(picture: Singles, variance: float, levels: int) -> Singles:
    from openhotline.provenance.sensor import kernels  # numba is loaded where it is needed

    if levels == 0:
        return np.zeros_like(picture)  # the coarsest picture is scene
    height, width = picture.shape
    low, high = (np.empty((height // 2, width), np.float32) for _ in range(2))
    kernels.split_rows(picture, low, high)
    coarse, across, down, both = (np.empty((height // 2, width // 2), np.float32) for _ in range(4))
    kernels.split_columns(low, coarse, across)
    kernels.split_columns(high, down, both)
    for band in (across, down, both):
        band *= _share(band, variance)
    kernels.join_columns(_noise(coarse, variance, levels - 1), across, low)
    kernels.join_columns(down, both, high)
    noise = np.empty_like(picture)
    kernels.join_rows(low, high, noise)
    return noise


def _share(band: Singles, variance: float) -> Singles:
    from openhotline.provenance.sensor import kernels

    squares = np.empty((band.shape[0] + 8, band.shape[1] + 8), np.float32)
    kernels.square_wrapped(band, squares)
    share = np.empty_like(band)
    kernels.noise_share(squares, variance, share)
    return share
