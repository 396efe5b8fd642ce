"""What a data set itself states of a member: values of columns, taken in their normal form or told to be bad."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openhotline.datasets.bulk.addresses import normal_address
from openhotline.datasets.bulk.record import NO_QUALITY
from openhotline.errors import BadInput

BYTES = {"md5": 16, "sha1": 20, "sha256": 32, "pdq": 32}


@dataclass(frozen=True, slots=True)
class Stated:
    """``hashes`` by algorithm; ``quality`` is the PDQ hash's, -1 where none is stated; ``url`` in its normal form.

    ``is_bad`` where any value is not of its kind.
    """

    hashes: Mapping[str, bytes]
    quality: int
    url: str
    is_bad: bool


def read_stated(stated: Mapping[str, str]) -> Stated:
    """Read what a table's row states; names other than those of hashes, ``pdq_quality`` and ``url`` are passed over."""
    hashes, bad = {}, False
    for name, width in BYTES.items():
        text = stated.get(name, "")
        if text:
            value = _value(text, width)
            bad = bad or value is None
            if value is not None:
                hashes[name] = value
    quality, url = _quality(stated.get("pdq_quality", "")), ""
    if stated.get("url"):
        try:
            url = normal_address(stated["url"])
        except BadInput:
            bad = True
    return Stated(hashes, NO_QUALITY if quality is None else quality, url, bad or quality is None)


def _value(text: str, width: int) -> bytes | None:
    try:
        value = bytes.fromhex(text)
    except ValueError:
        return None
    return value if len(value) == width else None


def _quality(text: str) -> int | None:
    """Return 0 to 100, -1 where nothing is stated, None for what is none."""
    if not text:
        return NO_QUALITY
    return int(text) if text.isascii() and text.isdigit() and int(text) <= 100 else None
