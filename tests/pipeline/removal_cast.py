"""A page on this machine that can be taken down, and recorded answers that say where it lies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from openhotline.trace.recorded import FORMAT

PAGE = "https://pictures.example.org/gallery/7"


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    do_HEAD = do_GET  # noqa: N815  the library's name

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def page_online(port: int = 0) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", port), _Page)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def record_answers(folder: Path, port: int) -> None:
    """The host lies in our own country by two makers and the registry; the page answers at a local server."""
    said = [
        {"source": "dns", "ips": ["192.0.2.10"]},
        {"source": "rdap network", "country": "GB", "abuse": [{"email": "abuse@hosting.example"}]},
        {"source": "geo:first", "country": "GB"},
        {"source": "asn", "asn": 64500, "network": "Example Hosting"},
    ]
    record = {"host": "pictures.example.org", "answers": said, "check": {"server": f"127.0.0.1:{port}"}}
    (folder / "answers.json").write_text(json.dumps({"format": FORMAT, "records": [record]}))
