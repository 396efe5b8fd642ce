"""Our figures are those of the Netherlands Forensic Institute's package and of scikit-learn."""

from __future__ import annotations

from math import log10

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import roc_auc_score

from openhotline.provenance.detectors import metrics
from openhotline.provenance.detectors.calibration import (
    Calibration,
    Sample,
    calibration_document,
    calibration_of,
    fit_line,
    stated,
)

lir = pytest.importorskip("lir.metrics")
LLRData = pytest.importorskip("lir.data.models").LLRData

SEEDS = range(5)


def drawn(seed: int) -> tuple[metrics.Floats, metrics.Flags]:
    """Ratios as powers of ten, with ties, and the classes of 60 to 200 pictures."""
    chance = np.random.default_rng(seed)
    made = np.concatenate([np.ones(40 + 20 * seed, bool), np.zeros(20 + 10 * seed, bool)])
    return np.round(chance.normal(0, 1, len(made)) + np.where(made, 0.7, -0.7), 1), made


@pytest.mark.parametrize("seed", SEEDS)
def test_auc_is_scikit_learns(seed: int) -> None:
    scores, made = drawn(seed)
    assert metrics.auc(scores, made) == pytest.approx(roc_auc_score(made, scores))


@pytest.mark.parametrize("seed", SEEDS)
def test_cllr_is_lirs(seed: int) -> None:
    scores, made = drawn(seed)
    assert metrics.cllr(scores, made) == pytest.approx(
        lir.cllr(LLRData(features=scores, labels=made.astype(int)))
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_the_least_cllr_is_lirs(seed: int) -> None:
    scores, made = drawn(seed)
    assert metrics.cllr_min(scores, made) == pytest.approx(
        lir.cllr_min(LLRData(features=scores, labels=made.astype(int))), abs=1e-6
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_pooled_rates_are_scikit_learns(seed: int) -> None:
    scores, made = drawn(seed)
    theirs = IsotonicRegression().fit_transform(scores, made.astype(float))
    np.testing.assert_allclose(metrics.pav(scores, made, balanced=False), theirs, atol=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000))
def test_calibrating_at_best_never_costs_more(seed: int) -> None:
    scores, made = drawn(seed % 7)
    shifted = scores * (0.2 + seed % 11) + seed % 3
    assert metrics.cllr_min(shifted, made) <= metrics.cllr(shifted, made) + 1e-9


def test_saying_nothing_costs_one_bit() -> None:
    made = np.array([True, False, True])
    assert metrics.cllr(np.zeros(3), made) == pytest.approx(1.0)
    assert metrics.cross_entropy(np.zeros(3), made, np.zeros(1))[0] == pytest.approx(1.0)


def test_the_cross_entropy_at_even_odds_is_cllr() -> None:
    scores, made = drawn(3)
    assert metrics.cross_entropy(scores, made, np.zeros(1))[0] == pytest.approx(metrics.cllr(scores, made))


def test_recall_at_a_rate_of_false_alarms() -> None:
    scores = np.array([*range(100), 98.5, 50.5, 200.0], float)
    made = np.array([False] * 100 + [True] * 3)
    assert metrics.recall_at(scores, made, 0.01) == pytest.approx(2 / 3)  # one real picture, the 99, may pass
    assert metrics.recall_at(scores, made, 0.0) == pytest.approx(1 / 3)


def test_intervals_are_those_of_the_tables() -> None:
    assert metrics.wilson(5, 20, 1.959964) == pytest.approx((0.1119, 0.4687), abs=1e-4)
    assert metrics.wilson(0, 0, 1.96) == (0.0, 1.0)
    assert metrics.upper_bound(0, 26) == pytest.approx(1 - 0.05 ** (1 / 26))
    assert metrics.upper_bound(3, 20) == pytest.approx(0.3437, abs=1e-4)
    assert metrics.upper_bound(20, 3000) < 0.01


def test_ratios_that_are_right_have_no_calibration_error() -> None:
    chance = np.random.default_rng(1)
    made = np.concatenate([np.ones(20_000, bool), np.zeros(20_000, bool)])
    natural = chance.normal(0, 2, len(made)) + np.where(made, 2.0, -2.0)  # mean is half the variance
    assert metrics.calibration_error(natural / np.log(10), made) < 0.01
    assert metrics.calibration_error(3 * natural / np.log(10), made) > 0.03


def test_a_line_is_found_again() -> None:
    chance = np.random.default_rng(2)
    made = np.concatenate([np.ones(5000, bool), np.zeros(5000, bool)])
    natural = chance.normal(0, 2, len(made)) + np.where(made, 2.0, -2.0)
    slope, offset = fit_line(natural * 7 + 30, made)
    assert slope == pytest.approx(1 / (7 * np.log(10)), rel=0.05)
    assert slope * 30 + offset == pytest.approx(0, abs=0.05)


def test_a_score_that_falls_says_nothing() -> None:
    scores, made = drawn(2)
    assert fit_line(-scores, made) == (0.0, 0.0)


def test_classes_apart_give_a_finite_line() -> None:
    made = np.array([True] * 10 + [False] * 10)
    slope, _ = fit_line(np.where(made, 1.0, -1.0), made)
    assert 0 < slope < 10


def test_no_ratio_beyond_what_was_counted() -> None:
    line = Calibration(1.0, 0.0, Sample(real=9, generated=99, real_sources=4, generated_sources=2))
    assert line.log10_lr(np.array([50.0, -50.0])).tolist() == pytest.approx([1.0, -2.0])
    assert line.bounds == pytest.approx((-log10(3), log10(5)))
    assert line.weight(50.0) == pytest.approx(log10(5))


def test_ratios_are_stated_with_one_decimal() -> None:
    assert stated(np.array([0.37, -0.04, -1.26])).tolist() == [0.4, 0.0, -1.3]


def test_a_calibration_is_read_as_it_was_written() -> None:
    line = Calibration(0.25, -1.5, Sample(9, 99, 4, 2))
    assert calibration_of(calibration_document(line)) == line
    with pytest.raises(ValueError, match="must not fall"):
        calibration_of(calibration_document(line) | {"slope": -1.0})
