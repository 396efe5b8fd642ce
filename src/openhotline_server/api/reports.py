"""Partners report addresses: one at a time or many, and ask where a report stands.

Each report stands under a key of the sender's own. Sent again with the same key and the same content it is answered as
the first time; another content under the same key is refused. In a bulk call every good row is taken in and every bad
one is named by its number: send the bad ones again when they are mended.
"""

from __future__ import annotations

import uuid
from importlib.metadata import version
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from ninja import Header, NinjaAPI, Status
from ninja.errors import ValidationError
from ninja.security import HttpBearer

from openhotline.errors import NotFound
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.accounts.queries import find_partner
from openhotline_server.api.report_limits import REPORTS_A_MINUTE, wait_to_send
from openhotline_server.api.report_rows import Row, rows_of
from openhotline_server.api.report_schemas import (
    BulkOut,
    ReportIn,
    ReportOut,
    RowIn,
    RowOut,
    StateOut,
    places_of,
)
from openhotline_server.api.schemas import Problem
from openhotline_server.api.typed_refusals import refusing
from openhotline_server.intake.deliveries import LONGEST_KEY, count_addresses, find_delivered
from openhotline_server.pipeline.partner_reports import Received, Sent, check, receive
from openhotline_server.pipeline.reporting import state_for_reporter

OTHER_CONTENT = "This key stands for another report already. Give each report a key of its own."
REFUSALS: dict[int, Any] = {400: Problem, 401: Problem, 413: Problem, 429: Problem, 503: Problem}
ROWS = {"type": "array", "items": {"$ref": "#/components/schemas/RowIn"}}
BODY = {
    "requestBody": {
        "required": True,
        "description": "Up to a thousand reports: a JSON array, or one JSON object a line. At most 4 MiB.",
        "content": {
            "application/json": {"schema": ROWS},
            "application/x-ndjson": {"schema": {"$ref": "#/components/schemas/RowIn"}},
        },
    }
}


class WaitError(Exception):
    """The partner sent more than was agreed; nothing of the call was taken in."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class ReportKey(HttpBearer):
    """``Authorization: Bearer ohl_…``: a key that the operator gave to a partner organisation."""

    openapi_scheme = "bearer"

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        partner = find_partner(token)
        return partner if partner and partner.may(Permission.REPORT_SEND) else None


api = NinjaAPI(
    title="OpenHotline: report addresses",
    version=version("openhotline"),
    description=__doc__ or "",
    docs_url=None,
    openapi_url=None,
    urls_namespace="reports-1",
    auth=ReportKey(),
)
_refused = refusing(
    api,
    no_json="The body is no JSON. Send an object with addresses.",
    too_large="The document is too large. Send fewer addresses at a time.",
)


@api.post("/reports", response={201: ReportOut, 409: Problem, **REFUSALS})
def send_report(
    request: HttpRequest,
    report: ReportIn,
    idempotency_key: str = Header(  # type: ignore[type-arg]
        ..., alias="Idempotency-Key", min_length=1, max_length=LONGEST_KEY
    ),
) -> Status[Any]:
    """Send one report. An address that cannot be read refuses the whole report, and is named by its place."""
    partner, now = _partner(request), timezone.now()
    _wait(wait_to_send(partner, now=now))
    given = report.given()
    check(given)
    sent = Sent(idempotency_key, report.document(), given)
    (received,) = receive(person=partner, sent=[sent], at=now)
    if received.report is None:
        return Status(409, Problem(error=OTHER_CONTENT))
    return Status(201, _report_out(received))


@api.post("/reports/bulk", response={200: BulkOut, **REFUSALS}, exclude_none=True, openapi_extra=BODY)
def send_reports(request: HttpRequest) -> BulkOut:
    """Send up to a thousand reports, each with its own ``key``. Good rows are taken in, bad ones are named."""
    partner, now = _partner(request), timezone.now()
    rows = rows_of(request)
    good = [row.sent for row in rows if row.sent]
    _wait(wait_to_send(partner, now=now, more=max(1, len(good))))
    received = iter(receive(person=partner, sent=good, at=now))
    told = [_row_out(row, next(received) if row.sent else None) for row in rows]
    taken = sum(one.outcome == "taken" for one in told)
    return BulkOut(taken=taken, not_taken=len(told) - taken, rows=told)


@api.get("/reports/openapi.json", include_in_schema=False)
def schema(request: HttpRequest) -> dict[str, Any]:
    """Describe these calls."""
    document = dict(api.get_openapi_schema(path_prefix=request.path.removesuffix("reports/openapi.json")))
    # A bulk call reads its rows by itself, so the description of a row is added by hand.
    described = RowIn.model_json_schema(ref_template="#/components/schemas/{model}")
    document["components"]["schemas"] |= described.pop("$defs") | {"RowIn": described}
    return document


@api.get("/reports/{code}", response={200: StateOut, 404: Problem, **REFUSALS})
def get_report(request: HttpRequest, code: uuid.UUID) -> StateOut:
    """Say where a report stands that this organisation sent; of another's nothing is said."""
    report = find_delivered(_partner(request), code)
    if report is None:
        raise NotFound("This organisation sent no report with that code.")
    state = state_for_reporter(report)
    counts = count_addresses([report]).get(report.pk)
    return StateOut(
        code=str(report.code),
        received_on=report.received_on,
        addresses=counts.addresses if counts else 0,
        known=counts.known if counts else 0,
        state=state.code,
        each=state.each,
    )


@api.exception_handler(WaitError)
def _too_many(request: HttpRequest, error: WaitError) -> HttpResponse:
    sentence = (
        f"At most {REPORTS_A_MINUTE:,} reports a minute. Wait {error.seconds} seconds, then send again."
    )
    answer = _refused(request, 429, sentence)
    answer["Retry-After"] = str(error.seconds)
    return answer


@api.exception_handler(ValidationError)
def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    # A place begins with "body" and the argument's name, which the sender does not know; or with where else it stood.
    kind = error.errors[0]["loc"][0]
    if kind == "path":
        return _refused(request, 404, "That is no report's code. Send the code that was told.")
    places = places_of(error.errors, skip=2) if kind == "body" else "Idempotency-Key"
    return _refused(request, 400, f"The call is not as described, at: {places}.")


def _partner(request: HttpRequest) -> User:
    partner: User = request.auth  # type: ignore[attr-defined]
    return partner


def _wait(seconds: int) -> None:
    if seconds:
        raise WaitError(seconds)


def _row_out(row: Row, received: Received | None) -> RowOut:
    if received is None:
        return RowOut(row=row.number, key=row.key, outcome="refused", error=row.error)
    if received.report is None:
        return RowOut(row=row.number, key=row.key, outcome="conflict", error=OTHER_CONTENT)
    return RowOut(row=row.number, key=row.key, outcome="taken", report=_report_out(received))


def _report_out(received: Received) -> ReportOut:
    assert received.report is not None  # a conflict is told otherwise
    counts = received.counts
    return ReportOut(
        code=str(received.report.code),
        received_on=received.report.received_on,
        addresses=counts.addresses,
        known=counts.known,
    )


_routes, _app, _namespace = api.urls
for _route in _routes:
    if isinstance(_route, URLPattern):
        # LoginRequiredMiddleware would send a program to the sign-in page; each call authenticates by itself.
        vars(_route.callback)["login_required"] = False
# Without the root that every such API brings: the first one's answers there.
urls = [path("", ([route for route in _routes if str(route.pattern)], _app, _namespace))]
