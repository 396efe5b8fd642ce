"""The contact book: who is written to, and how each is found for an address."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.console.notice_forms import ContactForm, NewContactForm, initial_of
from openhotline_server.console.telling import checked, telling_errors
from openhotline_server.notices import contacts as book
from openhotline_server.notices.contact_rules import DAYS
from openhotline_server.notices.kinds import ContactKind


@require_GET
@requires(Permission.CONTACTS_MANAGE)
def contacts(request: HttpRequest) -> HttpResponse:
    """Every entry in force, by kind."""
    rows = [(one, [DAYS[day] for day in one.rests_on]) for one in book.list_contacts()]
    groups = [(label, [row for row in rows if row[0].kind == kind]) for kind, label in ContactKind.choices]
    shown = [group for group in groups if group[1]]
    return render(request, "console/contacts.html", {"groups": shown})


@require_http_methods(["GET", "POST"])
@requires(Permission.CONTACTS_MANAGE)
def new_contact(request: HttpRequest) -> HttpResponse:
    """Add an entry; what the form says stays on the page with what is wrong."""
    form = NewContactForm(request.POST or None)
    if request.method == "POST":
        with telling_errors(request, done="Added to the contact book."):
            kind = ContactKind(checked(form)["kind"])
            book.add_contact(kind=kind, entry=form.entry(), person=person(request), at=timezone.now())
            return HttpResponseRedirect(reverse("console:contacts"))
    return render(request, "console/contact.html", {"form": form})


@require_http_methods(["GET", "POST"])
@requires(Permission.CONTACTS_MANAGE)
def contact(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Change an entry."""
    found = book.get_contact(code)
    form = ContactForm(request.POST or None, initial=initial_of(book.entry_of(found)))
    if request.method == "POST":
        with telling_errors(request, done="Changed."):
            checked(form)
            book.change_contact(contact=found, entry=form.entry(), person=person(request), at=timezone.now())
            return HttpResponseRedirect(reverse("console:contacts"))
    return render(request, "console/contact.html", {"form": form, "contact": found})


@require_POST
@requires(Permission.CONTACTS_MANAGE)
def end_contact(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """End an entry."""
    with telling_errors(request, done="Ended. Nothing new is drafted to it."):
        book.end_contact(contact=book.get_contact(code), person=person(request), at=timezone.now())
    return HttpResponseRedirect(reverse("console:contacts"))


urls: list[URLPattern] = [
    path("contacts/", contacts, name="contacts"),
    path("contacts/new/", new_contact, name="new_contact"),
    path("contacts/<uuid:code>/", contact, name="contact"),
    path("contacts/<uuid:code>/end/", end_contact, name="end_contact"),
]
