"""From what somebody wrote to the one normal form. The proof that equal places get equal forms, in steps:

1. What pasting leaves is taken away: spaces, invisible signs, angle brackets, defanging.
2. Scheme, host and port get their one spelling; a user's name and password before the host go, for they do not
   change what is there, are often a disguise, and may be somebody's.
3. A link that only forwards, and says where to, is what it leads to.
4. Escapes and dot segments (RFC 3986); an empty query and a fragment that names no page go.
5. The rule files: parameters that only track, and services' equivalent forms.

http and https stay two: whoever looks whether a page is gone must ask the one that was reported. A bare host is
https, which browsers try first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from openhotline.addresses import onion, others, rules
from openhotline.addresses.defanged import refang
from openhotline.addresses.escapes import normal_escapes, without_dot_segments
from openhotline.addresses.hosts import has_public_ending, is_ip, normal_host, registrable_domain
from openhotline.addresses.parts import LONGEST, Parts, split
from openhotline.errors import BadInput

FORWARDED = 4
"""Links that forward to links are followed, as they are written, so many times."""

_OVERLAYS = (".i2p", ".loki")
_invisible = re.compile("[\u0000-\u001f\u007f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_around = "\"'\u00ab\u00bb\u201c\u201d\u201e\u2018\u2019`"
_bare = re.compile(
    r"(?://)?(?P<host>\[[0-9a-f:.]+\]|[^\s/?#@:\\]+\.[^\s/?#@:\\]+)(?::[0-9]{1,5})?(?:[/?#\\].*)?",
    re.IGNORECASE | re.DOTALL,
)
_web = re.compile(r"https?:", re.IGNORECASE)
_behind = re.compile(r"[?#]")
_second = re.compile(r"[\r\n]\s*(?:[a-z]+://|www\.)", re.IGNORECASE)
_doubled = re.compile(r"^(?:https?:/+)+(?=https?:/)", re.IGNORECASE)
_UNREADABLE = "This cannot be read as an address. Copy the whole line from the browser's address bar."


class Network(StrEnum):
    """On which network a place lies."""

    WEB = "web"
    ONION = "onion"
    OTHER = "other"


@dataclass(frozen=True)
class Normal:
    """One place. ``host`` is in ASCII and empty for what names none; ``domain`` is what somebody registered."""

    normal: str
    network: Network
    host: str = ""
    domain: str = ""

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the normal form, in hexadecimal digits."""
        return sha256(self.normal.encode()).hexdigest()


def normalise(text: str) -> Normal:
    """Return the one normal form of an address as somebody wrote it. Twice is once.

    Raises BadInput for what is no address, with a sentence for whoever wrote it. No network is asked.
    """
    cleaned = _pasted_away(text)
    if cleaned.startswith("words:"):
        return described(cleaned.removeprefix("words:"))
    if not _web.match(cleaned):
        scheme = others.scheme_of(cleaned)
        if scheme:
            return _checked(Normal(others.other_normal(scheme, cleaned), Network.OTHER))
        cleaned = _with_scheme(cleaned)
    parts = _unwrapped(cleaned)
    network = _network_of(parts.host)
    domain = onion.service_of(parts.host) if network is Network.ONION else registrable_domain(parts.host)
    return _checked(Normal(parts.written, network, parts.host, domain))


def described(text: str) -> Normal:
    """A place that has no address, as words describe it: a group in an app, a name in a game."""
    return Normal(others.described_normal(text), Network.OTHER)


def _pasted_away(text: str) -> str:
    """Steps 1 and what comes before all: the text without what pasting leaves around and in it."""
    if len(text) > 4 * LONGEST:
        raise BadInput(f"An address has at most {LONGEST} characters. Check what was pasted.")
    if _second.search(text.strip()):
        raise BadInput("These are several addresses. Give each one by itself.")
    cleaned = _invisible.sub("", text).strip()
    if cleaned[:1] in _around:  # behind an address alone, a quotation mark may be the address's own
        cleaned = cleaned.strip(_around).strip()
    cleaned = (
        cleaned.removeprefix("<").removesuffix(">").removeprefix("URL:").removeprefix("view-source:").strip()
    )
    cleaned = _doubled.sub("", refang(cleaned))
    front = _behind.search(cleaned)
    end = front.start() if front else len(cleaned)
    return cleaned[:end].replace("\\", "/") + cleaned[end:] if _web.match(cleaned) else cleaned


def _with_scheme(text: str) -> str:
    """A bare host gets a scheme, if it ends as hosts do: a file's name is none."""
    found = _bare.fullmatch(text)
    if found is None:
        raise BadInput(_UNREADABLE)
    host = normal_host(found["host"])
    if not (is_ip(host) or onion.is_onion(host) or host.endswith(_OVERLAYS) or has_public_ending(host)):
        raise BadInput(_UNREADABLE)
    scheme = "https" if _network_of(host) is Network.WEB else "http"
    return f"{scheme}:{text}" if text.startswith("//") else f"{scheme}://{text}"


def _unwrapped(text: str) -> Parts:
    """Steps 2 to 5, again for what a forwarding link leads to."""
    for _ in range(FORWARDED):
        parts, fragment = _parts(text)
        text = rules.target_of(parts, end=f"#{fragment}" if fragment else "")
        if not text:
            break
    return rules.without_tracking(rules.one_form(parts, fragment=fragment))


def _parts(text: str) -> tuple[Parts, str]:
    """Steps 2 and 4; the whole fragment beside it, for a service whose addresses lie in it."""
    parts = split(text)
    if parts is None:
        raise BadInput(_UNREADABLE)
    fragment = normal_escapes(text.partition("#")[2])
    made = replace(
        parts,
        user="",
        host=normal_host(parts.host),
        path=without_dot_segments(normal_escapes(parts.path)),
        query=normal_escapes(parts.query),
        fragment=normal_escapes(parts.fragment),
    )
    return made, fragment


def _network_of(host: str) -> Network:
    if onion.is_onion(host):
        return Network.ONION
    return Network.OTHER if host.endswith(_OVERLAYS) else Network.WEB


def _checked(made: Normal) -> Normal:
    if len(made.normal) > LONGEST:
        raise BadInput(f"An address has at most {LONGEST} characters. Check what was pasted.")
    return made
