"""What a pickle would import when somebody loads it, as the scanner ``picklescan`` judges it. Nothing is loaded here."""

from __future__ import annotations

import importlib.util
import io
import json
import logging
from functools import lru_cache
from types import ModuleType

from openhotline.datasets.models.headers.found import Reply

LONGEST = 200
"""Characters of a name that are told."""

MOST_TOLD = 100


@lru_cache(maxsize=1)
def scanner() -> ModuleType | None:
    """Return the scanner, or None where the package is not there."""
    if importlib.util.find_spec("picklescan") is None:
        return None
    import picklescan.scanner

    logging.getLogger("picklescan").disabled = True  # it would write strangers' words
    return picklescan.scanner  # type: ignore[no-any-return]


def read(untrusted_bytes: bytes) -> Reply:
    """Return how many imports are told as dangerous or suspicious, and the first of them: level, module, name."""
    found = scanner()
    if found is None:
        return {"scanned": False}, [b"[]"]
    result = found.scan_pickle_bytes(io.BytesIO(untrusted_bytes), "pickle")
    told = sorted(
        (one.safety.value, str(one.module)[:LONGEST], str(one.name)[:LONGEST])
        for one in result.globals
        if one.safety.value != "innocuous"
    )
    return {"scanned": True, "count": len(told)}, [json.dumps(told[:MOST_TOLD]).encode()]
