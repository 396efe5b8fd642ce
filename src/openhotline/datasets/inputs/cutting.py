"""Where one file that holds members becomes several shards, and whether a table is of use at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from openhotline.datasets.inputs import arrow, forms, parquet, tar, zip
from openhotline.datasets.inputs.columns import find_columns
from openhotline.datasets.inputs.opening import Opened, opened
from openhotline.datasets.inputs.shard import Reading
from openhotline.errors import OpenHotlineError

Part = tuple[int, int, int]


def cut(place: str, form: str, size: int, reading: Reading) -> list[Part]:
    """Return start, stop and bytes of every part. What cannot be opened is one part, told by whoever reads it."""
    found: list[Part] = []
    try:
        if form == forms.ZIP or size > forms.LARGE:
            with opened(place, reading) as source:
                found.extend(_parts(form, source))
    except OpenHotlineError:
        raise
    except Exception:  # noqa: BLE001
        # A stranger's file must not end the planning of all others.
        found = []
    return found if len(found) > 1 else [(0, 0, size)]


def refuse_useless(place: str, form: str, reading: Reading) -> None:
    """Raise WrongUsage for a table without a column of use; a damaged one is told by whoever reads it."""
    try:
        with opened(place, reading) as source:
            schema = _schema(form, source)
    except OpenHotlineError:
        raise
    except Exception:  # noqa: BLE001
        # A stranger's file must not end the planning of all others.
        return
    find_columns(schema, reading)


def _schema(form: str, source: Opened) -> Any:
    return parquet.open_parquet(source).schema_arrow if form == forms.PARQUET else arrow.schema_of(source)


def _parts(form: str, source: Opened) -> Iterator[Part]:
    cutter = {
        forms.TAR: tar.parts,
        forms.ZIP: zip.ranges,
        forms.PARQUET: parquet.groups,
        forms.ARROW: arrow.runs,
    }
    yield from cutter[form](source)
