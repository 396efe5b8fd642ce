"""Pictures signed on the spot with C2PA manifests, and trust lists of drawn roots. Every name is made up."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from openhotline.provenance.signed.trust import Trust, load_trust, update_trust

TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_SIGNING = {
    "verify": {"verify_after_sign": False, "remote_manifest_fetch": False, "ocsp_fetch": False},
    "builder": {"thumbnail": {"enabled": False}},
}

Identity = tuple[ec.EllipticCurvePrivateKey, x509.Certificate]


def identity(name: str, above: Identity | None = None) -> Identity:
    """Return a root, or with ``above`` a signer below it."""
    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.Name(
        [x509.NameAttribute(kind, name) for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)]
    )
    issuer_key, issuer = (above[0], above[1].subject) if above else (key, own)
    today = datetime.now(UTC)
    usage = dict.fromkeys(
        (
            *("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
            *("crl_sign", "encipher_only", "decipher_only"),
        ),
        False,
    )
    builder = (
        x509.CertificateBuilder(issuer, own, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=30))
        .not_valid_after(today + timedelta(days=300))
        .add_extension(x509.BasicConstraints(above is None, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
        .add_extension(
            x509.KeyUsage(digital_signature=above is not None, key_cert_sign=above is None, **usage),
            critical=True,
        )
    )
    if above:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purpose, critical=False)
    return key, builder.sign(issuer_key, hashes.SHA256())


def signed(data: bytes, by: Identity, above: Identity) -> bytes:
    """Return a JPEG with a manifest that says a generator made it."""
    chain = b"".join(one[1].public_bytes(serialization.Encoding.PEM) for one in (by, above))
    key = by[0].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    actions = {"actions": [{"action": "c2pa.created", "digitalSourceType": TRAINED}]}
    manifest = {
        "claim_version": 2,
        "claim_generator_info": [{"name": "drawn by a benchmark"}],
        "assertions": [{"label": "c2pa.actions.v2", "data": actions}],
    }
    out = io.BytesIO()
    with c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", chain, key, None)) as pen:
        builder = c2pa.Builder(json.dumps(manifest), context=c2pa.Context.from_dict(_SIGNING))
        builder.sign(pen, "image/jpeg", io.BytesIO(data), out)
    return out.getvalue()


def trust_of(folder: Path, root: Identity) -> Trust:
    """Return two lists as long as the two in use, of 30 and 18 roots; the older names the signer's."""
    for name, count, more in (("newer", 30, ()), ("older", 17, (root,))):
        roots = [*(identity(f"Root {number}") for number in range(count)), *more]
        path = folder / f"{name}.pem"
        path.write_bytes(b"".join(one[1].public_bytes(serialization.Encoding.PEM) for one in roots))
        day = date(2026, 8, 21) if name == "newer" else date(2026, 1, 1)
        update_trust(folder / "trust", [path], name=name, dated=day)
    return load_trust(folder / "trust")
