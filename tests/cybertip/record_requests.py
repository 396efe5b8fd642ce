"""Record what a client sends, byte for byte: ``python record_requests.py FOLDER CLIENT...``.

It answers on loopback with fixed numbers, runs ``CLIENT... http://127.0.0.1:8999/api/1/ispws paul ohl_recorded`` and
writes each request, head and body, to a file of its own. So ``recorded/`` was made, with ``run_client.py``.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

NUMBER, OTHER = 4564654, 4564655
FILE_ID = "b0754af766b426f2928a02c651ed4b99"
PORT = 8999


def answer_to(name: str, count: int, body: bytes) -> str:
    """What the protocol's own examples answer."""
    number = NUMBER if count < 2 else OTHER
    more = f"<reportId>{number}</reportId>" if name == "submit" else ""
    if name == "upload":
        more = f"<reportId>{NUMBER}</reportId><fileId>{FILE_ID}</fileId><hash>{hashlib.md5(body).hexdigest()}</hash>"
    if name == "finish":
        return (
            f"<reportDoneResponse><responseCode>0</responseCode><reportId>{NUMBER}</reportId>"
            f"<files><fileId>{FILE_ID}</fileId></files></reportDoneResponse>"
        )
    return (
        "<reportResponse><responseCode>0</responseCode><responseDescription>Success</responseDescription>"
        f"{more}</reportResponse>"
    )


def main(folder: Path, client: list[str]) -> None:
    """Serve, run the client, and keep what it sends."""
    seen: dict[str, int] = {}

    class Handler(BaseHTTPRequestHandler):
        def _keep(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            name = self.path.rsplit("/", 1)[1]
            seen[name] = seen.get(name, 0) + 1
            head = [self.requestline, *(f"{key}: {value}" for key, value in self.headers.items()), "", ""]
            (folder / f"{sum(seen.values()):02d}-{name}.http").write_bytes("\r\n".join(head).encode() + body)
            document = answer_to(name, seen[name], body).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        do_GET = do_POST = _keep  # noqa: N815

        def log_message(self, format: str, *words: object) -> None:
            """Say nothing."""

    folder.mkdir(parents=True, exist_ok=True)
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{PORT}/api/1/ispws"
    subprocess.run([*client, base, "paul", "ohl_recorded"], check=True)
    server.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
