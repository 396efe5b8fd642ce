"""An evaluation as one HTML page that needs nothing else: no script, no style, font or picture from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from openhotline.provenance.detectors import plots
from openhotline.provenance.detectors.abstention import REASONS
from openhotline.provenance.detectors.figures import Figures, Quality
from openhotline.provenance.detectors.metrics import Share
from openhotline.provenance.detectors.report_text import ROWS

_STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}"
    "table{border-collapse:collapse;margin:.5rem 0 1.5rem}th,td{border-bottom:1px solid #ccc;padding:.25rem .7rem;"
    "text-align:left}td.n{text-align:right}.warn{border:2px solid #b3400f;padding:.5rem 1rem}"
    "figure{display:inline-block;margin:0 1rem 1rem 0}svg{max-width:100%;height:auto}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(figures: Figures) -> str:
    """Return the page. Everything that came from file names or manifests is escaped."""
    sample = figures.sample
    title = f"Detector {figures.detector}, version {figures.version}"
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        f"<meta http-equiv='Content-Security-Policy' content=\"{_POLICY}\">",
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>{escape(title)}</h1><p>Judged {escape(figures.at)}, by {escape(figures.how)}. Model SHA-256 ",
        f"<code>{escape(figures.model_sha256)}</code>{', quantised, run in float' if figures.dequantised else ''}.</p>",
        f"<p>{sample.real} real pictures of {sample.real_sources} sources, {sample.generated} generated of ",
        f"{sample.generated_sources}.</p>",
        "<div class='warn'><h2>What this does not show</h2><ul>",
        *(f"<li>{escape(sentence)}</li>" for sentence in figures.limits),
        "</ul></div><h2>Quality</h2>",
        _quality(figures.everything, figures.spoken),
        "<h2>Plots</h2>",
        *_drawn(figures),
        "<h2>False alarms and abstention</h2>",
        _false_alarms(figures),
        "<h2>Sources</h2>",
        _sources(figures),
        "<h2>The trap</h2><p>A classifier that sees only format, width, height and bytes a pixel reaches AUC ",
        f"{_number(figures.trap.at_random)} in a random split and {_number(figures.trap.by_source)} split by source.</p>",
        *_unreadable(figures),
        "</main></body></html>\n",
    ]
    return "".join(parts)


def _drawn(figures: Figures) -> Iterable[str]:
    for words, drawn in (
        ("Tippett: the share of pictures that reach a ratio", plots.tippett(figures.curves)),
        ("ECE: what the ratios cost, by prior odds", plots.ece(figures.curves)),
        ("DET: misses against false alarms", plots.det(figures.curves)),
    ):
        labelled = drawn.replace("<svg", f"<svg role='img' aria-label='{escape(words, quote=True)}'", 1)
        yield f"<figure>{labelled}<figcaption>{escape(words)}</figcaption></figure>"


def _quality(everything: Quality, spoken: Quality | None) -> str:
    columns = [everything, *([spoken] if spoken else [])]
    heads = ["", "every picture", *(["where it did not abstain"] if spoken else [])]
    return _table(heads, [[words, *(told(column) for column in columns)] for words, told in ROWS])


def _false_alarms(figures: Figures) -> str:
    rows = [
        [
            "Real called synthetic",
            _told(figures.real_called_synthetic),
            f"{figures.real_called_synthetic.upper:.1%}",
        ],
        [
            "Real called synthetic, where it did not abstain",
            _told(figures.real_called_synthetic_spoken),
            f"{figures.real_called_synthetic_spoken.upper:.1%}",
        ],
        ["Abstained on", _told(figures.abstained), ""],
        *([f"{code}: {REASONS[code]}", str(count), ""] for code, count in figures.abstentions),
    ]
    return _table(["", "pictures", "one-sided 95 % upper bound"], rows)


def _sources(figures: Figures) -> str:
    rows = [
        [
            source.name,
            "generated" if source.generated else "real",
            str(source.pictures),
            str(source.abstained),
            _told(source.synthetic),
            f"{source.spoken.hits} of {source.spoken.of}",
        ]
        for source in figures.sources
    ]
    return _table(["Source", "class", "pictures", "abstained", "called synthetic", "where it spoke"], rows)


def _unreadable(figures: Figures) -> Iterable[str]:
    if figures.unreadable:
        yield f"<h2>Not used: {len(figures.unreadable)}</h2>"
        yield _table(["File", "reason"], [list(row) for row in figures.unreadable])


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th scope='col'>{escape(words)}</th>" for words in heads)
    body = "".join(
        f"<tr><th scope='row'>{escape(first)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in rest)}</tr>"
        for first, *rest in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _told(share: Share) -> str:
    low, high = share.interval
    return f"{share.hits} of {share.of} ({share.rate:.1%}, {low:.1%} to {high:.1%})"


def _number(value: float | None) -> str:
    return "(cannot be tried)" if value is None else f"{value:.2f}"
