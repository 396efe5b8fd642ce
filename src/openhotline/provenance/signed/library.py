"""The one door to the native C2PA library. It is loaded only for a file that may hold a manifest, and never goes out.

Every context is made here, with fetching of manifests and of certificate states switched off, and with no address
allowed for anything else: a fetch would tell a third party that this image is being looked at.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from openhotline.provenance.signed.trust_list import SIGNERS, Trust, TrustList

if TYPE_CHECKING:
    import c2pa

OFFLINE: Mapping[str, Any] = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    # Reading an identity assertion (CAWG) starts a client for the web even where no host is allowed: the walls around a
    # confined process refuse it, and the library ends the process. It says nothing of how a picture was made.
    "core": {"allowed_network_hosts": [], "allow_redirects": False, "decode_identity_assertions": False},
}

MAX_JSON = 32 * 1024 * 1024  # characters of a manifest store's description

NOTHING, STORE, REMOTE, REFUSED = "nothing", "store", "remote", "refused"

_LIST_URI = "urn:openhotline:trust:"
_ADDRESS = re.compile(r"https?://\S+")
_HOST = re.compile(r"[a-z0-9.:\-]{1,253}")
_TYPES = {"image/apng": "image/png"}


@dataclass(frozen=True)
class Reading:
    """What the library said: nothing there, a store, only an address, or that it could not read it."""

    kind: str
    store: Mapping[str, Any] = field(default_factory=dict)
    host: str = ""


def read_store(data: bytes, media_type: str | None, trust: Trust, *, stamps_count: bool = True) -> Reading:
    """Read and verify the manifest store. ``stamps_count=False``: any time stamp is believed, trusted or not.

    Never raises: every exception of the library is the file's. Cost: 4 to 20 ms, and 30 ms once for loading.
    """
    import c2pa

    context = _context(trust, stamps_count)
    form = _TYPES.get(media_type or "", media_type)
    try:
        with c2pa.Reader(form, io.BytesIO(data), context=context) as reader:
            text = reader.json()
        store = json.loads(text) if len(text) <= MAX_JSON else None
    except c2pa.C2paError as problem:
        return _refusal(problem)
    except Exception:  # noqa: BLE001 - A stranger's file must not stop the other checks: deep nesting, odd letters.
        return Reading(REFUSED)
    return Reading(STORE, store) if isinstance(store, dict) else Reading(REFUSED)


def accepts(one: TrustList) -> bool:
    """Whether the library takes the list; a list that it refuses would stop every check."""
    import c2pa

    try:
        _new_context(Trust((one,)), True).close()
    except c2pa.C2paError:
        return False
    return True


def list_uri(one: TrustList) -> str:
    """The name under which the library speaks of a list."""
    return _LIST_URI + one.name


@lru_cache(maxsize=16)
def _context(trust: Trust, stamps_count: bool) -> c2pa.Context:
    return _new_context(trust, stamps_count)


def _new_context(trust: Trust, stamps_count: bool) -> c2pa.Context:
    import c2pa

    verify = OFFLINE["verify"] | {"verify_trust": True, "verify_timestamp_trust": stamps_count}
    anchors = [_anchor(one) for one in trust.lists]
    return c2pa.Context.from_dict({**OFFLINE, "verify": verify, "trust": {"anchors": anchors}})


def _anchor(one: TrustList) -> dict[str, str]:
    return {
        "trust_uri": list_uri(one),
        "trust_kind": "manifest" if one.use == SIGNERS else "tsa",
        "trust_anchors": "".join(one.anchors),
        "allowed_list": "".join((*one.end_entities, *(f"{word}\n" for word in one.fingerprints))),
        "trust_config": "\n".join(one.purposes),
    }


def _refusal(problem: c2pa.C2paError) -> Reading:
    """Tell "nothing there" and "only an address" from all that makes a store unreadable."""
    import c2pa

    words = str(problem)
    if isinstance(problem, c2pa.C2paError.ManifestNotFound | c2pa.C2paError.NotSupported):
        return Reading(NOTHING)
    if words.startswith("Remote"):
        return Reading(REMOTE, host=_host(words))
    return Reading(REFUSED)


def _host(words: str) -> str:
    """Return the host of the address in the library's message, if it looks like one; never fetched."""
    found = _ADDRESS.search(words)
    try:
        host = (urlsplit(found.group(0)).hostname or "") if found else ""
    except ValueError:
        return ""
    return host if _HOST.fullmatch(host) else ""
