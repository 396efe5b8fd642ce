"""Encrypted, content-addressed storage: every object has a key of its own, and destroying is forgetting it.

A stored object is whole or it is not there: reading verifies every byte before it is handed out, and
writing becomes visible only when it is durable. The format is described in
``docs/reference/vault-format.md``.
"""

from __future__ import annotations

from openhotline.vault.batch import Batch, Readable, Stored
from openhotline.vault.checking import Problem, ProblemKind
from openhotline.vault.destruction import Destruction
from openhotline.vault.master import MasterKey
from openhotline.vault.rotation import Rewrapped
from openhotline.vault.store import Vault

__all__ = [
    "Batch",
    "Destruction",
    "MasterKey",
    "Problem",
    "ProblemKind",
    "Readable",
    "Rewrapped",
    "Stored",
    "Vault",
]
