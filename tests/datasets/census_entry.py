"""The census as it runs for real: in a confined process."""

from __future__ import annotations

from openhotline import media
from openhotline.datasets.census import claims_of, warm

__all__ = ["entry", "warm"]


def entry(untrusted_bytes: bytes) -> tuple[dict[str, int], list[bytes]]:
    return {"bits": claims_of(untrusted_bytes, media.sniff(untrusted_bytes))}, []
