"""Where a request comes from, as far as this door wants to know it: a mark of its network, in memory only.

The mark is a digest of the network (/24 of IPv4, /48 of IPv6) under a key that each process draws for itself when it
starts. It is never stored, never logged, and means nothing once the process has ended.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets

from django.conf import settings
from django.http import HttpRequest

_SHARED = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"),
        *("::1/128", "fc00::/7", "fe80::/10"),
    )
)
_KEY = secrets.token_bytes(32)
SHARED = "shared"
"""Everybody whose network cannot be told apart: an onion service, or a proxy that the settings do not name."""


def mark(request: HttpRequest) -> str:
    """The mark of this request's network."""
    network = network_of(_address(request))
    if network is None:
        return SHARED
    return hashlib.blake2b(network.encode(), key=_KEY, digest_size=16).hexdigest()


def network_of(address: str) -> str | None:
    """The network of an address, or nothing if many people may share it: a loopback or a private one."""
    try:
        ip = ipaddress.ip_address(address.strip().split("%")[0])
    except ValueError:
        return None
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if any(ip in network for network in _SHARED if network.version == ip.version):
        return None
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False))


def _address(request: HttpRequest) -> str:
    """The address that the outermost proxy of our own saw; what stands further left may be invented."""
    ours: int = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    named: list[str] = [
        part for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()
    ]
    if ours and len(named) >= ours:
        return named[-ours]
    return str(request.META.get("REMOTE_ADDR", ""))
