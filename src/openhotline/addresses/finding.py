"""Addresses in free text, as they are written there."""

from __future__ import annotations

import re

from openhotline.addresses.normal import normalise
from openhotline.addresses.parts import LONGEST
from openhotline.errors import BadInput

MOST = 1000
"""Addresses taken from one text; a text with more is a list and has its own way in."""

_candidate = re.compile(r"[^\s<>\"\u00ab\u00bb\u201c\u201d\u201e]+")
# What may begin an address inside a word that punctuation glued to something else: "link:https://..."
_begin = re.compile(
    r"(?:h(?:tt|xx|\*\*|__)ps?(?::|\[:|\[://\])|magnet:|ftps?://|ipfs://|www\.)", re.IGNORECASE
)
_INSIDE = re.compile(r"[/?=&%.@-]|\w")
_ENDING = ".,;:!?'`\u2019\u2026*_~|"
_PAIRS = {")": "(", "]": "[", "}": "{"}


def find_addresses(text: str) -> list[str]:
    """Return what can be read as an address, as it is written, in order, each place once.

    A bare name counts where it ends as public names do. At most ``MOST`` are returned.
    """
    found: dict[str, str] = {}
    for word in _candidate.finditer(text):
        for piece in _pieces(word[0]):
            normal = _normal(piece)
            if normal and len(found) < MOST:
                found.setdefault(normal, piece)
    return list(found.values())


def _pieces(word: str) -> list[str]:
    """A word, cut before every address that begins in it, without the punctuation of the sentence around it."""
    begins = [one.start() for one in _begin.finditer(word) if not _is_inside(word, one.start())]
    if begins:
        ends = [*begins[1:], len(word)]
        return [_trimmed(word[begin:end]) for begin, end in zip(begins, ends, strict=True)]
    return [_trimmed(word)] if "." in word or "[dot]" in word.lower() else []


def _is_inside(word: str, place: int) -> bool:
    """Whether an address stands in another one's path or query (``?url=https://...``), or in the middle of a name."""
    # One letter only: a word may be as long as the text.
    return place > 0 and bool(_INSIDE.fullmatch(word[place - 1]))


def _trimmed(piece: str) -> str:
    if len(piece) > 4 * LONGEST:
        return ""  # no address, and trimming it sign by sign would take long
    piece = piece.lstrip("([{'`\u2018*_~|-")
    while piece:
        last = piece[-1]
        if last in _ENDING or (last in _PAIRS and piece.count(last) > piece.count(_PAIRS[last])):
            piece = piece[:-1]
        else:
            break
    return piece


def _normal(piece: str) -> str:
    if len(piece) < 4 or piece.lower().startswith("words:"):
        return ""
    try:
        return normalise(piece).normal
    except BadInput:
        return ""
