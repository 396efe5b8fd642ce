"""A feed in StopNCII's protocol, as the unmodified client of threatexchange and the Hasher-Matcher-Actioner ask for it.

The base address is ``/api/1/feeds/<feed>/stopncii``; the function key is the partner's key.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from openhotline.errors import BadInput, NotFound
from openhotline.exchange import stopncii as protocol
from openhotline_server.accounts.permissions import Permission
from openhotline_server.api import as_stopncii, pages
from openhotline_server.api.asking import Asking, Credentials, Manner, for_partners
from openhotline_server.sharing import feedback, spans
from openhotline_server.sharing.deliveries import Told, note_page
from openhotline_server.sharing.queries import entitled_since

NAME = "stopncii"
PAGE_SIZE, MOST_ENTRIES = 800, 5000
MOST_FEEDBACKS = 500
BEGINNING = 10
"""Up to this ``startTimestamp`` a client begins: it holds nothing yet. The peers' own one sends exactly this."""

LAST_SECOND = 253402300799
"""9999-12-31T23:59:59Z, the last that a date can be."""

OPINIONS = {
    protocol.Opinion.BLOCKED: feedback.AFFIRMATIVE,
    protocol.Opinion.NOT_BLOCKED: feedback.NEGATIVE,
}
TAKEN_BACK = (protocol.Opinion.WITHDRAWN, protocol.Opinion.DELETED)


def _credentials(request: HttpRequest) -> Credentials | None:
    # The second header, Ocp-Apim-Subscription-Key, is that of the original's gateway. It is taken and means nothing.
    key = request.headers.get("x-functions-key", "")
    return Credentials(key) if key else None


def _refuse(status: int, sentence: str) -> HttpResponse:
    document = json.dumps({"error": sentence}).encode()
    return HttpResponse(document, status=status, content_type=protocol.CONTENT_TYPE)


MANNER = Manner(_credentials, _refuse)


@for_partners(MANNER, Permission.LIST_DOWNLOAD, "GET")
def fetch_hashes(request: HttpRequest, asking: Asking) -> HttpResponse:
    """A page of what changed since a moment, in whole seconds."""
    start = _number(request, "startTimestamp", 0, most=LAST_SECOND)
    size = min(_number(request, "pageSize", PAGE_SIZE, most=1 << 31), MOST_ENTRIES)
    span = _span(request, asking, start)
    found = spans.page(asking.feed, span, size=max(1, size))
    records = as_stopncii.shown(
        asking.feed,
        found.lines,
        last=span.last,
        begins=start <= BEGINNING,
        since=entitled_since(asking.partner, asking.feed),
    )
    rest = found.rest
    token = pages.token(asking, NAME, rest, [start]) if rest else ""
    # In the middle: the second before the last line's, so that who breaks off here misses nothing of its second.
    reached = protocol.seconds(found.lines[-1].at) - 1 if rest else protocol.seconds(asking.at)
    timestamp = max(start, reached)
    document = protocol.write_fetch_page(protocol.FetchPage(records, timestamp, token))
    note_page(
        partner=asking.partner,
        feed=asking.feed,
        protocol=NAME,
        lines=len(records),
        told=None if rest else Told(_moment(timestamp), span.last),
        delivered=None if rest else span.last,
        at=asking.at,
    )
    return HttpResponse(document, content_type=protocol.CONTENT_TYPE)


def _span(request: HttpRequest, asking: Asking, start: int) -> spans.Span:
    """Turn a question into a place in the feed."""
    token = request.GET.get("nextPageToken", "")
    if not token:
        tip = spans.tip(asking.feed, now=asking.at)
        after = spans.since(asking.partner, asking.feed, NAME, _moment(start))
        return spans.Span(after, tip, tip)
    span, [asked] = pages.read_token(asking, NAME, token)
    if asked != start:
        raise BadInput("This page belongs to another startTimestamp. Begin the range again.")
    return span


@for_partners(MANNER, Permission.FEEDBACK_GIVE, "POST")
def submit_feedback(request: HttpRequest, asking: Asking) -> HttpResponse:
    """A partner blocked what a value matched, or did not. Other words are taken and change nothing."""
    feedbacks = protocol.read_feedbacks(request.body)
    if len(feedbacks) > MOST_FEEDBACKS:
        raise BadInput(f"At most {MOST_FEEDBACKS} feedbacks are taken at once. Send them in parts.")
    known = feedback.find_by_values(asking.feed, {f.value for f in feedbacks})
    if any(f.value not in known for f in feedbacks):
        raise NotFound("A value was never in this feed. None of the feedbacks was taken; leave that one out.")
    with transaction.atomic():
        for said in feedbacks:
            _take(asking, said, known[said.value])
    return HttpResponse(b"{}", content_type=protocol.CONTENT_TYPE)


def _take(asking: Asking, said: protocol.Feedback, named: feedback.Named) -> None:
    about = feedback.About(asking.partner, asking.feed, named.reference, named.algorithm)
    if said.opinion in TAKEN_BACK:
        feedback.take_back(about=about, at=asking.at)
    elif said.opinion in OPINIONS:
        reasons = [f"{feedback.TAG}{tag}" for tag in said.tags]
        feedback.receive(about=about, opinion=OPINIONS[said.opinion], reasons=reasons, at=asking.at)


@for_partners(MANNER, Permission.FEEDBACK_GIVE, "POST")
def submit_hashes(request: HttpRequest, asking: Asking) -> HttpResponse:
    """Refuse: an entry of ours is something that people of this hotline assessed."""
    return _refuse(
        403, "This feed takes no hashes: its entries were assessed here. Report what you found instead."
    )


def _number(request: HttpRequest, name: str, default: int, *, most: int) -> int:
    text = request.GET.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 12 and int(text) <= most):
        raise BadInput(f"{name} is a whole number, not below nought. Correct it.")
    return int(text)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)


_base = "feeds/<slug:feed>/stopncii/"
urls: list[URLPattern] = [
    path(_base + "FetchHashes", fetch_hashes, name="stopncii-fetch"),
    path(_base + "SubmitFeedback", submit_feedback, name="stopncii-feedback"),
    path(_base + "SubmitHashes", submit_hashes, name="stopncii-hashes"),
]
