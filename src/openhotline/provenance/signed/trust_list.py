"""Whom an operator has decided to believe: named, dated lists of certificates. Plain values, no files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from openhotline.errors import Damaged

if TYPE_CHECKING:  # reading certificates takes a library that most processes never need
    from openhotline.provenance.signed.certificates import Certificate

SIGNERS, TIME_STAMPS = "signers", "time_stamps"
BY_OPERATOR, BY_CERTIFICATES = "operator", "newest certificate"

_FORM = "openhotline-trust-1"


@dataclass(frozen=True)
class TrustList:
    """One list, as it was loaded.

    ``dated`` is the day the operator gave, or that on which the newest certificate begins; ``dated_by`` says which.
    ``use``: whether it vouches for signers or only for the clocks that stamp signatures. ``sha256`` is the digest of
    the files' bytes one after the other, in the order they were given. ``anchors`` and ``end_entities`` are PEM.
    """

    name: str
    dated: date
    dated_by: str
    use: str
    sha256: str
    anchors: tuple[str, ...] = field(repr=False)
    end_entities: tuple[str, ...] = field(repr=False)
    fingerprints: tuple[str, ...] = field(repr=False)
    purposes: tuple[str, ...] = ()

    def expired(self, at: datetime) -> int:
        """Return how many of its certificates have ended at ``at``; they no longer vouch for new signatures."""
        return sum(certificate.ends_at < at for certificate in self._certificates())

    def _certificates(self) -> tuple[Certificate, ...]:
        from openhotline.provenance.signed.certificates import read_contents

        pem = "".join((*self.anchors, *self.end_entities))
        return read_contents([pem.encode()]).certificates if pem else ()

    def as_json(self) -> dict[str, Any]:
        """Return what is stored, and what goes into a confined process; ``check`` is a digest of all the rest."""
        words: dict[str, Any] = {
            "form": _FORM,
            "name": self.name,
            "dated": self.dated.isoformat(),
            "dated_by": self.dated_by,
            "use": self.use,
            "sha256": self.sha256,
            "purposes": list(self.purposes),
            "fingerprints": list(self.fingerprints),
            "anchors": list(self.anchors),
            "end_entities": list(self.end_entities),
        }
        return words | {"check": _digest(words)}


def read_list(words: Mapping[str, Any]) -> TrustList:
    """Return the list that ``as_json`` described; Damaged where anything in it was altered."""
    rest = {name: value for name, value in words.items() if name != "check"}
    try:
        if rest["form"] != _FORM or words["check"] != _digest(rest):
            raise ValueError
        return TrustList(
            name=rest["name"],
            dated=date.fromisoformat(rest["dated"]),
            dated_by=rest["dated_by"],
            use=rest["use"],
            sha256=rest["sha256"],
            anchors=tuple(rest["anchors"]),
            end_entities=tuple(rest["end_entities"]),
            fingerprints=tuple(rest["fingerprints"]),
            purposes=tuple(rest["purposes"]),
        )
    except (KeyError, TypeError, ValueError):
        raise Damaged(
            "A stored trust list was altered or cut off. Load it again with `openhotline trust update`, or take it away "
            "with `openhotline trust forget`."
        ) from None


@dataclass(frozen=True)
class Trust:
    """All lists, those for signers first, the newest first: in this order they are asked who vouches."""

    lists: tuple[TrustList, ...] = ()

    @property
    def signer_lists(self) -> tuple[TrustList, ...]:
        """Those that vouch for who signed."""
        return tuple(one for one in self.lists if one.use == SIGNERS)

    @property
    def digest(self) -> str:
        """A digest of the whole state, for the record of a result; also of no list at all."""
        return _digest([(one.name, one.dated.isoformat(), one.use, one.sha256) for one in self.lists])

    def find(self, name: str) -> TrustList | None:
        """Return the list of that name."""
        return next((one for one in self.lists if one.name == name), None)

    def as_json(self) -> list[dict[str, Any]]:
        """Return all of it for a confined process, which can open no file; ``read_trust`` reads it there."""
        return [one.as_json() for one in self.lists]


NO_TRUST = Trust()


def ordered(lists: list[TrustList]) -> Trust:
    """Return the lists in the order in which they are asked."""
    by_name = sorted(lists, key=lambda one: one.name)
    by_date = sorted(by_name, key=lambda one: one.dated, reverse=True)
    return Trust(tuple(sorted(by_date, key=lambda one: one.use != SIGNERS)))


def read_trust(words: list[dict[str, Any]]) -> Trust:
    """Return what ``Trust.as_json`` described."""
    return ordered([read_list(one) for one in words])


def _digest(words: object) -> str:
    return hashlib.sha256(json.dumps(words, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
