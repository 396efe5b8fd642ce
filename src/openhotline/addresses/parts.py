"""An address taken apart and put together again (RFC 3986, section 3 and appendix B), for http and https."""

from __future__ import annotations

import re
from dataclasses import dataclass

from openhotline.errors import BadInput

LONGEST = 2083
"""Characters; the longest that the CyberTipline's schema takes."""

PORTS = {"http": 80, "https": 443}
_web = re.compile(
    r"(?P<scheme>https?):/*(?P<place>[^/?#]*)(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#(?P<end>.*))?",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Parts:
    """``port`` is 0 where none, or the scheme's own, is written; ``fragment`` is kept only where it names a page."""

    scheme: str
    user: str
    host: str
    port: int
    path: str
    query: str
    fragment: str = ""

    @property
    def written(self) -> str:
        """The address in one line."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port else ""
        query = f"?{self.query}" if self.query else ""
        fragment = f"#{self.fragment}" if self.fragment else ""
        return f"{self.scheme}://{host}{port}{self.path or '/'}{query}{fragment}"


def split(text: str) -> Parts | None:
    """Take an http or https address apart, its host as it is written; None where it is none of these."""
    found = _web.fullmatch(text)
    if found is None:
        return None
    scheme = found["scheme"].lower()
    user, _, place = found["place"].rpartition("@")
    host, port = _host_and_port(place)
    return Parts(
        scheme=scheme,
        user=user if "@" in found["place"] else "",
        host=host,
        port=0 if port == PORTS[scheme] else port,
        path=found["path"] or "/",
        query=found["query"] or "",
        fragment=page_fragment(found["end"] or ""),
    )


def names_user(text: str) -> bool:
    """Whether an address has a part for a user before its host, even an empty one."""
    found = _web.fullmatch(text)
    return found is not None and "@" in found["place"]


def page_fragment(text: str) -> str:
    """What stands behind ``#`` where it names a page of a site that a script builds; else nothing.

    Without it ``https://example.org/#/gallery/7`` would stand for the whole site.
    """
    return text if text.startswith(("/", "!")) and len(text) > 1 else ""


def _host_and_port(place: str) -> tuple[str, int]:
    host, colon, port = place.rpartition(":")
    if not colon or place.endswith("]"):
        return place, 0
    if not port:
        return host, 0
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise BadInput("The port of the address is no number from 1 to 65535. Correct it or leave it out.")
    return host, int(port)
