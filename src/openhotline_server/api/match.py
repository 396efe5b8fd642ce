"""Asking whether something is on a list: hashes by the batch, one file, and why an answer was what it was.

Every call is identified, entitled, limited and written down. "Could not look" is 422 or 503 with a sentence and
never "no match". How this is kept from serving as an oracle stands in ``docs/explanation/no-oracle.md``.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from ninja import NinjaAPI, Status
from ninja.errors import ValidationError
from ninja.security import HttpBearer

from openhotline.errors import BadInput
from openhotline.hashlists import normal_value
from openhotline.known import Question, Verdict
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.accounts.queries import find_partner
from openhotline_server.api.asked_matches import OverLimitError, ask, ask_file, asker, body_of, verdict_over
from openhotline_server.api.match_schemas import (
    AnswersOut,
    ExplanationOut,
    FileAnswerOut,
    HashesIn,
    HashIn,
    UnreadableOut,
)
from openhotline_server.api.schemas import Problem
from openhotline_server.api.told_matches import answer_out, claims_out, explanation_out, file_out
from openhotline_server.api.typed_refusals import refusing
from openhotline_server.sharing.explanations import explain
from openhotline_server.sharing.match_answers import ASKED_AS, TEXTS

UNREADABLE = "This file could not be compared with every entry, so there is no answer."
BODY = {
    "requestBody": {
        "required": True,
        "description": "The file itself, at most 64 MiB.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
REFUSALS: dict[int, Any] = {
    400: Problem,
    401: Problem,
    403: Problem,
    413: Problem,
    429: Problem,
    503: Problem,
}


class MatchKey(HttpBearer):
    """``Authorization: Bearer ohl_…``: a key that the operator gave to a partner organisation."""

    openapi_scheme = "bearer"

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        partner = find_partner(token)
        return partner if partner and partner.may(Permission.MATCH_ASK) else None


api = NinjaAPI(
    title="OpenHotline: is it on a list?",
    version=version("openhotline"),
    description=__doc__ or "",
    docs_url=None,
    openapi_url=None,
    urls_namespace="match-1",
    auth=MatchKey(),
)
_refused = refusing(
    api,
    no_json="The body is no JSON. Send an object with hashes.",
    too_large="The document is too large. Ask about fewer hashes at a time.",
)


@api.post("/hashes", response={200: AnswersOut, **REFUSALS}, exclude_none=True)
def match_hashes(request: HttpRequest, asked: HashesIn) -> AnswersOut:
    """Ask about up to a thousand hashes and addresses: PDQ as near as each list allows, everything else exactly.

    The answer ``too_poor`` says that a PDQ hash's quality is below what a list asks for; ``not_compared`` that a
    list holds nothing of the kind; ``not_asked`` that it is set aside at present.
    """
    questions = [_question(number, one) for number, one in enumerate(asked.hashes, 1)]
    who = asker(partner=_partner(request), kind="hashes", at=timezone.now(), lists=asked.lists)
    return AnswersOut(answers=[answer_out(who, answers) for answers in ask(who, questions)])


@api.post(
    "/bytes",
    response={200: FileAnswerOut, 422: UnreadableOut, **REFUSALS},
    exclude_none=True,
    openapi_extra=BODY,
)
def match_bytes(request: HttpRequest) -> Status[Any]:
    """Ask about one file: its digests, its PDQ hash, and what it says of its origin.

    What lies near anything is hashed at full resolution, and only that hash decides. A list that takes turned
    pictures is asked about all eight ways in which the picture can be turned or mirrored. The body is the file
    itself. It is decoded in a confined process, kept nowhere, and gone with the answer.
    """
    who = asker(partner=_partner(request), kind="file", at=timezone.now())
    look, answers = ask_file(who, lambda: body_of(request))
    told = {**answer_out(who, answers).dict(), "file": file_out(look), "claims": claims_out(look)}
    if verdict_over(answers) == Verdict.UNREADABLE:
        return Status(422, UnreadableOut(error=f"{UNREADABLE} {look.problem}", **told))
    return Status(200, FileAnswerOut(**told))


@api.get("/explain/{identifier}", response={200: ExplanationOut, 404: Problem, **REFUSALS}, exclude_none=True)
def explain_answer(request: HttpRequest, identifier: str) -> ExplanationOut:
    """Say why an answer that was given to this organisation was a match."""
    return explanation_out(explain(identifier, partner=_partner(request), at=timezone.now()))


@api.get("/openapi.json", include_in_schema=False)
def schema(request: HttpRequest) -> dict[str, Any]:
    """Describe these calls."""
    return dict(api.get_openapi_schema(path_prefix=request.path.removesuffix("openapi.json")))


@api.exception_handler(OverLimitError)
def _over_limit(request: HttpRequest, error: OverLimitError) -> HttpResponse:
    answer = _refused(request, 429, error.sentence)
    answer["Retry-After"] = str(error.seconds)
    return answer


@api.exception_handler(ValidationError)
def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Say where a document is not as described; never repeat what stood there."""
    places = [".".join(str(part) for part in problem["loc"][2:]) for problem in error.errors]
    return _refused(
        request, 400, f"The document is not as described, at: {', '.join(places[:10]) or 'its beginning'}."
    )


def _partner(request: HttpRequest) -> User:
    partner: User = request.auth  # type: ignore[attr-defined]
    return partner


def _question(number: int, asked: HashIn) -> Question:
    try:
        text = normal_value(asked.algorithm, asked.value)
    except BadInput as problem:
        raise BadInput(f"Hash {number}: {problem.message}") from None
    if asked.algorithm == "pdq":
        return Question(pdq=bytes.fromhex(text), quality=asked.quality, is_file=False)
    kind = ASKED_AS[asked.algorithm]
    return Question(exact={kind: text.encode() if kind in TEXTS else bytes.fromhex(text)}, is_file=False)


_routes, _app, _namespace = api.urls
for _route in _routes:
    if isinstance(_route, URLPattern):
        # LoginRequiredMiddleware would send a program to the sign-in page; each call authenticates by itself.
        vars(_route.callback)["login_required"] = False
urls = [path("match/", (_routes, _app, _namespace))]
