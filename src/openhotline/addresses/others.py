"""Places that are no web pages: what a magnet link or a channel's own scheme names, and what is only described."""

from __future__ import annotations

import re
import unicodedata
from base64 import b16encode, b32decode
from urllib.parse import parse_qsl

from openhotline.addresses.escapes import normal_escapes
from openhotline.addresses.parts import LONGEST
from openhotline.errors import BadInput

_SCHEMES = frozenset(
    ("ftp", "ftps", "sftp", "ed2k", "ipfs", "ipns", "hyper", "irc", "ircs", "matrix", "xmpp", "tox", "tg", "sgnl",
     "discord", "session", "simplex", "threema", "whatsapp", "viber", "snapchat", "kik", "rtmp", "rtsp", "mms", "news",
     "nntp", "gopher", "gemini", "freenet", "usk", "chk", "ssk", "ksk", "tgx", "wss", "ws")
)  # fmt: skip
# Their addresses hold the thing itself, or a place on the reporter's own machine.
_REFUSED = frozenset(
    ("data", "javascript", "file", "blob", "about", "chrome", "content", "mailto", "tel", "sms")
)
_scheme = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]{1,30}):(?P<rest>.+)", re.IGNORECASE | re.DOTALL)
_btih = re.compile(r"urn:btih:(?P<hash>[0-9a-f]{40}|[a-z2-7]{32})", re.IGNORECASE)


def scheme_of(text: str) -> str:
    """The scheme that a text begins with, where it is one that is known here, refused or taken; else nothing."""
    found = _scheme.match(text)
    scheme = found["scheme"].lower() if found else ""
    return scheme if scheme in _SCHEMES or scheme in _REFUSED or scheme == "magnet" else ""


def other_normal(scheme: str, text: str) -> str:
    """Return the one form of an address of a scheme other than http and https."""
    if scheme in _REFUSED:
        raise BadInput(
            "That names nothing on a public network, or holds the content itself. Report the page where it was found."
        )
    if scheme == "magnet":
        return _magnet(text)
    return f"{scheme}:{normal_escapes(text.partition(':')[2])}"


def described_normal(text: str) -> str:
    """One form of a description in words: ``words:`` and the words, in small letters, with single spaces."""
    words = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    if not any(character.isalnum() for character in words):
        raise BadInput("Say in words where it was found.")
    return f"words:{words}"[:LONGEST]


def _magnet(text: str) -> str:
    """What it names counts: the hash of the torrent. Trackers and titles are how somebody passed it on."""
    for name, value in parse_qsl(text.partition("?")[2], max_num_fields=500):
        found = _btih.fullmatch(value) if name.lower().startswith("xt") else None
        if found:
            digest = found["hash"]
            if len(digest) == 32:
                digest = b16encode(b32decode(digest.upper())).decode()
            return f"magnet:?xt=urn:btih:{digest.lower()}"
    return f"magnet:{normal_escapes(text.partition(':')[2])}"
