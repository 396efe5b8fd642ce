"""The shape of Project Arachnid's Shield, for programs that speak it already: the unmodified SDK is the test.

Its base address (``ARACHNID_SHIELD_URL``) is ``/api/1/shield/`` here, the user is the partner's name and the
password its key. The protocol has no word for "too poor to compare" and none for "could not look": both are errors,
as an answer ``no-known-match`` would be a lie. It answers with a classification, so it asks only lists whose
grant has the right to tags.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from openhotline.errors import BadInput, NotAllowed, OpenHotlineError, TooLarge
from openhotline.known import Question, Verdict
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.accounts.queries import find_partner
from openhotline_server.api.as_shield import classification, match_type, near_details
from openhotline_server.api.asked_matches import OverLimitError, ask, ask_file, asker, body_of, verdict_over
from openhotline_server.api.credentials import CHALLENGE, from_header
from openhotline_server.api.match_schemas import MOST_HASHES
from openhotline_server.sharing.match_answers import Answer

KIND = "shield"
LARGEST_DOCUMENT = 1 << 20

WHO = "The user is not this organisation's name, or the password is no key in force. Ask the hotline."
NO_TAGS = "This protocol answers with a classification, and no list with the right to tags was granted. Ask the hotline."
NO_FETCHING = "This site fetches no addresses. Send the file itself to v1/media/."
NO_ANSWER = {
    Verdict.UNREADABLE: "The file could not be compared with every entry. {}",
    Verdict.TOO_POOR: "The picture says too little to be compared by its looks, and its digests are on no list. {}",
    Verdict.NOT_ASKED: "A list could not be asked. {}",
    Verdict.NOT_COMPARED: "No list could be asked about this. {}",
}

View = Callable[[HttpRequest, User], HttpResponse]


def _for_partners(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Open a view to partners who name themselves; say no in the protocol's own form."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return _problem(405, "Ask with POST.")
        partner = _partner(request)
        if partner is None:
            answer = _problem(401, WHO)
            answer["WWW-Authenticate"] = CHALLENGE
            return answer
        try:
            return view(request, partner)
        except OverLimitError as error:
            answer = _problem(429, error.sentence)
            answer["Retry-After"] = str(error.seconds)
            return answer
        except NotAllowed:
            return _problem(403, NO_TAGS)
        except TooLarge as error:
            return _problem(413, error.message)
        except BadInput as error:
            return _problem(400, error.message)
        except OpenHotlineError as error:
            return _problem(503, error.message)

    guarded.permission = Permission.MATCH_ASK  # type: ignore[attr-defined]
    # A program has no session and no form: LoginRequiredMiddleware and the CSRF check are for browsers.
    return csrf_exempt(login_not_required(guarded))


@_for_partners
def media(request: HttpRequest, partner: User) -> HttpResponse:
    """Scan one file, which is the body."""
    who = asker(partner=partner, kind=KIND, at=timezone.now(), tags=True)
    look, answers = ask_file(who, lambda: body_of(request))
    verdict = verdict_over(answers)
    if verdict in NO_ANSWER:
        return _no_answer(verdict, answers)
    told = {
        "size_bytes": look.digests.size,
        "sha1_base32": base64.b32encode(bytes.fromhex(look.digests.sha1)).decode(),
        "sha256_hex": look.digests.sha256,
        "classification": classification(answers),
        "match_type": match_type(answers),
        "near_match_details": near_details(partner, answers, at=who.at),
    }
    return JsonResponse(told)


@_for_partners
def pdq(request: HttpRequest, partner: User) -> HttpResponse:
    """Scan PDQ hashes in base64. The protocol carries no quality: each is taken as good enough."""
    hashes = _hashes(request)
    who = asker(partner=partner, kind=KIND, at=timezone.now(), tags=True)
    answers = ask(who, [Question(pdq=value, is_file=False) for value in hashes.values()])
    scanned = {}
    for text, mine in zip(hashes, answers, strict=True):
        verdict = verdict_over(mine)
        if verdict in NO_ANSWER:
            return _no_answer(verdict, mine)
        details = near_details(partner, mine, at=who.at)
        scanned[text] = {
            "classification": classification(mine),
            "match_type": match_type(mine),
            "near_match_details": details[0] if details else None,
        }
    return JsonResponse({"scanned_hashes": scanned})


@_for_partners
def url(request: HttpRequest, partner: User) -> HttpResponse:
    """Refuse: nothing is fetched."""
    return _problem(501, NO_FETCHING)


def _hashes(request: HttpRequest) -> dict[str, bytes]:
    """Return the asked hashes by the text in which they were sent, each once."""
    try:
        document: Any = json.loads(request.read(LARGEST_DOCUMENT))
        texts = document["hashes"]
        found = {text: base64.b64decode(text, validate=True) for text in texts}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadInput('Send {"hashes": ["…"]} with PDQ hashes in base64.') from None
    if not isinstance(texts, list) or not texts or any(len(value) != 32 for value in found.values()):
        raise BadInput("A PDQ hash has 32 bytes, and there is at least one. Correct the list of hashes.")
    if len(texts) > MOST_HASHES:
        raise TooLarge(f"At most {MOST_HASHES} hashes in one call. Send the others in another.")
    return found


def _partner(request: HttpRequest) -> User | None:
    brought = from_header(request)
    partner = find_partner(brought.key) if brought else None
    if partner is None or brought is None or brought.name not in (None, partner.username):
        return None
    return partner if partner.may(Permission.MATCH_ASK) else None


def _no_answer(verdict: Verdict, answers: Sequence[Answer]) -> HttpResponse:
    reason = next((answer.reason for answer in answers if answer.verdict == verdict), "")
    status = 503 if verdict == Verdict.NOT_ASKED else 422
    return _problem(status, NO_ANSWER[verdict].format(reason).rstrip())


def _problem(status: int, sentence: str) -> HttpResponse:
    return JsonResponse({"detail": sentence}, status=status)


urls = [
    path("shield/v1/media/", media, name="shield-media"),
    path("shield/v1/url/", url, name="shield-url"),
    path("shield/v1/pdq/", pdq, name="shield-pdq"),
]
