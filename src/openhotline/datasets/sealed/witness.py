"""Whoever wants to know that a data set was audited is told, once it is signed: a site's ledger, where one is there.

A package registers a callable in the entry point group :data:`GROUP`; it takes what was done, one of
``signing.WHAT``, and what is told of it. Nothing is told but numbers and editions: no member, no path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import entry_points
from typing import Any, TypeAlias

from openhotline.errors import OpenHotlineError

GROUP = "openhotline.witnesses"

Witness: TypeAlias = Callable[[str, Mapping[str, Any]], None]


def told_of(document: Mapping[str, Any], digest: str) -> dict[str, Any]:
    """Return what is told of a signed summary: its digest, its counts, and the lists with their editions."""
    lists: Sequence[Mapping[str, Any]] = document.get("asked", {}).get("lists", ())
    return {
        "summary": digest,
        "counts": dict(document.get("counts", {})),
        "lists": [{"name": one["name"], "edition": str(one.get("edition", ""))} for one in lists],
    }


def tell(what: str, told: Mapping[str, Any]) -> None:
    """Tell every witness of a finished, signed summary. Telling the same again changes nothing."""
    for point in sorted(entry_points(group=GROUP)):
        witness: Witness = point.load()
        try:
            witness(what, told)
        except OpenHotlineError as problem:
            raise OpenHotlineError(
                "All is written and signed, but the site's ledger could not be told. Correct what is named below and run "
                "the same command again.",
                details=problem.diagnostics(),
            ) from problem
