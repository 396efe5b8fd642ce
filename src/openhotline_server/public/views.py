"""The front page and the pages for what went wrong. No account, no cookie."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from openhotline_server.public.languages import asked_for, spoken
from openhotline_server.public.showing import show


@login_not_required
def front(request: HttpRequest, language: str = "") -> HttpResponse:
    """What to do, and the ways to do it. Without a language in the address the browser's own is spoken."""
    answer = _front(request, language=language or asked_for(request))
    if not language:
        answer["Vary"] = "Accept-Language"
    return answer


@spoken
def _front(request: HttpRequest, language: str) -> HttpResponse:
    return show(request, "front.html", "front_in")


@login_not_required
def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A page for whoever may not be here."""
    return render(request, "public/refused.html", status=403)


@login_not_required
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A page for an address that leads nowhere."""
    return render(request, "public/not_found.html", status=404)


@login_not_required
def failed(request: HttpRequest) -> HttpResponse:
    """A page for a fault of ours; it renders without the database."""
    return render(None, "public/failed.html", status=500)
