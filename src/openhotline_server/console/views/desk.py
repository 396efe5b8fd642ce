"""The grading desk: one page; everything else on it comes by the calls of the ``desk_*`` modules beside this one."""

from __future__ import annotations

import threading

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from openhotline.media.levels import LEVELS
from openhotline_server.accounts.gate import requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment import sheets
from openhotline_server.assessment.results import jurisdictions
from openhotline_server.console.views import desk_calls, desk_pictures, desk_tree


@requires(Permission.VOTE_SECOND)
def page(request: HttpRequest) -> HttpResponse:
    """The desk, empty; its script takes the first case."""
    # The first sheet should not wait until the confined processes have started.
    threading.Thread(target=sheets.ready, daemon=True).start()
    here = {"edition": desk_tree.tree().edition, "levels": LEVELS, "jurisdictions": len(jurisdictions())}
    return render(request, "console/desk.html", here)


urls: list[URLPattern] = [
    path("desk/", page, name="desk"),
    *desk_calls.urls,
    *desk_pictures.urls,
    *desk_tree.urls,
]
