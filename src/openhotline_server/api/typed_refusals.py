"""How our typed APIs refuse: one sentence as JSON, with the status that fits, never repeating what was sent."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError

from openhotline.errors import BadInput, NotAllowed, NotFound, OpenHotlineError, TooLarge
from openhotline_server.api.schemas import Problem

Refuse = Callable[[HttpRequest, int, str], HttpResponse]

_STATUSES = ((TooLarge, 413), (BadInput, 400), (NotAllowed, 403), (NotFound, 404))


def refusing(api: NinjaAPI, *, no_json: str, too_large: str) -> Refuse:
    """Let an API answer what cannot be served; return how it refuses by itself. The sentences say what to send."""

    def refuse(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
        return api.create_response(request, Problem(error=sentence), status=status)

    @api.exception_handler(OpenHotlineError)
    def _refusal(request: HttpRequest, error: OpenHotlineError) -> HttpResponse:
        status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 503)
        return refuse(request, status, error.message)

    @api.exception_handler(HttpError)
    def _unreadable_document(request: HttpRequest, error: HttpError) -> HttpResponse:
        return refuse(request, error.status_code, no_json)

    @api.exception_handler(RequestDataTooBig)
    def _too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        return refuse(request, 413, too_large)

    return refuse
