"""Addresses that a person put aside in this session: they are not offered to her again."""

from __future__ import annotations

import uuid

from django.http import HttpRequest

KEY, MOST = "addresses_aside", 100


def aside(request: HttpRequest) -> list[uuid.UUID]:
    """The codes of what was put aside."""
    return [uuid.UUID(each) for each in request.session.get(KEY, ())]


def put_aside(request: HttpRequest, case: uuid.UUID) -> None:
    """Remember for this session that an address was put aside."""
    request.session[KEY] = [*request.session.get(KEY, ()), str(case)][-MOST:]
