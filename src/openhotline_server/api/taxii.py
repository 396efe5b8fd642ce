"""Feeds as TAXII 2.1 collections of STIX 2.1 objects, for reading (OASIS TAXII 2.1, sections 4 and 5).

The user is the partner's name and the password its key. Every page of objects is a line of the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse

from openhotline.errors import BadInput
from openhotline.exchange import taxii
from openhotline_server.accounts.models import User
from openhotline_server.api.asking import Asking
from openhotline_server.api.taxii_asking import answer, entitled, known, refuse
from openhotline_server.sharing import streams
from openhotline_server.sharing.models import Feed
from openhotline_server.sharing.operations import note_download
from openhotline_server.sharing.queries import feeds_of

NAME = "taxii"
MOST_IDS = 100
IDENTITY = taxii.Position(0, 0)


def _collection(feed: Feed) -> taxii.Collection:
    return taxii.Collection(feed.code, feed.name, feed.title)


@known
def discovery(request: HttpRequest, partner: User) -> HttpResponse:
    """What this server is."""
    root = request.build_absolute_uri(reverse("api:taxii_root"))
    return answer(taxii.discovery(settings.HOTLINE_NAME, root))


@known
def api_root(request: HttpRequest, partner: User) -> HttpResponse:
    """The one API root."""
    return answer(taxii.api_root(settings.HOTLINE_NAME))


@known
def status(request: HttpRequest, partner: User, code: str) -> HttpResponse:
    """Nothing is written here, so there is nothing to wait for."""
    return refuse(404, "There is no such request.")


@known
def collections(request: HttpRequest, partner: User) -> HttpResponse:
    """The feeds that the caller may read."""
    return answer(taxii.collections(_collection(feed) for feed in feeds_of(partner)))


@entitled
def collection(request: HttpRequest, asking: Asking) -> HttpResponse:
    """One of them."""
    return answer(taxii.collection(_collection(asking.feed)))


@entitled
def objects(request: HttpRequest, asking: Asking) -> HttpResponse:
    """A page of objects."""
    page = _page(asking, taxii.read_query(request.GET.dict()))
    return answer(taxii.envelope(page), headers=taxii.added_headers(page))


@entitled
def manifest(request: HttpRequest, asking: Asking) -> HttpResponse:
    """A page of what there is."""
    page = _page(asking, taxii.read_query(request.GET.dict()))
    return answer(taxii.manifest(page), headers=taxii.added_headers(page))


@entitled
def one_object(request: HttpRequest, asking: Asking, object_id: str) -> HttpResponse:
    """One object, in its last version unless others are asked for."""
    page = _page(asking, _only(request, object_id))
    if not page.found:
        return refuse(404, "There is no such object in the collection.")
    return answer(taxii.envelope(page), headers=taxii.added_headers(page))


@entitled
def versions(request: HttpRequest, asking: Asking, object_id: str) -> HttpResponse:
    """The versions of one object."""
    page = _page(asking, replace(_only(request, object_id), versions=frozenset({"all"})))
    if not page.found:
        return refuse(404, "There is no such object in the collection.")
    return answer(taxii.versions(page), headers=taxii.added_headers(page))


def _only(request: HttpRequest, object_id: str) -> taxii.Query:
    return replace(taxii.read_query(request.GET.dict()), ids=frozenset({object_id}), types=frozenset())


def _page(asking: Asking, query: taxii.Query) -> taxii.Page:
    """Find a page and write down that it goes out."""
    if len(query.ids) > MOST_IDS:
        raise BadInput(f"At most {MOST_IDS} ids are taken at once. Ask in parts.")
    page = taxii.page(_stored(asking, query), query)
    note_download(
        partner=asking.partner, feed=asking.feed, protocol=NAME, lines=len(page.found), at=asking.at
    )
    return page


def _stored(asking: Asking, query: taxii.Query) -> Iterator[taxii.Stored]:
    """The collection from where the query begins: who publishes, then every value in the order of the log."""
    feed, publisher = asking.feed, asking.feed.hash_list
    who = taxii.identity(publisher.code, settings.HOTLINE_NAME, publisher.created_at)
    yield taxii.Stored(IDENTITY, publisher.created_at, True, True, who)
    if query.types and "indicator" not in query.types:
        return
    named = streams.versions_from(
        feed,
        now=asking.at,
        sequence=max(0, query.after.sequence),
        added_after=query.added_after,
        origins=_origins(feed, query),
    )
    for made in named:
        for number, version in enumerate(made):
            position = taxii.Position(version.sequence, number)
            document = taxii.indicator(version, feed=feed.code, publisher=publisher.code)
            yield taxii.Stored(position, version.added_at, version.first, version.last, document)


def _origins(feed: Feed, query: taxii.Query) -> set[UUID] | None:
    return {code for name in query.ids for code in taxii.origins(feed.code, name)} if query.ids else None


_root = "taxii2/root/"
_one = f"{_root}collections/<str:collection>/"
urls: list[URLPattern] = [
    path("taxii2/", discovery, name="taxii"),
    path(_root, api_root, name="taxii_root"),
    path(f"{_root}status/<str:code>/", status, name="taxii_status"),
    path(f"{_root}collections/", collections, name="taxii_collections"),
    path(_one, collection, name="taxii_collection"),
    path(f"{_one}manifest/", manifest, name="taxii_manifest"),
    path(f"{_one}objects/", objects, name="taxii_objects"),
    path(f"{_one}objects/<str:object_id>/", one_object, name="taxii_object"),
    path(f"{_one}objects/<str:object_id>/versions/", versions, name="taxii_versions"),
]
