"""The signed summary of an audit: what was asked of which data set, and what came of it, without one member's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from openhotline.chain.canonical import moment
from openhotline.datasets.audit.tally import COUNTED, Tally

FORMAT = "openhotline-audit-1"

CLEAN, HITS, ERRORS = "clean", "hits", "errors"
EXIT_CODES: Mapping[str, int] = {CLEAN: 0, HITS: 1, ERRORS: 4}
"""What a command ends with. ``errors``: nothing was found, but something could not be compared."""

LOOKED_WITH = ("openhotline", "pillow", "simplejpeg", "numpy", "numba", "pdqhash", "pyarrow", "daft", "ray")
"""Packages that a result depends on; those that are not installed are left out."""

ASKED = ("rule", "lists", "engine", "reading", "fingerprints", "census", "fetch", "started_at", "against")
"""What of ``audit.json`` is told to others. Where the data set lies, keys and the operator's paths are not."""


@dataclass(frozen=True, slots=True)
class Summary:
    """``document`` is what is signed, ``digest`` its SHA-256 once it is; ``key_id`` the signing key's short name."""

    document: Mapping[str, Any]
    digest: str
    key_id: str

    @property
    def verdict(self) -> str:
        """``hits``, ``errors`` (nothing was found, but not everything was compared) or ``clean``."""
        return str(self.document["verdict"])

    @property
    def exit_code(self) -> int:
        """Return what the command ends with."""
        return EXIT_CODES[self.verdict]

    @property
    def counts(self) -> Mapping[str, int]:
        """Return the sums of the columns of ``shards.parquet``, with ``shards`` and ``failed_shards``."""
        counts: Mapping[str, int] = self.document["counts"]
        return counts


def summary_of(
    tally: Tally, asked: Mapping[str, Any], *, data_set_digest: str, at: datetime
) -> dict[str, Any]:
    """Return the document to be signed, without the files that are written beside it."""
    return {
        "format": FORMAT,
        "data_set": {"name": told(name_of(str(asked.get("data_set", "")))), "sha256": data_set_digest},
        "asked": asked_of(asked),
        "counts": {
            **{name: tally.counts[name] for name in COUNTED},
            "shards": tally.shards,
            "failed_shards": tally.failed,
        },
        "verdict": verdict_of(tally, asked),
        "hits": {
            "by": dict(tally.by),
            "by_list": [
                {"list": name, "edition": edition, "hits": count}
                for (name, edition), count in sorted(tally.lists.items())
            ],
            "not_confirmed": tally.unconfirmed,
        },
        "errors": dict(tally.errors),
        "claims": dict(tally.claims),
        "finished_at": moment(at),
        "versions": versions(),
    }


def asked_of(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of ``audit.json`` is told to others; the address of an object store is not."""
    found = {name: told(asked[name]) for name in ASKED if name in asked}
    if "reading" in found:
        found["reading"] = {name: value for name, value in found["reading"].items() if name != "store"}
    return found


def verdict_of(tally: Tally, asked: Mapping[str, Any]) -> str:
    """A hit outweighs everything; "clean" is said only where all was compared with every entry that can be."""
    if tally.counts["hits"]:
        return HITS
    bad_rows = sum(int(one.get("bad_rows", 0)) for one in asked.get("lists", ()))
    return ERRORS if tally.not_compared or tally.failed or bad_rows else CLEAN


def versions() -> dict[str, str]:
    """Return the versions of what looked, by package."""
    found = {}
    for name in LOOKED_WITH:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def name_of(data_set: str) -> str:
    """Return the last part of a path or address: what its keeper calls it, and not where it lies."""
    return data_set.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


def told(value: Any) -> Any:
    """Return a value as canonical JSON can hold it: a fraction as text, half a character (of a file's name) spelt out."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Mapping):
        return {str(name): told(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [told(member) for member in value]
    return value
