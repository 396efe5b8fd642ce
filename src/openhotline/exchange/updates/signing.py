"""From a state of the files to signed metadata: targets, then snapshot, and the timestamp last.

Until the timestamp is written, nobody is told of the new state; whoever dies before that leaves the old one whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Root, Snapshot, TargetFile, Targets, Timestamp

from openhotline.errors import Refused
from openhotline.exchange.updates.keys import ONLINE, Keys
from openhotline.exchange.updates.metadata import MetadataFolder, half_spent, require

OLDER_STATES = 5
"""States whose files stay, for subscribers who began to fetch before the newest was out."""


@dataclass(frozen=True)
class Signing:
    """Signs into a folder with the online keys."""

    metadata: MetadataFolder
    keys: Keys

    def first_root(self, root: CryptoSigner, at: datetime) -> None:
        """Name one key for each role; the root key signs."""
        made = Root(version=1, consistent_snapshot=True)
        made.add_key(root.public_key, Root.type)
        for role, signer in self.keys.online().items():
            made.add_key(signer.public_key, role)
        self.metadata.write(made, [root], at)

    def next_root(self, root: CryptoSigner, at: datetime) -> None:
        """Name the online keys as they are now."""
        signed = self.metadata.root()
        if root.public_key.keyid not in signed.roles[Root.type].keyids:
            raise Refused("This is not the root key of this repository. Name the file of the right one.")
        for role, signer in self.keys.online().items():
            for keyid in list(signed.roles[role].keyids):
                signed.revoke_key(keyid, role)
            signed.add_key(signer.public_key, role)
        signed.version += 1
        self.metadata.write(signed, [root], at)

    def standing(self) -> Targets | None:
        """Return what is signed now; None before the first publication."""
        timestamp = self.metadata.find_timestamp()
        return self.metadata.targets(self.metadata.snapshot(timestamp)) if timestamp else None

    def publish(self, files: list[TargetFile], at: datetime) -> None:
        """Sign a new state of the files."""
        standing = self.standing()
        targets = Targets(version=standing.version + 1 if standing else 1)
        targets.targets = {file.path: file for file in files}
        self._sign_targets(targets, at)

    def refresh(self, at: datetime, *, everything: bool = False) -> None:
        """Sign anew that the state is the newest, and whatever has less than half of its life left."""
        timestamp = require(self.metadata.find_timestamp())
        snapshot = self.metadata.snapshot(timestamp)
        targets = self.metadata.targets(snapshot)
        if everything or half_spent(targets, at):
            targets.version += 1
            self._sign_targets(targets, at)
        elif half_spent(snapshot, at):
            snapshot.version += 1
            self._sign_snapshot(snapshot, at)
        else:
            timestamp.version += 1
            self.metadata.write(timestamp, [self._signer(Timestamp.type)], at)

    def _sign_targets(self, targets: Targets, at: datetime) -> None:
        timestamp = self.metadata.find_timestamp()
        snapshot = Snapshot(version=timestamp.snapshot_meta.version + 1 if timestamp else 1)
        snapshot.meta["targets.json"] = self.metadata.write(targets, [self._signer(Targets.type)], at)
        self._sign_snapshot(snapshot, at)
        self.metadata.remove_older(snapshot, keep=OLDER_STATES)

    def _sign_snapshot(self, snapshot: Snapshot, at: datetime) -> None:
        before = self.metadata.find_timestamp()
        timestamp = Timestamp(version=before.version + 1 if before else 1)
        timestamp.snapshot_meta = self.metadata.write(snapshot, [self._signer(Snapshot.type)], at)
        self.metadata.write(timestamp, [self._signer(Timestamp.type)], at)

    def _signer(self, role: str) -> CryptoSigner:
        assert role in ONLINE
        return self.keys.online()[role]
