"""The parts of a report's page that are about hits: how many, how far off, where in the data set, of what quality."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from openhotline.datasets.audit.page import parts, plots
from openhotline.datasets.audit.page.words import MATCHED
from openhotline.datasets.audit.tally import Tally


def hits(document: Mapping[str, Any], tally: Tally) -> Iterable[str]:
    """Return what matched, by list and by kind, with the distances."""
    hits = document["hits"]
    if not hits["by"]:
        return
    by_list = parts.table(
        "Hits by list",
        ("List", "edition", "hits"),
        [(one["list"], one["edition"], one["hits"]) for one in hits["by_list"]],
    )
    by = parts.table(
        "Hits by what matched",
        ("Matched by", "hits"),
        [(MATCHED.get(name, name), count) for name, count in sorted(hits["by"].items())],
    )
    words = (
        "A hit is one member and one entry of a list: a member that is near several entries counts for each."
    )
    doubt = (
        f"{hits['not_confirmed']:,} hits are not confirmed: there was no picture to make the hash of once more. "
        "Look at these members again before you act on them."
    )
    yield parts.section(
        "Hits",
        parts.text(words, quiet=True),
        *([parts.text(doubt)] if hits["not_confirmed"] else []),
        by_list,
        by,
        *_distances(tally),
    )


def _distances(tally: Tally) -> Iterable[str]:
    if not tally.distances:
        return
    most = max(tally.distances)
    title = "Hits by distance between the picture's PDQ hash and the entry's"
    values = [tally.distances[distance] for distance in range(most + 1)]
    drawn = plots.columns(
        "distances",
        title,
        values,
        starts=[at - 0.5 for at in range(most + 2)],
        across="bits of 256 that differ",
        up="hits",
    )
    rows = [(distance, count) for distance, count in sorted(tally.distances.items())]
    told = parts.table("Hits by distance", ("Bits", "hits"), rows, long=len(rows) > 9)
    yield "<h3>Distances</h3>"
    yield parts.beside(drawn, "Near 0 is the same picture; towards the threshold doubt grows.", told)


def along(tally: Tally) -> Iterable[str]:
    """Return where in the data set the hits are."""
    if not tally.most:
        return
    bins = tally.along
    starts = [1 + at * bins.width for at in range(len(bins.values))] + [bins.count + 1]
    drawn = plots.columns(
        "along",
        "Members with a hit along the data set",
        bins.values,
        starts=starts,
        across="shards, in the order of the plan" if bins.width == 1 else f"shards, {bins.width:,} together",
        up="members with a hit",
    )
    told = parts.table(
        "Shards with the most", ("Shard", "members with a hit"), tally.most, long=len(tally.most) > 9
    )
    yield parts.section("Where the hits are", parts.beside(drawn, "Every shard is in shards.parquet.", told))


def qualities(tally: Tally) -> Iterable[str]:
    """Return the qualities of the PDQ hashes: of every picture where fingerprints were kept, else of those with a hit."""
    everything = bool(tally.qualities)
    found = tally.qualities or tally.hit_qualities
    if not found:
        return
    whose = "pictures" if everything else "pictures with a hit"
    values = [
        sum(count for quality, count in found.items() if at <= quality < at + 10) for at in range(0, 100, 10)
    ]
    values[-1] += found[100]
    title = f"Quality of the PDQ hashes of {whose}"
    drawn = plots.columns(
        "qualities", title, values, starts=range(0, 101, 10), across="quality, 0 to 100", up=whose
    )
    names = [f"{at} to {at + 9 if at < 90 else 100}" for at in range(0, 100, 10)]
    told = parts.table(title, ("Quality", whose), list(zip(names, values, strict=True)))
    words = "Low quality: the picture is small or even, and its hash says little about it."
    yield parts.section("Qualities", parts.beside(drawn, words, told))
