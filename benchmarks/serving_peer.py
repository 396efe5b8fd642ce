"""The peer behind the same small web server: threatexchange's PDQ index and ``pdqhash``, as its own software uses them.

HMA itself needs PostgreSQL and Flask; what a request costs there beyond this is not counted. The file is decoded and
hashed in the serving process itself, which is quicker than a confined one and trusts every stranger's file.
``python -m benchmarks.serving_peer HASHES.npy`` prints its port.
"""

from __future__ import annotations

import io
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pdqhash
from PIL import Image
from threatexchange.signal_type.pdq.pdq_index import PDQIndex


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        value = _hash(body) if self.path == "/check" else json.loads(body)["hashes"][0]["value"]
        found = self.server.index.query(value)  # type: ignore[attr-defined]
        content = json.dumps({"matches": [one.similarity_info.distance for one in found]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, *words: object) -> None:
        pass


def _hash(data: bytes) -> str:
    bits, _ = pdqhash.compute(np.asarray(Image.open(io.BytesIO(data))))
    return f"{int(''.join(str(bit) for bit in bits), 2):064x}"


def main() -> None:
    hashes = np.load(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.index = PDQIndex((row.tobytes().hex(), n) for n, row in enumerate(hashes))  # type: ignore[attr-defined]
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
