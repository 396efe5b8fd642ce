"""Percent-encoding and dot segments (RFC 3986, sections 5.2.4 and 6.2.2)."""

from __future__ import annotations

import re

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_escape = re.compile(r"%[0-9A-Fa-f]{2}")
# What may stand in a path as it is (RFC 3986: pchar and the slash); a query may hold a question mark besides.
_plain = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/?-]+")


def upper_escapes(text: str) -> str:
    """Write the digits of every escape in capitals, and change nothing else."""
    return _escape.sub(lambda found: found[0].upper(), text)


def normal_escapes(text: str) -> str:
    """Escape what must be, take escapes back that need not be, and capitals elsewhere. Twice is once.

    Text beyond ASCII is escaped as UTF-8, as browsers do. A percent sign that begins no escape is one itself.
    """
    if _plain.fullmatch(text):
        return text
    made: list[str] = []
    last = 0
    for found in _escape.finditer(text):
        made += [_escaped(text[last : found.start()]), _taken_back(found[0])]
        last = found.end()
    return "".join([*made, _escaped(text[last:])])


def without_dot_segments(path: str) -> str:
    """Resolve ``.`` and ``..`` in an absolute path, as every browser does before it asks."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for place, segment in enumerate(segments):
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
        if segment in (".", "..") and place == len(segments) - 1:
            kept.append("")
    return "/" + "/".join(kept)


def _taken_back(escape: str) -> str:
    value = int(escape[1:], 16)
    return chr(value) if value in _UNRESERVED else escape.upper()


def _escaped(text: str) -> str:
    if not text or _plain.fullmatch(text):
        return text
    kept = (
        chr(byte) if _plain.fullmatch(chr(byte)) and byte < 128 else f"%{byte:02X}"
        for byte in text.encode("utf-8", "replace")
    )
    return "".join(kept)
