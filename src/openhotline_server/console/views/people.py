"""The people who may sign in. They are added by command, not here."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from openhotline_server.accounts import queries as accounts
from openhotline_server.accounts.gate import requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.console.paging import paged

ROWS = 50


@requires(Permission.PEOPLE_READ)
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with role, second factor and last sign-in."""
    page = paged(request, accounts.list_people(), size=ROWS)
    return render(request, "console/people.html", {"page": page, "factors": accounts.with_second_factor()})


urls: list[URLPattern] = [path("people/", people, name="people")]
