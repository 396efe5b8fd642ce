"""A partner's program at a feed's door: known, entitled, not too often. Each protocol says no in its own form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from openhotline.errors import NotFound, Refused
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.accounts.queries import find_partner
from openhotline_server.api.limits import wait_seconds
from openhotline_server.sharing.models import Feed
from openhotline_server.sharing.queries import feeds_of


@dataclass(frozen=True)
class Asking:
    """Who asks, at which feed, when."""

    partner: User
    feed: Feed
    at: datetime


@dataclass(frozen=True)
class Credentials:
    """What a program brings: the partner's key, and the name where the protocol has one."""

    key: str
    name: str | None = None


@dataclass(frozen=True)
class Manner:
    """How a protocol reads credentials, and how it says no: status, sentence -> answer."""

    credentials: Callable[[HttpRequest], Credentials | None]
    refuse: Callable[[int, str], HttpResponse]


View = Callable[..., HttpResponseBase]


def for_partners(manner: Manner, permission: Permission, *methods: str) -> Callable[[View], View]:
    """Open a view ``view(request, asking, ...)`` to entitled partners, and to nobody else."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, feed: str, **rest: Any) -> HttpResponseBase:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            asking = _asking(request, manner, permission, feed)
            if isinstance(asking, HttpResponse):
                return asking
            try:
                return view(request, asking, **rest)
            except NotFound as error:
                return manner.refuse(404, error.message)
            except Refused as error:
                return manner.refuse(400, error.message)

        guarded.permission = permission  # type: ignore[attr-defined]
        # A program has no session and no form: LoginRequiredMiddleware and the CSRF check are for browsers.
        return csrf_exempt(login_not_required(guarded))

    return decorate


def _asking(request: HttpRequest, manner: Manner, permission: Permission, name: str) -> Asking | HttpResponse:
    now = timezone.now()
    brought = manner.credentials(request)
    partner = find_partner(brought.key) if brought else None
    if partner is None or (brought and brought.name not in (None, partner.username)):
        return manner.refuse(401, "The key is not in force, or not this organisation's. Ask the hotline.")
    feed = feeds_of(partner).filter(name=name).select_related("hash_list").first()
    if feed is None or not partner.may(permission):
        # The same answer whether the feed exists or not: its name is nobody else's business.
        return manner.refuse(403, "This organisation is not entitled to the feed. Ask the hotline.")
    wait = wait_seconds(partner, now=now)
    if wait:
        answer = manner.refuse(429, f"Too many calls. Wait {wait} seconds, then ask again.")
        answer["Retry-After"] = str(wait)
        return answer
    return Asking(partner, feed, now)
