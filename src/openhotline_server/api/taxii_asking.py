"""A TAXII client at the door: what it takes, who it is, which collection it means."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from openhotline.errors import BadInput
from openhotline.exchange import taxii
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.accounts.queries import find_partner
from openhotline_server.api.asking import Asking
from openhotline_server.api.credentials import CHALLENGE, from_header
from openhotline_server.api.limits import wait_seconds
from openhotline_server.sharing.models import Feed
from openhotline_server.sharing.queries import feeds_of

View = Callable[..., HttpResponse]

TITLES = {
    400: "The question is not understood",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not there",
    405: "Not offered",
    406: "Not in that form",
    429: "Too many calls",
}


def answer(
    document: dict[str, Any], *, status: int = 200, headers: dict[str, str] | None = None
) -> HttpResponse:
    """A document as TAXII sends it."""
    return HttpResponse(json.dumps(document), status=status, content_type=taxii.MEDIA_TYPE, headers=headers)


def refuse(status: int, words: str, **headers: str) -> HttpResponse:
    """A refusal in TAXII's own form."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return answer(taxii.problem(status, TITLES[status], words), status=status, headers=names)


def known(view: View) -> View:
    """Open a view ``view(request, partner, ...)`` to partners; TAXII 2.1 says which refusal comes first."""

    @wraps(view)
    def guarded(request: HttpRequest, **named: Any) -> HttpResponse:
        if not taxii.accepts(request.headers.get("Accept", "*/*")):
            return refuse(406, f"This server answers in {taxii.MEDIA_TYPE}. Ask for it in 'Accept'.")
        brought = from_header(request)
        partner = find_partner(brought.key) if brought else None
        if partner is None or (brought and brought.name not in (None, partner.username)):
            return refuse(401, "Name and key are not in force. Ask the hotline.", WWW_Authenticate=CHALLENGE)
        if not partner.may(Permission.LIST_DOWNLOAD):
            return refuse(403, "This organisation may not read lists. Ask the hotline.")
        if request.method in ("POST", "PUT", "DELETE"):
            return refuse(
                403, "Nothing is written here: entries are assessed at the hotline. Report what you found."
            )
        if request.method != "GET":
            return refuse(405, "Ask with GET.", Allow="GET")
        return view(request, partner, **named)

    guarded.permission = Permission.LIST_DOWNLOAD  # type: ignore[attr-defined]
    # A program has no session and no form: LoginRequiredMiddleware and the CSRF check are for browsers.
    return csrf_exempt(login_not_required(guarded))


def entitled(view: View) -> View:
    """Open a view ``view(request, asking, ...)`` of a collection to who may read that, and not too often."""

    @known
    @wraps(view)
    def guarded(request: HttpRequest, partner: User, collection: str, **named: Any) -> HttpResponse:
        now = timezone.now()
        feed = _feed(partner, collection)
        if feed is None:
            # The same answer whether the feed exists or not: its name is nobody else's business.
            return refuse(404, "There is no such collection, or this organisation may not read it.")
        wait = wait_seconds(partner, now=now)
        if wait:
            return refuse(429, f"Wait {wait} seconds, then ask again.", Retry_After=str(wait))
        try:
            return view(request, Asking(partner, feed, now), **named)
        except BadInput as error:
            return refuse(400, error.message)

    return guarded


def _feed(partner: User, collection: str) -> Feed | None:
    """The collection by its id or by its alias."""
    feeds = feeds_of(partner).select_related("hash_list")
    try:
        return feeds.filter(code=uuid.UUID(collection)).first()
    except ValueError:
        return feeds.filter(name=collection).first()
