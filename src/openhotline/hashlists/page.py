"""One page of a peer's feed: its rows, and what it says about going on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from openhotline.hashlists.rows import Item


@dataclass(frozen=True, slots=True)
class Page:
    """``next_path`` and ``max_timestamp`` are NCMEC's; the three after them StopNCII's (times in whole seconds).

    ``left_out`` counts values of kinds that are not taken here, by the sender's name for the kind.
    """

    rows: tuple[Item, ...] = ()
    next_path: str = ""
    max_timestamp: datetime | None = None
    next_page_token: str = ""
    next_set_timestamp: int | None = None
    has_more_records: bool = False
    left_out: Mapping[str, int] = field(default_factory=dict, hash=False)
