"""The operator's trust lists on disk: one file a list, put in place whole or not at all. Nothing is ever fetched."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from openhotline.errors import BadInput, Damaged, NotFound, WrongUsage
from openhotline.provenance.signed.library import accepts
from openhotline.provenance.signed.trust_list import (
    BY_CERTIFICATES,
    BY_OPERATOR,
    NO_TRUST,
    SIGNERS,
    TIME_STAMPS,
    Trust,
    TrustList,
    ordered,
    read_list,
    read_trust,
)
from openhotline.vault.durable import replace_file, sync_directory

if TYPE_CHECKING:  # reading certificates takes a library that most processes never need
    from openhotline.provenance.signed.certificates import Contents

__all__ = ["NO_TRUST", "Trust", "TrustList", "forget_trust", "load_trust", "read_trust", "update_trust"]

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_SUFFIX = ".trust.json"


def load_trust(directory: Path) -> Trust:
    """Return all lists in a directory, none where it is missing; Damaged where a stored list was altered.

    Cost: about 1 ms for 130 certificates, with their digests checked.
    """
    paths = sorted(directory.glob(f"*{_SUFFIX}")) if directory.is_dir() else []
    return ordered([_load(path) for path in paths])


def update_trust(
    directory: Path, files: Sequence[Path], *, name: str, dated: date | None = None, time_stamps: bool = False
) -> TrustList:
    """Make ``files`` the list called ``name``, in the place of what had that name; BadInput keeps the old one.

    Without ``dated`` the list is dated by the day on which its newest certificate begins. ``time_stamps``: it vouches
    for the clocks that stamp signatures, and for no signer.
    """
    from openhotline.provenance.signed.certificates import read_contents

    path = _path(directory, name)
    if not files:
        raise WrongUsage("No file was named. Name the files of one list.")
    contents = [file.read_bytes() for file in files]
    found = _list(read_contents(contents), contents, name=name, dated=dated, time_stamps=time_stamps)
    if not accepts(found):
        raise BadInput(
            "The C2PA library does not take this list. Fetch it again. What was there before is kept."
        )
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(path, json.dumps(found.as_json(), indent=1).encode() + b"\n", staging=directory)
    return found


def forget_trust(directory: Path, name: str) -> None:
    """Take a list away: what it vouched for is from now on signed by somebody unknown."""
    path = _path(directory, name)
    try:
        path.unlink()
    except FileNotFoundError:
        raise NotFound("There is no trust list of that name. `openhotline trust show` names them.") from None
    sync_directory(directory)


def _path(directory: Path, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise WrongUsage(
            "A list's name is up to 40 small letters, digits and hyphens, such as c2pa-official."
        )
    return directory / f"{name}{_SUFFIX}"


def _load(path: Path) -> TrustList:
    try:
        found = read_list(json.loads(path.read_bytes()))
        if _NAME.fullmatch(found.name) and path.name == f"{found.name}{_SUFFIX}":
            return found
    except (ValueError, AttributeError, RecursionError):
        pass
    except Damaged as problem:
        raise Damaged(problem.message, details=str(path)) from None
    raise Damaged("A stored trust list cannot be read. Load it again or forget it.", details=str(path))


def _list(
    found: Contents, files: Sequence[bytes], *, name: str, dated: date | None, time_stamps: bool
) -> TrustList:
    if not found.vouches:
        raise BadInput(
            "These files allow purposes but name no certificate, so they vouch for nobody. Name the certificates' file "
            "too. What was there before is kept."
        )
    if dated is None and not found.certificates:
        raise WrongUsage("Fingerprints carry no date. Say with --dated of which day the list is.")
    newest = max((one.begins_at.date() for one in found.certificates), default=None)
    day = dated or newest
    assert day is not None
    return TrustList(
        name=name,
        dated=day,
        dated_by=BY_OPERATOR if dated else BY_CERTIFICATES,
        use=TIME_STAMPS if time_stamps else SIGNERS,
        sha256=hashlib.sha256(b"".join(files)).hexdigest(),
        anchors=tuple(one.pem for one in found.certificates if one.is_authority),
        end_entities=tuple(one.pem for one in found.certificates if not one.is_authority),
        fingerprints=found.fingerprints,
        purposes=found.purposes,
    )
