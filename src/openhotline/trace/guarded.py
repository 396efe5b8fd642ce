"""The one client through which questions leave this house. Every address is a stranger's, and may be a trap.

For every question, and anew for every redirect:

1. The address is read strictly (:func:`openhotline.trace.reach.target_of`): http or https, a usual port, no user.
2. The name is resolved here; all its addresses must be public.
3. The connection goes to one of the very addresses that were checked, so a name that answers otherwise the second time
   (DNS rebinding) gains nothing. Host header and TLS name stay the name's.
4. One deadline and one budget of bytes hold for everything together.

No cookies, no credentials, no unpacking, no proxy from the environment. It is off unless it is switched on.
"""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Callable, Collection
from ipaddress import ip_address
from urllib.parse import urljoin

from openhotline.errors import BadInput, Busy, OpenHotlineError, WrongUsage
from openhotline.trace.certificates import names_in
from openhotline.trace.reach import Reach, Target, target_of
from openhotline.trace.wire import Deadline, Limits, Reply, certificate_of, connect, converse, secure

Resolve = Callable[[str], tuple[str, ...]]
"""A name to its addresses; NotFound where there is no such name, Busy where no name server answers."""

PORTS = (80, 443)
ADDRESSES_TRIED = 3
LEADS_ON = (301, 302, 303, 307, 308)
NO_HEAD = (400, 403, 405, 406, 500, 501)
"""Some servers answer HEAD with these although they answer GET."""


class Guarded:
    """See the module. ``reach`` and ``ports`` are only widened by tests and trials with servers of their own."""

    def __init__(
        self,
        *,
        on: bool = False,
        resolve: Resolve,
        reach: Reach | None = None,
        ports: Collection[int] = PORTS,
        limits: Limits | None = None,
        proxy: str = "",
        agent: str = "OpenHotline",
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._on = on
        self._resolve = resolve
        self._reach = reach or Reach()
        self._ports = tuple(ports)
        self._limits = limits or Limits()
        self._proxy = proxy
        self._headers = {"User-Agent": agent, "Accept-Encoding": "identity"}
        self._trust = trust or ssl.create_default_context()

    def document(self, url: str, *, accept: str, plain: bool = False) -> Reply:
        """GET a small document over TLS with a good certificate; ``plain`` allows http too, for trials."""
        schemes = ("http", "https") if plain else ("https",)
        return self._follow("GET", url, {"Accept": accept}, schemes=schemes, with_body=True)

    def headers(self, url: str, *, follow: bool = True) -> Reply:
        """The headers alone: HEAD, and where that is refused a GET that is broken off after its headers.

        No body is ever read for its content or kept. A bad certificate is noted, not refused: what matters is whether
        the place still answers, and nothing secret is sent.
        """
        reply = self._follow("HEAD", url, {"Accept": "*/*"}, follow=follow)
        if reply.status in NO_HEAD:
            reply = self._follow("GET", url, {"Accept": "*/*"}, follow=follow)
        return reply

    def _follow(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        *,
        schemes: Collection[str] = ("http", "https"),
        with_body: bool = False,
        follow: bool = True,
    ) -> Reply:
        if not self._on:
            raise WrongUsage("Asking over the network is switched off. Set OPENHOTLINE_ASK_NETWORK=1.")
        deadline = Deadline(self._limits.whole)
        for _ in range(self._limits.redirects + 1):
            target = target_of(url, ports=self._ports, schemes=schemes)
            reply = self._once(method, target, headers, with_body=with_body, deadline=deadline)
            onward = reply.headers.get("location", "")
            if not follow or reply.status not in LEADS_ON or not onward:
                return reply
            url = _joined(target.address, onward)
        raise BadInput("The server leads from address to address without end. Nothing was kept.")

    def _once(
        self, method: str, target: Target, headers: dict[str, str], *, with_body: bool, deadline: Deadline
    ) -> Reply:
        """Ask one target at the first of its checked addresses that can be connected to."""
        problem: OpenHotlineError = Busy("The server cannot be reached. Try again later.")
        for ip in self._checked(target.host)[:ADDRESSES_TRIED]:
            try:
                return self._ask(method, target, ip, headers, with_body=with_body, deadline=deadline)
            except OpenHotlineError as error:
                problem = error
                deadline.left()
        raise problem

    def _checked(self, host: str) -> tuple[str, ...]:
        """The host's addresses, all of them public."""
        try:
            return self._reach.check([str(ip_address(host))])
        except ValueError:
            return self._reach.check(self._resolve(host))

    def _ask(
        self,
        method: str,
        target: Target,
        ip: str,
        headers: dict[str, str],
        *,
        with_body: bool,
        deadline: Deadline,
    ) -> Reply:
        trusted = True
        line = connect(ip, target.port, limits=self._limits, deadline=deadline, proxy=self._proxy)
        if target.scheme == "https":
            try:
                line = secure(line, target.host, self._trust, deadline)
            except BadInput:
                if with_body:  # what is believed must come from whom it claims to come from
                    raise
                trusted = False
                line = connect(ip, target.port, limits=self._limits, deadline=deadline, proxy=self._proxy)
                line = secure(line, target.host, _unverified(), deadline)
        with line:
            certificate = certificate_of(line)
            status, fields, body = converse(
                line,
                method,
                target,
                self._headers | headers,
                with_body=with_body,
                limits=self._limits,
                deadline=deadline,
            )
        digest = hashlib.sha256(certificate).hexdigest() if certificate else ""
        return Reply(target, ip, status, fields, body, digest, names_in(certificate), trusted)


def _joined(base: str, onward: str) -> str:
    try:
        return urljoin(base, onward.strip())
    except ValueError as error:
        raise BadInput("The server leads to something that is no address. Nothing was kept.") from error


def _unverified() -> ssl.SSLContext:
    """For headers only: a context that takes any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
