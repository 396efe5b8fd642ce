"""A feed's signed files, for ``openhotline subscribe`` and any other TUF client of entitled partners.

The address of a feed is ``/api/1/feeds/<feed>/updates``. Lists are never served to strangers, signed or not.
"""

from __future__ import annotations

import json

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import URLPattern, path

from openhotline_server.accounts.permissions import Permission
from openhotline_server.api.asking import Asking, Manner, for_partners
from openhotline_server.api.credentials import CHALLENGE, from_header
from openhotline_server.sharing.operations import note_download
from openhotline_server.sharing.signed_files import file_to_serve

NAME = "updates"


def _refuse(status: int, sentence: str) -> HttpResponse:
    headers = {"WWW-Authenticate": CHALLENGE} if status == 401 else {}
    document = json.dumps({"error": sentence})
    return HttpResponse(document, status=status, content_type="application/json", headers=headers)


@for_partners(Manner(from_header, _refuse), Permission.LIST_DOWNLOAD, "GET")
def file(request: HttpRequest, asking: Asking, name: str) -> FileResponse:
    """One file. Metadata says nothing of any entry; what does is written down."""
    found = file_to_serve(asking.feed, name)
    if found.parent.name == "targets":
        note_download(partner=asking.partner, feed=asking.feed, protocol=NAME, lines=0, at=asking.at)
    kind = "application/json" if found.suffix == ".json" else "application/gzip"
    return FileResponse(found.open("rb"), content_type=kind)


urls: list[URLPattern] = [path("feeds/<slug:feed>/updates/<path:name>", file, name="updates_file")]
