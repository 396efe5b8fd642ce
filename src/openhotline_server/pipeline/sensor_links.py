"""Two reports, and whether one camera's sensor made pictures of both.

1. Only pictures of one size can be compared, so of both reports the sizes in common are taken.
2. A confined process cuts out the centre of each; its trace is made here, from plain numbers.
3. All pictures of a size are taken together, and those that match among themselves: a report may hold several
   cameras' pictures. The best pair of these groups counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import numpy as np

from openhotline.errors import BadInput, OpenHotlineError, WrongUsage
from openhotline.media import confined
from openhotline.provenance.sensor import Trace, compare_groups, group_by_sensor, sensor_settings, trace
from openhotline.provenance.sensor.entry import ENTRY
from openhotline.provenance.sensor.residuals import LARGEST, SMALLEST
from openhotline_server.evidence import queries as evidence
from openhotline_server.evidence.models import Item
from openhotline_server.findings.devices import link_reports
from openhotline_server.findings.models import Examination
from openhotline_server.intake.models import Report

MOST_PICTURES = 60
"""Of each report: some 2 MiB each in memory, and half a second."""

MOST_SIZES = 3
MOST_GROUPS = 4
"""Of each report and size. So at most 75 pairs of groups are compared, of which chance links fewer than one in 500."""

NOTHING_MORE: dict[str, object] = {}

Size: TypeAlias = tuple[int, int]
Group: TypeAlias = Sequence[Trace]
Progress: TypeAlias = Callable[[int], None]


@dataclass(frozen=True)
class Compared:
    """What came of it: the best pair's energy and how many pictures of each report it rests on; whether it links."""

    energy: float
    items: tuple[int, int]
    linked: bool
    looked: int


def compare_reports(
    *, one: Report, other: Report, actor: str, at: datetime, progress: Progress = lambda _: None
) -> Compared:
    """Compare two reports by sensor pattern and write down what came of it. Raises BadInput where nothing can be."""
    if one.pk == other.pk:
        raise WrongUsage("These are one report. Name two.")
    best: tuple[float, tuple[int, int]] | None = None
    looked = 0
    for items in _sizes_in_common(one, other):
        traces = []
        for some in items:
            traces.append(list(_traces(some)))
            looked += len(some)
            progress(looked)
        for found in _compared(_groups(traces[0]), _groups(traces[1])):
            best = max(best, found) if best else found
    if best is None:
        raise BadInput(
            "Nothing could be compared: no size in common, only copies, or no picture with a sensor's noise."
        )
    energy, items_of = best
    linked = energy >= sensor_settings().match
    link_reports(pair=(one, other), energy=energy, items=items_of, linked=linked, actor=actor, at=at)
    return Compared(energy, items_of, linked, looked)


def _sizes_in_common(one: Report, other: Report) -> Iterator[tuple[list[Item], list[Item]]]:
    """Items of both reports by the sizes that most of both have; those that both hold are left to the first."""
    counts = [_sizes(report) for report in (one, other)]
    common = sorted(
        counts[0].keys() & counts[1].keys(),
        key=lambda size: (-min(counts[0][size], counts[1][size]), size),
    )
    for size in common[:MOST_SIZES]:
        first = _items(one, size)
        taken = {item.pk for item in first}
        second = [item for item in _items(other, size, more=len(taken)) if item.pk not in taken]
        yield first, second[:MOST_PICTURES]


def _sizes(report: Report) -> Counter[Size]:
    looks = Examination.objects.filter(item__in=evidence.list_items(report), failure="")
    rows = looks.filter(width__gte=SMALLEST, height__gte=SMALLEST, item__destroyed_at=None)
    sizes: Counter[Size] = Counter()
    for width, height in rows.values_list("width", "height").iterator(chunk_size=5000):
        if width and height:
            sizes[width, height] += 1
    return sizes


def _items(report: Report, size: Size, *, more: int = 0) -> list[Item]:
    looks = Examination.objects.filter(width=size[0], height=size[1], failure="").values("item")
    rows = evidence.list_items(report).filter(pk__in=looks, destroyed_at=None).order_by("pk")
    return list(rows[: MOST_PICTURES + more])


def _traces(items: Sequence[Item]) -> Iterator[Trace]:
    """The traces of those pictures that have one."""
    if not items:
        return
    with confined.Pool(ENTRY, workers=1) as pool:
        for _, reply in pool.map((item, evidence.original(item), NOTHING_MORE) for item in items):
            found = _trace(reply)
            if found is not None:
                yield found


def _trace(reply: confined.Reply | OpenHotlineError) -> Trace | None:
    """Read a worker's answer, taken only in the shape that it must have."""
    if isinstance(reply, OpenHotlineError):
        return None
    width, height, rows, columns = (
        int(reply.header[name]) for name in ("width", "height", "rows", "columns")
    )
    if not (0 < rows <= min(height, LARGEST) and 0 < columns <= min(width, LARGEST)):
        raise ValueError("a centre is a part of its picture")
    pixels = np.frombuffer(reply.blobs[0], np.uint8).reshape(rows, columns)
    try:
        return trace(pixels, width=width, height=height)
    except BadInput:  # too small, burnt out, or without noise
        return None


def _groups(traces: Group) -> list[Group]:
    by_sensor = group_by_sensor(traces).groups if len(traces) > 1 else ()
    some = [[traces[place] for place in places] for places in by_sensor[:MOST_GROUPS]]
    return [group for group in (traces, *some) if group]


def _compared(first: Sequence[Group], second: Sequence[Group]) -> Iterator[tuple[float, tuple[int, int]]]:
    for one in first:
        for other in second:
            try:
                peak = compare_groups(one, other)
            except BadInput:  # nothing but copies of one scene
                continue
            yield float(peak.energy), (len(one), len(other))
