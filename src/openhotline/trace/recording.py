"""Recording: real answers are written as a folder that :class:`openhotline.trace.recorded.Recorded` reads.

Danger: the files hold the addresses themselves. Keep the folder as you keep the database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from openhotline.trace.answer import Answer, Place, to_json
from openhotline.trace.asking import Asking, Look
from openhotline.trace.recorded import FORMAT


class Recording:
    """Asks another, and writes down what it said. A file for each address and time, whole or not at all."""

    def __init__(self, asking: Asking, folder: Path) -> None:
        self._asking, self._folder = asking, folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def trace(self, place: Place, *, at: datetime, statements: Sequence[Answer] = ()) -> tuple[Answer, ...]:
        """Ask, and write the sources' answers; what providers stated is not the network's and is left out."""
        answers = self._asking.trace(place, at=at, statements=statements)
        asked = [answer for answer in answers if answer.kind != "provider"]
        self._write(place, {"answers": [_without_time(answer) for answer in asked]}, at)
        return answers

    def look(self, place: Place, *, at: datetime) -> Look:
        """Look, and write the outcome."""
        seen = self._asking.look(place, at=at)
        check = {
            "outcome": seen.outcome,
            "status": seen.status,
            "ip": seen.ip,
            "words": seen.words,
            "certificate": seen.certificate,
        }
        self._write(place, {"check": check}, at)
        return seen

    def _write(self, place: Place, part: dict[str, Any], at: datetime) -> None:
        what = next(iter(part))
        record = {"address": place.address, "since": at.isoformat(), **part}
        key = hashlib.sha256(place.address.encode()).hexdigest()[:16]
        path = self._folder / f"{key}-{what}-{at:%Y%m%dT%H%M%S}.json"
        partial = path.with_suffix(".partial")
        text = json.dumps({"format": FORMAT, "records": [record]}, indent=1, ensure_ascii=False)
        partial.write_text(text, "utf-8")
        partial.replace(path)


def _without_time(answer: Answer) -> dict[str, Any]:
    """An answer as a record holds it: asked whenever it is read again."""
    return {key: value for key, value in to_json(answer).items() if key != "asked_at"}
