"""Hosts: names in their ASCII form (UTS 46, IDNA 2008), IP addresses as browsers read them, registrable domains."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import idna

from openhotline.errors import BadInput, WrongUsage

_label = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_number = re.compile(r"0x[0-9a-f]*|[0-9]+")
_NO_HOST = "The host of the address is no domain and no IP address. Correct it."


def normal_host(text: str) -> str:
    """Return a host as it is asked for: in ASCII, small letters, no dot behind it; IPv6 without brackets.

    Raises BadInput for what is none. A single word such as ``localhost`` is none: it names nothing on a public network.
    """
    if text.startswith("["):
        return _ipv6(text)
    host = _in_ascii(text)
    if _is_number(host.rpartition(".")[2]):
        return _ipv4(host)
    labels = host.split(".")
    if len(labels) < 2 or len(host) > 253 or not all(_label.fullmatch(label) for label in labels):
        raise BadInput(_NO_HOST)
    return host


def is_ip(host: str) -> bool:
    """Whether a normal host is an IP address."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=65536)
def registrable_domain(host: str) -> str:
    """Return the part of a name that somebody registered (``example.co.uk``); empty for an IP address.

    By the public suffix list's ICANN part, from the snapshot that tldextract carries: nothing is asked of a network.
    Where the list does not know the ending, the last two labels.
    """
    if is_ip(host):
        return ""
    found = _suffixes()(host)
    if found.suffix:
        return f"{found.domain}.{found.suffix}" if found.domain else host
    return ".".join(host.split(".")[-2:])


@lru_cache(maxsize=65536)
def has_public_ending(host: str) -> bool:
    """Whether a name ends as public names do; ``notes.txt`` does not."""
    found = _suffixes()(host)
    return bool(found.suffix and found.domain)


@lru_cache(maxsize=1)
def _suffixes() -> Any:
    # Here and not above: it takes a fifth of a second to load, and reading a list of hashes has no use for it.
    try:
        import tldextract
    except ImportError as error:
        raise WrongUsage(
            "Registrable domains need a package that is not installed. Install openhotline[server]."
        ) from error
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def _in_ascii(text: str) -> str:
    if text.isascii():
        return text.lower().removesuffix(".")
    try:
        mapped = idna.uts46_remap(text, std3_rules=False, transitional=False).removesuffix(".")
    except (idna.IDNAError, UnicodeError) as error:
        raise BadInput(_NO_HOST) from error
    return ".".join(map(_label_in_ascii, mapped.split(".")))


def _label_in_ascii(label: str) -> str:
    if label.isascii():
        return label
    try:
        return idna.alabel(label).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        # Registered before IDNA 2008 or against it, as names of signs and symbols are: browsers still find them.
        return "xn--" + label.encode("punycode").decode("ascii")


def _is_number(label: str) -> bool:
    return bool(_number.fullmatch(label))


def _ipv4(host: str) -> str:
    """One to four numbers, decimal, octal or hexadecimal, as browsers read them (WHATWG URL, section 3.5)."""
    numbers = host.split(".")
    if len(numbers) > 4 or not all(map(_is_number, numbers)):
        raise BadInput(_NO_HOST)
    try:
        values = [_value(number) for number in numbers]
    except ValueError as error:
        raise BadInput(_NO_HOST) from error
    if any(value > 255 for value in values[:-1]) or values[-1] >= 256 ** (5 - len(values)):
        raise BadInput(_NO_HOST)
    whole = values[-1] + sum(value << (8 * (3 - place)) for place, value in enumerate(values[:-1]))
    return str(IPv4Address(whole))


def _value(number: str) -> int:
    if number.startswith("0x"):
        return int(number[2:] or "0", 16)
    return int(number, 8 if number.startswith("0") and len(number) > 1 else 10)


def _ipv6(text: str) -> str:
    try:
        return str(IPv6Address(text.removeprefix("[").removesuffix("]").partition("%")[0]))
    except ValueError as error:
        raise BadInput(_NO_HOST) from error
