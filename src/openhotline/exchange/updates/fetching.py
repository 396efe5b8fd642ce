"""How a subscriber asks for a file: with its key, over an address that nobody in between can read."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from tuf.api.exceptions import DownloadError, DownloadHTTPError, SlowRetrievalError
from tuf.ngclient.fetcher import FetcherInterface
from urllib3.exceptions import HTTPError, MaxRetryError, TimeoutError

from openhotline.errors import WrongUsage

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PORTION = 256 * 1024
"""Bytes that are held at once."""

LONGEST_WAIT = 30.0
"""Seconds without a byte."""

_RETRY = urllib3.Retry(total=3, redirect=0, backoff_factor=0.5, status_forcelist=(429, 502, 503, 504))


def checked_address(address: str) -> str:
    """Return the address with one slash at its end; a key is never sent where others can read it."""
    parts = urlsplit(address)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise WrongUsage("The address begins with http://: your key could be read on the way. Use https://.")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise WrongUsage("The address is not of the form https://host/path/. Correct it.")
    if parts.username is not None or parts.password is not None:
        raise WrongUsage("The address holds a name or a key, which would be seen. Put the key into a file.")
    return address.rstrip("/") + "/"


class KeyFetcher(FetcherInterface):
    """Sends ``Authorization: Bearer`` with every request, and follows no redirection with it."""

    def __init__(self, address: str, key: str, *, longest_wait: float = LONGEST_WAIT) -> None:
        headers = {"User-Agent": f"openhotline/{version('openhotline')}"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        self._headers = headers
        self._pool = _pool(address)
        self._timeout = urllib3.Timeout(longest_wait)

    def _fetch(self, url: str) -> Iterator[bytes]:
        try:
            response = self._pool.request(
                "GET",
                url,
                headers=self._headers,
                timeout=self._timeout,
                retries=_RETRY,
                redirect=False,
                preload_content=False,
            )
        except MaxRetryError as problem:
            if isinstance(problem.reason, TimeoutError):
                raise SlowRetrievalError("the server was silent") from problem
            raise DownloadError("the server was not reached") from problem
        if response.status != 200:
            response.close()
            raise DownloadHTTPError(f"the server answered {response.status}", response.status)
        return _portions(response)


def _portions(response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    """A server that stops in the middle is an error, not the end."""
    try:
        yield from response.stream(PORTION)
    except TimeoutError as problem:
        raise SlowRetrievalError("the server fell silent") from problem
    except HTTPError as problem:
        raise DownloadError("the server stopped in the middle") from problem
    finally:
        response.release_conn()


def _pool(address: str) -> urllib3.PoolManager:
    parts = urlsplit(address)
    proxy = getproxies().get(parts.scheme)
    if proxy and not proxy_bypass(parts.hostname or ""):
        return urllib3.ProxyManager(proxy)
    return urllib3.PoolManager()
