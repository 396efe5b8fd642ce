"""A sealed folder: whoever holds the key sees any change, and a stranger's summary leads nowhere else."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from audit_results import KEY, NOON
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from openhotline.chain.canonical import encode
from openhotline.datasets.sealed.files import digest_of, write_bytes, writing
from openhotline.datasets.sealed.keys import audit_key, default_file, public_pem, read_public
from openhotline.datasets.sealed.sealing import seal, unseal, verify_sealed
from openhotline.datasets.sealed.signing import (
    AUDIT,
    CLEANING,
    FORM,
    read_signature,
    sign_document,
    verify_document,
)
from openhotline.errors import BadInput, Damaged, NotAllowed, NotFound, OpenHotlineError

OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    out = tmp_path / "out"
    files = [write_bytes(out, "hits.parquet", b"rows"), write_bytes(out, "parts/part-00000.parquet", b"more")]
    seal(out, {"counts": {"seen": 2}}, files, what=AUDIT, key=KEY, at=NOON)
    return out


def test_what_was_sealed_is_whole(sealed: Path) -> None:
    found = verify_sealed(sealed, [KEY.public_key()])
    assert found.summary["counts"] == {"seen": 2} and not found.own_key
    assert [file["file"] for file in found.summary["files"]] == ["hits.parquet", "parts/part-00000.parquet"]
    assert (found.signature.what, found.signature.at) == (AUDIT, NOON)


def test_without_a_key_the_folders_own_is_believed_and_that_is_said(sealed: Path) -> None:
    assert verify_sealed(sealed).own_key


def test_anothers_key_is_refused(sealed: Path) -> None:
    with pytest.raises(NotAllowed):
        verify_sealed(sealed, [OTHER.public_key()])


@pytest.mark.parametrize("name", ["hits.parquet", "parts/part-00000.parquet", "summary.json"])
def test_one_changed_byte_is_seen(sealed: Path, name: str) -> None:
    data = bytearray((sealed / name).read_bytes())
    data[2] ^= 1
    (sealed / name).write_bytes(data)
    with pytest.raises(Damaged):
        verify_sealed(sealed)


def test_a_missing_file_is_seen(sealed: Path) -> None:
    (sealed / "hits.parquet").unlink()
    with pytest.raises(Damaged):
        verify_sealed(sealed)


def test_a_key_put_in_the_folder_afterwards_is_not_the_one_that_signed(sealed: Path) -> None:
    (sealed / "audit.pub").write_bytes(public_pem(OTHER.public_key()))
    with pytest.raises(NotAllowed):
        verify_sealed(sealed)


def test_an_unsealed_folder_is_not_finished(sealed: Path) -> None:
    unseal(sealed)
    unseal(sealed)
    with pytest.raises(NotFound):
        verify_sealed(sealed)


def test_a_summary_of_one_kind_is_none_of_another(sealed: Path) -> None:
    with pytest.raises(Damaged, match="another kind"):
        verify_sealed(sealed, what=CLEANING)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "parts/../../secret", "link", "parts"])
def test_a_strangers_summary_leads_to_no_file_outside(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    out = tmp_path / "out"
    (out / "parts").mkdir(parents=True)
    (out / "link").symlink_to(tmp_path / "secret")
    named = {"file": name, "sha256": digest_of(tmp_path, "secret").sha256, "size": 6}
    document = encode({"files": [named]}) + b"\n"
    signature = sign_document(document, what=AUDIT, key=KEY, at=NOON)
    write_bytes(out, "summary.json", document)
    write_bytes(out, "summary.sig", signature.document())
    with pytest.raises(Damaged):
        verify_sealed(out, [KEY.public_key()])


def test_a_signature_for_another_purpose_does_not_count() -> None:
    signature = sign_document(b"{}\n", what=AUDIT, key=KEY, at=NOON)
    body = json.loads(signature.document())
    for name in ("format", "signature"):
        body.pop(name)
    assert KEY.public_key().verify(bytes.fromhex(signature.signature), FORM.purpose + encode(body)) is None
    bare = json.loads(signature.document()) | {"signature": KEY.sign(encode(body)).hex()}
    with pytest.raises(Damaged):
        verify_document(b"{}\n", encode(bare), KEY.public_key(), what=AUDIT)


@pytest.mark.parametrize(
    "change",
    [
        {"what": "poem"},
        {"size": True},
        {"signature": "AB" * 64},
        {"at": "today"},
        {"more": 1},
        {"format": "2"},
    ],
)
def test_only_the_one_form_of_a_signature_is_read(change: dict[str, Any]) -> None:
    told = json.loads(sign_document(b"{}\n", what=AUDIT, key=KEY, at=NOON).document()) | change
    with pytest.raises(BadInput):
        read_signature(encode(told) + b"\n")


def test_ones_own_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    environment = {"XDG_DATA_HOME": str(tmp_path / "data")}
    made = audit_key(None, environment)
    file = tmp_path / "data" / "openhotline" / "audit.key"
    assert default_file(environment) == file and stat.S_IMODE(file.stat().st_mode) == 0o600
    raw = Encoding.Raw, PrivateFormat.Raw, NoEncryption()
    assert audit_key(None, environment).private_bytes(*raw) == made.private_bytes(*raw)
    assert list(file.parent.iterdir()) == [file]


def test_a_relative_home_of_data_is_ignored() -> None:
    assert default_file({"XDG_DATA_HOME": "here"}) == default_file({})


def test_what_is_no_key_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "bad.pem").write_text("no key")
    other = generate_private_key(SECP256R1())
    (tmp_path / "curve.pem").write_bytes(
        other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    (tmp_path / "curve.pub").write_bytes(
        other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    for name in ("bad.pem", "curve.pem"):
        with pytest.raises(BadInput, match="--signing-key"):
            audit_key(tmp_path / name)
    for name in ("bad.pem", "curve.pub"):
        with pytest.raises(BadInput):
            read_public(tmp_path / name)
    with pytest.raises(NotFound):
        audit_key(tmp_path / "none.pem")


def test_a_file_that_was_not_finished_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"before")

    def fail() -> None:
        with writing(tmp_path / "file") as stream:
            stream.write(b"half")
            raise OpenHotlineError("Stopped.")

    with pytest.raises(OpenHotlineError):
        fail()
    assert (tmp_path / "file").read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
