"""Tell a list's form from its first bytes."""

from __future__ import annotations

import re

from openhotline.hashlists.byte_lines import BOM
from openhotline.hashlists.columns import algorithm_of, column_of
from openhotline.hashlists.csv_header import DELIMITERS, looks_like_header, split_record

SNIFFED = 1 << 16
"""Bytes that are enough to tell a form."""

_key = re.compile(r'"([^"\\]{1,40})"\s*:')


def sniff(first_bytes: bytes) -> str | None:
    """Return the form, or None where nothing is recognised. It is a guess: reading checks it."""
    text = first_bytes[:SNIFFED].removeprefix(BOM).decode("utf-8", errors="replace").lstrip()
    if text.startswith("<"):
        return "ncmec-xml" if "queryresult" in text.lower() else None
    if text.startswith(("{", "[")):
        return _json(text)
    return _lines(text)


def _json(text: str) -> str | None:
    lowered = text.lower()
    if "projectvic" in lowered or "vicsdatamodel" in lowered:
        return "vics"
    if '"hashrecords"' in lowered:
        return "stopncii-json"
    if "openhotline-hash-list" in text or any(column_of(key) for key in _key.findall(text)):
        return "json"
    return None


def _lines(text: str) -> str | None:
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith(("#", "sep=")))
    first = next(lines, "")
    if any(looks_like_header(split_record(first, delimiter) or []) for delimiter in DELIMITERS):
        return "csv"
    words = first.split()
    return "threatexchange" if len(words) > 1 and algorithm_of(words[0]) else None
