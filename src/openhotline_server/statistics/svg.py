"""From matplotlib's SVG to one that a page with a strict content policy shows and a screen reader reads.

Styles become plain attributes, because ``style`` is refused where inline styles are; text takes the page's
colour and font; names that nothing refers to are dropped, so that several charts may stand in one page.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

INK = "#010203"  # drawn in this colour means: the colour of the page's text
INK_BY_DEFAULT = "#1f2933"
FONTS = "system-ui, 'DejaVu Sans', sans-serif"

_STYLE = re.compile(r' style="([^"]*)"')
_FRAME = re.compile(r'^.*?<svg [^>]*?(width="[^"]*" height="[^"]*" viewBox="[^"]*")[^>]*>', re.DOTALL)
_DROPPED = re.compile(r" *<defs>\s*<style.*?</style>\s*</defs>\n| *<metadata>.*?</metadata>\n", re.DOTALL)
_GROUP_NAME = re.compile(r'<g id="[^"]*"')
_EMPTY_GROUP = re.compile(r" *<g/>\n| *<g>\s*</g>\n")
_PT = re.compile(r'(width|height)="([0-9.]+)pt"')


def tidy(svg: str, *, name: str, title: str, description: str) -> str:
    """Return the drawing with title and description; ``name`` makes their identifiers unique in a page."""
    frame = _FRAME.match(svg)
    size = _PT.sub(r'\1="\2"', frame[1]) if frame else ""
    body = _DROPPED.sub("", svg[frame.end() :] if frame else svg)
    body = _STYLE.sub(_as_attributes, body).replace(f'"{INK}"', '"currentColor"')
    body = _GROUP_NAME.sub("<g", body)
    while _EMPTY_GROUP.search(body):
        body = _EMPTY_GROUP.sub("", body)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" color="{INK_BY_DEFAULT}"'
        f' fill="currentColor" font-family="{FONTS}" stroke-linejoin="round"'
        f' aria-labelledby="{name}-title {name}-desc">\n'
        f' <title id="{name}-title">{escape(title)}</title>\n'
        f' <desc id="{name}-desc">{escape(description)}</desc>{body}'
    )


def _as_attributes(style: re.Match[str]) -> str:
    """Turn ``style="fill: none; font-size: 10px"`` into attributes; the font is set once, at the top."""
    pairs = [part.split(":", 1) for part in style[1].split(";") if ":" in part]
    kept = [(key.strip(), value.strip()) for key, value in pairs if key.strip() != "font-family"]
    return "".join(f' {key}="{value}"' for key, value in kept)
