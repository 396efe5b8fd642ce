"""An evaluation as text, for a terminal. The same figures as the JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from openhotline.provenance.detectors.abstention import REASONS
from openhotline.provenance.detectors.figures import Figures, Quality, Source
from openhotline.provenance.detectors.metrics import Share

ROWS: tuple[tuple[str, Callable[[Quality], str]], ...] = (
    ("pictures, real", lambda q: str(q.real)),
    ("pictures, generated", lambda q: str(q.generated)),
    ("AUC", lambda q: f"{q.auc:.3f}"),
    ("  95 % interval", lambda q: f"{q.auc_interval[0]:.2f} to {q.auc_interval[1]:.2f}"),
    ("TPR at 1 % FPR", lambda q: f"{q.recall_at_1:.3f}"),
    ("TPR at 5 % FPR", lambda q: f"{q.recall_at_5:.3f}"),
    ("Cllr", lambda q: f"{q.cllr:.3f}"),
    ("Cllr min", lambda q: f"{q.cllr_min:.3f}"),
    ("Cllr - Cllr min", lambda q: f"{q.gap:.3f}"),
    ("  before rounding", lambda q: f"{q.fine_gap:.3f}"),
    ("Cllr as weighed", lambda q: f"{q.cllr_as_weighed:.3f}"),
    ("ECE", lambda q: f"{q.ece:.3f}"),
)
"""The figures in the order in which text and page show them."""


def lines(figures: Figures) -> Iterator[str]:
    """Yield the report, a line at a time."""
    sample = figures.sample
    yield f"Detector {figures.detector}, version {figures.version}"
    yield f"Model    {figures.model_sha256}{', quantised, run in float' if figures.dequantised else ''}"
    yield f"Judged   {figures.at}, by {figures.how}"
    if figures.source_disjoint and figures.folds:
        yield f"         {figures.folds} folds, no source on both sides"
    yield (
        f"Pictures {sample.real} real of {_many(sample.real_sources, 'source')}, "
        f"{sample.generated} generated of {_many(sample.generated_sources, 'source')}"
    )
    yield ""
    yield from _table(figures.everything, figures.spoken)
    yield ""
    yield f"Real called synthetic     {_told(figures.real_called_synthetic)}"
    yield f"{'  one-sided upper bound':26}{figures.real_called_synthetic.upper:.1%}"
    spoken = figures.real_called_synthetic_spoken
    yield f"  where it did not abstain {_told(spoken)}, upper bound {spoken.upper:.1%}"
    yield f"Abstained on              {_told(figures.abstained)}"
    for code, count in figures.abstentions:
        yield f"  {count:4}  {code}: {REASONS[code]}"
    yield ""
    yield from _sources(figures.sources)
    yield ""
    yield "Called synthetic: a ratio of two or more. The interval is Wilson's, 95 %."
    yield ""
    yield "Trap: format, width, height and bytes a pixel alone, without a look at the picture, reach AUC"
    yield f"  {_number(figures.trap.at_random)} in a random split, {_number(figures.trap.by_source)} split by source"
    if figures.unreadable:
        yield ""
        yield f"Not used: {_many(len(figures.unreadable), 'file')}"
        for file, reason in figures.unreadable:
            yield f"  {_harmless(file)}: {reason}"
    yield ""
    yield "What this does not show:"
    for sentence in figures.limits:
        yield f"  - {_harmless(sentence)}"


def _table(everything: Quality, spoken: Quality | None) -> Iterator[str]:
    columns = [everything, *([spoken] if spoken else [])]
    yield f"{'':26}{'every picture':>16}" + (f"{'not abstained':>16}" if spoken else "")
    for words, told in ROWS:
        yield f"{words:26}" + "".join(f"{told(column):>16}" for column in columns)


def _sources(sources: tuple[Source, ...]) -> Iterator[str]:
    width = min(max(len(source.name) for source in sources), 44)
    yield f"{'Source':{width}}  {'class':9}  pictures  abstained  called synthetic   where it spoke"
    for source in sources:
        word = "generated" if source.generated else "real"
        name = _harmless(source.name)[:width]
        low, high = source.synthetic.interval
        share = f"{source.synthetic.rate:4.0%} ({low:.0%}-{high:.0%})"
        spoken = f"{source.spoken.hits} of {source.spoken.of}"
        yield f"{name:{width}}  {word:9}  {source.pictures:8}  {source.abstained:9}  {share:16}   {spoken}"


def _told(share: Share) -> str:
    low, high = share.interval
    return f"{share.hits} of {share.of} ({share.rate:.1%}, interval {low:.1%} to {high:.1%})"


def _number(value: float | None) -> str:
    return "(cannot be tried)" if value is None else f"{value:.2f}"


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _harmless(words: str) -> str:
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in words)
