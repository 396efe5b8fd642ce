"""Addresses that were made harmless for writing them down (``hxxp://example[.]org``), and how that is taken back."""

from __future__ import annotations

import re

_scheme = re.compile(
    r"^(?:h(?:xx|\*\*|__|tt)p(?P<s>s?))\s?(?:\[:\]|:|\[:)(?://|\\\\|\[//\]|//\])", re.IGNORECASE
)
_bracketed = re.compile(r"^(?:h(?:xx|\*\*|__|tt)p(?P<s>s?))\[://\]", re.IGNORECASE)
_dot = re.compile(r"\s?(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\{dot\}|\[\.|\\\.)\s?", re.IGNORECASE)
_host_end = re.compile(r"[/?#]")


def refang(text: str) -> str:
    """Take defanging back, in the scheme and the host; what stands behind them is left as it is."""
    text = _bracketed.sub(r"http\g<s>://", text)
    text = _scheme.sub(r"http\g<s>://", text)
    scheme, divider, rest = text.partition("://")
    if not divider:
        scheme, rest = "", text
    end = _host_end.search(rest)
    host = rest[: end.start()] if end else rest
    behind = rest[end.start() :] if end else ""
    host = _dot.sub(".", host).replace("[:]", ":")
    return f"{scheme}{divider}{host}{behind}"


def defang(normal: str) -> str:
    """Write a normal form so that no programme makes a link of it: for letters, and for whoever must not click."""
    scheme, divider, rest = normal.partition("://")
    if not divider:
        return normal.replace(":", "[:]", 1)
    end = _host_end.search(rest)
    host, behind = (rest[: end.start()], rest[end.start() :]) if end else (rest, "")
    shown = host.replace(".", "[.]") if "." in host else host.replace(":", "[:]")
    return f"{scheme.replace('tt', 'xx', 1)}://{shown}{behind}"
