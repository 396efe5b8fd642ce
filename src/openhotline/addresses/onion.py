"""Onion service names, version 3: 32 bytes of a key, 2 of a checksum, and the version, in base32.

Source: the Tor project's rend-spec-v3, "Encoding onion addresses". A name with a wrong checksum leads nowhere, so it is
a mistake in writing that the reporter can still mend.
"""

from __future__ import annotations

import re
from base64 import b32decode
from hashlib import sha3_256

from openhotline.errors import BadInput

_v3 = re.compile(r"[a-z2-7]{56}")
_v2 = re.compile(r"[a-z2-7]{16}")


def is_onion(host: str) -> bool:
    """Whether a host claims to be an onion service."""
    return host.endswith(".onion")


def service_of(host: str) -> str:
    """Return the service that a host names, without what stands before it. Raises BadInput for none."""
    service = host.split(".")[-2]
    if _v2.fullmatch(service):
        raise BadInput(
            "This is an onion address of version 2; no such service can be reached since October 2021. Ask for "
            "the address of 56 letters and digits."
        )
    if not _v3.fullmatch(service):
        raise BadInput("An onion address has 56 letters and digits (a to z, 2 to 7) before .onion.")
    if not _has_its_checksum(service):
        raise BadInput("This onion address is mistyped: its checksum does not fit. Copy it once more.")
    return f"{service}.onion"


def _has_its_checksum(service: str) -> bool:
    raw = b32decode(service.upper())
    key, checksum, version = raw[:32], raw[32:34], raw[34:]
    expected = sha3_256(b".onion checksum" + key + version).digest()[:2]
    return version == b"\x03" and checksum == expected
