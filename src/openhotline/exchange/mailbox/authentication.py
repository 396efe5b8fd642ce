"""Whether the server that received a letter vouches for its sender (RFC 8601, Authentication-Results).

1. Only the uppermost such header counts: what stands below it may have come with the letter.
2. It counts only where it names our own server. That server has to remove headers that claim its name on arrival
   (RFC 8601, section 5); nothing here can see whether it does, so its operator must.
3. The sender is vouched for by DMARC, or by a DKIM signature of the sender's own domain or one above it. SPF alone
   vouches for the envelope only, which nobody sees, and so does not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message

_comment = re.compile(r"\([^()]*\)")
_result = re.compile(r"^\s*(?P<method>[a-z0-9-]+)\s*(?:/\s*\d+\s*)?=\s*(?P<result>[a-z]+)", re.IGNORECASE)
_domain = re.compile(r"header\.(?:d|i|from)\s*=\s*\"?[^\s;\"]*?@?([a-z0-9.-]+)\"?(?=[\s;]|$)", re.IGNORECASE)
LONGEST_HEADER = 20_000


def is_authentic(letter: Message, *, sender: str, authserv_id: str) -> bool:
    """Whether our server ``authserv_id`` says that the letter comes from the domain of ``sender``."""
    headers = letter.get_all("Authentication-Results") or []
    if not headers or not authserv_id:
        return False
    server, *results = _parts(str(headers[0])[:LONGEST_HEADER])
    if server.split() == [] or server.split()[0].lower() != authserv_id.lower():
        return False
    domain = sender.rpartition("@")[2].lower()
    return any(_vouches(result, domain) for result in results)


def _parts(header: str) -> list[str]:
    before = ""
    while before != header:  # comments may be nested
        before, header = header, _comment.sub(" ", header)
    return header.replace("\r", " ").replace("\n", " ").split(";")


def _vouches(result: str, domain: str) -> bool:
    found = _result.match(result)
    if found is None or found["result"].lower() != "pass":
        return False
    method = found["method"].lower()
    if method not in ("dmarc", "dkim"):
        return False
    return any(_is_of(named, domain) for named in _domains(result))


def _domains(result: str) -> Iterator[str]:
    for found in _domain.finditer(result):
        yield found[1].lower().strip(".")


def _is_of(named: str, domain: str) -> bool:
    """The same domain, or one above it that is more than a bare top-level name."""
    return named == domain or ("." in named and domain.endswith(f".{named}"))
