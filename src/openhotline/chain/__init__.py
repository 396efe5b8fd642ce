"""An append-only ledger in which every line carries the digest of the one before it.

Altering, removing, inserting or moving a line breaks the chain at that line, and :func:`verify` names it.
Signed checkpoints keep whoever owns the database from writing a fresh chain, or from cutting off the end,
unnoticed. The format is described for strangers in ``docs/reference/ledger-format.md``.
"""

from __future__ import annotations

from openhotline.chain.canonical import JSON
from openhotline.chain.checkpoint import Checkpoint, PublicKey, key_id, sign_checkpoint
from openhotline.chain.export import Export, read_export, verify_export, write_export
from openhotline.chain.line import FIRST, GENESIS, Line, link
from openhotline.chain.records import End
from openhotline.chain.verification import Verified, verify

__all__ = [
    "FIRST",
    "GENESIS",
    "JSON",
    "Checkpoint",
    "End",
    "Export",
    "Line",
    "PublicKey",
    "Verified",
    "key_id",
    "link",
    "read_export",
    "sign_checkpoint",
    "verify",
    "verify_export",
    "write_export",
]
