"""whoisit's parser and ours, held against each other on documents as registries give them."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trace.registry import DOMAIN as DOMAIN_DOCUMENT
from tests.trace.registry import NETWORK, SYSTEM, entity, mail
from whoisit.bootstrap import Bootstrap

from openhotline.errors import BadInput
from openhotline.trace.rdap_reading import (
    ASN,
    DOMAIN,
    IP,
    Registered,
    by_ourselves,
    by_whoisit,
    read_registered,
)

EACH = [(IP, "192.0.2.10", NETWORK), (ASN, "64500", SYSTEM), (DOMAIN, "example.org", DOMAIN_DOCUMENT)]


@pytest.mark.parametrize(("kind", "query", "document"), EACH)
def test_both_parsers_read_the_same(kind: str, query: str, document: dict[str, Any]) -> None:
    assert by_whoisit(kind, query, document, Bootstrap()) == by_ourselves(document)


def test_an_abuse_contact_inside_another_entity_is_found() -> None:
    assert read_registered(IP, "192.0.2.10", NETWORK, Bootstrap()) == Registered(
        "192.0.2.0 - 192.0.2.255", "EXAMPLE-NET", "NL", ("abuse@example.net", "second@example.net")
    )


def test_a_document_that_whoisit_refuses_is_read_by_ourselves() -> None:
    odd = {**NETWORK, "cidr0_cidrs": ["192.0.2.0/24"]}
    with pytest.raises(AttributeError):
        by_whoisit(IP, "192.0.2.10", odd, Bootstrap())
    assert read_registered(IP, "192.0.2.10", odd, Bootstrap()).abuse == (
        "abuse@example.net",
        "second@example.net",
    )


def test_an_answer_of_another_kind_is_not_used() -> None:
    with pytest.raises(BadInput, match="another kind"):
        read_registered(ASN, "64500", NETWORK, Bootstrap())
    with pytest.raises(BadInput):
        read_registered(IP, "192.0.2.1", {"errorCode": 404}, Bootstrap())


def test_an_answer_that_holds_nothing_is_not_used() -> None:
    with pytest.raises(BadInput, match="nothing"):
        read_registered(IP, "192.0.2.1", {"objectClassName": "ip network"}, Bootstrap())


def test_entities_inside_entities_without_end_are_left() -> None:
    document = copy.deepcopy(NETWORK)
    nest = entity("X", ["abuse"], mail("deep@example.net"))
    for _ in range(300):
        nest = entity("X", ["technical"], inside=(nest,))
    document["entities"] = [nest]
    assert by_ourselves(document).abuse == ()


rubbish = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["vcard", "abuse", "email"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["entities", "roles", "vcardArray", "country", "handle", "name", "links"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["entities", "roles", "handle", "name", "country", "links", "events"]), rubbish
    )
)
def test_no_rubbish_does_more_than_be_refused(document: dict[str, Any]) -> None:
    document = json.loads(json.dumps({**document, "objectClassName": "ip network"}))
    try:
        read = read_registered(IP, "192.0.2.1", document, Bootstrap())
    except BadInput:
        return
    assert all(isinstance(text, str) for text in (read.handle, read.name, read.country, *read.abuse))
