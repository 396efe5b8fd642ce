"""The API: health, and our own list for entitled partners. Every call is identified, limited and written down.

``urls.py`` takes the calls out of ``LoginRequiredMiddleware``, which would answer 302 to a partner's program; each
brings its own authentication, so that the answer is 401 or 200 as a program expects.
"""

from __future__ import annotations

import io
import tempfile
from importlib.metadata import version
from typing import Any

from django.db import connection
from django.http import FileResponse, HttpRequest
from django.utils import timezone
from ninja import NinjaAPI, Status
from ninja.security import HttpBearer

from openhotline.errors import OpenHotlineError
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.accounts.queries import find_partner
from openhotline_server.api.limits import too_often
from openhotline_server.api.schemas import Health, Problem
from openhotline_server.evidence.store import vault
from openhotline_server.lists.queries import find_edition
from openhotline_server.sharing import own_list
from openhotline_server.sharing.operations import note_download
from openhotline_server.sharing.queries import feeds_of

api = NinjaAPI(
    title="OpenHotline",
    version=version("openhotline"),
    docs_url=None,
    openapi_url=None,
    urls_namespace="api-1",
)


class PartnerKey(HttpBearer):
    """``Authorization: Bearer ohl_…``: a key that the operator gave to a partner organisation."""

    openapi_scheme = "bearer"

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        partner = find_partner(token)
        return partner if partner and partner.may(Permission.LIST_DOWNLOAD) else None


@api.get("/health", response={200: Health, 503: Problem}, auth=None)
def health(request: HttpRequest) -> Status[Any]:
    """Say whether the site can work. Nothing about its content."""
    try:
        connection.ensure_connection()
        vault()
    except OpenHotlineError as error:
        return Status(503, Problem(error=error.message))
    except Exception:  # noqa: BLE001
        # A stranger's file must not matter here: whatever keeps the database away, the answer is 503.
        return Status(503, Problem(error="The database does not answer."))
    return Status(200, Health(status="ok", version=api.version))


@api.get(
    "/feeds/{name}/entries.{form}",
    response={200: None, 403: Problem, 404: Problem, 429: Problem},
    auth=PartnerKey(),
)
def feed_entries(request: HttpRequest, name: str, form: str) -> FileResponse | Status[Any]:
    """A feed of our own list as it stands, as CSV or JSON, tombstones included."""
    partner: User = request.auth  # type: ignore[attr-defined]
    now = timezone.now()
    if too_often(partner, now=now):
        return Status(429, Problem(error="At most 30 downloads an hour. Wait, then ask again."))
    feed = feeds_of(partner).filter(name=name).first()
    if feed is None:  # the same answer whether the feed exists or not: its name is nobody else's business
        return Status(403, Problem(error="This organisation is not entitled to the feed. Ask the hotline."))
    edition = find_edition(feed.hash_list)
    if edition is None or form not in own_list.FORMS:
        return Status(404, Problem(error="There is no such form, or no edition yet. Forms are csv and json."))
    # Written whole before the first byte goes out: a list is never cut off in the middle and taken for complete.
    spool = tempfile.SpooledTemporaryFile(max_size=8 * 2**20)  # noqa: SIM115 - FileResponse closes it
    text = io.TextIOWrapper(spool, encoding="utf-8", newline="", write_through=True)
    own_list.FORMS[form](text, feed, edition.number, edition.loaded_at, now=now)
    text.detach()
    note_download(partner=partner, feed=feed, protocol=form, lines=edition.entries, at=now)
    spool.seek(0)
    return FileResponse(
        spool, filename=f"{name}-{edition.number}.{form}", content_type=own_list.CONTENT_TYPES[form]
    )
