"""What an operator's trust file holds: roots, single signers, allowed purposes. Told apart by content, not by name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from openhotline.errors import BadInput, TooLarge

MAX_FILE = 16 * 1024 * 1024  # bytes; the official list has 38 kB
MAX_CERTIFICATES = 20_000

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)
_KINDS = (b"CERTIFICATE", b"TRUSTED CERTIFICATE", b"X509 CERTIFICATE")
_PURPOSE = re.compile(r"[0-2](?:\.\d{1,20}){2,30}")  # an object identifier in numbers
_FINGERPRINT = re.compile(r"[A-Za-z0-9+/]{43}=")  # SHA-256 of a signer's certificate, in base64


@dataclass(frozen=True)
class Certificate:
    """One certificate. ``is_authority``: it may vouch for others; else it is one signer, trusted by itself."""

    pem: str
    is_authority: bool
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Contents:
    """What one or several files hold. ``purposes`` are extended key usages; ``fingerprints`` name single signers."""

    certificates: tuple[Certificate, ...] = ()
    purposes: tuple[str, ...] = ()
    fingerprints: tuple[str, ...] = ()

    @property
    def vouches(self) -> bool:
        """Whether anybody could be trusted by it."""
        return bool(self.certificates or self.fingerprints)


def read_contents(files: Iterable[bytes]) -> Contents:
    """Return what the files hold together, each certificate once; BadInput where one of them holds nothing."""
    found: dict[str, Certificate] = {}
    purposes: dict[str, None] = {}
    fingerprints: dict[str, None] = {}
    for number, data in enumerate(files, 1):
        if len(data) > MAX_FILE:
            raise TooLarge(f"File {number} is larger than 16 MiB, so it is no trust list. Name another file.")
        blocks = list(_BLOCK.finditer(data))
        words = _words(data)
        if not blocks and not words:
            raise BadInput(
                f"File {number} holds neither certificates (PEM) nor purposes (object identifiers). Name the list's own "
                "files, as they were published. Nothing was changed."
            )
        for block in blocks:
            certificate = _certificate(block.group(0), block.group(1), number)
            found.setdefault(certificate.pem, certificate)
        purposes |= dict.fromkeys(word for word in words if _PURPOSE.fullmatch(word))
        fingerprints |= dict.fromkeys(word for word in words if _FINGERPRINT.fullmatch(word))
    if len(found) > MAX_CERTIFICATES:
        raise TooLarge("More than 20,000 certificates: this is no trust list. Name another file.")
    return Contents(tuple(found.values()), tuple(purposes), tuple(fingerprints))


def _words(data: bytes) -> list[str]:
    """Return the lines outside certificates that mean something; comments and the rest are passed over."""
    lines = _BLOCK.sub(b"\n", data).decode("utf-8", "replace").splitlines()
    return [
        line.strip()
        for line in lines
        if _PURPOSE.fullmatch(line.strip()) or _FINGERPRINT.fullmatch(line.strip())
    ]


def _certificate(block: bytes, kind: bytes, number: int) -> Certificate:
    if kind not in _KINDS:
        raise BadInput(
            f"File {number} holds a block that is no certificate (a private key, perhaps). Name the published list, and "
            "keep keys out of it. Nothing was changed."
        )
    try:
        read = x509.load_pem_x509_certificate(block)
        is_authority = _is_authority(read)
        pem = read.public_bytes(Encoding.PEM).decode("ascii")
        return Certificate(pem, is_authority, read.not_valid_before_utc, read.not_valid_after_utc)
    except ValueError as problem:
        raise BadInput(
            f"A certificate in file {number} cannot be read. Fetch the list again. Nothing was changed.",
            details=str(problem)[:300],
        ) from problem


def _is_authority(certificate: x509.Certificate) -> bool:
    """Tell a root or intermediate from a signer by its basic constraints; the oldest roots have none."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return certificate.version == x509.Version.v1 and certificate.issuer == certificate.subject
