"""``vault.json``: which format this folder has, and which master key opens it.

A master key is recognised by a check value, sealed under it. While a rotation is unfinished the file
names both keys and holds the old one sealed under the new one, never the other way round: whoever stole
the old key gains nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from cryptography.exceptions import InvalidTag

from openhotline.errors import Damaged, NotInitialised, WrongMasterKey
from openhotline.vault.durable import explained, replace_file
from openhotline.vault.layout import Layout
from openhotline.vault.master import MasterKey
from openhotline.vault.wrapping import Keyring

FORMAT = "openhotline-vault-1"
NONCE = 12

_CHECK = b"the right master key opens this"


@dataclass(frozen=True, slots=True)
class Check:
    """Lets a master key be recognised: ``sealed`` is a nonce and a known text sealed under it, in hex."""

    id: str
    sealed: str


@dataclass(frozen=True, slots=True)
class State:
    """``masters[0]`` wraps new keys; a second one and ``previous`` exist only within a rotation."""

    vault: str
    masters: tuple[Check, ...]
    previous: str = ""
    format: str = FORMAT

    @classmethod
    def new(cls, master: MasterKey) -> State:
        vault = os.urandom(16).hex()
        return cls(vault=vault, masters=(_check(master, vault),))

    @property
    def current(self) -> str:
        """The id of the master key that wraps new keys."""
        return self.masters[0].id

    def rotating(self, *, old: MasterKey, new: MasterKey) -> State:
        """The state between the first and the last re-wrapped key."""
        nonce = os.urandom(NONCE)
        sealed = old.sealed_under(new, nonce=nonce, bound_to=self.vault.encode())
        checks = (_check(new, self.vault), _check(old, self.vault))
        return State(vault=self.vault, masters=checks, previous=(nonce + sealed).hex())

    def only(self, master: MasterKey) -> State:
        """The state after a rotation."""
        return State(vault=self.vault, masters=(_check(master, self.vault),))

    def keyring(self, master: MasterKey) -> Keyring:
        """Return the keys that ``master`` gives access to; raises WrongMasterKey."""
        found = {check.id: check for check in self.masters}.get(master.key_id)
        if found is None:
            raise WrongMasterKey(
                "The vault was made with another master key. Set OPENHOTLINE_VAULT_KEY_FILE to the right one."
            )
        with _undamaged():
            _open_check(found, master, self.vault)
            if not self.previous or master.key_id != self.current:
                return (master,)
            sealed = bytes.fromhex(self.previous)
            bound = self.vault.encode()
            return (master, master.open_previous(sealed[NONCE:], nonce=sealed[:NONCE], bound_to=bound))


def read_state(layout: Layout) -> State:
    """Read ``vault.json``; raises NotInitialised or Damaged."""
    if not layout.state.exists():
        raise NotInitialised("There is no vault here. Create one, or name the folder that holds it.")
    with explained("read its description"):
        content = layout.state.read_bytes()
    with _undamaged():
        found = json.loads(content)
        if found["format"] != FORMAT:
            raise ValueError("another format")
        checks = tuple(Check(id=str(each["id"]), sealed=str(each["sealed"])) for each in found["masters"])
        return State(vault=str(found["vault"]), masters=checks, previous=str(found["previous"]))


def write_state(layout: Layout, state: State) -> None:
    """Replace ``vault.json``, whole or not at all."""
    content = json.dumps(asdict(state), indent=1).encode() + b"\n"
    replace_file(layout.state, content, staging=layout.staging)


def _check(master: MasterKey, vault: str) -> Check:
    nonce = os.urandom(NONCE)
    sealed = master.cipher_for(b"check").encrypt(nonce, _CHECK, vault.encode())
    return Check(id=master.key_id, sealed=(nonce + sealed).hex())


def _open_check(check: Check, master: MasterKey, vault: str) -> None:
    sealed = bytes.fromhex(check.sealed)
    master.cipher_for(b"check").decrypt(sealed[:NONCE], sealed[NONCE:], vault.encode())


@contextmanager
def _undamaged() -> Iterator[None]:
    try:
        yield
    except (InvalidTag, ValueError, LookupError, TypeError, AttributeError):
        raise Damaged(
            "The vault's description, vault.json, is damaged. Restore that one file from the backup."
        ) from None
