"""The desk's questions as one file: every step worked out beforehand, fetched once for each edition and kept."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from openhotline import law
from openhotline.errors import BadInput, NotFound
from openhotline_server.accounts.gate import requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment.results import jurisdictions
from openhotline_server.console.views.desk_input import answers

A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Tree:
    """The grading tree as it is sent, its name, and every fact sheet that it leads to."""

    edition: str
    plain: bytes
    packed: bytes
    sheets: frozenset[frozenset[tuple[str, str]]]


@lru_cache(maxsize=1)
def tree() -> Tree:
    """The tree for the jurisdictions in force. Cost: some tenths of a second, once per process."""
    made = law.grading_tree(jurisdictions())
    plain = json.dumps(made, separators=(",", ":"), ensure_ascii=False, sort_keys=True).encode()
    return Tree(
        edition=hashlib.sha256(plain).hexdigest()[:16],
        plain=plain,
        packed=gzip.compress(plain, mtime=0),
        sheets=frozenset(frozenset(node["facts"].items()) for node in made["nodes"].values()),
    )


def require_in_tree(facts: Mapping[str, str]) -> None:
    """Refuse facts that the desk's questions do not lead to, such as those that only the site may state."""
    if frozenset(facts.items()) not in tree().sheets:
        raise BadInput("These answers do not follow from the desk's questions. Load the desk anew.")


@requires(Permission.VOTE_SECOND)
@require_GET
@answers
def questions(request: HttpRequest, edition: str) -> HttpResponse:
    """The questions for the grading desk."""
    return send(request, edition)


def send(request: HttpRequest, edition: str) -> HttpResponse:
    """Send the tree. Its address names its content, so the browser may keep it."""
    if edition != tree().edition:
        raise NotFound("These questions are out of date. Load the desk anew.")
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(tree().packed if packed else tree().plain, content_type="application/json")
    if packed:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = f"private, max-age={A_YEAR}, immutable"
    return response


urls: list[URLPattern] = [path("desk/questions/<slug:edition>", questions, name="desk-questions")]
