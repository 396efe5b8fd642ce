"""TAXII 2.1, the reading side, and the STIX 2.1 objects that go over it.

Sources: OASIS TAXII 2.1 and STIX 2.1 (June 2021).
"""

from openhotline.exchange.taxii.names import identity_id, indicator_id, origins
from openhotline.exchange.taxii.objects import identity, indicator
from openhotline.exchange.taxii.queries import START, Page, Position, Query, Stored, page, read_query
from openhotline.exchange.taxii.resources import (
    MEDIA_TYPE,
    Collection,
    accepts,
    added_headers,
    api_root,
    collection,
    collections,
    discovery,
    envelope,
    manifest,
    problem,
    versions,
)

__all__ = [
    "MEDIA_TYPE",
    "START",
    "Collection",
    "Page",
    "Position",
    "Query",
    "Stored",
    "accepts",
    "added_headers",
    "api_root",
    "collection",
    "collections",
    "discovery",
    "envelope",
    "identity",
    "identity_id",
    "indicator",
    "indicator_id",
    "manifest",
    "origins",
    "page",
    "problem",
    "read_query",
    "versions",
]
