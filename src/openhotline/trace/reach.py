"""What may be asked at all: addresses of the public Internet, written plainly. Everything else is refused by default.

The ranges are those of the IANA special-purpose address registries (RFC 6890 and its successors), with two more: the
machine-metadata services of large clouds, of which one lies in a public range, and everything outside 2000::/3.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import quote

from openhotline.errors import BadInput, NotAllowed

Network = IPv4Network | IPv6Network

DENIED: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # this network; Linux takes 0.0.0.0 for itself
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, and most clouds' metadata
        "168.63.129.16/32",  # one cloud's metadata and name service, in a public range
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments, DS-Lite, one cloud's metadata
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "2001::/23",  # protocol assignments, among them Teredo, which carries an IPv4 address
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which carries an IPv4 address
        "3fff::/20",  # documentation
    )
)
GLOBAL_IPV6 = IPv6Network("2000::/3")
"""All that is given out as public IPv6. Outside it lie loopback, IPv4-mapped, NAT64, unique local and link-local."""

HIDDEN = (
    "localhost",
    "local",
    "internal",
    "lan",
    "intranet",
    "corp",
    "home",
    "home.arpa",
    "onion",
    "i2p",
    "invalid",
)
"""Last labels that no public name server should be asked about (RFC 6761, 6762, 7686, 8375)."""

_url = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>[/?][^#]*)?(?:#.*)?",
    re.IGNORECASE | re.DOTALL,
)
_number = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
_label = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_PLAIN = "/?:@!$&'()*+,;=%-._~[]"


@dataclass(frozen=True)
class Target:
    """One place to ask: where to connect, and what to ask for. ``host`` is a name or an IP address without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def address(self) -> str:
        """The target written as an address, to resolve a redirect against."""
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"http": 80, "https": 443}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"


@dataclass(frozen=True)
class Reach:
    """Which addresses may be connected to. ``allowed`` is for tests and trials: loopback, and nothing wider."""

    denied: tuple[Network, ...] = DENIED
    allowed: tuple[Network, ...] = ()

    def check(self, ips: Iterable[str]) -> tuple[str, ...]:
        """Return the addresses, or raise NotAllowed if one of them is not public: a name that mixes both is a trick."""
        checked = tuple(ips)
        if not all(self.permits(ip) for ip in checked):
            raise NotAllowed("The name leads into a network that is not public. Nothing was asked there.")
        return checked

    def permits(self, ip: str) -> bool:
        """Say whether an address may be connected to."""
        address = ip_address(ip)
        if _in(address, self.allowed):
            return True
        if isinstance(address, IPv6Address) and address not in GLOBAL_IPV6:
            return False
        return not _in(address, self.denied)


def _in(address: IPv4Address | IPv6Address, networks: Iterable[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def target_of(url: str, *, ports: Collection[int], schemes: Collection[str] = ("http", "https")) -> Target:
    """Read an address strictly; BadInput for whatever two readers might understand in two ways.

    No user before the host, no percent or backslash in it, no number that only some readers take for an IP address.
    """
    found = _url.fullmatch(url) if len(url) <= 8192 else None
    if found is None:
        raise BadInput("This is no plain address of the web. Nothing was asked.")
    scheme = found["scheme"].lower()
    if scheme not in schemes:
        raise BadInput("This address is not of a kind that is asked. Nothing was asked.")
    port = int(found["port"]) if found["port"] else {"http": 80, "https": 443}[scheme]
    if port not in ports:
        raise NotAllowed(
            "The address names a port that is not asked. Allow it in the settings if it must be."
        )
    path = found["path"] or "/"
    path = path if path.startswith("/") else f"/{path}"
    return Target(scheme, host_of(found["host"]), port, quote(path, safe=_PLAIN))


def host_of(text: str) -> str:
    """A strict IP address or a public name, in small letters; BadInput or NotAllowed for anything else."""
    if text.startswith("["):
        return _literal(text[1:-1])
    host = text.lower().removesuffix(".")
    labels = host.split(".")
    if _number.fullmatch(labels[-1]):
        return _literal(host)
    if len(host) > 253 or not all(_label.fullmatch(label) for label in labels):
        raise BadInput("The host's name is not written as names are. Nothing was asked.")
    if len(labels) < 2 or labels[-1] in HIDDEN or ".".join(labels[-2:]) in HIDDEN:
        raise NotAllowed("The host's name is not a public one. Nothing was asked.")
    return host


def _literal(text: str) -> str:
    """An IP address as it is written by the book; octal, hexadecimal and short forms are refused."""
    try:
        return str(ip_address(text))
    except ValueError as error:
        raise BadInput("The host is a number that is no plain IP address. Nothing was asked.") from error
