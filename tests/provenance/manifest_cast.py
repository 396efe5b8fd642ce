"""Certificates and signed pictures made on the spot. Every name is made up; the pictures are drawn gradients."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from PIL import Image

VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
TRAINED, COMPOSITE = "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"
FORMS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/tiff": "TIFF"}
_DAY = timedelta(days=1)
_SIGNING = {
    "verify": {"verify_after_sign": False, "remote_manifest_fetch": False, "ocsp_fetch": False},
    "builder": {"thumbnail": {"enabled": False}},
}


@dataclass(frozen=True)
class Identity:
    """A key with its certificate, and those that vouch for it."""

    key: EllipticCurvePrivateKey
    certificate: x509.Certificate
    above: tuple[x509.Certificate, ...] = ()

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def chain(self) -> bytes:
        return b"".join(one.public_bytes(Encoding.PEM) for one in (self.certificate, *self.above))


def identity(
    organisation: str,
    vouching: Identity | None = None,
    *,
    begins_at: datetime | None = None,
    ends_at: datetime | None = None,
    asks_at: str = "",
) -> Identity:
    """A root without ``vouching``, else a signer below it. ``asks_at``: where its state could be asked (OCSP)."""
    now, key, is_root = datetime.now(UTC), generate_private_key(SECP256R1()), vouching is None
    issuer = vouching or Identity(key, None)  # type: ignore[arg-type]
    name = _name(organisation)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.subject if issuer.certificate else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins_at or now - 30 * _DAY)
        .not_valid_after(ends_at or now + 300 * _DAY)
        .add_extension(x509.BasicConstraints(is_root, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False
        )
        .add_extension(_usage(is_root), critical=True)
    )
    if not is_root:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
        )
    if asks_at:
        place = x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(asks_at)
        )
        builder = builder.add_extension(x509.AuthorityInformationAccess([place]), critical=False)
    above = (issuer.certificate, *issuer.above) if vouching else ()
    return Identity(key, builder.sign(issuer.key, hashes.SHA256()), above)


@lru_cache(maxsize=1)
def root() -> Identity:
    return identity("Drawn Root")


@lru_cache(maxsize=1)
def other_root() -> Identity:
    return identity("Another Root")


@lru_cache(maxsize=1)
def signer() -> Identity:
    return identity("Drawn Pictures Ltd", root())


@lru_cache(maxsize=8)
def picture(media_type: str = "image/jpeg", side: int = 96) -> bytes:
    stream = io.BytesIO()
    Image.linear_gradient("L").resize((side, side)).convert("RGB").save(stream, FORMS[media_type])
    return stream.getvalue()


def said(*codes: str, action: str = "c2pa.created", more: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """A manifest with one action for each source type, and more assertions.

    Where that is not one act of creation, the older form of a claim is used: the newer one forbids it.
    """
    actions = [{"action": action, "digitalSourceType": VOCABULARY + code} for code in codes]
    assertions = [{"label": "c2pa.actions.v2", "data": {"actions": actions or [{"action": action}]}}]
    version = 2 if len(codes) == 1 and action == "c2pa.created" else 1
    name = {"claim_generator": "drawn", "claim_generator_info": [{"name": "drawn by a test"}]}
    return name | {"claim_version": version, "assertions": [*assertions, *more]}


def signed(
    manifest: dict[str, Any],
    *,
    by: Identity | None = None,
    media_type: str = "image/jpeg",
    address: str = "",
    embed: bool = True,
    ingredients: Sequence[tuple[str, bytes]] = (),
    data: bytes | None = None,
) -> bytes:
    """A picture with a manifest; ``ingredients`` are (relationship, picture)."""
    who = by or signer()
    key = who.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", who.chain, key, None)) as pen:
        builder = c2pa.Builder(json.dumps(manifest), context=c2pa.Context.from_dict(_SIGNING))
        if address:
            builder.set_remote_url(address)
        if not embed:
            builder.set_no_embed()
        for relationship, one in ingredients:
            words = json.dumps({"title": "earlier", "relationship": relationship})
            builder.add_ingredient(words, media_type, io.BytesIO(one))
        out = io.BytesIO()
        builder.sign(pen, media_type, io.BytesIO(data or picture(media_type)), out)
    return out.getvalue()


def identity_to_look_up(issuer: str) -> dict[str, Any]:
    """An identity assertion (CAWG) whose issuer would have to be asked on the web: ``did:web:`` and ``issuer``.

    The library builds a client for the web when it reads one. Layout: COSE_Sign1 (RFC 9052) around a credential.
    """
    payload = {"sig_type": "cawg.identity_claims_aggregation", "referenced_assertions": []}
    credential = {
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://cawg.io/identity/1.1/ica/context/"],
        "type": ["VerifiableCredential", "IdentityClaimsAggregationCredential"],
        "issuer": f"did:web:{issuer}",
        "validFrom": "2025-04-28T17:11:18Z",
        "credentialSubject": {"c2paAsset": payload, "verifiedIdentities": [_somebody()]},
    }
    algorithm = b"\xa2\x01\x27\x03\x6e" + b"application/vc"
    parts = (
        _cbor_bytes(algorithm),
        b"\xa0",
        _cbor_bytes(json.dumps(credential).encode()),
        _cbor_bytes(bytes(64)),
    )
    signature = list(b"\xd2\x84" + b"".join(parts))
    return {
        "label": "cawg.identity",
        "data": {"signer_payload": payload, "signature": signature, "pad1": [0]},
    }


def with_byte_changed(data: bytes, at: int) -> bytes:
    """The same with one byte changed; ``at`` counts from the end where it is below zero."""
    at %= len(data)
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _name(organisation: str) -> x509.Name:
    pairs = ((NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, organisation))
    return x509.Name([x509.NameAttribute(kind, words) for kind, words in pairs])


def _usage(is_root: bool) -> x509.KeyUsage:
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


def _somebody() -> dict[str, Any]:
    provider = {"id": "https://example.org", "name": "example"}
    place = {"username": "nobody", "uri": "https://example.org/nobody", "verifiedAt": "2024-09-24T18:15:11Z"}
    return {"type": "cawg.social_media", "provider": provider, **place}


def _cbor_bytes(data: bytes) -> bytes:
    return b"\x59" + len(data).to_bytes(2, "big") + data
