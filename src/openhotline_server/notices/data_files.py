"""Reading this stage's data files: the shipped one, or the site's own of the same name in its data directory."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from django.conf import settings

from openhotline.errors import BadInput

FOLDER = resources.files("openhotline_server.notices") / "data"


def read_data(name: str) -> Mapping[str, Any]:
    """The file as parsed. It is parsed once, and again only when the site's own file has changed."""
    own = Path(settings.DATA.root) / name
    if own.is_file():
        return _own(own, own.stat().st_mtime_ns, own.stat().st_size)
    return _shipped(name)


@lru_cache(maxsize=8)
def _own(path: Path, changed_ns: int, size: int) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise BadInput(
            "One of the site's own files about notices cannot be read. Correct it or remove it.",
            details=f"{path.name}: {problem}",
        ) from problem


@lru_cache(maxsize=8)
def _shipped(name: str) -> Mapping[str, Any]:
    return tomllib.loads((FOLDER / name).read_text("utf-8"))
