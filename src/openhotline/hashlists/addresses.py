"""One spelling for an address or a domain, so that equal ones are equal text (RFC 3986, section 6.2)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from openhotline.errors import BadInput

LONGEST_URL = 2083
"""Characters; the longest that the CyberTipline's schema takes."""

_label = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_domain = re.compile(rf"(?=.{{4,253}}\Z){_label}(?:\.{_label})+")
_address = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[[0-9a-f:.]{2,45}\]", re.ASCII)
_escape = re.compile(r"%[0-9A-Fa-f]{2}")
_ports = {"http": 80, "https": 443}


def normal_url(text: str) -> str:
    """Lower scheme and host, drop default port and fragment; path and query stay as they are."""
    value = text.strip()
    if not value.isascii() or not value.isprintable() or " " in value or len(value) > LONGEST_URL:
        raise BadInput(f"An address has at most {LONGEST_URL} printable ASCII characters and no space.")
    try:
        parts = urlsplit(value)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in _ports or parts.username is not None or parts.password is not None:
        raise BadInput("An address begins with http:// or https:// and names no user.")
    host = f"[{host}]" if ":" in host else host
    if not (_domain.fullmatch(host) or _address.fullmatch(host)):
        raise BadInput("The host of the address is no domain and no IP address.")
    at = "" if port in (None, _ports[parts.scheme]) else f":{port}"
    rest = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return f"{parts.scheme}://{host}{at}{_escape.sub(lambda found: found[0].upper(), rest)}"


def normal_domain(text: str) -> str:
    """Lower a host name and drop the dot behind it. No address, no wildcard, no port."""
    value = text.strip().lower().rstrip(".")
    if not value.isascii() or not _domain.fullmatch(value):
        raise BadInput("A domain is a host name such as example.org, in ASCII, without scheme, path or port.")
    return value
