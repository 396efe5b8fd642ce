"""The PDQ hashes of items: of some, or of everything held, a part at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from openhotline_server.evidence.models import Item
from openhotline_server.evidence.queries import in_parts
from openhotline_server.findings.models import Examination, Fingerprint

PDQ, STRICT = "pdq", "strict"


@dataclass(frozen=True)
class Print:
    """An item's best PDQ hash, in hexadecimal: the strict one where there is one."""

    item_id: int
    value: str
    quality: int
    mode: str

    @property
    def is_strict(self) -> bool:
        return self.mode == STRICT


@dataclass(frozen=True)
class Held:
    """Some of what is held: items with bytes or with a record of them, in order of capture."""

    items: tuple[int, ...]
    prints: dict[int, Print]


def prints_of(items: Iterable[int]) -> dict[int, Print]:
    """The best PDQ hash of each of these items; items without one are left out."""
    found: dict[int, Print] = {}
    for keys in in_parts(items):
        rows = Fingerprint.objects.filter(item__in=keys, algorithm=PDQ).order_by("item_id", "mode")
        for item, value, quality, mode in rows.values_list("item_id", "value", "quality", "mode"):
            if item not in found or mode == STRICT:
                found[item] = Print(item, value, quality, mode)
    return found


def unhashed_among(items: Iterable[int]) -> set[int]:
    """Which of these items were decoded and still have no hash: too small, or too even."""
    return {
        key
        for keys in in_parts(items)
        for key in Examination.objects.filter(item__in=keys, failure="").values_list("item_id", flat=True)
    }


def everything_held(*, after: int = 0, size: int = 5000) -> Iterator[Held]:
    """All items with a digest, in order of their keys, ``size`` at a time. Between two parts nothing is open."""
    while True:
        rows = Item.objects.filter(pk__gt=after).exclude(sha256=None).order_by("pk")
        keys = tuple(rows.values_list("pk", flat=True)[:size])
        if not keys:
            return
        yield Held(keys, prints_of(keys))
        after = keys[-1]
