"""One spelling for an address or a domain on a list, so that equal ones are equal text (RFC 3986, section 6.2).

Lists are exchanged, and who is asked for an address asks for the one on the list: path and query stay as they are.
What reporters write gets one form by more rules (:func:`openhotline.addresses.normalise`); that form is one here too.
"""

from __future__ import annotations

import re
from dataclasses import replace

from openhotline.addresses.escapes import upper_escapes
from openhotline.addresses.hosts import normal_host
from openhotline.addresses.parts import LONGEST as LONGEST_URL
from openhotline.addresses.parts import names_user, split
from openhotline.errors import BadInput

_label = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_domain = re.compile(rf"(?=.{{4,253}}\Z){_label}(?:\.{_label})+")


def normal_url(text: str) -> str:
    """Lower scheme and host, drop default port and a fragment that names no page; path and query stay as they are."""
    value = text.strip()
    if not value.isascii() or not value.isprintable() or " " in value or len(value) > LONGEST_URL:
        raise BadInput(f"An address has at most {LONGEST_URL} printable ASCII characters and no space.")
    parts = split(value)
    if parts is None or names_user(value):
        raise BadInput("An address begins with http:// or https:// and names no user.")
    made = replace(
        parts,
        host=normal_host(parts.host),
        path=upper_escapes(parts.path),
        query=upper_escapes(parts.query),
        fragment=upper_escapes(parts.fragment),
    )
    return made.written


def normal_domain(text: str) -> str:
    """Lower a host name and drop the dot behind it. No address, no wildcard, no port."""
    value = text.strip().lower().rstrip(".")
    if not value.isascii() or not _domain.fullmatch(value):
        raise BadInput("A domain is a host name such as example.org, in ASCII, without scheme, path or port.")
    return value
