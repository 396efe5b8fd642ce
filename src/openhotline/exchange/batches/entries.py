"""One entry of a batch: where something lies, what it is by its hashes, and what its sender says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from openhotline.addresses import normalise
from openhotline.hashlists.kinds import normal_value
from openhotline.hashlists.rows import BadRow

HASHES = ("md5", "sha1", "sha256", "pdq", "photodna")
FOUND_IN = ("web", "app", "chat", "onion", "other")


@dataclass(frozen=True)
class BatchEntry:
    """``line`` counts from 1. ``addresses`` stand as they were written; ``hashes`` are normal, by algorithm.

    ``severity`` is in the sender's own scheme, which ``scheme`` names: never a grade of ours. ``found_in`` is empty
    where nothing is said. A flag that is not said is None.
    """

    line: int
    addresses: tuple[str, ...] = ()
    hashes: Mapping[str, str] = field(default_factory=dict)
    found_in: str = ""
    severity: str = ""
    scheme: str = ""
    ai: str = ""
    reference: str = ""
    known_series: bool | None = None
    commercial: bool | None = None


Item = BatchEntry | BadRow


def normal_hashes(given: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The hashes in their normal form. Raises BadInput for a value that is none of its kind."""
    return {name: normal_value(name, text) for name, text in given if text.strip()}


def checked_addresses(given: Iterable[str]) -> tuple[str, ...]:
    """The addresses as written, each once. Raises BadInput for one that cannot be read."""
    found: dict[str, str] = {}
    for text in given:
        found.setdefault(normalise(text).normal, text.strip())
    return tuple(found.values())
