"""The index of a set of files that are one model: ``weight_map`` names each tensor's file (huggingface/transformers)."""

from __future__ import annotations

import json

from openhotline.datasets.models.headers.found import Reply, Unfit

MOST_PARTS = 10_000


def read(untrusted_bytes: bytes) -> Reply:
    """Return the names of the files, each once; nothing where this is no such index."""
    told = json.loads(untrusted_bytes.decode("utf-8"))
    named = told.get("weight_map") if isinstance(told, dict) else None
    if not isinstance(named, dict):
        return {}, [b"[]"]
    parts = sorted({str(part) for part in named.values()})
    if len(parts) > MOST_PARTS:
        raise Unfit("too_many")
    return {}, [json.dumps(parts).encode()]
