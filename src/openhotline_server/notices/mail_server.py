"""Which mail server letters go to, read from the setting OPENHOTLINE_SMTP_URL."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from openhotline.errors import WrongUsage


class Cover(StrEnum):
    """How the line to the mail server is encrypted."""

    FROM_THE_START = "tls"
    STARTTLS = "starttls"
    LOOPBACK = "none, this machine only"


PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True)
class MailServer:
    """One mail server that takes letters from us. The password is never printed."""

    host: str
    port: int
    cover: Cover
    user: str = ""
    password: str = field(default="", repr=False)


def mail_server_of(url: str) -> MailServer:
    """Read smtp://user:password@host:587 or smtps://...; plain text is for this machine alone."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _unreadable() from error
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise _unreadable()
    if parts.scheme == "smtps":
        cover = Cover.FROM_THE_START
    else:
        cover = Cover.LOOPBACK if _is_here(parts.hostname) else Cover.STARTTLS
    return MailServer(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        cover=cover,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _unreadable() -> WrongUsage:
    return WrongUsage(
        "OPENHOTLINE_SMTP_URL cannot be read. Write smtp://user:password@host:587 or smtps://user:password@host:465."
    )
