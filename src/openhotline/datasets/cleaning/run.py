"""A cleaning from an audit to a signed summary, or on from where it was stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openhotline.chain.canonical import moment
from openhotline.chain.checkpoint import PublicKey
from openhotline.datasets.cleaning.audited import Audited, read_audit
from openhotline.datasets.cleaning.finishing import Cleaned, finish
from openhotline.datasets.cleaning.keeping import Keeping, kept
from openhotline.datasets.cleaning.near import near_reasons
from openhotline.datasets.cleaning.reasons import Reasons, hit_reasons, unreadable_reasons
from openhotline.datasets.cleaning.samples import sample_of
from openhotline.datasets.cleaning.sources import OF_A_FOLDER, sources
from openhotline.datasets.cleaning.writing import write_source
from openhotline.datasets.inputs import forms
from openhotline.datasets.inputs.opening import is_store
from openhotline.datasets.inputs.planning import plan
from openhotline.errors import WrongUsage

INSIDE = (
    "The new data set would lie inside the old one, or the other way round. Name another folder with --out."
)
IN_THE_AUDIT = (
    "The new data set would lie inside the audit, or the other way round. Name another folder with --out."
)


@dataclass(frozen=True)
class Wish:
    """``data_set`` is what was audited, wherever it lies now, ``audit`` the folder of that audit.

    ``near`` is the distance in bits up to which what looks like a hit goes too, None where only hits go.
    ``drop_unreadable``: what could not be read or decoded goes as well, and else stays. ``store`` says where an object
    store is, as ``inputs.Reading`` has it.
    """

    data_set: str
    audit: Path
    near: int | None = None
    drop_unreadable: bool = False
    store: Mapping[str, Any] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """Return what is written down of it."""
        return {
            "near_duplicates": self.near is not None,
            "distance": self.near or 0,
            "unreadable": "drop" if self.drop_unreadable else "keep",
        }


def clean(
    wish: Wish,
    out: Path,
    *,
    key: Ed25519PrivateKey,
    now: Callable[[], datetime],
    trusted: Iterable[PublicKey] = (),
    progress: Callable[[int, int], None] = lambda done, size: None,
) -> Cleaned:
    """Write the data set below ``out`` without what the audit found, then say so in signed tables.

    The original is read and never written to. Safe to stop at any moment: the same call goes on. Raises Conflict where
    the data set is not what was audited, and what ``verify_sealed`` does where the audit is not whole. ``progress`` is
    told the bytes done and all bytes. Cost: one reading of the data set and one writing, and one more reading of both
    for files of which something goes.
    """
    _check_places(wish, out)
    audited = read_audit(wish.audit, trusted)
    with kept(out) as keeping:
        asked = {**wish.told(), "audit": audited.sealed.digest, "started_at": moment(now())}
        told = keeping.begin(asked)
        count = _write_all(wish, audited, keeping, progress)
        cleaned = finish(keeping, count, audited, told, key=key, at=now())
        keeping.forget()
        return cleaned


def _write_all(wish: Wish, audited: Audited, keeping: Keeping, progress: Callable[[int, int], None]) -> int:
    reasons, reading = _reasons(wish, audited), audited.reading(wish.store)
    samples = frozenset(_folder_samples(reasons))
    count = done = 0
    planned = audited.planned(plan(wish.data_set, reading))
    for source in sources(planned, wish.data_set):
        if keeping.find_note(count, source.parts[0].shard.name) is None:
            note, staged = write_source(
                source, reading, reasons, samples, keeping.staging(), drop_unreadable=wish.drop_unreadable
            )
            keeping.put(staged)
            keeping.note(count, note)
        count, done = count + 1, done + source.size
        progress(done, audited.size)
    return count


def _reasons(wish: Wish, audited: Audited) -> Reasons:
    parts = [hit_reasons(audited.folder)]
    if wish.near is not None:
        parts.append(near_reasons(audited.folder, distance=wish.near, min_quality=audited.min_quality))
    if wish.drop_unreadable:
        parts.append(unreadable_reasons(audited.folder))
    found = pa.concat_tables(parts)
    if audited.fetched:  # the bytes that were looked at are not here: the keys tell
        at = found.schema.get_field_index("sha256")
        found = found.set_column(at, found.schema.field(at), pa.nulls(found.num_rows, pa.string()))
    return Reasons(found)


def _folder_samples(reasons: Reasons) -> Iterable[str]:
    """Return the samples of a folder of which something goes: a caption may be in the next shard."""
    for shard in reasons.shards:
        if shard.startswith(OF_A_FOLDER):
            yield from (sample_of(reason.key, forms.FOLDER) for reason in reasons.of(shard))


def _check_places(wish: Wish, out: Path) -> None:
    new = out.resolve()
    if not is_store(wish.data_set) and _overlap(new, Path(wish.data_set).resolve()):
        raise WrongUsage(INSIDE)
    if _overlap(new, wish.audit.resolve()):
        raise WrongUsage(IN_THE_AUDIT)


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)
