"""Pictures that a table only names by their addresses: fetched by the guarded client, where the operator wants that.

Nothing is kept: a picture is looked at as if the table had held it, and let go. What is asked is what the table names and
what that leads on to; no page is read for further addresses. The data set stays what it states: its digest does not
depend on what servers gave that day.
"""

from __future__ import annotations

import socket
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from threading import BoundedSemaphore, Lock
from urllib.parse import urlsplit

from openhotline.datasets.inputs.shard import Item
from openhotline.errors import BadInput, Busy, NotFound, Refused
from openhotline.trace.guarded import Guarded
from openhotline.trace.wire import Limits

Fetch = Callable[[str], bytes]
"""An address to the bytes it gives; raises what :mod:`openhotline.errors` has where there are none."""

AT_ONCE = 8
"""Addresses that one process asks side by side: as many pictures are held, each of at most LARGEST bytes."""

FROM_ONE_HOST = 2
"""Of these, how many may be asked of one host: a shard often names one host a thousand times."""

LARGEST = 24 << 20
FOUND = 200


def guarded_fetch(client: Guarded | None = None) -> Fetch:
    """Return how pictures are fetched: from public addresses only, over http or https, within limits of time and size."""
    asking = client or Guarded(on=True, resolve=_resolve, limits=Limits(body_bytes=LARGEST))

    def fetch(url: str) -> bytes:
        reply = asking.document(url, accept="image/*", plain=True)
        if reply.status != FOUND or not reply.body:
            raise Refused("The server did not give what the address names.")
        return reply.body

    return fetch


def with_fetched(items: Iterable[Item], fetch: Fetch, *, digest: Callable[[Item], bytes]) -> Iterator[Item]:
    """Yield items in their order, those that have nothing but an address with what it gives.

    Where it gives nothing, the item stays as it was, and a second one tells so. ``digest`` is what stands for an item in
    the data set's digest.
    """
    fetch = _sparing_hosts(fetch)
    waiting: deque[tuple[Item, Future[bytes] | None]] = deque()
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="openhotline-fetch") as pool:
        try:
            for item in items:
                is_alone = item.untrusted_bytes is None and item.digests is None and not item.problem
                url = item.stated.get("url", "") if is_alone else ""
                waiting.append((item, pool.submit(fetch, url) if url else None))
                while waiting and (waiting[0][1] is None or len(waiting) >= AT_ONCE):
                    yield from _given(*waiting.popleft(), digest)
            while waiting:
                yield from _given(*waiting.popleft(), digest)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _sparing_hosts(fetch: Fetch) -> Fetch:
    """Return the same fetch, which waits its turn where a host is being asked enough already."""
    turns: defaultdict[str, BoundedSemaphore] = defaultdict(lambda: BoundedSemaphore(FROM_ONE_HOST))
    making = Lock()

    def spared(url: str) -> bytes:
        with making:
            turn = turns[_host(url)]
        with turn:
            return fetch(url)

    return spared


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # no address at all, which the client says
        return ""


def _given(item: Item, coming: Future[bytes] | None, digest: Callable[[Item], bytes]) -> Iterator[Item]:
    if coming is None:
        yield item
        return
    try:
        untrusted_bytes = coming.result()
    except Exception:  # noqa: BLE001
        # A stranger's server must not end an audit, whatever it sends.
        yield item
        yield Item(item.key, problem="not_fetched")
        return
    yield replace(item, untrusted_bytes=untrusted_bytes, stands_for=digest(item))


def _resolve(name: str) -> tuple[str, ...]:
    """Return a name's addresses as this machine finds them; the guarded client then refuses those that are not public.

    ``trace.names`` also tells the names in between, which nobody asks for here, and needs a package of the site's.
    """
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except UnicodeError as problem:
        raise BadInput("The host's name cannot be asked for.") from problem
    except socket.gaierror as problem:
        if problem.errno in (socket.EAI_NONAME, socket.EAI_FAIL):
            raise NotFound("There is no such name any more.") from problem
        raise Busy("The name servers did not answer. Try again later.") from problem
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))
