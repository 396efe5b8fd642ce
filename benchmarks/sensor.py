"""Sensor patterns, one core, interleaved in one run: ``python -m benchmarks.sensor [--quick]``.

The peer is the same method as anybody would write it first, in double precision: PyWavelets' ``wavedec2`` and
``waverec2`` with ``db4`` on four levels, window means by SciPy's ``uniform_filter``, means of rows and columns for the
four mosaic places, NumPy's ``fft2`` over the whole plane; a comparison takes two spectra, their product, the whole
surface and its mean. Both work on the same centre of 1024 x 1024 pixels; what they return is compared. "One more
device" is what a further device costs once the picture's spectrum and the device's are there.

Every round times every method on the same picture in an order by chance; ratios are taken within a round. Times are
processor time. Decoding is not in them: see ``benchmarks/pdq.py``.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pywt
from scipy.ndimage import uniform_filter

from benchmarks.landscapes import draw
from openhotline.provenance.sensor import group_by_sensor, learn, peak_to_correlation, residual, trace
from openhotline.provenance.sensor.correlation import peak_at
from openhotline.provenance.sensor.noise import LEVELS
from openhotline.provenance.sensor.settings import sensor_settings
from openhotline.provenance.sensor.spectrum import spectrum_of

Numbers = npt.NDArray[np.float64]

SIDE = 1024
RESIDUAL_TARGET, OTHERS_RESIDUAL = 5.0, 360.0  # times the peer; ms, measured by others with code of their own


def share(squares: Numbers, variance: float) -> Numbers:
    """Return the part that is noise."""
    means = [uniform_filter(squares, size, mode="wrap") for size in (3, 5, 7, 9)]
    return variance / np.maximum(variance, np.min(means, axis=0))


def plain_residual(luma: npt.NDArray[np.uint8]) -> Numbers:
    """Return the weighted residual as slow code makes it."""
    picture = luma.astype(np.float64)
    variance = sensor_settings().noise ** 2
    bands = pywt.wavedec2(picture, "db4", mode="periodization", level=LEVELS)
    kept = [np.zeros_like(bands[0])]
    kept += [tuple(band * share(band**2, variance) for band in level) for level in bands[1:]]
    noise = pywt.waverec2(kept, "db4", mode="periodization")
    noise *= picture * ((picture >= 4) & (picture <= 250)) / 255
    for y in (0, 1):
        for x in (0, 1):
            part = noise[y::2, x::2]
            part -= part.mean(axis=1, keepdims=True)
            part -= part.mean(axis=0, keepdims=True)
    spectrum = np.fft.fft2(noise)
    squares = np.abs(spectrum) ** 2 / noise.size
    return np.fft.ifft2(spectrum * share(squares, float(squares.mean()))).real


def plain_energy(a: Numbers, b: Numbers) -> float:
    """Return the energy at the place where both lie as they are."""
    surface = np.fft.ifft2(np.fft.fft2(a) * np.fft.fft2(b).conj()).real
    peak = surface[0, 0]
    rest = np.roll(surface, (5, 5), (0, 1))
    rest[:11, :11] = 0
    return float(np.sign(peak) * peak**2 / ((rest**2).sum() / (rest.size - 121)))


def timed(methods: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return milliseconds by method, one value a round; a first round warms up."""
    chance, taken = np.random.default_rng(rounds), {name: list[float]() for name in methods}
    for turn in range(rounds + 1):
        for name in chance.permutation(list(methods)).tolist():
            begin = time.process_time()
            methods[name]()
            if turn:
                taken[name].append((time.process_time() - begin) * 1e3)
    return taken


def ratios(above: list[float], below: list[float]) -> tuple[float, str]:
    """Return the median of paired ratios, and it with their range in words."""
    each = [a / b for a, b in zip(above, below, strict=True)]
    return statistics.median(each), f"{statistics.median(each):6.1f}  [{min(each):.1f} - {max(each):.1f}]"


def picture(factor: npt.NDArray[np.float32], seed: int) -> npt.NDArray[np.uint8]:
    """Return the luma of a landscape by a simulated sensor."""
    light = draw(SIDE, SIDE, seed, grain=1.0)[:, :, 1] * factor
    noise = np.random.default_rng(seed).standard_normal(light.shape) * np.sqrt(np.maximum(light, 1) * 0.05)
    return np.clip(light + noise, 0, 255).astype(np.uint8)


def main() -> None:
    """Run on one core and print everything."""
    quick = "--quick" in sys.argv
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    rounds = 5 if quick else 21
    factor = 1 + 0.01 * np.random.default_rng(1).standard_normal((SIDE, SIDE)).astype(np.float32)
    lumas = [picture(factor, seed) for seed in range(6)]
    pattern = learn(lumas[:4], name="simulated", at=datetime(2026, 11, 22, tzinfo=UTC))
    ours, plain = residual(lumas[4]), plain_residual(lumas[4])
    values, spectra = pattern.values.astype(np.float64), (spectrum_of(ours), spectrum_of(residual(lumas[5])))
    taken = timed(
        {
            "plain residual": lambda: plain_residual(lumas[4]),
            "residual": lambda: residual(lumas[4]),
            "plain comparison": lambda: plain_energy(plain, values),
            "comparison, all turns": lambda: peak_to_correlation(ours, pattern),
            "one more device": lambda: peak_at(*spectra, (SIDE, SIDE), (0, 0)),
            "search everywhere": lambda: peak_to_correlation(ours, pattern, anywhere=True),
        },
        rounds,
    )
    print(f"Sensor patterns, one core, {SIDE} x {SIDE}, {rounds} rounds. Medians, ranges in brackets.")
    for name, times in taken.items():
        print(f"  {name:22} {statistics.median(times):8.2f} ms  [{min(times):.2f} - {max(times):.2f}]")
    ratio, words = ratios(taken["plain residual"], taken["residual"])
    held = "held" if ratio >= RESIDUAL_TARGET else "MISSED"
    print(f"  plain / residual        {words}   target >= {RESIDUAL_TARGET:g}: {held}")
    print(f"  plain / one more device {ratios(taken['plain comparison'], taken['one more device'])[1]}")
    print(
        f"  {OTHERS_RESIDUAL:.0f} ms / residual       {OTHERS_RESIDUAL / statistics.median(taken['residual']):6.1f}"
    )
    differing = float(np.abs(ours - plain).max() / plain.std())
    print(
        f"  largest difference of a residual's value from the plain one's: {differing:.4f} standard deviations"
    )
    energies = peak_to_correlation(ours, pattern).energy, plain_energy(plain, values)
    print(f"  energy {energies[0]:.1f}, plain {energies[1]:.1f}")
    report_grouping(40 if quick else 200)


def report_grouping(count: int) -> None:
    """Print what grouping a report's pictures costs; noise alone, since only the time is looked at."""
    chance = np.random.default_rng(3)
    base = picture(np.ones((SIDE, SIDE), np.float32), 9)
    made = (np.roll(base, int(at), 1) + chance.integers(0, 3, base.shape, np.uint8) for at in range(count))
    traces = [trace(luma) for luma in made]
    begin = time.process_time()
    group_by_sensor(traces)
    taken = time.process_time() - begin
    print(f"  {count} pictures against each other, {count * (count - 1) // 2:,} pairs: {taken:.1f} s")


if __name__ == "__main__":
    main()
