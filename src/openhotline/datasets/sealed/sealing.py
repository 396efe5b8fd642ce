"""A folder is sealed by one signed summary that names every file in it with its digest.

The summary gets its name last: a folder with ``summary.json`` is finished, and one without is not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openhotline.chain.canonical import decode, encode, plain
from openhotline.chain.checkpoint import PublicKey
from openhotline.chain.detached import LONGEST
from openhotline.datasets.sealed.files import Written, digest_of, write_bytes
from openhotline.datasets.sealed.keys import PUBLIC_KEY, public_pem, read_public
from openhotline.datasets.sealed.signing import (
    DocumentSignature,
    read_signature,
    sign_document,
    verify_document,
)
from openhotline.errors import BadInput, Damaged, NotFound

SUMMARY, SIGNATURE = "summary.json", "summary.sig"
LARGEST_SUMMARY = 1 << 28
"""Bytes. A summary has some 100 for each file it names: this is enough for those of 1,000 billion members."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A folder whose summary, signature and files fit each other. ``own_key`` says that the key is the folder's own:
    then this proves that nothing was changed since, and not who signed."""

    summary: Mapping[str, Any]
    digest: str
    signature: DocumentSignature
    own_key: bool


def seal(
    out: Path,
    told: Mapping[str, Any],
    files: Iterable[Written],
    *,
    what: str,
    key: Ed25519PrivateKey,
    at: datetime,
) -> str:
    """Write the summary ``told``, with ``files``, its signature and the public key; return the summary's digest.

    ``told`` holds texts, whole numbers, true, false, null, lists and mappings: a fraction is written as text.
    """
    document = encode(plain({**told, "files": named(files)})) + b"\n"
    signature = sign_document(document, what=what, key=key, at=at)
    write_bytes(out, PUBLIC_KEY, public_pem(key.public_key()))
    write_bytes(out, SIGNATURE, signature.document())
    write_bytes(out, SUMMARY, document)
    return signature.digest


def named(files: Iterable[Written]) -> list[dict[str, str | int]]:
    """Return files as a summary names them, in their names' order."""
    in_order = sorted(files, key=lambda file: file.file)
    return [{"file": file.file, "sha256": file.sha256, "size": file.size} for file in in_order]


def unseal(out: Path) -> None:
    """Take the seal off a folder before anything in it is written again."""
    (out / SUMMARY).unlink(missing_ok=True)
    (out / SIGNATURE).unlink(missing_ok=True)


def verify_sealed(
    out: Path,
    keys: Iterable[PublicKey] = (),
    *,
    what: str = "",
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Sealed:
    """Check the signature, and then every file that it names. Raises NotFound, NotAllowed, BadInput or Damaged.

    Without ``keys`` the folder's own public key is believed. ``what`` says which kind of summary is expected; any
    kind where it is empty. ``progress`` is told how many files are checked, of how many. Cost: one reading of every
    file, in flat memory.
    """
    trusted = tuple(keys)
    sealed = read_sealed(out, trusted or (read_public(out / PUBLIC_KEY),), what=what)
    files = sealed.summary["files"]
    for number, file in enumerate(files, 1):
        _check(out, file)
        progress(number, len(files))
    return Sealed(sealed.summary, sealed.digest, sealed.signature, own_key=not trusted)


def read_sealed(out: Path, keys: Iterable[PublicKey], *, what: str = "") -> Sealed:
    """Check the summary's signature alone, and not the files it names."""
    document = _read(out / SUMMARY, LARGEST_SUMMARY)
    proof = _read(out / SIGNATURE, LONGEST)
    signature = verify_document(document, proof, keys, what=what or read_signature(proof).what)
    try:
        summary = decode(document.removesuffix(b"\n"))
    except ValueError:
        summary = None
    if not isinstance(summary, dict) or not isinstance(summary.get("files"), list):
        raise BadInput(
            "The summary is not of the form that is read here. Use a newer version of OpenHotline."
        )
    return Sealed(summary, hashlib.sha256(document).hexdigest(), signature, own_key=False)


def _read(path: Path, most: int) -> bytes:
    if not path.is_file():
        raise NotFound(
            f"There is no {path.name} here, so nothing is finished. Run the audit to its end, or name its folder.",
            details=str(path.parent),
        )
    with path.open("rb") as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise BadInput(f"{path.name} is larger than any honest one. Get the folder again.")
    return content


def _check(out: Path, told: Any) -> None:
    """A summary may be a stranger's: a name must lead to a file in this folder and to nothing else."""
    name = told.get("file") if isinstance(told, dict) else None
    if not isinstance(name, str) or not name or PurePosixPath(name).is_absolute() or ".." in name.split("/"):
        raise Damaged("The summary names a file outside its folder. Do not use this folder.")
    path = out / name
    if not path.is_file() or not path.resolve().is_relative_to(out.resolve()):
        raise Damaged("A file that the summary names is not here. Get the folder again.", details=name)
    found = digest_of(out, name)
    if (found.sha256, found.size) != (told.get("sha256"), told.get("size")):
        raise Damaged("A file is not the one that was signed. Get the folder again.", details=name)
