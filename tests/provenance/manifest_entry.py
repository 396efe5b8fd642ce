"""An entry for a confined process: what the manifests in a file say, with the operator's lists as they were handed in."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from openhotline.media import sniff
from openhotline.provenance.signed.manifests import signed_provenance
from openhotline.provenance.signed.trust import read_trust


def entry(untrusted_bytes: bytes, *, lists: list[dict[str, Any]]) -> tuple[dict[str, Any], list[bytes]]:
    found = signed_provenance(untrusted_bytes, sniff(untrusted_bytes), read_trust(lists))
    return {"evidence": [asdict(one) for one in found]}, []
