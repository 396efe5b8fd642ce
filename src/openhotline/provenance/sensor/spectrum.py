"""What does not belong to one sensor is taken out of a residual in the Fourier domain.

After M. Chen, J. Fridrich, M. Goljan, J. Lukas, "Determining image origin and integrity using sensor noise", 2008:

1. Means of rows and columns, for each of the four places of the colour mosaic apart. A mean over every second sample
   of a row is what the frequencies 0 and one half along that row hold, so these lines of the spectrum are set to zero.
2. Peaks of the spectrum (the grid of 8 x 8 blocks, the mosaic, a maker's own processing) are brought down to
   their surroundings by the local Wiener filter; what is as strong everywhere stays as it is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Singles = npt.NDArray[np.float32]
Spectrum = npt.NDArray[np.complex64]
_REACH = 4  # of the largest window


def whitened(residual: Singles) -> Singles:
    """Return float32[h, w] without means and periodic parts. Sides are even."""
    spectrum = spectrum_of(residual)
    height, width = residual.shape
    spectrum[[0, height // 2]] = 0
    spectrum[:, [0, -1]] = 0
    spectrum *= _share(spectrum, residual.size)
    return np.fft.irfft2(spectrum, s=(height, width)).astype(np.float32, copy=False)


def spectrum_of(values: Singles) -> Spectrum:
    """Return complex64[h, w/2 + 1]: the half of the spectrum that says all."""
    return np.fft.rfft2(values).astype(np.complex64, copy=False)


def _share(spectrum: Spectrum, count: int) -> Singles:
    from openhotline.provenance.sensor import kernels

    squares = (spectrum.real**2 + spectrum.imag**2) / np.float32(count)
    variance = float(squares.mean(dtype=np.float64))
    share = np.empty(squares.shape, np.float32)
    kernels.noise_share(_surrounded(squares), variance, share)
    return share


def _surrounded(squares: Singles) -> Singles:
    """Add four values on every side: rows go round, and left of column 0 stands what column 1 says backwards."""
    height, width = squares.shape
    out = np.empty((height + 2 * _REACH, width + 2 * _REACH), np.float32)
    rows = np.arange(-_REACH, height + _REACH)
    out[:, _REACH:-_REACH] = squares[rows % height]
    mirrored = squares[-rows % height]
    out[:, :_REACH] = mirrored[:, _REACH:0:-1]
    out[:, -_REACH:] = mirrored[:, -2 : -2 - _REACH : -1]
    return out
