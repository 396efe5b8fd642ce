"""A feed in NCMEC's hash sharing protocol, version 2, as the unmodified client of threatexchange asks for it.

The base address is ``/api/1/feeds/<feed>/ncmec``; the user is the partner's name and the password its key.
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from openhotline import taxonomy
from openhotline.errors import BadInput, NotFound
from openhotline.exchange import ncmec as protocol
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.api import as_ncmec, pages
from openhotline_server.api.asking import Asking, Manner, for_partners
from openhotline_server.api.credentials import CHALLENGE, from_header
from openhotline_server.sharing import feedback, spans
from openhotline_server.sharing.deliveries import Told, note_page

NAME = "ncmec"
PAGE_SIZE = 5000
"""Entries. The client probes ever smaller ranges while a first page has a next one: large pages spare that."""

PARTNERS_FROM = 1000
"""Members' numbers: the hotline's is set; a partner's is this and its own number."""

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def hotline() -> protocol.Member:
    """Return the member whose entries these are."""
    return protocol.Member(settings.MEMBER_NUMBER, settings.HOTLINE_NAME)


def _member(partner: User) -> protocol.Member:
    return protocol.Member(PARTNERS_FROM + partner.pk, partner.display_name)


def _xml(document: bytes, status: int = 200) -> HttpResponse:
    return HttpResponse(document, status=status, content_type=protocol.CONTENT_TYPE)


def _refuse(status: int, sentence: str) -> HttpResponse:
    answer = _xml(protocol.write_problem(sentence), status)
    if status == 401:
        answer["WWW-Authenticate"] = CHALLENGE
    return answer


MANNER = Manner(from_header, _refuse)


@for_partners(MANNER, Permission.LIST_DOWNLOAD, "GET")
def status(request: HttpRequest, asking: Asking) -> HttpResponse:
    """Who is asking."""
    address = request.META.get("REMOTE_ADDR", "")
    user = asking.partner.username
    return _xml(protocol.write_status(address=address, user=user, member=_member(asking.partner)))


@for_partners(MANNER, Permission.LIST_DOWNLOAD, "GET")
def members(request: HttpRequest, asking: Asking) -> HttpResponse:
    """The hotline and whoever asks: who else is entitled is nobody's business."""
    return _xml(protocol.write_members([hotline(), _member(asking.partner)]))


@for_partners(MANNER, Permission.LIST_DOWNLOAD, "GET")
def entries(request: HttpRequest, asking: Asking) -> HttpResponse:
    """A page of what was published and withdrawn from one moment to another."""
    note = request.GET.get("token", "")
    span, [start, end] = pages.read_token(asking, NAME, note) if note else _asked(request, asking)
    found = spans.page(asking.feed, span, size=PAGE_SIZE)
    lines, told = found.lines, None
    if found.rest is None:
        until = pages.moment(end)
        lines = lines + spans.early(asking.feed, span, asked_until=until, now=asking.at)
        told = Told(until, span.last) if span.reaches_tip else None
    shown = as_ncmec.shown(lines, hotline())
    following = _next(asking, found.rest, start, end) if found.rest else ""
    document = protocol.write_query_result(protocol.QueryResult(shown, following))
    note_page(
        partner=asking.partner,
        feed=asking.feed,
        protocol=NAME,
        lines=len(shown),
        told=told,
        delivered=span.last if found.rest is None else None,
        at=asking.at,
    )
    return _xml(document)


def _asked(request: HttpRequest, asking: Asking) -> tuple[spans.Span, list[str]]:
    """Turn the moments of a question into a place in the feed."""
    start = request.GET.get("from") or BEGINNING.isoformat()
    end = request.GET.get("to") or asking.at.isoformat()
    begins, ends = pages.moment(start), pages.moment(end)
    tip = spans.tip(asking.feed, now=asking.at)
    after = spans.since(asking.partner, asking.feed, NAME, begins)
    return spans.Span(after, min(tip, spans.until(asking.feed, ends)), tip), [start, end]


def _next(asking: Asking, rest: spans.Span, start: str, end: str) -> str:
    """Return where the next page is. The client guesses the size of a range from ``start``, ``size`` and ``max``."""
    query = {"from": start, "to": end, "start": rest.after, "size": PAGE_SIZE, "max": rest.last}
    return "/v2/entries?" + urlencode(query | {"token": pages.token(asking, NAME, rest, [start, end])})


@for_partners(MANNER, Permission.FEEDBACK_GIVE, "GET")
def reasons(request: HttpRequest, asking: Asking, kind: str) -> HttpResponse:
    """Why a fingerprint of this kind may be disputed."""
    if kind not in protocol.FEEDBACK_TYPES.values():
        raise NotFound("There is no fingerprint of that kind.")
    return _xml(protocol.write_reasons(_reasons(), kind=kind))


@for_partners(MANNER, Permission.FEEDBACK_GIVE, "PUT")
def give_feedback(request: HttpRequest, asking: Asking, member: int, entry: str, kind: str) -> HttpResponse:
    """A partner saw an entry, or disputes it."""
    submission = protocol.read_submission(request.body)
    by_guid = {reason.guid: reason.code for reason in _reasons()}
    if not submission.affirmative and not set(submission.reasons) <= by_guid.keys():
        raise BadInput("A reason is not in the list of reasons. Ask for the list again.")
    algorithm = as_ncmec.ALGORITHMS.get(kind)
    if member != hotline().id or algorithm is None:
        raise NotFound("There is no such fingerprint of that member here.")
    feedback.receive(
        about=feedback.About(asking.partner, asking.feed, entry, algorithm),
        opinion=feedback.AFFIRMATIVE if submission.affirmative else feedback.NEGATIVE,
        reasons=[by_guid[guid] for guid in submission.reasons],
        at=asking.at,
    )
    return HttpResponse(status=200)


def _reasons() -> list[protocol.Reason]:
    return [protocol.Reason(t.code, t.label) for t in taxonomy.load(feedback.REASONS).terms]


_base = "feeds/<slug:feed>/ncmec/v2/"
urls: list[URLPattern] = [
    path(_base + "status", status, name="ncmec-status"),
    path(_base + "members", members, name="ncmec-members"),
    path(_base + "entries", entries, name="ncmec-entries"),
    path(_base + "feedback/<str:kind>/reasons", reasons, name="ncmec-reasons"),
    path(
        _base + "entries/<int:member>/<str:entry>/<str:kind>/feedback", give_feedback, name="ncmec-feedback"
    ),
]
