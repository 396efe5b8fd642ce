"""What a value may be, and its one spelling."""

from __future__ import annotations

import base64
import hashlib
import io
import math
import unicodedata
from importlib.metadata import EntryPoint

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hashlists.list_cast import digits

from openhotline.errors import BadInput, OpenHotlineError
from openhotline.hashlists import (
    KINDS,
    distances,
    find_distance,
    normal_text,
    normal_value,
    read_rows,
    sniff,
    text_sha256,
)
from openhotline.hashlists.columns import column_of
from openhotline.hashlists.kinds import DIGITS


@pytest.mark.parametrize("algorithm", DIGITS)
def test_a_digest_is_taken_in_either_case_and_in_no_other_length(algorithm: str) -> None:
    value = digits(DIGITS[algorithm], 7)
    assert normal_value(algorithm, f" {value.upper()} ") == value
    for wrong in (value[1:], value + "0", value[:-1] + "g", value[:-1] + "\uff11", ""):
        with pytest.raises(BadInput) as refused:
            normal_value(algorithm, wrong)
        assert not wrong or wrong not in refused.value.message


@given(st.binary(min_size=144, max_size=144))
def test_photodna_has_three_spellings_and_one_form(value: bytes) -> None:
    for text in (base64.b64encode(value).decode(), value.hex().upper(), ",".join(map(str, value))):
        assert normal_value("photodna", text) == value.hex()


@pytest.mark.parametrize(
    "text", ["", "AA==", "0" * 287, "z" * 288, "1,2,3", ",".join(["256"] * 144), "A" * 192 + "="]
)
def test_other_photodna_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="PhotoDNA"):
        normal_value("photodna", text)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("HTTP://Example.ORG", "http://example.org/"),
        ("https://example.org:443/a/../b?q=A#part", "https://example.org/a/../b?q=A"),
        ("https://example.org:8443/%c3%a4", "https://example.org:8443/%C3%A4"),
        ("https://example.org./x", "https://example.org/x"),
        ("http://192.0.2.1/a", "http://192.0.2.1/a"),
        ("http://[2001:db8::1]/a", "http://[2001:db8::1]/a"),
        ("http://xn--bcher-kva.example/", "http://xn--bcher-kva.example/"),
    ],
)
def test_an_address_has_one_spelling(text: str, normal: str) -> None:
    assert normal_value("url", text) == normal
    assert normal_value("url", normal) == normal


@pytest.mark.parametrize(
    "text",
    [
        "example.org",
        "ftp://example.org/",
        "http://a b.org/",
        "http://b\u00fccher.example/",
        "http:///x",
        "http://example.org:x/",
        "http://u:p@example.org/",
        "javascript:alert(1)",
        "http://" + "a" * 3000 + ".org",
        "http://[::1",
        "http://localhost/",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        normal_value("url", text)


def test_a_domain_is_a_host_name() -> None:
    assert normal_value("domain", "Example.ORG.") == "example.org"
    for text in (
        "org",
        "https://example.org",
        "-a.org",
        "a..b",
        "exa mple.org",
        "b\u00fccher.example",
        "a." * 200 + "org",
    ):
        with pytest.raises(BadInput):
            normal_value("domain", text)


@given(st.sampled_from(sorted(KINDS)), st.text(max_size=300))
def test_whatever_is_taken_is_its_own_normal_form(algorithm: str, text: str) -> None:
    try:
        value = normal_value(algorithm, text)
    except BadInput:
        return
    assert normal_value(algorithm, value) == value


@given(st.text())
def test_a_text_in_its_normal_form_is_its_own(text: str) -> None:
    once = normal_text(text)
    assert normal_text(once) == once
    assert text_sha256(once) == text_sha256(text)


def test_case_layout_and_compatible_letters_do_not_change_a_texts_hash() -> None:
    expected = hashlib.sha256("a stra\u00dfe fi".casefold().encode()).hexdigest()
    for text in (
        "A Stra\u00dfe fi",
        "  a\n\nSTRASSE\t\ufb01 ",
        unicodedata.normalize("NFD", "A stra\u00dfe FI"),
    ):
        assert text_sha256(text) == expected
    assert text_sha256("\ud800")
    assert text_sha256("a b") != text_sha256("ab")


def test_no_algorithm_shares_a_columns_name_with_another_meaning() -> None:
    assert all(column_of(algorithm) == algorithm for algorithm in KINDS)


def euclid(one: bytes, other: bytes) -> float:
    """What a plug-in would bring."""
    return math.dist(one, other)


def test_a_distance_comes_from_a_plug_in_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def offering(*values: str) -> None:
        points = [EntryPoint("photodna", value, distances.GROUP) for value in values]
        monkeypatch.setattr(
            distances, "entry_points", lambda group, name: points if name == "photodna" else []
        )
        find_distance.cache_clear()

    offering()
    assert find_distance("photodna") is None
    offering("tests.hashlists.test_kinds:euclid")
    found = find_distance("photodna")
    assert found is not None
    assert found(b"\0\3", b"\4\0") == 5
    assert find_distance("pdq") is None
    for wrong in (("a:b", "c:d"), ("tests.hashlists.none:x",), ("tests.hashlists.test_kinds:none",)):
        offering(*wrong)
        with pytest.raises(OpenHotlineError) as refused:
            find_distance("photodna")
        assert refused.value.exit_code == 3
    find_distance.cache_clear()


@pytest.mark.parametrize(
    ("data", "form"),
    [
        ("MD5;SHA1\n", "csv"),
        ("# x\n\nsep=,\nalgorithm,value\n", "csv"),
        ("signal_type,signal_str,collab,category,tags\r\n", "csv"),
        (f"pdq {digits(64, 1)}\n", "threatexchange"),
        ('\ufeff{"@odata.context":"http://github.com/VICSDATAMODEL/x#Media"', "vics"),
        ('{"odata.metadata": "http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml#Media"', "vics"),
        ('{"count": 0, "hashRecords": []}', "stopncii-json"),
        ('{"format": "openhotline-hash-list", "version": 1', "json"),
        ('[{"md5": "', "json"),
        ('{"SHA-256": "', "json"),
        ('<?xml version="1.0"?>\n<x:queryResult xmlns:x="u">', "ncmec-xml"),
        ("<html>", None),
        ("{}", None),
        ("", None),
        ("name,size\n", None),
        (f"{digits(32, 1)}\n", None),
        ("\x00\xff", None),
    ],
)
def test_the_form_is_told_from_the_first_bytes(data: str, form: str | None) -> None:
    assert sniff(data.encode()) == form


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for form in ("csv", "json", "vics", "ncmec-xml", "stopncii-json", "threatexchange"):
        try:
            list(read_rows(io.BytesIO(data), form=form))
        except BadInput as problem:
            assert problem.message
    assert sniff(data) in (None, "csv", "json", "vics", "ncmec-xml", "stopncii-json", "threatexchange")
