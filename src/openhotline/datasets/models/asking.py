"""Asking the confined process for what stands in a header."""

from __future__ import annotations

from typing import Any

from openhotline.datasets.models.problems import WORDS, refused
from openhotline.datasets.models.source import Source
from openhotline.errors import BadInput, WorkerFailed
from openhotline.media.confined import Pool, Reply

ENTRY = "openhotline.datasets.models.headers.entry:header_entry"

FIRST_WINDOW, LARGEST_WINDOW = 1 << 20, 256 << 20
"""Bytes of a header whose length nobody knows before it was read."""


def ask(pool: Pool, untrusted_bytes: bytes, form: str, **arguments: Any) -> Reply:
    """Have a header read; raises BadInput saying what is wrong with it."""
    try:
        reply = pool.call(untrusted_bytes, form=form, **arguments)
    except (BadInput, WorkerFailed):
        raise refused("failed") from None
    problem = reply.header.get("problem")
    if problem is not None:
        raise refused(problem if problem in WORDS else "failed")
    return reply


def ask_growing(pool: Pool, source: Source, form: str, *, most: int = LARGEST_WINDOW) -> Reply:
    """Give the file's beginning, and more of it as long as more is wanted."""
    length = FIRST_WINDOW
    while True:
        whole = length >= source.size
        reply = ask(pool, source.head(length), form, whole=whole)
        need = reply.header.get("need")
        if need is None:
            return reply
        if whole or type(need) is not int or length >= most:
            raise refused("too_large")
        length = min(max(need, 4 * length), most)


def blob(reply: Reply, number: int = 0) -> bytes:
    """Return one blob of a reply; raises BadInput where there is none."""
    if len(reply.blobs) <= number:
        raise refused("failed")
    return reply.blobs[number]
