"""The navigation: pages this person may open, as far as the site has them."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.template import Context
from django.urls import NoReverseMatch, reverse

from openhotline_server.accounts.permissions import Permission

register = template.Library()

HOME = "console:home"
PAGES = (
    (HOME, "Home", Permission.HOME),
    ("console:desk", "Grading", Permission.VOTE_SECOND),
    ("console:queue", "Queue", Permission.QUEUE_READ),
    ("console:address_queue", "Addresses", Permission.ADDRESS_READ),
    ("console:inbox", "Inbox", Permission.ADDRESS_READ),
    ("console:reports", "Reports", Permission.REPORTS_READ),
    ("console:statistics", "Statistics", Permission.STATISTICS_READ),
    ("console:lists", "Lists", Permission.LISTS_READ),
    ("console:notices", "Notices", Permission.NOTICE_WRITE),
    ("console:outbox", "Outbox", Permission.NOTICE_SEND),
    ("console:agreement", "Agreement", Permission.AGREEMENT_READ),
    ("console:policy", "Policy", Permission.POLICY_SET),
    ("console:people", "People", Permission.PEOPLE_READ),
    ("console:ledger", "Ledger", Permission.LEDGER_READ),
)


@dataclass(frozen=True)
class PageLink:
    """One place to go; ``here`` marks the part of the console that is open now."""

    address: str
    words: str
    here: bool


@register.simple_tag(takes_context=True)
def navigation(context: Context) -> list[PageLink]:
    """The links for whoever is signed in; nothing for nobody."""
    may = context.get("may") or {}
    path = getattr(context.get("request"), "path", "")
    links = []
    for name, words, permission in PAGES:
        address = _address(name) if may.get(permission.name) else ""
        if address:
            here = path == address if name == HOME else path.startswith(address)
            links.append(PageLink(address, words, here))
    return links


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
