"""Which language a public page speaks: by its address, and on a first visit by what the browser asks for.

No cookie and no session: every link of a page carries the language on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

NAMES = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "nl": "Nederlands",
    "pl": "Polski",
    "ar": "العربية",
}
RIGHT_TO_LEFT = ("ar",)
Page = Callable[..., HttpResponse]


class LanguageConverter:
    """The language in an address: two letters of the list above, so that no other page's name is taken for one."""

    regex = "|".join(NAMES)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


@dataclass(frozen=True)
class Choice:
    """One entry of the language switch."""

    code: str
    name: str
    direction: str
    address: str
    here: bool


def offered() -> list[str]:
    """The languages of this site, in the operator's order; English where she named none that there is."""
    return [code for code in settings.PUBLIC_LANGUAGES if code in NAMES] or ["en"]


def direction(code: str) -> str:
    """The value of ``dir`` for a language."""
    return "rtl" if code in RIGHT_TO_LEFT else "ltr"


def asked_for(request: HttpRequest) -> str:
    """The first offered language that the browser asks for, else the site's first."""
    here = offered()
    for wish, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:500].lower()):
        code = wish.split("-")[0]
        if code in here:
            return code
    return here[0]


def choices(page: str, current: str) -> list[Choice]:
    """The switch: the same page in every offered language."""
    return [
        Choice(code, NAMES[code], direction(code), reverse(f"public:{page}", args=[code]), code == current)
        for code in offered()
    ]


def spoken(view: Page) -> Page:
    """Let a view speak the language that its address names; an address without one leads to the right one."""

    @wraps(view)
    def speaking(request: HttpRequest, language: str = "", **parts: Any) -> HttpResponse:
        if not language:
            return _led_on(request)
        if language not in offered():
            raise Http404
        with translation.override(language):
            answer = view(request, language=language, **parts)
        answer["Content-Language"] = language
        return answer

    return speaking


def _led_on(request: HttpRequest) -> HttpResponse:
    answer = HttpResponseRedirect(f"/{asked_for(request)}{request.get_full_path()}")
    answer["Vary"] = "Accept-Language"
    return answer
