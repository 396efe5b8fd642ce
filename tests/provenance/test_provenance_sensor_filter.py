"""The residual's parts against slow, obvious code: PyWavelets, SciPy, and sums written out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import pywt
from benchmarks.landscapes import draw
from scipy.ndimage import uniform_filter
from sensor_cast import HEIGHT, WIDTH, exposed, flat, luma, photograph, sensor

from openhotline.errors import BadInput, WrongUsage
from openhotline.provenance.sensor import false_alarm_rate, residual, sensor_settings
from openhotline.provenance.sensor.correlation import compare, highest_peak, peak_at
from openhotline.provenance.sensor.noise import LEVELS, scene_removed
from openhotline.provenance.sensor.residuals import centre, noise_and_light
from openhotline.provenance.sensor.spectrum import spectrum_of, whitened

Numbers = npt.NDArray[np.float64]


def noise_share(squares: Numbers, variance: float) -> Numbers:
    means = [uniform_filter(squares, size, mode="wrap") for size in (3, 5, 7, 9)]
    return variance / np.maximum(variance, np.min(means, axis=0))


def slow_noise(picture: Numbers) -> Numbers:
    variance = sensor_settings().noise ** 2
    bands = pywt.wavedec2(picture, "db4", mode="periodization", level=LEVELS)
    kept = [np.zeros_like(bands[0])]
    kept += [tuple(band * noise_share(band**2, variance) for band in level) for level in bands[1:]]
    return np.asarray(pywt.waverec2(kept, "db4", mode="periodization"))


def slow_whitened(residual: Numbers) -> Numbers:
    width = residual.shape[1]
    without = residual.copy()
    for y in (0, 1):
        for x in (0, 1):  # each place of the colour mosaic
            part = without[y::2, x::2]
            part -= part.mean(axis=1, keepdims=True)
            part -= part.mean(axis=0, keepdims=True)
    spectrum = np.fft.fft2(without)
    squares = np.abs(spectrum) ** 2 / residual.size
    half = squares[:, : width // 2 + 1]
    return np.fft.ifft2(spectrum * noise_share(squares, float(half.mean()))).real


def slow_energy(a: Numbers, b: Numbers) -> float:
    surface = np.array([[(np.roll(a, (-y, -x), (0, 1)) * b).sum() for x in range(32)] for y in range(32)])
    rest = np.roll(surface, (5, 5), (0, 1))
    rest[:11, :11] = 0
    return float(np.sign(surface[0, 0]) * surface[0, 0] ** 2 / ((rest**2).sum() / (32 * 32 - 121)))


def test_the_scene_is_removed_as_slow_code_removes_it() -> None:
    cut = centre(luma(photograph(0, 1)))[:128, :160]
    wanted = slow_noise(cut.astype(np.float64))
    assert np.abs(scene_removed(cut) - wanted).max() < 0.01
    assert wanted.std() > 0.2


def test_means_and_peaks_of_the_spectrum_go_as_slow_code_takes_them() -> None:
    values = np.random.default_rng(2).normal(0, 1, (96, 128))
    values += np.sin(np.arange(128) * np.pi / 4) * 2 + np.arange(96)[:, None] * 0.1
    fast, slow = whitened(values.astype(np.float32)), slow_whitened(values)
    assert np.abs(fast - slow).max() < 1e-3
    peak = np.abs(np.fft.fft2(fast))
    assert peak[0, 16] < 6 * peak.mean()  # the wave of eight pixels
    assert np.abs(np.fft.fft2(values))[0, 16] > 50 * peak.mean()


def test_the_energy_is_that_of_sums_written_out() -> None:
    chance = np.random.default_rng(3)
    a, b = chance.normal(0, 1, (2, 32, 32))
    for other in (b, a + b, -a + 2 * b):
        found = compare(a.astype(np.float32), other.astype(np.float32)).energy
        assert found == pytest.approx(slow_energy(a, other), rel=1e-3)
    assert compare(a.astype(np.float32), (-a + 2 * b).astype(np.float32)).energy < 0


def test_the_highest_peak_says_where_it_is() -> None:
    a = np.random.default_rng(4).normal(0, 1, (64, 96)).astype(np.float32)
    moved = np.roll(a, (7, 90), (0, 1))
    energy, _, place = highest_peak(spectrum_of(moved), spectrum_of(a), (64, 96))
    assert place == (7, 90)
    assert energy > 1000


def test_chance_reaches_an_energy_as_often_as_calculated() -> None:
    """Every shift by whole blocks is a trial: 6,912 for each of 28 pairs of simulated sensors."""
    traces = [spectrum_of(residual(luma(photograph(number, 10 + number)))) for number in range(8)]
    trials: list[npt.NDArray[np.float32]] = []
    for i, a in enumerate(traces):
        for b in traces[:i]:
            _, spread = peak_at(a, b, (HEIGHT, WIDTH), (0, 0))
            surface = np.fft.irfft2(a * b.conj(), s=(HEIGHT, WIDTH))
            energies = np.sign(surface) * surface**2 / (surface**2).mean()
            trials.append(energies[::8, ::8].ravel() / spread)
            assert 1.2 < spread < 3
    together = np.concatenate(trials)
    for energy, most in ((1.0, 1.3), (4.0, 1.6), (9.0, 2.5), (16.0, 8)):
        assert 0.75 < (together >= energy).mean() / false_alarm_rate(energy) < most


def test_at_the_place_itself_the_calculated_chances_are_spread_evenly() -> None:
    """Which they are only if each says what it should: of 120 pairs of sensors a tenth lie below 0.1, and so on."""
    traces = [residual(luma(photograph(number, 10 + number))) for number in range(16)]
    found = [compare(a, b) for i, a in enumerate(traces) for b in traces[:i]]
    chances = np.array([peak.false_alarm for peak in found if peak.energy > 0])
    assert 40 <= len(chances) <= 80  # about half of 120 are positive
    assert 0.0005 < chances.min() < 0.05
    assert (chances < 0.25).mean() == pytest.approx(0.5, abs=0.2)
    assert all(peak.energy < 25 for peak in found)


def test_the_spread_is_that_of_the_surface_itself() -> None:
    chance = np.random.default_rng(5)
    a, b = chance.normal(0, 1, (2, 64, 96)).astype(np.float32)
    a *= np.tile(np.repeat([0.2, 3.0], 4), 8)[:, None]
    b *= np.tile(np.repeat([0.2, 3.0], 4), 8)[:, None]
    surface = np.fft.irfft2(spectrum_of(a) * spectrum_of(b).conj(), s=a.shape)
    _, spread = peak_at(spectrum_of(a), spectrum_of(b), (64, 96), (0, 0))
    grid = surface[::8, ::8].ravel()[1:]
    rest = np.roll(surface, (5, 5), (0, 1))
    rest[:11, :11] = np.nan
    assert spread == pytest.approx((grid**2).mean() / np.nanmean(rest**2), rel=1e-3)


def test_the_false_alarm_rate_is_known_at_the_threshold() -> None:
    assert false_alarm_rate(60) == pytest.approx(4.74e-15, rel=0.01)
    assert false_alarm_rate(60, 1024 * 1024) == pytest.approx(4.97e-9, rel=0.01)
    assert false_alarm_rate(1, 10**9) == 1
    assert false_alarm_rate(-60) == 1


def test_black_and_burnt_out_pixels_weigh_nothing() -> None:
    cut = centre(flat(0, 1)[:, :, 0])
    cut[:100], cut[100:200] = 255, 0
    _, light = noise_and_light(cut)
    assert not light[:200].any()
    assert light[200:].all()


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (np.full((600, 500), 90, np.uint8), "smaller than 512"),
        (np.full((600, 600), 255, np.uint8), "burnt out"),
        (np.full((600, 600), 1, np.uint8), "black"),
        (np.tile(np.linspace(20, 200, 600), (600, 1)).astype(np.float32), "no noise"),
    ],
)
def test_what_holds_no_pattern_is_refused_with_the_reason(picture: npt.NDArray[np.uint8], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        residual(picture)


def test_of_colours_the_brightness_of_the_centre_is_taken() -> None:
    colours = exposed(draw(1201, 1100, 8, grain=1.0), sensor(0, 1201, 1100), 9)
    brightness = colours.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    assert np.allclose(residual(colours), residual(brightness), atol=1e-4)
    assert residual(colours).shape == (1024, 1024)


@pytest.mark.parametrize("kind", [np.float64, np.int16])
def test_other_numbers_than_light_are_wrong_usage(kind: type) -> None:
    with pytest.raises(WrongUsage):
        residual(np.zeros((600, 600), kind))


def test_a_residual_is_the_same_each_time() -> None:
    picture = luma(photograph(0, 1))
    first = residual(picture)
    assert first.dtype == np.float32
    assert first.shape == (576, 768)
    assert residual(picture.astype(np.float32)).tobytes() == first.tobytes()
