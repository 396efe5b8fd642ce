"""Registries' answers kept on the disk for a while, so that nobody is asked the same twice."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any


class Kept:
    """One folder of JSON documents. A document from the future is old: the clock jumped, and it cannot be trusted."""

    def __init__(self, folder: Path, *, keep: timedelta) -> None:
        self._folder, self._keep = folder, keep

    def find(self, key: str, *, at: datetime) -> dict[str, Any] | None:
        """A document that is young enough, else None; a damaged file is as good as none."""
        found = self.newest(key)
        return found[1] if found and found[0] <= at < found[0] + self._keep else None

    def newest(self, key: str) -> tuple[datetime, dict[str, Any]] | None:
        """What is kept, however old, with its time."""
        try:
            whole = json.loads(self._path(key).read_text("utf-8"))
            kept_at, document = datetime.fromisoformat(whole["kept_at"]), whole["document"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        return (kept_at, document) if isinstance(document, dict) and kept_at.tzinfo else None

    def put(self, key: str, document: Mapping[str, Any], *, at: datetime) -> None:
        """Keep a document: whole or not at all, whenever the process ends."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(key)
        partial = path.with_suffix(f".{os.getpid()}.partial")
        partial.write_text(json.dumps({"kept_at": at.isoformat(), "document": document}), "utf-8")
        partial.replace(path)

    def drop(self, key: str) -> None:
        """Remove what is kept under a key, if anything."""
        self._path(key).unlink(missing_ok=True)

    def forget_old(self, *, at: datetime) -> int:
        """Remove what is too old to be used; return how many."""
        limit = (at - self._keep).timestamp()
        old = [path for path in self._folder.glob("*.json") if path.stat().st_mtime < limit]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _path(self, key: str) -> Path:
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"
