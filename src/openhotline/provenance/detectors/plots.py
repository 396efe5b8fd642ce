"""Tippett, ECE and DET plots as SVG text, by matplotlib, without scripts and without anything from elsewhere."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openhotline.provenance.detectors.extra import need
from openhotline.provenance.detectors.figures import Curves
from openhotline.provenance.detectors.metrics import cross_entropy, pav

GENERATED, REAL, OTHER = "#b3400f", "#1f5a85", "#555555"
"""Told apart in print and by the colour-blind; lines differ in their dashes too."""

Floats = NDArray[np.float64]


def tippett(curves: Curves) -> str:
    """Return for each ratio the share of pictures that reach it."""

    def draw(axes: Any) -> None:
        ratios, made = _arrays(curves)
        for chosen, words, colour, dashes in (
            (made, "generated", GENERATED, "-"),
            (~made, "real", REAL, "--"),
        ):
            levels = np.sort(ratios[chosen])
            share = 1 - np.arange(len(levels)) / len(levels)
            axes.step([*levels, levels[-1]], [*share, 0], where="post", color=colour, ls=dashes, label=words)
        axes.axvline(0, color=OTHER, lw=0.8)
        axes.set(xlabel="log10 likelihood ratio", ylabel="share that reaches it", ylim=(0, 1.02))

    return _svg(draw, "tippett")


def ece(curves: Curves) -> str:
    """Return the cross-entropy over prior odds: as it is, calibrated at best, and without any evidence."""

    def draw(axes: Any) -> None:
        ratios, made = _arrays(curves)
        priors = np.linspace(-2.5, 2.5, 101)
        with np.errstate(divide="ignore"):
            rates = pav(ratios, made, balanced=True)
            best = np.log10(rates) - np.log10(1 - rates)
        for values, words, colour, dashes in (
            (ratios, "this detector", GENERATED, "-"),
            (best, "calibrated at best", REAL, "--"),
            (np.zeros_like(ratios), "no evidence", OTHER, ":"),
        ):
            axes.plot(priors, cross_entropy(values, made, priors), color=colour, ls=dashes, label=words)
        axes.set(xlabel="log10 prior odds", ylabel="empirical cross-entropy, bits", ylim=(0, None))

    return _svg(draw, "ece")


def det(curves: Curves) -> str:
    """Return misses against false alarms, both on a normal scale."""

    def draw(axes: Any) -> None:
        ratios, made = _arrays(curves)
        levels = np.unique(ratios)
        alarms = np.array([(ratios[~made] > level).mean() for level in levels])
        misses = np.array([(ratios[made] <= level).mean() for level in levels])
        axes.plot(_normal(alarms), _normal(misses), color=GENERATED, marker=".", ms=4)
        ticks = np.array([0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8])
        names = [f"{tick:.0%}" for tick in ticks]
        axes.set_xticks(_normal(ticks), names)
        axes.set_yticks(_normal(ticks), names)
        axes.set(xlabel="real called synthetic", ylabel="generated missed")

    return _svg(draw, "det", legend=False)


def _arrays(curves: Curves) -> tuple[Floats, NDArray[np.bool_]]:
    return np.asarray(curves.log10_lr, np.float64), np.asarray(curves.generated, bool)


def _normal(rates: Floats) -> list[float]:
    return [NormalDist().inv_cdf(min(max(float(rate), 0.002), 0.998)) for rate in rates]


def _svg(draw: Callable[[Any], None], name: str, *, legend: bool = True) -> str:
    """Draw without any global state of matplotlib; the same text for the same figures."""
    figures, backend, library = (
        need(module) for module in ("matplotlib.figure", "matplotlib.backends.backend_svg", "matplotlib")
    )
    with library.rc_context({"svg.hashsalt": name, "svg.fonttype": "none", "font.size": 9}):
        figure = figures.Figure(figsize=(4.4, 3.2), layout="tight")
        axes = figure.add_subplot()
        axes.grid(visible=True, lw=0.3)
        draw(axes)
        if legend:
            axes.legend(frameon=False)
        stream = io.StringIO()
        backend.FigureCanvasSVG(figure).print_svg(stream, metadata={"Date": None, "Creator": None})
    drawn = stream.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    drawn = re.sub(r"<metadata>.*?</metadata>", "", drawn, flags=re.S)
    # Names inside a drawing must differ from those of its neighbours on the page.
    drawn = re.sub(r'\bid="', f'id="{name}-', drawn)
    return re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", drawn)
