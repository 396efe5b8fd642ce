"""Onion services: version 3 with a checksum that fits; version 2 is gone."""

from __future__ import annotations

from base64 import b32encode
from hashlib import sha3_256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhotline.addresses import Network, defang, find_addresses, normalise
from openhotline.errors import BadInput


def service(key: bytes) -> str:
    """The name of the service with this key, written down independently from the rule's text."""
    checksum = sha3_256(b".onion checksum" + key + b"\x03").digest()[:2]
    return b32encode(key + checksum + b"\x03").decode().lower()


# The Tor project's own site, published by it.
TOR = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid"


def test_a_public_name_is_taken() -> None:
    found = normalise(f"{TOR}.onion")
    assert (found.network, found.host, found.domain) == (Network.ONION, f"{TOR}.onion", f"{TOR}.onion")
    assert found.normal == f"http://{TOR}.onion/"
    assert normalise(f"http://www.{TOR.upper()}.ONION:80/a").domain == f"{TOR}.onion"


@given(st.binary(min_size=32, max_size=32))
def test_every_key_has_a_name_that_is_taken(key: bytes) -> None:
    found = normalise(f"http://{service(key)}.onion/x")
    assert found.network is Network.ONION and normalise(defang(found.normal)) == found


@given(
    st.binary(min_size=32, max_size=32),
    st.integers(0, 55),
    st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"),
)
def test_one_wrong_letter_is_found(key: bytes, place: int, letter: str) -> None:
    name = service(key)
    changed = name[:place] + letter + name[place + 1 :]
    if changed != name:
        with pytest.raises(BadInput):
            normalise(f"{changed}.onion")


def test_version_two_is_refused_with_its_reason() -> None:
    with pytest.raises(BadInput, match="version 2"):
        normalise("http://expyuzz4wqqyqhjn.onion/")
    with pytest.raises(BadInput, match="56"):
        normalise("http://short.onion/")


def test_an_onion_name_is_found_in_words() -> None:
    assert find_addresses(f"It is at {TOR}.onion, they say.") == [f"{TOR}.onion"]
