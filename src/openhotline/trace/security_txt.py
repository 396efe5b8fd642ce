"""security.txt (RFC 9116): where a site says that it may be written to. Only a mail address that has not expired counts.

Danger: it is the site's own word. On a site that is itself the offender's, a letter there warns him; that is why these
contacts stand last, and why a person sees them before anything leaves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import unquote

from openhotline.errors import BadInput, NotFound
from openhotline.trace.answer import Answer, Contact, Question, contacts
from openhotline.trace.guarded import Guarded

NAME = "security.txt"
_field = re.compile(r"([A-Za-z0-9-]+):[ \t]*(.*?)[ \t]*")
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"


@dataclass(frozen=True)
class SecurityText:
    """What counts of one file: contacts in the site's order of preference, and until when it holds."""

    abuse: tuple[Contact, ...]
    expires: datetime


def read_security_text(text: str, *, at: datetime) -> SecurityText:
    """Read one file. BadInput where it has no single Expires, as the RFC asks, or has expired."""
    fields = [(name.lower(), value) for name, value in _fields(text)]
    expires = [value for name, value in fields if name == "expires"]
    if len(expires) != 1:
        raise BadInput("The site's security.txt does not say until when it holds. It was not used.")
    until = _time(expires[0])
    if until <= at:
        raise BadInput("The site's security.txt has expired. It was not used.")
    mails = [
        unquote(value[len("mailto:") :].split("?")[0])
        for name, value in fields
        if name == "contact" and value.lower().startswith("mailto:")
    ]
    return SecurityText(contacts(mails, NAME), until)


def _fields(text: str) -> Sequence[tuple[str, str]]:
    """The fields of a file, signed or not. Whether a signature is good is not known and not claimed."""
    if text.lstrip("\ufeff").startswith(_SIGNED):
        text = text.split(_SIGNATURE)[0]
    lines = text.lstrip("\ufeff").splitlines()[:1000]
    return [(m[1], m[2]) for line in lines if not line.startswith("#") and (m := _field.fullmatch(line))]


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise BadInput("The site's security.txt has an Expires that is no time. It was not used.") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@dataclass(frozen=True)
class SecurityTextSource:
    """Ask a site for its security.txt, over HTTPS only, at the one place that the RFC names."""

    client: Guarded
    name: str = field(default=NAME, init=False)
    group: str = field(default="site", init=False)

    def ask(self, question: Question, *, at: datetime) -> Answer:
        host = question.place.authority
        reply = self.client.document(f"https://{host}/.well-known/security.txt", accept="text/plain")
        if reply.status != 200 or not reply.headers.get("content-type", "").lower().startswith("text/plain"):
            raise NotFound("The site has no security.txt.")
        read = read_security_text(reply.body.decode("utf-8", "replace"), at=at)
        said = {"expires": read.expires.isoformat(), "certificate": reply.certificate}
        return Answer(self.name, self.group, at, abuse=read.abuse, said=said)
