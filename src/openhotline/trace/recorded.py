"""Recorded answers from a folder of JSON files stand for the network: in tests, in the demo and in trials."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from openhotline.errors import BadInput
from openhotline.trace.answer import Answer, Place, failed, from_json
from openhotline.trace.asking import FAILED, GONE, ONLINE, UNCLEAR, Look
from openhotline.trace.statements import still_holding

FORMAT = "openhotline recorded answers 1"
_OUTCOMES = (ONLINE, GONE, UNCLEAR, FAILED)
_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


class Recorded:
    """A folder's answers, by whole address first, then by host. ``docs/reference/recorded-answers.md`` has the format.

    A record may carry ``since``: of several for one place, the newest that is not later than the question counts, so
    that a trial can let a host move or a page go.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise BadInput(
                "The folder of recorded answers is not there. Correct OPENHOTLINE_RECORDED_ANSWERS.",
                details=str(folder),
            )
        self._records = [record for path in sorted(folder.glob("*.json")) for record in _records(path)]

    def trace(self, place: Place, *, at: datetime, statements: Sequence[Answer] = ()) -> tuple[Answer, ...]:
        """The recorded answers, asked ``at``; one failure where none is recorded."""
        record = self._find(place, "answers", at)
        if record is None:
            none = failed("recorded", "recorded", at, "No answer is recorded for this address. Add one.")
            return (none, *statements)
        answers = [from_json(raw, at=at) for raw in record["answers"]]
        return (*answers, *still_holding(statements, answers))

    def look(self, place: Place, *, at: datetime) -> Look:
        """The recorded outcome; FAILED where none is recorded."""
        record = self._find(place, "check", at)
        if record is None:
            return Look(FAILED, at, words="No check is recorded for this address. Add one.")
        check = record["check"]
        if "server" in check:
            return _at_local_server(place, str(check["server"]), at)
        status = check.get("status")
        return Look(
            outcome=str(check["outcome"]),
            asked_at=at,
            status=int(status) if status is not None else None,
            ip=str(check.get("ip") or ""),
            words=str(check.get("words") or ""),
            certificate=str(check.get("certificate") or ""),
        )

    def _find(self, place: Place, part: str, at: datetime) -> Mapping[str, Any] | None:
        for key, value in (("address", place.address), ("host", place.host)):
            fitting = [r for r in self._records if part in r and r.get(key) == value and _since(r) <= at]
            if fitting:
                return max(fitting, key=_since)
        return None


def _records(path: Path) -> Iterator[Mapping[str, Any]]:
    """One file's records, checked so far that asking them later cannot fail."""
    try:
        document = json.loads(path.read_text("utf-8"))
        if document["format"] != FORMAT:
            raise ValueError("format")
        for record in document["records"]:
            if not (record.get("address") or record.get("host")):
                raise ValueError("a record without address and host")
            since = _since(record)
            for raw in record.get("answers", ()):
                from_json(raw, at=since)
            check = record.get("check", {"outcome": ONLINE})
            if "server" not in check and check["outcome"] not in _OUTCOMES:
                raise ValueError("outcome")
            yield record
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput(
            "A file of recorded answers cannot be read. Correct it as docs/reference/recorded-answers.md says.",
            details=f"{path}: {error}",
        ) from error


def _since(record: Mapping[str, Any]) -> datetime:
    """From when a record counts; one without a zone is in UTC."""
    if "since" not in record:
        return _BEGINNING
    since = datetime.fromisoformat(record["since"])
    return since if since.tzinfo else since.replace(tzinfo=UTC)


def _at_local_server(place: Place, server: str, at: datetime) -> Look:
    """Look at a server on this machine that stands for the place's own: a trial takes it down and sees it gone."""
    from openhotline.trace.checking import look_at_stand_in

    return look_at_stand_in(place, server, at=at)
