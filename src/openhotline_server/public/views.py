"""The front page and the pages for what went wrong. No account, no cookie."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_not_required
def front(request: HttpRequest) -> HttpResponse:
    """What this is, and where to report."""
    return render(request, "public/front.html")


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
