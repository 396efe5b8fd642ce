"""Lists for the tests: random hashes in files, and loadings as the command makes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from tests.conftest import NOON

from openhotline.hashlists import BadRow, Row
from openhotline_server.lists import operations
from openhotline_server.lists.models import Entry, HashList, Loading
from openhotline_server.lists.operations import Governance, add_list
from openhotline_server.pipeline.loading import load_file, load_rows

ACTOR = "command-line"


def a_list(name: str = "partner", *, suppresses: bool = False, **rules: Any) -> HashList:
    """An imported list without entries."""
    return add_list(
        name=name,
        title=f"The list {name}",
        governance=Governance(**rules),
        suppresses=suppresses,
        actor=ACTOR,
        at=NOON,
    )


def random_pdqs(count: int, *, seed: int = 1) -> list[str]:
    """Random PDQ hashes, in hexadecimal."""
    rows = np.random.default_rng(seed).integers(0, 256, (count, 32), dtype=np.uint8)
    return [row.tobytes().hex() for row in rows]


def flipped(value: str, *bits: int) -> str:
    """A hash with some of its bits turned over."""
    number = int(value, 16)
    for bit in bits:
        number ^= 1 << bit
    return f"{number:064x}"


def csv_of(path: Path, values: Iterable[str], *, quality: int = 90) -> Path:
    """A file of PDQ hashes as many organisations send them."""
    path.write_text("algorithm,value,quality\n" + "".join(f"pdq,{value},{quality}\n" for value in values))
    return path


def json_of(path: Path, entries: Iterable[Mapping[str, Any]]) -> Path:
    """A file in our own JSON."""
    path.write_text(json.dumps(list(entries)))
    return path


def loaded(hash_list: HashList, path: Path, *, at: datetime = NOON, **options: Any) -> Loading:
    """Load a file, as the command does."""
    return load_file(hash_list=hash_list, path=path, actor=ACTOR, clock=lambda: at, **options)


def fed(
    hash_list: HashList,
    rows: Iterable[Row | BadRow],
    *,
    origin: str = "0" * 64,
    incremental: bool = True,
    keyed: bool = False,
    at: datetime = NOON,
) -> Loading:
    """Load rows of a feed, as its client does."""
    loading = operations.begin_loading(
        hash_list=hash_list,
        form="feed",
        origin_digest=origin,
        incremental=incremental,
        keyed=keyed,
        actor=ACTOR,
        at=at,
    )
    return load_rows(
        loading=loading, rows=rows, position=lambda: {"page": "next"}, actor=ACTOR, clock=lambda: at
    )


def in_force(hash_list: HashList) -> set[str]:
    """The values that are in force now."""
    entries = Entry.objects.filter(hash_list=hash_list, withdrawn_in=None)
    return set(entries.values_list("value", flat=True))
