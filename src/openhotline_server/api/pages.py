"""The address of a next page: a signed note of where it begins. Nothing is kept on the server for it."""

from __future__ import annotations

from dataclasses import astuple
from datetime import datetime, timedelta
from typing import Any

from django.core import signing

from openhotline.errors import BadInput
from openhotline_server.api.asking import Asking
from openhotline_server.sharing.spans import Span

LIVES = timedelta(hours=12)
"""As long as the clients of both protocols keep a page's address at the most."""


def token(asking: Asking, protocol: str, rest: Span, question: list[str] | list[int]) -> str:
    """Return a note of the rest of a span, and of the question it belongs to, for this partner and feed alone."""
    return signing.dumps([astuple(rest), question], salt=_salt(asking, protocol))


def read_token(asking: Asking, protocol: str, text: str) -> tuple[Span, list[Any]]:
    """Return what :func:`token` noted; raises BadInput for another's, an altered one or one that is too old."""
    try:
        rest, question = signing.loads(text, salt=_salt(asking, protocol), max_age=LIVES)
    except signing.BadSignature:
        raise BadInput("This page's address is too old or altered. Begin the range again.") from None
    return Span(*rest), question


def _salt(asking: Asking, protocol: str) -> str:
    return f"page {protocol} {asking.feed.code} {asking.partner.code}"


def moment(text: str) -> datetime:
    """Return a moment with its zone; raises BadInput."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise BadInput("A time is written as 2026-11-03T12:00:00Z. Correct it.")
    return found
