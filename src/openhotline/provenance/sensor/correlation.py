"""Peak-to-correlation energy: how far two patterns agree at one place, against how far they agree by chance.

After M. Goljan, J. Fridrich, T. Filler, "Large scale test of sensor fingerprint camera identification", 2009. The
circular cross-correlation is c(s) = sum over n of a(n + s) b(n); the energy is c(peak)^2, with the peak's sign, over
the mean of c(s)^2 outside the 11 x 11 values around the peak. What it means by chance: ``false_alarms``.

At one known place the surface itself is not needed: the sum of all c(s)^2 is read off the spectra (Parseval), and the
11 x 11 values are two small matrix products.

JPEG works in blocks of 8 x 8, which leaves the noise of any two pictures a little alike at every shift by whole blocks:
there c(s)^2 is 1.5 to 4 times its mean elsewhere. Where a picture lies as it was stored, its peak is at such a shift,
so the chance of a false alarm is calculated with the mean over these shifts: ``spread`` says how much larger it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from openhotline.errors import BadInput
from openhotline.provenance.sensor.false_alarms import false_alarm_rate
from openhotline.provenance.sensor.spectrum import Spectrum, spectrum_of

Singles = npt.NDArray[np.float32]

BLOCK = 8
REACH = 5
"""Values on each side of a peak that are its own: 11 x 11 in all."""


@dataclass(frozen=True)
class PeakToCorrelation:
    """``energy`` is signed; ``place`` is (down, right) in pixels; ``turn`` counts quarter turns of the pattern.

    ``places`` were looked at, and ``false_alarm`` is the chance that an unrelated sensor reaches this energy at the
    best of them, by calculation. ``shape`` is (height, width) of what was compared, ``spread`` stands above.
    """

    energy: float
    spread: float
    place: tuple[int, int]
    turn: int
    places: int
    false_alarm: float
    shape: tuple[int, int]


def peak_at(a: Spectrum, b: Spectrum, shape: tuple[int, int], place: tuple[int, int]) -> tuple[float, float]:
    """Return the signed energy of the cross-correlation at one place, and its spread, from the two spectra."""
    product = a * b.conj()
    weights = _twice_inside(shape[1])
    total = float(((product.real**2 + product.imag**2).sum(axis=0, dtype=np.float64) * weights).sum())
    total /= shape[0] * shape[1]  # Parseval: now the sum of c(s)^2
    around = _around(product, shape, place, weights)
    own = float((around.astype(np.float64) ** 2).sum())
    peak = float(around[REACH, REACH])
    count = shape[0] * shape[1] - around.size
    return _energy(peak, total - own, count), _spread(product, shape, peak, (total - own) / count)


def highest_peak(a: Spectrum, b: Spectrum, shape: tuple[int, int]) -> tuple[float, float, tuple[int, int]]:
    """Return the signed energy of the highest value anywhere, its spread, and its place."""
    product = a * b.conj()
    surface = np.fft.irfft2(product, s=shape)
    row, column = (int(at) for at in np.unravel_index(int(surface.argmax()), shape))
    peak, total = float(surface[row, column]), float((surface.astype(np.float64) ** 2).sum())
    rows = np.arange(row - REACH, row + REACH + 1) % shape[0]
    columns = np.arange(column - REACH, column + REACH + 1) % shape[1]
    around = surface[np.ix_(rows, columns)]
    own = float((around.astype(np.float64) ** 2).sum())
    count = shape[0] * shape[1] - around.size
    on_grid = peak if row % BLOCK == column % BLOCK == 0 else 0.0
    spread = _spread(product, shape, on_grid, (total - own) / count)
    return _energy(peak, total - own, count), spread, (row, column)


def compare(a: Singles, b: Singles) -> PeakToCorrelation:
    """Compare two residuals or patterns of one shape as they lie."""
    if a.shape != b.shape:
        raise BadInput(
            "The two have different dimensions and cannot be compared. Choose pictures of one size."
        )
    shape = (a.shape[0], a.shape[1])
    energy, spread = peak_at(spectrum_of(a), spectrum_of(b), shape, (0, 0))
    return PeakToCorrelation(energy, spread, (0, 0), 0, 1, false_alarm_rate(energy / spread), shape)


def _energy(peak: float, rest: float, count: int) -> float:
    if rest <= 0:
        return 0.0  # one of the two is blank
    return float(np.copysign(peak**2 / (rest / count), peak))


def _spread(product: Spectrum, shape: tuple[int, int], peak: float, mean: float) -> float:
    """Return the mean square at shifts by whole blocks, the peak left out, over the mean square of all; at least one.

    Taking every eighth value of the surface folds its spectrum eight times each way, so neither is needed whole.
    """
    rows, columns = shape[0] // BLOCK, shape[1] // BLOCK
    half = product.reshape(BLOCK, rows, -1).sum(axis=0)
    other = half[-np.arange(rows) % rows, -2:0:-1].conj()  # what the half spectrum leaves out
    folded = np.concatenate([half, other], axis=1).reshape(rows, BLOCK, columns).sum(axis=1)
    squares = float((folded.real**2 + folded.imag**2).sum(dtype=np.float64)) * rows * columns
    on_grid = (squares / (shape[0] * shape[1]) ** 2 - peak**2) / (rows * columns - 1)
    return max(1.0, on_grid / mean) if mean > 0 else 1.0


def _twice_inside(width: int) -> npt.NDArray[np.float32]:
    """Return how often each column of a half spectrum stands in the whole one."""
    weights = np.full(width // 2 + 1, 2, np.float32)
    weights[[0, -1]] = 1
    return weights


def _around(product: Spectrum, shape: tuple[int, int], place: tuple[int, int], weights: Singles) -> Singles:
    """Return the 11 x 11 values of the cross-correlation around a place."""
    down = _waves(np.arange(shape[0]), place[0], shape[0])
    across = _waves(np.arange(shape[1] // 2 + 1), place[1], shape[1])
    half = (down @ product) * weights
    values = (half @ across.T).real / np.float32(shape[0] * shape[1])
    return values.astype(np.float32)


def _waves(frequencies: npt.NDArray[np.int64], at: int, length: int) -> Spectrum:
    places = np.arange(at - REACH, at + REACH + 1)
    angles = 2 * np.pi * (np.outer(places, frequencies) % length) / length
    return (np.cos(angles) + 1j * np.sin(angles)).astype(np.complex64)
