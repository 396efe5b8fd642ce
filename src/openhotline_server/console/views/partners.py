"""Which partner organisations may ask whether something is on a list, and how much they asked. Granted by command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_GET

from openhotline_server.accounts.gate import requires
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.sharing import grants
from openhotline_server.sharing.models import MatchGrant

DAYS = 14


@dataclass(frozen=True)
class Partner:
    """One organisation's rights, and its questions by day, the newest first."""

    user: User
    granted: list[MatchGrant]
    asked: list[tuple[str, int]]


@require_GET
@requires(Permission.PEOPLE_READ)
def partners(request: HttpRequest) -> HttpResponse:
    """Every grant in force, and what was asked on each of the last two weeks' days."""
    since = timezone.now() - timedelta(days=DAYS - 1)
    by_partner: dict[User, list[MatchGrant]] = {}
    for one in grants.list_grants():
        by_partner.setdefault(one.partner, []).append(one)
    shown = [
        Partner(user, granted, sorted(grants.asked_by_day(user, since=since).items(), reverse=True))
        for user, granted in by_partner.items()
    ]
    return render(request, "console/partners.html", {"partners": shown, "days": DAYS})


urls: list[URLPattern] = [path("partners/", partners, name="partners")]
