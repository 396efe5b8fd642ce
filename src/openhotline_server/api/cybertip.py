"""The CyberTipline reporting protocol, so that a provider's existing reporter can be pointed here unchanged.

The base address is ``/api/1/ispws``; the user is the partner's name and the password its key. Who is not known gets
401 with an empty body, as the protocol has it. Every answer carries ``Request-ID``. Where we are more liberal than the
published description, and why, stands in ``docs/reference/cybertip-protocol.md``.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.multipartparser import MultiPartParserError
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from openhotline.errors import BadInput, OpenHotlineError
from openhotline.exchange import cybertip as protocol
from openhotline.exchange.cybertip import CONTENT_TYPE, LARGEST_DOCUMENT, Code
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.accounts.queries import find_partner
from openhotline_server.api.credentials import CHALLENGE, from_header
from openhotline_server.api.report_limits import wait_to_send
from openhotline_server.api.uploads import one_file
from openhotline_server.pipeline import cybertip_intake as intake
from openhotline_server.pipeline.cybertip_intake import SaidNoError

log = logging.getLogger(__name__)

UNEXPECTED = "Something went wrong here. Try again later."
LARGEST_NUMBER = 2**63 - 1


@dataclass(frozen=True)
class Call:
    """Who calls, when."""

    partner: User
    at: datetime


View = Callable[[HttpRequest, Call], HttpResponse]


def _for_reporters(method: str, forbidden: Code) -> Callable[[View], Callable[[HttpRequest], HttpResponse]]:
    """Open a view to partners who may report; ``forbidden`` is what the others are told."""

    def decorate(view: View) -> Callable[[HttpRequest], HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest) -> HttpResponse:
            answer = _answered(request, view, method, forbidden)
            answer["Request-ID"] = uuid.uuid4().hex
            return answer

        guarded.permission = Permission.REPORT_SEND  # type: ignore[attr-defined]
        # A program has no session and no form: LoginRequiredMiddleware and the CSRF check are for browsers.
        return csrf_exempt(login_not_required(guarded))

    return decorate


def _answered(request: HttpRequest, view: View, method: str, forbidden: Code) -> HttpResponse:
    says = _says_done if view.__name__ == "finish" else _says
    partner = _partner(request)
    if partner is None:
        return HttpResponse(status=401, headers={"WWW-Authenticate": CHALLENGE})
    if request.method != method:
        return HttpResponseNotAllowed([method])
    if not partner.may(Permission.REPORT_SEND):
        return says(forbidden, "This organisation may not report here. Ask the hotline.", status=403)
    call = Call(partner, timezone.now())
    if wait := wait_to_send(partner, now=call.at):
        answer = says(Code.SERVER_ERROR, f"Too many reports. Wait {wait} seconds.", status=429)
        answer["Retry-After"] = str(wait)
        return answer
    try:
        return view(request, call)
    except SaidNoError as no:
        return says(no.code, no.words)
    except BadInput as error:
        return says(Code.INVALID_REQUEST, error.message)
    except (MultiPartParserError, RequestDataTooBig, SuspiciousOperation):
        return says(Code.INVALID_REQUEST, "The form cannot be read. Send it as the protocol describes.")
    except OpenHotlineError as error:
        log.warning("cybertip.failed problem=%s", type(error).__name__)
        return says(Code.SERVER_ERROR, UNEXPECTED)


@_for_reporters("GET", Code.NOT_AUTHORISED)
def status(request: HttpRequest, call: Call) -> HttpResponse:
    """Say that the server is there and knows who calls."""
    return _says(Code.SUCCESS, f"Success. You are {call.partner.username}.")


@_for_reporters("GET", Code.NOT_AUTHORISED)
def xsd(request: HttpRequest, call: Call) -> HttpResponse:
    """Give the description of what is taken in."""
    return HttpResponse(protocol.liberal().xsd, content_type=CONTENT_TYPE)


@_for_reporters("POST", Code.NO_SUBMISSIONS)
def submit(request: HttpRequest, call: Call) -> HttpResponse:
    """Open a report."""
    draft = intake.open_report(person=call.partner, document=_document(request), at=call.at)
    return _says(report_id=draft.pk)


@_for_reporters("POST", Code.NO_UPDATES)
def upload(request: HttpRequest, call: Call) -> HttpResponse:
    """Take a file of an open report; the answer names it and tells its MD5."""
    untrusted_bytes, name = one_file(request, "file", largest=intake.LARGEST_FILE)
    number = _number(request)
    file = intake.add_file(
        person=call.partner, number=number, untrusted_bytes=untrusted_bytes, name=name, at=call.at
    )
    return _says(report_id=number, file_id=file.code.hex, hash=file.md5)


@_for_reporters("POST", Code.NO_UPDATES)
def fileinfo(request: HttpRequest, call: Call) -> HttpResponse:
    """Take what is said of an uploaded file."""
    number = intake.describe_file(person=call.partner, document=_document(request), at=call.at)
    return _says(report_id=number)


@_for_reporters("POST", Code.NO_UPDATES)
def finish(request: HttpRequest, call: Call) -> HttpResponse:
    """Hand a report in."""
    done = intake.finish(person=call.partner, number=_number(request), at=call.at)
    return _says_done(Code.SUCCESS, report_id=done.number, files=done.file_ids)


@_for_reporters("POST", Code.NO_UPDATES)
def retract(request: HttpRequest, call: Call) -> HttpResponse:
    """Take an open report back."""
    number = _number(request)
    intake.retract(person=call.partner, number=number, at=call.at)
    return _says(report_id=number)


def _partner(request: HttpRequest) -> User | None:
    brought = from_header(request)
    partner = find_partner(brought.key) if brought else None
    return partner if partner and brought and brought.name in (None, partner.username) else None


def _document(request: HttpRequest) -> bytes:
    document: bytes = request.read(LARGEST_DOCUMENT + 1)
    if len(document) > LARGEST_DOCUMENT:
        raise BadInput(f"The document is larger than {LARGEST_DOCUMENT:,} bytes. Divide the report.")
    return document


def _number(request: HttpRequest) -> int:
    said = str(request.POST.get("id", "")).strip()
    if not (said.isascii() and said.isdigit() and int(said[:20]) <= LARGEST_NUMBER):
        raise BadInput("The form says no report's number. Send it as 'id'.")
    return int(said)


def _says(
    code: Code = Code.SUCCESS, words: str = "Success", *, status: int = 200, **more: Any
) -> HttpResponse:
    document = protocol.ReportResponse(response_code=code, response_description=words, **more)
    return HttpResponse(protocol.write(document), status=status, content_type=CONTENT_TYPE)


def _says_done(
    code: Code, words: str = "", *, status: int = 200, report_id: int = 0, files: tuple[str, ...] = ()
) -> HttpResponse:
    """The answer to ``finish``, refusals too: its document has no place for words, and callers expect no other."""
    document = protocol.ReportDoneResponse(
        response_code=code, report_id=report_id, files=protocol.Files(file_id=files)
    )
    return HttpResponse(protocol.write(document), status=status, content_type=CONTENT_TYPE)


urls = [
    path(f"ispws/{view.__name__}", view, name=f"cybertip-{view.__name__}")
    for view in (status, xsd, submit, upload, fileinfo, finish, retract)
]
