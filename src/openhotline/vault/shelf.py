"""What lies in a vault's folder right now, seen with the master keys at hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from openhotline.errors import Damaged, Destroyed, NotFound, WrongMasterKey
from openhotline.vault.layout import Layout
from openhotline.vault.places import find_size, is_there, read_named
from openhotline.vault.sealing import damaged, sealed_size
from openhotline.vault.state import read_state
from openhotline.vault.wrapping import Keyring, UnknownMaster, unwrap


@dataclass(frozen=True, slots=True)
class Shelf:
    """Immutable, so that readers in several threads need no lock; a rotation puts another in its place."""

    layout: Layout
    masters: Keyring

    def is_destroyed(self, sha256: str) -> bool:
        """True from the moment a destruction was ordered, whatever files are still there."""
        return is_there(self.layout.place("tombstones", sha256))

    def holds(self, sha256: str, size: int) -> bool:
        """True if the object's file has the length that ``size`` plain bytes give. Opens nothing."""
        return find_size(self.layout.place("objects", sha256)) == sealed_size(size)

    def find_key(self, sha256: str) -> bytes | None:
        """Return the object's data key, None if it has no key file; raises Damaged or WrongMasterKey."""
        while (read := read_named(self.layout.place("keys", sha256))) is not None:
            content, still_named = read
            try:
                return unwrap(content, sha256=sha256, masters=self.masters)
            except UnknownMaster:
                self.check_current()
                raise damaged("Its key file names a master key that this vault never had") from None
            except Damaged:
                # A rotation overwrites the old file once a new one has its name: damage is what still has it.
                if still_named:
                    raise
        return None

    def get_key(self, sha256: str) -> bytes:
        """Return the object's data key; raises Destroyed, NotFound, Damaged or WrongMasterKey."""
        with self._unless_destroyed(sha256):
            if self.is_destroyed(sha256):
                raise destroyed()
            key = self.find_key(sha256)
            if key is not None:
                return key
            if self.layout.object(sha256).exists():
                raise damaged("Its key file is missing")
            raise NotFound("The vault holds no object of that name. Check the name and the vault.")

    def check_current(self) -> None:
        """Raise WrongMasterKey if another process has given the vault a new master key meanwhile."""
        if read_state(self.layout).current not in {master.key_id for master in self.masters}:
            raise WrongMasterKey("The vault has been given a new master key. Start again with the new key.")

    @contextmanager
    def _unless_destroyed(self, sha256: str) -> Iterator[None]:
        # A destruction under way looks like damage for a moment; the tombstone, put up first, tells.
        try:
            yield
        except (Damaged, NotFound) as error:
            if self.is_destroyed(sha256):
                raise destroyed() from None
            error.details = f"object {sha256}"
            raise


def destroyed() -> Destroyed:
    """Return the error for whoever asks for a destroyed object."""
    return Destroyed("This object was destroyed as ordered. Its key is gone, and nobody can read it again.")
