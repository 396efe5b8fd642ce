"""Drawn pictures with signed manifests (C2PA), for the demonstration. Keys are made on the spot and never written.

The signers are made up, and so is the root that vouches for them: whoever loads it as a trust list believes it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from openhotline_server.pipeline.drawing.marks import MARKS, exif
from openhotline_server.pipeline.drawing.picture import draw

ROOT = "Demonstration root"
WIDTH, HEIGHT, QUALITY = 800, 600, 88
CONTRADICTORY = "camera-and-generator"

_VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_MARGIN, _LASTS = timedelta(days=60), timedelta(days=3650)
_OFFLINE = {
    "verify": {"verify_after_sign": False, "remote_manifest_fetch": False, "ocsp_fetch": False},
    "builder": {"thumbnail": {"enabled": False}},
}


@dataclass(frozen=True)
class _Identity:
    key: EllipticCurvePrivateKey
    certificate: x509.Certificate


@dataclass(frozen=True)
class Signed:
    """JPEG files by name, and the certificate (PEM) of the root that vouches for some of their signers."""

    files: Mapping[str, bytes]
    root: bytes


def draw_signed(*, seed: int, at: datetime) -> Signed:
    """Draw seven pictures: by a generator (two), edited, by a camera, altered since, signed by somebody unknown.

    Of the last its signer says that a generator made it, and its EXIF that a camera did.
    """
    root, other = _identity(ROOT, None, at), _identity("Somebody unknown", None, at)
    signer, stranger = _identity("Drawn generator", root, at), _identity("Somebody else", other, at)
    camera = _identity("Drawn camera", root, at)
    made = [
        ("generated-1", "trainedAlgorithmicMedia", signer, root),
        ("generated-2", "trainedAlgorithmicMedia", signer, root),
        ("edited", "compositeWithTrainedAlgorithmicMedia", signer, root),
        ("camera", "digitalCapture", camera, root),
        ("altered", "trainedAlgorithmicMedia", signer, root),
        ("unknown-signer", "trainedAlgorithmicMedia", stranger, other),
        (CONTRADICTORY, "trainedAlgorithmicMedia", signer, root),
    ]
    files = {
        f"{name}.jpg": _signed(_picture(seed + number, camera=name == CONTRADICTORY), kind, who, above)
        for number, (name, kind, who, above) in enumerate(made)
    }
    files["altered.jpg"] = _altered(files["altered.jpg"])
    return Signed(files, root.certificate.public_bytes(Encoding.PEM))


def _picture(family: int, *, camera: bool) -> bytes:
    stream = io.BytesIO()
    written = {"exif": exif(MARKS["camera"])} if camera else {}
    draw(family, width=WIDTH, height=HEIGHT).save(stream, "JPEG", quality=QUALITY, **written)
    return stream.getvalue()


def _signed(picture: bytes, source_type: str, who: _Identity, above: _Identity) -> bytes:
    import c2pa  # a large library, needed by nothing else that draws

    action = {"action": "c2pa.created", "digitalSourceType": _VOCABULARY + source_type}
    manifest: dict[str, Any] = {
        "claim_version": 2,
        "claim_generator_info": [{"name": "drawn by code"}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}],
    }
    chain = b"".join(one.certificate.public_bytes(Encoding.PEM) for one in (who, above))
    key = who.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    out = io.BytesIO()
    with c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", chain, key, None)) as pen:
        builder = c2pa.Builder(json.dumps(manifest), context=c2pa.Context.from_dict(_OFFLINE))
        builder.sign(pen, "image/jpeg", io.BytesIO(picture), out)
    return out.getvalue()


def _altered(data: bytes) -> bytes:
    """The same with one bit of the picture changed, a little before its end."""
    at = len(data) - 200
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _identity(organisation: str, vouching: _Identity | None, at: datetime) -> _Identity:
    key, is_root = generate_private_key(SECP256R1()), vouching is None
    name = x509.Name(
        [x509.NameAttribute(kind, organisation) for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)]
    )
    issuing = vouching.key if vouching else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(vouching.certificate.subject if vouching else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - _MARGIN)
        .not_valid_after(at + _LASTS)
        .add_extension(x509.BasicConstraints(is_root, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing.public_key()), critical=False
        )
        .add_extension(_usage(is_root=is_root), critical=True)
    )
    if not is_root:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purpose, critical=False)
    return _Identity(key, builder.sign(issuing, hashes.SHA256()))


def _usage(*, is_root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_root,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_root,
        crl_sign=is_root,
        encipher_only=False,
        decipher_only=False,
    )
