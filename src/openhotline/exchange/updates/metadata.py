"""Signed metadata of a repository on disk: read, sign, write so that no reader ever sees half a state."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, Targets, Timestamp
from tuf.api.serialization import DeserializationError
from tuf.api.serialization.json import JSONSerializer

from openhotline.errors import Damaged, NotFound

LIFE = {
    Root.type: timedelta(days=365),
    Targets.type: timedelta(days=90),
    Snapshot.type: timedelta(days=30),
    Timestamp.type: timedelta(days=3),
}
"""How long a signature counts. A timestamp's is how long somebody could hold a subscriber on an old list unseen."""

TIMESTAMP_LIFE = LIFE[Timestamp.type]

NOTHING_YET = "Nothing was published here yet. Run `openhotline feed publish-files` first."

Kind = TypeVar("Kind", Root, Snapshot, Targets, Timestamp)


@dataclass(frozen=True)
class MetadataFolder:
    """The folder ``metadata``. Only the timestamp's name stays the same from state to state."""

    folder: Path

    def root_version(self) -> int:
        """Return the newest root's version, or 0 where there is none."""
        return max(self._versions(Root.type), default=0)

    def root(self) -> Root:
        """Return the newest root."""
        return self._read(f"{self.root_version()}.root.json", Root)

    def find_timestamp(self) -> Timestamp | None:
        """Return the timestamp; None before the first publication."""
        return self._read("timestamp.json", Timestamp) if (self.folder / "timestamp.json").is_file() else None

    def snapshot(self, timestamp: Timestamp) -> Snapshot:
        """Return the snapshot that a timestamp names."""
        return self._read(f"{timestamp.snapshot_meta.version}.snapshot.json", Snapshot)

    def targets(self, snapshot: Snapshot) -> Targets:
        """Return the targets that a snapshot names."""
        return self._read(f"{snapshot.meta['targets.json'].version}.targets.json", Targets)

    def all_targets(self) -> Iterator[Targets]:
        """Yield the targets of every state that is still here."""
        for version in self._versions(Targets.type):
            yield self._read(f"{version}.targets.json", Targets)

    def write(self, signed: Kind, signers: list[CryptoSigner], at: datetime) -> MetaFile:
        """Sign with a life that begins at ``at``, and write; return what the next role says of the file."""
        signed.expires = at.astimezone(UTC) + LIFE[signed.type]
        document = Metadata(signed)
        for signer in signers:
            document.sign(signer, append=True)
        data = document.to_bytes(JSONSerializer(compact=True))
        prefix = "" if isinstance(signed, Timestamp) else f"{signed.version}."
        _write_whole(self.folder / f"{prefix}{signed.type}.json", data)
        return MetaFile.from_data(signed.version, data, ["sha256"])

    def remove_older(self, snapshot: Snapshot, *, keep: int) -> None:
        """Remove states that no subscriber asks for any more; roots stay, for whoever comes after years."""
        newest = {Snapshot.type: snapshot.version, Targets.type: snapshot.meta["targets.json"].version}
        for role, newest_version in newest.items():
            for version in self._versions(role):
                if version <= newest_version - keep:
                    (self.folder / f"{version}.{role}.json").unlink()

    def _versions(self, role: str) -> list[int]:
        numbers = [path.name.split(".")[0] for path in self.folder.glob(f"*.{role}.json")]
        return sorted(int(number) for number in numbers if number.isdecimal())

    def _read(self, name: str, kind: type[Kind]) -> Kind:
        path = self.folder / name
        cause = "not there"
        if path.is_file():
            try:
                found = Metadata.from_bytes(path.read_bytes()).signed
                if isinstance(found, kind):
                    return found
            except DeserializationError as problem:
                cause = str(problem)
        raise Damaged(
            "The repository's metadata is missing or damaged. Restore the folder from the backup.",
            details=f"{path}: {cause}",
        )


def require(timestamp: Timestamp | None) -> Timestamp:
    """Return it; raises NotFound before the first publication."""
    if timestamp is None:
        raise NotFound(NOTHING_YET)
    return timestamp


def half_spent(signed: Snapshot | Targets, at: datetime) -> bool:
    """Say whether less than half of a signature's life is left."""
    return signed.expires - at < LIFE[signed.type] / 2


def _write_whole(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all, and still there after a power cut."""
    new = path.with_name(f".{path.name}.new")
    with new.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    new.rename(path)
