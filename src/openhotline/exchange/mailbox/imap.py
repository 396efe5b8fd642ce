"""An IMAP mailbox, letter by letter (RFC 9051), over TLS. It is opened for reading only: nothing in it changes.

Sizes and Message-IDs are asked for first, so that neither a huge letter nor one that was taken in before is fetched.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import compat32
from typing import Any
from urllib.parse import unquote, urlsplit

from openhotline.errors import BadInput, OpenHotlineError, WrongUsage
from openhotline.exchange.mailbox.letters import LARGEST, RawLetter, too_large
from openhotline.exchange.mailbox.reading import identity_of_headers, sender_of

IN_PART = 200
SECONDS = 60

_uid = re.compile(rb"UID (\d+)")
_size = re.compile(rb"RFC822\.SIZE (\d+)")
_arrival = re.compile(rb'INTERNALDATE "([ \d]\d-[A-Za-z]{3}-\d{4})')

_DAY = "%d-%b-%Y"


@dataclass(frozen=True)
class Mailbox:
    """Where letters lie: ``imaps://user@host:993/INBOX``. The password is never part of the address."""

    host: str
    port: int
    user: str
    folder: str
    password: str = field(repr=False)

    @classmethod
    def at(cls, address: str, password: str) -> Mailbox:
        """Read an address. Raises WrongUsage for what is none, or holds a password."""
        parts = urlsplit(address)
        if parts.scheme != "imaps" or not parts.hostname or not parts.username or parts.password:
            raise WrongUsage(
                "A mailbox is given as imaps://user@host/FOLDER, without a password. Correct it."
            )
        folder = unquote(parts.path.lstrip("/")) or "INBOX"
        if not folder.isprintable() or '"' in folder or "\\" in folder:
            raise WrongUsage("The folder's name holds a sign that is not taken. Choose another folder.")
        return cls(parts.hostname, parts.port or 993, unquote(parts.username), folder, password)


def letters_of_imap(
    mailbox: Mailbox,
    *,
    is_known: Callable[[str], bool] = lambda _: False,
    trust: ssl.SSLContext | None = None,
) -> Iterator[RawLetter]:
    """Every letter that is not known by its identity. ``trust`` is for a server with a certificate of its own."""
    with _session(mailbox, trust) as server:
        for uids in _in_parts(_answer(server.uid("SEARCH", "ALL"))):
            for told in _tell(server, uids):
                if not (told.identity and is_known(told.identity)):
                    yield _fetch(server, told)


@dataclass(frozen=True)
class _Told:
    uid: str
    size: int
    arrived_on: date | None
    identity: str


@contextmanager
def _session(mailbox: Mailbox, trust: ssl.SSLContext | None) -> Iterator[imaplib.IMAP4_SSL]:
    context = trust or ssl.create_default_context()
    try:
        server = imaplib.IMAP4_SSL(mailbox.host, mailbox.port, ssl_context=context, timeout=SECONDS)
    except OSError as error:
        raise OpenHotlineError(
            "The mail server cannot be reached over TLS. Check host, port and its certificate.",
            details=str(error),
        ) from error
    try:
        try:
            server.login(mailbox.user, mailbox.password)
            status, _ = server.select(f'"{mailbox.folder}"', readonly=True)
        except imaplib.IMAP4.error as error:
            raise BadInput(
                "The mail server refused the name, the password or the folder. Check them."
            ) from error
        if status != "OK":
            raise BadInput("The mail server has no such folder. Check its name.")
        yield server
    except (imaplib.IMAP4.abort, OSError) as error:
        raise OpenHotlineError(
            "The mail server broke off. Run the import again: what was taken in is not taken in twice.",
            details=str(error),
        ) from error
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            server.logout()


def _answer(found: tuple[str, list[Any]]) -> bytes:
    status, data = found
    if status != "OK":
        raise OpenHotlineError("The mail server refused to list the letters. Ask its operator.")
    return b" ".join(part for part in data if isinstance(part, bytes))


def _in_parts(uids: bytes) -> Iterator[list[str]]:
    found = [uid.decode("ascii") for uid in uids.split() if uid.isdigit()]
    for first in range(0, len(found), IN_PART):
        yield found[first : first + IN_PART]


def _tell(server: imaplib.IMAP4_SSL, uids: Sequence[str]) -> Iterator[_Told]:
    wanted = "(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID FROM)])"
    status, data = server.uid("FETCH", ",".join(uids), wanted)
    if status != "OK":
        raise OpenHotlineError("The mail server refused to describe the letters. Ask its operator.")
    for said, headers in _literals(data):
        uid, size = _uid.search(said), _size.search(said)
        if uid is not None:
            yield _Told(uid[1].decode(), int(size[1]) if size else 0, _arrived(said), _identity(headers))


def _literals(data: Sequence[Any]) -> Iterator[tuple[bytes, bytes]]:
    """What the server said of each letter, and the text that came with it. Attributes may stand behind the text too."""
    for place, part in enumerate(data):
        if isinstance(part, tuple):
            behind = data[place + 1] if place + 1 < len(data) else b""
            yield part[0] + (behind if isinstance(behind, bytes) else b""), part[1]


def _fetch(server: imaplib.IMAP4_SSL, told: _Told) -> RawLetter:
    place = f"UID {told.uid}"
    if told.size > LARGEST:
        return too_large(place, told.arrived_on)
    status, data = server.uid("FETCH", told.uid, "(BODY.PEEK[])")
    found = next((text for _, text in _literals(data)), None) if status == "OK" else None
    if found is None:
        return RawLetter(place, None, "The mail server did not hand it out. Import again.", told.arrived_on)
    if len(found) > LARGEST:  # the server told a smaller size
        return too_large(place, told.arrived_on)
    return RawLetter(place, found, arrived_on=told.arrived_on)


def _identity(headers: bytes) -> str:
    message = message_from_bytes(headers, policy=compat32)
    try:
        return identity_of_headers(message, sender_of(message))
    except BadInput:
        return ""


def _arrived(said: bytes) -> date | None:
    found = _arrival.search(said)
    try:
        return (
            datetime.strptime(found[1].decode().strip(), _DAY).replace(tzinfo=UTC).date() if found else None
        )
    except ValueError:
        return None
