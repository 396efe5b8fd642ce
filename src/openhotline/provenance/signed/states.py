"""What became of a manifest's proof: the library's codes, read as a state, a strength and a doubt.

"Invalid" does not mean altered: it is also said of certificates that ended, of clocks nobody vouches for, and of names
that would have to be looked up on the web. Codes: C2PA specification 2.2, section 15.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openhotline.provenance.evidence import (
    BROKEN_INTEGRITY,
    CRYPTOGRAPHIC_TRUSTED,
    REMOTE_REFERENCE_ONLY,
    SIGNED_BUT_NOT_VERIFIABLE,
    SIGNED_BUT_UNTRUSTED,
    UNREADABLE,
)

UNTRUSTED_CODE = "signingCredential.untrusted"


@dataclass(frozen=True)
class State:
    """One outcome: its name, what it is worth, and why that may be wrong, in a sentence."""

    name: str
    strength: str
    doubt: str


_RULES_CHANGED = (
    "the rules of the format have changed between versions, and services alter files on their way, so it is never proof "
    "of forgery."
)
_STATES = (
    State(
        "trusted",
        CRYPTOGRAPHIC_TRUSTED,
        "Signed by a listed signer, intact, bound to these pixels; a camera can be pointed at a screen, a key stolen.",
    ),
    State(
        "untrusted",
        SIGNED_BUT_UNTRUSTED,
        "Intact, but no loaded trust list names the signer: anybody can make such a signature with a test key.",
    ),
    State(
        "content_changed",
        BROKEN_INTEGRITY,
        f"The file is not the one that was signed, or the library counts it differently: {_RULES_CHANGED}",
    ),
    State(
        "claim_changed",
        BROKEN_INTEGRITY,
        f"The signed statement does not fit its signature: {_RULES_CHANGED}",
    ),
    State(
        "assertion_changed",
        BROKEN_INTEGRITY,
        f"A part of the signed statement is missing or altered: {_RULES_CHANGED}",
    ),
    State(
        "expired",
        SIGNED_BUT_NOT_VERIFIABLE,
        "The signer's certificate has ended and no usable time stamp says that it signed before; that is no tampering.",
    ),
    State(
        "revoked", SIGNED_BUT_NOT_VERIFIABLE, "The signer's certificate was withdrawn; that is no tampering."
    ),
    State(
        "identity_not_looked_up",
        SIGNED_BUT_NOT_VERIFIABLE,
        "A name in it could only be checked on the web, which is never asked; that is no tampering.",
    ),
    State(
        "ingredient_broken",
        SIGNED_BUT_NOT_VERIFIABLE,
        f"Fine itself, but an earlier image it names could not be verified: {_RULES_CHANGED}",
    ),
    State(
        "not_verifiable",
        SIGNED_BUT_NOT_VERIFIABLE,
        "What vouches for the signature is missing; that is no tampering.",
    ),
    State(
        "remote",
        REMOTE_REFERENCE_ONLY,
        "The file only names an address where a manifest might be. It is never fetched, so nothing is known.",
    ),
    State(
        "unreadable",
        UNREADABLE,
        "The manifest is damaged, hostile, or of a form the library does not read; nothing follows from that.",
    ),
)
STATES: Mapping[str, State] = {state.name: state for state in _STATES}

# The first that fits names the state: what shows a change outweighs what is only missing.
_BROKEN = (
    ("content_changed", ("assertion.dataHash.", "assertion.bmffHash.", "assertion.boxesHash.")),
    ("content_changed", ("assertion.collectionHash.", "assertion.multiAssetHash.")),
    ("claim_changed", ("claimSignature.", "claim.")),
    ("assertion_changed", ("assertion.", "manifest.", "hashedURI.")),
)
_NOT_BROKEN = (
    "claimSignature.outsideValidity",
    "assertion.inaccessible",
    "assertion.cloud-data.",
    "assertion.timestamp.",
    "manifest.inaccessible",
    "manifest.timestamp.",
)
_MISSING = (
    ("revoked", ("signingCredential.ocsp.revoked", "signingCredential.revoked")),
    ("expired", ("signingCredential.expired", "claimSignature.outsideValidity")),
    ("not_verifiable", ("signingCredential.", "timeStamp.", "algorithm.", "assertion.", "manifest.")),
    ("ingredient_broken", ("ingredient.",)),
    ("identity_not_looked_up", ("cawg.",)),
    ("not_verifiable", ("",)),
)


def state_of(failures: Iterable[str], *, whole_is_valid: bool, vouched: bool) -> State:
    """Return the state of one manifest.

    ``failures``: codes that were said of it. ``whole_is_valid``: the library's word on the file with all its
    ingredients. ``vouched``: a loaded list for signers names who signed.
    """
    codes = set(failures)
    name = _first(_BROKEN, {code for code in codes if not code.startswith(_NOT_BROKEN)})
    name = name or _first(_MISSING, codes - {UNTRUSTED_CODE})
    if not name:
        name = "ingredient_broken" if not whole_is_valid else "trusted" if vouched else "untrusted"
    return STATES[name]


def _first(table: tuple[tuple[str, tuple[str, ...]], ...], codes: set[str]) -> str:
    return next((name for name, starts in table if any(code.startswith(starts) for code in codes)), "")


# From the weakest: a statement is worth no more than the weakest thing that binds it to the file.
_ORDER = (
    UNREADABLE,
    REMOTE_REFERENCE_ONLY,
    BROKEN_INTEGRITY,
    SIGNED_BUT_NOT_VERIFIABLE,
    SIGNED_BUT_UNTRUSTED,
    CRYPTOGRAPHIC_TRUSTED,
)


def weaker(one: State, other: State) -> State:
    """Return the weaker of two; the first where they are alike."""
    return min(one, other, key=lambda state: _ORDER.index(state.strength))
