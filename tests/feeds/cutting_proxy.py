"""A proxy before a server that breaks off in the middle of some answers, as a server does that is stopped."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PASSED_ON = ("Authorization", "x-functions-key")


@dataclass
class CuttingProxy:
    """``cut`` holds the numbers of the requests, from 1, whose answers break off."""

    address: str
    cut: set[int] = field(default_factory=set)
    requests: int = 0
    broken: int = 0


@contextmanager
def before(server: str) -> Iterator[CuttingProxy]:
    """Run a proxy before a server, by its address, while a block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            proxy.requests += 1
            breaks = proxy.requests in proxy.cut
            headers = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
            try:
                asked = urllib.request.Request(server + self.path, headers=headers)
                with urllib.request.urlopen(asked) as answer:
                    status, body = answer.status, answer.read()
            except urllib.error.HTTPError as refusal:
                status, body = refusal.code, refusal.read()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if breaks else body)
            proxy.broken += breaks

        def log_message(self, format: str, *words: object) -> None:
            """Say nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    proxy = CuttingProxy(f"http://127.0.0.1:{listening.server_address[1]}")
    threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield proxy
    finally:
        listening.shutdown()
        listening.server_close()
