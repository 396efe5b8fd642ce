"""The two answers of a server."""

# ruff: noqa: RUF009 - the fields say where they stand by a function; every one makes a field of its own

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from openhotline.exchange.cybertip.shapes import child, many, maybe

NUMBER: dict[str, Any] = {"least": 0, "largest": 2**63 - 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportResponse:
    """The answer to every call but ``finish``. ``hash`` is the MD5 of an uploaded file."""

    response_code: int = child(least=0, largest=2**31 - 1)
    response_description: str = child()
    report_id: int | None = maybe(**NUMBER)
    file_id: str | None = maybe(pattern=r"\S{1,64}")
    hash: str | None = maybe(pattern=r"\S{1,128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The files of a finished report."""

    file_id: tuple[str, ...] = many(pattern=r"\S{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDoneResponse:
    """The answer to ``finish``."""

    response_code: int = child(least=0, largest=2**31 - 1)
    report_id: int = child(**NUMBER)
    files: Files = child()
