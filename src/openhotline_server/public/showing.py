"""How a page of the public door is made: what every one of them knows, and nothing of who reads it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from openhotline_server.public.languages import choices, direction

QUIET_PLACE = "https://www.wikipedia.org/"
"""Where the quiet way out leads: a page that anybody may have open."""


def show(
    request: HttpRequest, template: str, page: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Render ``template``. ``page`` is its address's name, which the language switch keeps to.

    An answer to something that was sent has no switch: its links would lead away from a code shown once.
    """
    code = get_language() or "en"
    known = {
        "language": code,
        "direction": direction(code),
        "choices": choices(page, code) if request.method in ("GET", "HEAD") else (),
        "page": page,
        "quiet_place": QUIET_PLACE,
        "hotline": settings.HOTLINE_NAME,
    }
    return render(request, f"public/{template}", {**known, **context}, status=status)


def is_upload(request: HttpRequest) -> bool:
    """Whether a request carries anything but plain fields. Asked before Django reads it: no file is ever taken."""
    return request.content_type != "application/x-www-form-urlencoded"
