"""Find jurisdiction files, shipped and the operator's own, and keep them loaded."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from openhotline.errors import BadInput, NotFound
from openhotline.law.reading import read_jurisdiction
from openhotline.law.ruling import Jurisdiction

__all__ = ["Jurisdiction", "available", "load_jurisdiction"]

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def available(*, extra_dir: Path | None = None) -> tuple[str, ...]:
    """Return the codes of all jurisdiction files, sorted."""
    names = _shipped_names() | (_own_names(extra_dir) if extra_dir is not None else frozenset())
    return tuple(sorted(name.removesuffix(".toml") for name in names))


def load_jurisdiction(code: str, *, extra_dir: Path | None = None) -> Jurisdiction:
    """Return a jurisdiction; a file of the operator's own stands in for a shipped one of the same code.

    A file is parsed and checked once, and again only when it has changed on disk. A missing ``extra_dir`` is
    an error: falling back to a shipped edition that nobody signed off would go unnoticed.
    """
    if CODE.fullmatch(code):
        if extra_dir is not None and f"{code}.toml" in _own_names(extra_dir):
            path = extra_dir / f"{code}.toml"
            return _own(path, code, path.stat().st_mtime_ns, path.stat().st_size)
        if f"{code}.toml" in _shipped_names():
            return _shipped_one(code)
    known = ", ".join(available(extra_dir=extra_dir))
    raise NotFound(f"There is no jurisdiction file of that code. Use one of: {known}.", details=code)


@lru_cache(maxsize=64)
def _own(path: Path, code: str, changed_ns: int, size: int) -> Jurisdiction:
    """Read a file of the operator's own; the time and size are there so that a changed file is read anew."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise BadInput(
            f"The jurisdiction file '{code}' cannot be read. Check its permissions and its encoding (UTF-8).",
            details=str(problem),
        ) from problem
    return read_jurisdiction(text, code=code)


@lru_cache(maxsize=64)
def _shipped_one(code: str) -> Jurisdiction:
    """Read a shipped file, once per process."""
    return read_jurisdiction((_shipped() / f"{code}.toml").read_text("utf-8"), code=code)


def _shipped() -> Traversable:
    """Return the folder of the shipped files."""
    return resources.files("openhotline.law") / "data"


@lru_cache(maxsize=1)
def _shipped_names() -> frozenset[str]:
    """Return the names of the shipped files."""
    return frozenset(file.name for file in _shipped().iterdir() if file.name.endswith(".toml"))


def _own_names(folder: Path) -> frozenset[str]:
    """Return the names of the operator's own files; refuse a missing folder and a name that is no code."""
    try:
        names = frozenset(file.name for file in folder.iterdir() if file.name.endswith(".toml"))
    except OSError as problem:
        raise BadInput(
            "The folder of your own jurisdiction files cannot be read. Create it or correct the setting.",
            details=str(problem),
        ) from problem
    for name in sorted(names):
        if not CODE.fullmatch(name.removesuffix(".toml")):
            raise BadInput(
                "A jurisdiction file of your own has a name that is no code. "
                "Use lower-case letters, digits and hyphens, such as 'my-country.toml'.",
                details=name,
            )
    return names
