"""One letter as text: who sent it, what it says, which addresses it names, and what hangs on it by its digests.

A stranger writes all of it. Only parts of text are read; everything else is decoded to be hashed and then forgotten:
no picture is opened, no archive unpacked, no link followed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime

from openhotline.addresses import find_addresses
from openhotline.errors import BadInput
from openhotline.exchange.mailbox.html_text import text_of_html

MOST_PARTS = 200
LONGEST_TEXT = 1_000_000  # characters that are searched for addresses; a longer text is a list
LONGEST_WORDS = 5000


@dataclass(frozen=True)
class Attachment:
    """What hangs on a letter. Its name is the sender's and stays in the mailbox."""

    media_type: str
    size: int
    sha256: str
    sha1: str
    md5: str


@dataclass(frozen=True)
class Letter:
    """``identity`` is the same for the same letter fetched twice. ``words`` are the first ones of its text."""

    identity: str
    sender: str
    sent_on: date | None
    words: str
    addresses: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    headers: Message

    @property
    def says_nothing(self) -> bool:
        """Whether it has neither a text nor an address."""
        return not (self.words or self.addresses)


def read_letter(untrusted_bytes: bytes) -> Letter:
    """Read a letter. Raises BadInput where it has no single sender, or too many parts."""
    message = message_from_bytes(untrusted_bytes, policy=compat32)
    sender = sender_of(message)
    parts = _parts(message)
    texts = _texts(parts)
    text = "\n".join(texts)[:LONGEST_TEXT]
    return Letter(
        identity=_identity(message, sender, untrusted_bytes),
        sender=sender,
        sent_on=_sent_on(message),
        words=_plain(text),
        addresses=tuple(find_addresses(text)),
        attachments=tuple(_attachment(part) for part in parts if not _is_text(part)),
        headers=message,
    )


def sender_of(message: Message) -> str:
    """The one address in From. Two headers or two addresses are a trick, so such a letter has no sender."""
    headers = message.get_all("From") or []
    found = [address for _, address in getaddresses([str(header) for header in headers]) if address]
    if len(headers) != 1 or len(found) != 1 or found[0].count("@") != 1:
        raise BadInput("It does not name exactly one sender.")
    return found[0].strip().lower()


def identity_of_headers(message: Message, sender: str) -> str:
    """The identity by Message-ID and sender, or nothing where there is no Message-ID.

    The sender belongs to it: else whoever knows another's Message-ID could make that letter look like one that came.
    """
    number = " ".join(str(message.get("Message-ID") or "").split())
    return hashlib.sha256(f"{sender}\n{number}".encode()).hexdigest() if number else ""


def _identity(message: Message, sender: str, untrusted_bytes: bytes) -> str:
    return identity_of_headers(message, sender) or hashlib.sha256(untrusted_bytes).hexdigest()


def _parts(message: Message) -> list[Message]:
    found: list[Message] = []
    for part in message.walk():
        if part.is_multipart():
            continue
        found.append(part)
        if len(found) > MOST_PARTS:
            raise BadInput(f"It has more than {MOST_PARTS} parts. Look at it in the mailbox.")
    return found


def _is_text(part: Message) -> bool:
    """A part that is shown as the letter's text: no file that merely holds text."""
    is_file = part.get_filename() is not None or part.get_content_disposition() == "attachment"
    return part.get_content_type() in ("text/plain", "text/html") and not is_file


def _texts(parts: list[Message]) -> list[str]:
    """Every plain text, and every HTML too: the two need not say the same."""
    return [_text(part) for part in parts if _is_text(part)]


def _text(part: Message) -> str:
    untrusted = _bytes(part)[: 4 * LONGEST_TEXT]
    charset = part.get_content_charset() or "utf-8"
    try:
        text = untrusted.decode(charset, errors="replace")
    except LookupError:  # a charset that nobody knows
        text = untrusted.decode("utf-8", errors="replace")
    text = text.replace("\x00", "")
    return text_of_html(text) if part.get_content_type() == "text/html" else text


def _bytes(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _attachment(part: Message) -> Attachment:
    content = _bytes(part)
    return Attachment(
        media_type=part.get_content_type()[:100],
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        sha1=hashlib.sha1(content, usedforsecurity=False).hexdigest(),
        md5=hashlib.md5(content, usedforsecurity=False).hexdigest(),
    )


def _plain(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.splitlines())
    words = "\n".join(line for line in lines if line)
    return "".join(
        sign if sign.isprintable() or sign == "\n" else "\N{REPLACEMENT CHARACTER}" for sign in words
    )[:LONGEST_WORDS]


def _sent_on(message: Message) -> date | None:
    try:
        sent = parsedate_to_datetime(str(message.get("Date")))
    except (TypeError, ValueError):
        return None
    return (sent.astimezone(UTC) if sent.tzinfo else sent).date()
