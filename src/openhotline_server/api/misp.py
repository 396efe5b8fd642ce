"""Feeds as MISP pulls them: the address of a feed is ``/api/1/feeds/<feed>/misp``.

MISP sends the partner's name and key (HTTP Basic), or a header ``Authorization: Bearer`` that its operator sets.
"""

from __future__ import annotations

import json
import tempfile
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import URLPattern, path

from openhotline import law
from openhotline.exchange import misp as protocol
from openhotline_server.accounts.permissions import Permission
from openhotline_server.api.asking import Asking, Manner, for_partners
from openhotline_server.api.credentials import CHALLENGE, from_header
from openhotline_server.sharing import misp_events
from openhotline_server.sharing.operations import note_download

NAME = "misp"


def _json(document: dict[str, Any], status: int = 200) -> HttpResponse:
    return HttpResponse(json.dumps(document, indent=1), status=status, content_type="application/json")


def _refuse(status: int, sentence: str) -> HttpResponse:
    answer = _json({"error": sentence}, status)
    if status == 401:
        answer["WWW-Authenticate"] = CHALLENGE
    return answer


MANNER = Manner(from_header, _refuse)


def _note(asking: Asking, lines: int) -> None:
    note_download(partner=asking.partner, feed=asking.feed, protocol=NAME, lines=lines, at=asking.at)


@for_partners(MANNER, Permission.LIST_DOWNLOAD, "GET")
def manifest(request: HttpRequest, asking: Asking) -> HttpResponse:
    """Which events there are, and when each last changed."""
    plans = misp_events.plans(asking.feed, now=asking.at)
    _note(asking, 0)
    return _json(protocol.manifest(misp_events.source(asking.feed), plans))


@for_partners(MANNER, Permission.LIST_DOWNLOAD, "GET")
def event(request: HttpRequest, asking: Asking, event: UUID) -> HttpResponse:
    """One event with everything it ever had; what went is marked as deleted."""
    plan = misp_events.get_plan(asking.feed, event, now=asking.at)
    lines = misp_events.event_lines(asking.feed, plan, now=asking.at)
    document = protocol.event(misp_events.source(asking.feed), plan, lines)
    _note(asking, plan.things)
    return _json(document)


@for_partners(MANNER, Permission.LIST_DOWNLOAD, "GET")
def hashes(request: HttpRequest, asking: Asking) -> FileResponse:
    """The digest of every value in force, for MISP's cache of feeds."""
    count = 0
    # Written whole before the first byte goes out: a list is never cut off in the middle and taken for complete.
    spool = tempfile.SpooledTemporaryFile(max_size=8 * 2**20)  # noqa: SIM115 - FileResponse closes it
    for plan in misp_events.plans(asking.feed, now=asking.at):
        lines = misp_events.event_lines(asking.feed, plan, now=asking.at)
        for row in protocol.value_digests(plan, lines):
            spool.write(row.encode())
            count += 1
    _note(asking, count)
    spool.seek(0)
    return FileResponse(spool, content_type="text/csv; charset=utf-8")


@for_partners(MANNER, Permission.LIST_DOWNLOAD, "GET")
def taxonomy(request: HttpRequest, asking: Asking) -> HttpResponse:
    """Our taxonomy, made from the jurisdiction files in force here."""
    files = [law.load_jurisdiction(code, extra_dir=settings.LAW_DIR) for code in settings.JURISDICTIONS]
    return _json(protocol.machinetag(files))


@for_partners(MANNER, Permission.LIST_DOWNLOAD, "GET")
def template(request: HttpRequest, asking: Asking) -> HttpResponse:
    """Our object template."""
    return _json(protocol.media_hash_template())


_feed = "feeds/<slug:feed>/misp/"
urls: list[URLPattern] = [
    path(f"{_feed}manifest.json", manifest, name="misp_manifest"),
    path(f"{_feed}<uuid:event>.json", event, name="misp_event"),
    path(f"{_feed}hashes.csv", hashes, name="misp_hashes"),
    path(f"{_feed}taxonomies/openhotline/machinetag.json", taxonomy, name="misp_taxonomy"),
    path(f"{_feed}objects/media-hash/definition.json", template, name="misp_template"),
]
