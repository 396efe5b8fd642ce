"""The end of a cleaning: what was done to each source becomes tables and a signed summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openhotline.chain.canonical import moment
from openhotline.chain.checkpoint import key_id
from openhotline.datasets.audit.summary import versions
from openhotline.datasets.cleaning.audited import Audited
from openhotline.datasets.cleaning.keeping import DATA, Keeping, NewFile, Note
from openhotline.datasets.cleaning.tables import REMOVED, WHY, WRITTEN
from openhotline.datasets.inputs.keys import key_of
from openhotline.datasets.sealed.sealing import named, seal
from openhotline.datasets.sealed.signing import CLEANING
from openhotline.datasets.sealed.table_files import TableFile

FORMAT = "openhotline-cleaning-1"
REMOVED_FILE, WRITTEN_FILE = "removed.parquet", "written.parquet"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """``document`` is what was signed, ``digest`` its SHA-256, ``key_id`` the signing key's short name."""

    document: Mapping[str, Any]
    digest: str
    key_id: str

    @property
    def counts(self) -> Mapping[str, int]:
        """Return files, bytes, files written again, members kept and removed, and removed by why."""
        counts: Mapping[str, int] = self.document["counts"]
        return counts


def finish(
    keeping: Keeping,
    count: int,
    audited: Audited,
    asked: Mapping[str, Any],
    *,
    key: Ed25519PrivateKey,
    at: datetime,
) -> Cleaned:
    """Write both tables and the signed summary; ``count`` sources are finished. Memory stays flat."""
    counts: Counter[str] = Counter()
    with (
        TableFile(keeping.out, REMOVED_FILE, REMOVED) as removed,
        TableFile(keeping.out, WRITTEN_FILE, WRITTEN) as written,
    ):
        for note in keeping.notes(count):
            _add(note, counts)
            removed.add(_rows(note.removed))
            written.add(pa.Table.from_pylist([_told(file) for file in note.files], schema=WRITTEN))
    document = _document(audited, asked, counts, at)
    files = [file.written for file in (removed, written) if file.written is not None]
    digest = seal(keeping.out, document, files, what=CLEANING, key=key, at=at)
    return Cleaned(document | {"files": named(files)}, digest, key_id(key.public_key()))


def _told(file: NewFile) -> dict[str, Any]:
    return {**asdict(file), "file": key_of(file.file)}


def _add(note: Note, counts: Counter[str]) -> None:
    counts["files"] += len(note.files)
    counts["bytes"] += sum(file.size for file in note.files)
    counts["rewritten"] += sum(file.rewritten for file in note.files)
    counts["kept"] += note.kept
    counts["removed"] += sum(note.whys.values())
    counts.update({f"removed_{why}": members for why, members in note.whys.items()})


def _rows(removed: Sequence[Sequence[str | None]]) -> pa.Table:
    return pa.Table.from_pylist(
        [dict(zip(REMOVED.names, row, strict=True)) for row in removed], schema=REMOVED
    )


def _document(
    audited: Audited, asked: Mapping[str, Any], counts: Counter[str], at: datetime
) -> dict[str, Any]:
    told = audited.summary
    names = ("files", "bytes", "rewritten", "kept", "removed", *(f"removed_{why}" for why in WHY))
    return {
        "format": FORMAT,
        "data_set": dict(told["data_set"]),
        "audit": {"sha256": audited.sealed.digest, "key_id": audited.sealed.signature.key_id},
        "asked": {
            **{name: asked[name] for name in ("near_duplicates", "distance", "unreadable")},
            "lists": [
                {name: one[name] for name in ("name", "edition", "sha256")} for one in told["asked"]["lists"]
            ],
        },
        "folder": DATA,
        "counts": {name: counts[name] for name in names},
        "started_at": asked["started_at"],
        "finished_at": moment(at),
        "versions": versions(),
    }
