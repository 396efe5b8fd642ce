"""The pack that a referral is: a zip of its documents, the ledger that proves them, and a manifest of every part.

The order is what makes it provable: the documents are made, their digest is written into the ledger, and the ledger with
that line is put beside them. Originals lie in it only sealed for one receiver (CMS, RFC 5652).
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7EnvelopeBuilder, PKCS7Options

from openhotline.errors import BadInput
from openhotline_server.sharing.referral_grounds import Referral

FORMAT = "openhotline-referral-1"
LEDGER = "ledger.txt"
MANIFEST = "manifest.json"
LEAST_BITS = 2048
_WHEN = (1980, 1, 1, 0, 0, 0)  # zip's own first day: a pack of the same parts is the same file


@dataclass(frozen=True)
class Receiver:
    """Whom originals are sealed for. ``fingerprint`` is the certificate's SHA-256, to be compared by telephone."""

    certificate: x509.Certificate
    fingerprint: str


def read_receiver(pem: bytes, *, at: datetime) -> Receiver:
    """Read a receiver's certificate. Raises BadInput for what is none, has no RSA key, or is not valid now."""
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise BadInput("That is no certificate in PEM. Ask the receiver for one with an RSA key.") from None
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey) or key.key_size < LEAST_BITS:
        raise BadInput(f"The certificate has no RSA key of at least {LEAST_BITS} bits. Ask for another.")
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise BadInput("The certificate is not valid now. Ask the receiver for another.")
    return Receiver(certificate, hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest())


def seal(untrusted_bytes: bytes, receiver: Receiver) -> bytes:
    """Seal an original for a receiver, who opens it with ``openssl cms -decrypt -inform DER``."""
    builder = PKCS7EnvelopeBuilder().set_data(untrusted_bytes).add_recipient(receiver.certificate)
    sealed: bytes = builder.set_content_encryption_algorithm(algorithms.AES256).encrypt(
        Encoding.DER, [PKCS7Options.Binary]
    )
    return sealed


def content_digest(documents: Mapping[str, bytes]) -> str:
    """One digest over all documents: what the ledger's line about the pack holds."""
    listed = {name: hashlib.sha256(data).hexdigest() for name, data in documents.items()}
    return hashlib.sha256(json.dumps(listed, sort_keys=True).encode()).hexdigest()


def write_pack(
    stream: BinaryIO,
    referral: Referral,
    documents: Mapping[str, bytes],
    ledger: Path,
    *,
    receiver: Receiver | None,
    at: datetime,
) -> None:
    """Write the pack. ``ledger`` is the exported chain with the line about these documents."""
    listed = [_part(name, data) for name, data in sorted(documents.items())]
    with ledger.open("rb") as exported:
        digest = hashlib.file_digest(exported, "sha256").hexdigest()
    listed.append({"name": LEDGER, "sha256": digest, "bytes": ledger.stat().st_size})
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "case": referral.subject,
        "made_at": at.isoformat(),
        "grounds": [
            {"code": one.code, "words": one.words, "said_by": one.said_by} for one in referral.grounds
        ],
        "content": content_digest(documents),
        "originals": "sealed" if receiver else "left out",
        "receiver": receiver.fingerprint if receiver else "",
        "parts": listed,
    }
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as pack:
        head = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False)
        pack.writestr(_entry(MANIFEST), head)
        for name, data in sorted(documents.items()):
            pack.writestr(_entry(name), data)
        with ledger.open("rb") as exported, pack.open(_entry(LEDGER), "w", force_zip64=True) as target:
            while piece := exported.read(1 << 20):
                target.write(piece)


def _part(name: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _WHEN)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
