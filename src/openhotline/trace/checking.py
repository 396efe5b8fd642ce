"""Whether a place still answers, from headers alone. What is gone and what merely did not answer are kept apart."""

from __future__ import annotations

from datetime import datetime
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from openhotline.errors import BadInput, NotAllowed, NotFound, OpenHotlineError, Refused, WrongUsage
from openhotline.trace.answer import Place
from openhotline.trace.asking import FAILED, GONE, ONLINE, UNCLEAR, Look
from openhotline.trace.guarded import Guarded
from openhotline.trace.reach import Reach
from openhotline.trace.wire import Reply

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
WORDS = {
    401: "The server asks for a sign-in.",
    403: "The server refuses; that may be meant for us alone.",
    404: "The server says that it is not there.",
    410: "The server says that it was removed.",
    429: "The server asks for patience.",
    451: "The server withholds it for legal reasons, perhaps only from here.",
}


def look(client: Guarded, place: Place, *, at: datetime) -> Look:
    """Look once. It never raises for what a server does; only a name or page that is not there is GONE.

    A server that refuses connections is GONE too; one that does not answer in time is UNCLEAR: it may be our own line.
    """
    try:
        reply = client.headers(place.address)
    except WrongUsage as error:
        return Look(FAILED, at, words=error.message)
    except NotFound as error:
        return Look(GONE, at, words=error.message)
    except (NotAllowed, BadInput) as error:
        return Look(UNCLEAR, at, words=error.message)
    except Refused as error:
        return Look(GONE, at, words=error.message)
    except OpenHotlineError as error:
        return Look(UNCLEAR, at, words=error.message)
    outcome, words = judge(reply, place)
    return Look(outcome, at, reply.status, reply.ip, words, reply.certificate)


def judge(reply: Reply, place: Place) -> tuple[str, str]:
    """The outcome and its sentence. Headers cannot tell a page that says "not found" with status 200: that is ONLINE."""
    if reply.status in (404, 410):
        return GONE, WORDS[reply.status]
    if 200 <= reply.status < 300 or reply.status == 304:
        if _is_elsewhere(reply, place):
            return UNCLEAR, "The server leads to another place. Look at it, or check again later."
        return (
            ONLINE,
            "The server answers." if reply.trusted else "The server answers; its certificate is bad.",
        )
    return UNCLEAR, WORDS.get(reply.status, f"The server answers with status {reply.status}.")


def _is_elsewhere(reply: Reply, place: Place) -> bool:
    """Whether redirects ended at another host or path. A change to https, www or a closing slash is none."""
    asked = urlsplit(place.address)
    ended = urlsplit(reply.target.address)
    hosts = [(part.hostname or "").removeprefix("www.") for part in (asked, ended)]
    paths = [part.path.rstrip("/") for part in (asked, ended)]
    return hosts[0] != hosts[1] or paths[0] != paths[1]


def look_at_stand_in(place: Place, server: str, *, at: datetime) -> Look:
    """Look at a server on this machine (``127.0.0.1:8123``) that stands for the place's own, in trials."""
    parts = urlsplit(f"//{server}")
    try:
        port, host = parts.port or 80, str(ip_address(parts.hostname or ""))
    except ValueError as error:
        raise BadInput("A recorded check names a server as 127.0.0.1:PORT. Correct the record.") from error
    reach = Reach(denied=(ip_network("0.0.0.0/0"), ip_network("::/0")), allowed=LOOPBACK)
    client = Guarded(on=True, resolve=lambda name: (host,), reach=reach, ports=(port,))
    asked = urlsplit(place.address)
    address = f"http://{asked.hostname}:{port}{asked.path or '/'}" + (
        f"?{asked.query}" if asked.query else ""
    )
    return look(client, Place(address, place.network, place.host, place.domain), at=at)
