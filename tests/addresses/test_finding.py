"""Addresses in what people write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhotline.addresses import find_addresses, normalise


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Nothing here, e.g. notes.txt or v1.2.3.", []),
        ("Look at https://example.org/a.", ["https://example.org/a"]),
        ("(see https://example.org/a_(b))", ["https://example.org/a_(b)"]),
        ("**https://example.org/a**", ["https://example.org/a"]),
        ("example.org/a, example.net; and example.com!", ["example.org/a", "example.net", "example.com"]),
        ("hxxps://example[.]org/a then hxxp://example(.)net", ["hxxps://example[.]org/a", "hxxp://example(.)net"]),
        ("write to ana@example.org", []),
        ("https://example.org/a https://EXAMPLE.org:443/a", ["https://example.org/a"]),
        ("link:https://example.org/a", ["https://example.org/a"]),
        ("https://example.org/?next=https://example.net/", ["https://example.org/?next=https://example.net/"]),
        ("<a href=\"https://example.org/a\">x</a>", ["https://example.org/a"]),
        ("one\nhttps://example.org/a\nhttps://example.org/b\n", ["https://example.org/a", "https://example.org/b"]),
        ("\u00abhttps://example.org/a\u00bb", ["https://example.org/a"]),
        ("data:text/html,x javascript:alert(1)", []),
    ],
)  # fmt: skip
def test_addresses_are_found_as_they_are_written(text: str, found: list[str]) -> None:
    assert find_addresses(text) == found


@given(st.text(max_size=300))
def test_whatever_is_found_can_be_read(text: str) -> None:
    normals = [normalise(one).normal for one in find_addresses(text)]
    assert len(set(normals)) == len(normals)


def test_a_long_text_ends_soon() -> None:
    assert len(find_addresses("x." * 100_000)) == 0
    assert len(find_addresses("a." + ")" * 300_000)) == 0
    assert len(find_addresses(" ".join(f"https://example.org/{n}" for n in range(3000)))) == 1000
