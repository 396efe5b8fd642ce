"""Pieces of a report's page. Every text that comes from a data set or a list is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from openhotline.datasets.audit.page.style import POLICY, STYLE

Cell = str | int


def document(title: str, parts: Iterable[str]) -> str:
    """Return the whole page."""
    return "".join(
        (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">',
            f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body><main>\n",
            *parts,
            "</main></body></html>\n",
        )
    )


def section(title: str, *parts: str) -> str:
    """Return one section; ``parts`` are markup."""
    return f"<section><h2>{escape(title)}</h2>\n{''.join(parts)}</section>\n"


def text(words: str, *, quiet: bool = False) -> str:
    """Return a paragraph."""
    return f'<p class="quiet">{escape(words)}</p>' if quiet else f"<p>{escape(words)}</p>"


def items(sentences: Iterable[str]) -> str:
    """Return a list of sentences."""
    return f"<ul>{''.join(f'<li>{escape(sentence)}</li>' for sentence in sentences)}</ul>"


def figures(named: Iterable[tuple[str, Cell]]) -> str:
    """Return large numbers with their names."""
    cards = "".join(f"<div><dt>{escape(name)}</dt><dd>{_said(value)}</dd></div>" for name, value in named)
    return f'<dl class="figures">{cards}</dl>\n'


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]], *, long: bool = False) -> str:
    """Return a table: numbers to the right, the first column as the rows' names. It scrolls by itself."""
    rows = list(rows)
    numbers = [bool(rows) and all(isinstance(row[at], int) for row in rows) for at in range(len(heads))]
    head = "".join(
        f'<th scope="col"{_class(number)}>{escape(words)}</th>'
        for words, number in zip(heads, numbers, strict=True)
    )
    body = "".join(f"<tr>{_row(row, numbers)}</tr>" for row in rows)
    name = escape(title, quote=True)
    kinds = " ".join(["scroll", *(["long"] if long else []), *(["wide"] if len(heads) > 2 else [])])
    return (
        f'<div class="{kinds}" role="group" aria-label="{name}" tabindex="0"><table>'
        f"<caption>{name}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>\n"
    )


def beside(drawn: str, words: str, told: str) -> str:
    """Return a plot with its caption, and the table of the same figures beside it."""
    caption = f"<figcaption>{escape(words)}</figcaption>"
    return f'<div class="pair"><figure>{drawn}{caption}</figure>{told}</div>\n'


def _row(row: Sequence[Cell], numbers: Sequence[bool]) -> str:
    first, rest = row[0], zip(row[1:], numbers[1:], strict=True)
    return f'<th scope="row"{_class(numbers[0])}>{_said(first)}</th>' + "".join(
        f"<td{_class(number)}>{_said(cell)}</td>" for cell, number in rest
    )


def _class(number: bool) -> str:
    return ' class="n"' if number else ""


def _said(cell: Cell) -> str:
    return f"{cell:,}" if isinstance(cell, int) else escape(cell)
