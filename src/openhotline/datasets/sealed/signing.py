"""A detached signature for what an audit wrote: these bytes are the summary of an audit, says this key.

It shows who vouches for the bytes and that they are whole. It cannot show that the key is whose somebody says it is:
get the public key from the keeper of the data set by another way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openhotline.chain.canonical import in_utc, moment
from openhotline.chain.checkpoint import PublicKey, key_id, keyring
from openhotline.chain.detached import Detached
from openhotline.errors import BadInput, Damaged, NotAllowed

FORM = Detached(b"openhotline-audit-document-1\n", "openhotline-audit-signature-1")

AUDIT, CLEANING, MODELS = "audit", "cleaning", "models"
WHAT = (AUDIT, CLEANING, MODELS)
"""What a document can be a summary of; the signature says which, so that none passes for another."""


@dataclass(frozen=True, slots=True)
class DocumentSignature:
    """``digest`` is the SHA-256 of the document, ``size`` its bytes, ``what`` one of :data:`WHAT`; hexadecimal."""

    what: str
    digest: str
    size: int
    at: datetime
    key_id: str
    signature: str

    def document(self) -> bytes:
        """Return what is kept beside the document: one line of canonical JSON."""
        return FORM.document(_body(self), self.signature)


def sign_document(document: bytes, *, what: str, key: Ed25519PrivateKey, at: datetime) -> DocumentSignature:
    """Vouch for the bytes of a summary."""
    if what not in WHAT:
        raise BadInput(f"A signed summary is one of {', '.join(WHAT)}. Name one of these.")
    told = DocumentSignature(what, *_digest(document), in_utc(at), key_id(key.public_key()), "")
    return replace(told, signature=FORM.sign(_body(told), key))


def verify_document(
    document: bytes, signature: bytes, keys: PublicKey | Iterable[PublicKey], *, what: str
) -> DocumentSignature:
    """Return what was signed, or raise: NotAllowed for another's key, Damaged for other bytes than were signed."""
    found = read_signature(signature)
    key = keyring(keys).get(found.key_id)
    if key is None:
        raise NotAllowed(
            "The summary is signed with another key than the one named. Ask the keeper of the data set for the key."
        )
    if not FORM.holds(_body(found), found.signature, key):
        raise Damaged("The signature does not fit its own statement. Get the folder again.")
    if found.what != what:
        raise Damaged(f"The signature is for a summary of another kind ({found.what}). Get the folder again.")
    if _digest(document) != (found.digest, found.size):
        raise Damaged("The summary is not the one that was signed. Get the folder again.")
    return found


def read_signature(signature: bytes) -> DocumentSignature:
    """Read a signature. This checks its form only; believe :func:`verify_document`."""
    try:
        found = DocumentSignature(**FORM.read(signature))
        if found.what not in WHAT:
            raise ValueError("another kind")
    except (TypeError, ValueError):
        raise BadInput("This is no signature of an audit's summary. Get the folder again.") from None
    return found


def _body(signature: DocumentSignature) -> dict[str, str | int]:
    return {
        "at": moment(signature.at),
        "digest": signature.digest,
        "key_id": signature.key_id,
        "size": signature.size,
        "what": signature.what,
    }


def _digest(document: bytes) -> tuple[str, int]:
    return hashlib.sha256(document).hexdigest(), len(document)
