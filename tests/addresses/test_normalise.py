"""One place has one normal form, however it was written."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhotline.addresses import LONGEST, Network, defang, described, hosts, normalise
from openhotline.addresses.rules import forms, tracking
from openhotline.errors import BadInput, WrongUsage
from openhotline.hashlists.addresses import normal_url

SPELLINGS = {
    "https://example.org/": ["example.org", "HTTPS://EXAMPLE.ORG", "https://example.org:443", "//example.org/",
                             "https://example.org.", "https://example.org/#top", "https:example.org",
                             "https://example.org?",
                             "  <https://example.org/>  ", "view-source:https://example.org/", "https://https://example.org",
                             "hxxps://example[.]org/", "hXXps[:]//example(.)org", "h**ps://example[dot]org",
                             "example[.]org",
                             "https://ana:secret@example.org/", "https://ex\u200bample.org/", "\u201chttps://example.org\u201d"],
    "http://example.org/b": ["http://example.org/a/../b", "http://example.org:80/./b", "http://example.org/%62",
                             "http:\\\\example.org\\b", "http://example.org/a/%2E%2e/b", "HTTP://example.org/b#x"],
    "https://xn--bcher-kva.example.org/%C3%A4?q=%C3%BC": ["https://b\u00fccher.example.org/\u00e4?q=\u00fc",
                                                         "https://B\u00dcCHER.example.org/%c3%a4?q=%c3%bc",
                                                         "https://bu\u0308cher\u3002example.org/\u00e4?q=\u00fc"],
    "http://192.0.2.1/": ["192.0.2.1", "http://3221225985/", "http://0xC0.0.2.1", "http://0300.0.513"],
    "http://[2001:db8::1]:8080/x": ["http://[2001:DB8:0:0::1]:8080/x", "http://[2001:db8::1]:8080/y/../x"],
    "https://example.org/?id=7": ["https://example.org/?utm_source=a&id=7&fbclid=b", "https://example.org/?id=7&gclid=x"],
    "https://example.org/a%20b": ["https://example.org/a b", "https://example.org/a%20b"],
    "https://example.org/100%25": ["https://example.org/100%", "https://example.org/100%25"],
    "https://example.org/#/gallery/7": ["https://example.org#/gallery/7"],
    "magnet:?xt=urn:btih:" + "ab" * 20: ["magnet:?dn=Name&xt=urn:btih:" + "AB" * 20 + "&tr=udp%3A%2F%2Fexample.org"],
    "ftp://example.org/a": ["FTP://example.org/a"],
}  # fmt: skip


@pytest.mark.parametrize(("normal", "text"), [(n, t) for n, texts in SPELLINGS.items() for t in texts])
def test_equal_places_have_one_form(normal: str, text: str) -> None:
    if text == "192.0.2.1":
        normal = "https://192.0.2.1/"
    assert normalise(text).normal == normal
    assert normalise(normal).normal == normal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://example.org/", "https://example.org/"),
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/?a=1&b=2", "https://example.org/?b=2&a=1"),
        ("https://example.org/a%2Fb", "https://example.org/a/b"),
        ("https://example.org/", "https://example.org:8443/"),
        ("https://example.org/a", "https://example.org/a/"),
        ("https://example.org/#/a", "https://example.org/#/b"),
        ("https://example.org/a'#x", "https://example.org/a"),
    ],
)
def test_what_may_differ_stays_apart(one: str, other: str) -> None:
    assert normalise(one).digest != normalise(other).digest


@pytest.mark.parametrize(
    "text",
    ["", "   ", "hello", "notes.txt", "ana@example.org", "mailto:ana@example.org", "http://", "http:///",
     "http://a b.org/",
     "http://localhost/", "http://[::1", "http://example.org:x/", "http://example.org:99999/", "http://1.2.3.4.5/",
     "http://1.2.3.256/", "javascript:alert(1)", "data:image/png;base64,AAAA", "file:///etc/passwd", "http://a..b/",
     "https://example.org/" + "a" * LONGEST, "https://example.org\nhttps://example.net", "http://" + "a" * 64 + ".org",
     "example.org is a page"],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        normalise(text)
    assert refused.value.message.endswith(".") and (
        not text.strip() or text.strip() not in refused.value.message
    )


def test_the_host_and_the_registered_domain_are_named() -> None:
    found = normalise("https://img.shop.example.co.uk:8443/a")
    assert (found.network, found.host, found.domain) == (
        Network.WEB,
        "img.shop.example.co.uk",
        "example.co.uk",
    )
    assert normalise("http://192.0.2.1/").domain == ""
    assert normalise("https://a.b.example.test/").domain == "example.test"
    assert normalise("http://[2001:db8::1]/").host == "2001:db8::1"


@pytest.mark.parametrize(("text", "normal"), forms().examples)
def test_every_form_of_a_service_is_written_as_its_rule_says(text: str, normal: str) -> None:
    assert normalise(text).normal == normal
    assert normalise(normal).normal == normal


def test_the_rule_files_have_editions() -> None:
    assert tracking().edition and forms().edition
    assert len(forms().examples) > 30


def test_a_share_link_keeps_the_key_without_which_nothing_is_found() -> None:
    assert "rlkey=k" in normalise("https://www.dropbox.com/scl/fi/a/b.zip?rlkey=k&dl=0").normal


def test_a_link_that_forwards_to_itself_ends() -> None:
    text = "https://www.google.com/url?q=https://example.org/"
    for _ in range(3):
        text = "https://www.google.com/url?q=" + text.replace("&", "%26")
    assert normalise(text).normal


def test_lists_are_read_without_the_servers_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tldextract", None)
    hosts._suffixes.cache_clear()
    hosts.registrable_domain.cache_clear()
    try:
        assert normal_url("https://EXAMPLE.org") == "https://example.org/"
        with pytest.raises(WrongUsage, match="openhotline\\[server\\]"):
            normalise("https://example.org/")
    finally:
        hosts._suffixes.cache_clear()


def test_a_description_is_a_place_too() -> None:
    one, other = (
        described("The  Group \u201eBlue\u201c in App X"),
        described("the group \u201eBLUE\u201c in app x "),
    )
    assert one == other and one.network is Network.OTHER
    assert normalise(one.normal) == one
    with pytest.raises(BadInput):
        described(" - ")


LABELS = st.text(
    "abcdefghijklmnopqrstuvwxyz0123456789\u00e4\u00f6\u00df\u0436\u4e2d", min_size=1, max_size=12
)
HOSTS = st.builds(lambda labels: ".".join([*labels, "example", "org"]), st.lists(LABELS, max_size=3))
PATHS = st.text(st.characters(codec="utf-8", exclude_characters="?\\\n\r"), max_size=40).map(
    lambda t: "/" + t
)
QUERIES = st.text(st.characters(codec="utf-8", exclude_characters="#\n\r"), max_size=30).map(
    lambda t: "?" + t
)
ADDRESSES = st.builds(
    lambda scheme, host, path, query: f"{scheme}://{host}{path}{query}",
    st.sampled_from(["http", "https", "HTTPS", "hxxp"]),
    HOSTS,
    PATHS,
    st.one_of(st.just(""), QUERIES),
)


@given(st.one_of(st.text(max_size=120), ADDRESSES))
def test_twice_is_once(text: str) -> None:
    try:
        found = normalise(text)
    except BadInput:
        return
    assert normalise(found.normal) == found
    assert found.normal.isascii() or found.normal.startswith("words:")
    assert len(found.normal) <= LONGEST


@given(ADDRESSES)
def test_every_normal_form_is_one_on_a_list(text: str) -> None:
    normal = normalise(text).normal
    assert normal_url(normal) == normal


@given(ADDRESSES)
def test_defanging_loses_nothing(text: str) -> None:
    found = normalise(text)
    shown = defang(found.normal)
    assert "://" + found.host not in shown
    assert normalise(shown) == found


@given(HOSTS, PATHS.map(lambda path: path.replace("#", "") + "/a"))
def test_capitals_ports_and_pasted_signs_make_no_other_place(host: str, path: str) -> None:
    plain = normalise(f"https://{host}{path}")
    assert normalise(f" https://{host}:443{path}#x ") == plain
    assert normalise(f"HTTPS://somebody@{host}.{path}") == plain
