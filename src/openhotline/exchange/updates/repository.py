"""A repository of static files from which subscribers get a list and can tell that it is ours and the newest.

It follows The Update Framework (TUF 1.0) with consistent snapshots: every file but the timestamp has its version or
its digest in its name, so that a subscriber in the middle of an update is never given parts of two states.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import TargetFile, Targets

from openhotline.errors import Conflict, NotFound, Refused
from openhotline.exchange.updates.keys import Keys, read_signer
from openhotline.exchange.updates.locking import locked
from openhotline.exchange.updates.metadata import NOTHING_YET, MetadataFolder
from openhotline.exchange.updates.names import LIST, Edition, delta_name, read_edition
from openhotline.exchange.updates.signing import Signing
from openhotline.exchange.updates.target_files import TargetFolder

MOST_DELTAS = 60
"""Editions. A month of a list that comes out twice a day; who is further behind fetches it whole."""


@dataclass(frozen=True)
class Repository:
    """``folder`` is what is served: ``metadata`` and ``targets``. ``name`` is the list's, and is signed with it.

    Each repository has keys of its own, so that nothing signed for one list passes for another.
    """

    folder: Path
    keys: Keys
    name: str

    @property
    def exists(self) -> bool:
        """Whether the repository was created."""
        return self._metadata.root_version() > 0

    @property
    def root_file(self) -> Path:
        """The newest root: what a subscriber begins with, brought to him by another way than this."""
        return self._metadata.folder / f"{self._metadata.root_version()}.root.json"

    def create(self, *, at: datetime) -> None:
        """Make keys and the first root. Raises Conflict where there is one: a root is never made anew."""
        with locked(self.folder):
            if self.exists:
                raise Conflict("This repository exists. Publish into it, or name another folder.")
            for part in (self._metadata.folder, self._targets.folder):
                part.mkdir(exist_ok=True)
            self.keys.make_missing()
            self._signing.first_root(read_signer(self.keys.root_file), at)

    def publish(self, table: Path, *, at: datetime) -> Edition:
        """Publish a list, sorted by algorithm and value, as the next edition; only refresh where it is the same."""
        with locked(self.folder):
            self._require_root(at)
            old = self._signing.standing()
            with self._targets.compressed(table) as (new, written):
                if old is not None and _edition(old).sha256 == written.sha256:
                    self._signing.refresh(at)
                    return _edition(old)
                number = _edition(old).number + 1 if old else 1
                edition = Edition(self.name, number, written.rows, written.size, written.sha256, at)
                whole = self._targets.take(LIST, new, edition.as_custom())
            deltas = self._deltas(old, whole, number) if old else []
            self._signing.publish([whole, *deltas], at)
            self._remove_older()
            return edition

    def refresh(self, *, at: datetime) -> Edition:
        """Sign anew that the list in force is the newest. Without this, subscribers stop trusting it in three days."""
        with locked(self.folder):
            self._require_root(at)
            self._signing.refresh(at)
            self._remove_older()
            return self.edition()

    def renew_root(self, root: CryptoSigner, *, at: datetime, replace_keys: bool = False) -> None:
        """Sign the next root with the root key; with ``replace_keys``, for new online keys instead of the old."""
        with locked(self.folder):
            if replace_keys:
                self.keys.replace_online()
            self._signing.next_root(root, at)
            if replace_keys and self._signing.standing() is not None:
                self._signing.refresh(at, everything=True)

    def edition(self) -> Edition:
        """Return the edition in force; raises NotFound before the first."""
        standing = self._signing.standing()
        if standing is None:
            raise NotFound(NOTHING_YET)
        return _edition(standing)

    def signed_until(self) -> datetime | None:
        """Return until when subscribers take the newest state for the newest; None before the first publication."""
        timestamp = self._metadata.find_timestamp()
        return timestamp.expires if timestamp else None

    def root_expires_at(self) -> datetime:
        """Return until when the root counts."""
        return self._metadata.root().expires

    @property
    def _metadata(self) -> MetadataFolder:
        return MetadataFolder(self.folder / "metadata")

    @property
    def _targets(self) -> TargetFolder:
        return TargetFolder(self.folder / "targets")

    @property
    def _signing(self) -> Signing:
        return Signing(self._metadata, self.keys)

    def _require_root(self, at: datetime) -> None:
        if not self.exists:
            raise NotFound("There is no repository here yet. Create it first.")
        if self.root_expires_at() <= at:
            raise Refused("The repository's root has expired. Renew it with the root key (--root-key).")

    def _deltas(self, old: Targets, whole: TargetFile, number: int) -> list[TargetFile]:
        """Return the new delta and the older ones, as long as together they are smaller than the list."""
        newest = self._targets.take_delta(old.targets[LIST], whole, number)
        kept: list[TargetFile] = []
        candidates = [newest, *(old.targets.get(delta_name(number - back)) for back in range(1, MOST_DELTAS))]
        for file in candidates if newest else []:
            if file is None or sum(one.length for one in kept) + file.length >= whole.length:
                break
            kept.append(file)
        return kept

    def _remove_older(self) -> None:
        self._targets.keep_only(
            file for state in self._metadata.all_targets() for file in state.targets.values()
        )


def _edition(targets: Targets) -> Edition:
    return read_edition(targets.targets[LIST].custom)
