"""The words of an HTML letter and where its links lead. Nothing is loaded and nothing is run."""

from __future__ import annotations

from html.parser import HTMLParser

_SILENT = ("script", "style", "head", "title")
_BREAKS = ("p", "br", "div", "li", "tr", "td", "h1", "h2", "h3", "blockquote")
_LEADS = {"a": "href", "area": "href", "img": "src", "source": "src", "video": "src", "iframe": "src"}


def text_of_html(html: str) -> str:
    """Return the text, with the target of each link behind it: that, not its words, is where it leads."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.pieces)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        target = dict(attrs).get(_LEADS.get(tag, ""))
        if target and target.lower().startswith(("http:", "https:", "ftp:", "magnet:")):
            self.pieces.append(f" {target} ")
        elif tag in _BREAKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and self._silent:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(data)
