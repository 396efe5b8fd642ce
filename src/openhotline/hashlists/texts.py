"""The hash of a text, such as a manual: equal texts in another spelling, case or layout have the same one."""

from __future__ import annotations

import hashlib
import unicodedata


def normal_text(text: str) -> str:
    """Return NFKC, case folded, every run of white space one space, none at the ends (Unicode UAX 15, TUS 3.13).

    NFKC comes once more behind the folding, which can undo it. Letters that a later Unicode adds may fold there
    and not here: note the version (``unicodedata.unidata_version``) where hashes are kept for years.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.split())


def text_sha256(text: str) -> str:
    """Return the SHA-256 of a text's normal form in UTF-8, 64 hexadecimal digits. Half characters count as U+FFFD."""
    return hashlib.sha256(normal_text(text).encode("utf-8", errors="replace")).hexdigest()
