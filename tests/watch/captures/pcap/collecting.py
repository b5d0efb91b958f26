"""What the forms of `tests.watch.captures.forms` send, gathered once, to be sent again over other protocols.

Their real clients (curl, httpx) go through a proxy in clear that writes down each request and answers it itself.
"""

import http.server
import tempfile
import threading
from pathlib import Path

import httpx

from tests.watch.captures.forms import FORMS, Sender

_BASE = "http://collect.example"
_OF_THE_WAY = frozenset(
    ("host", "content-length", "connection", "transfer-encoding", "accept", "accept-encoding", "user-agent", "expect")
) | {"proxy-connection", "upgrade", "http2-settings"}
Request = tuple[str, str, tuple[tuple[str, str], ...], bytes]
"""Method, path, headers that belong to the content, body."""


def collect(form: str, picture: bytes, whose: str) -> list[Request]:
    """Return the requests by which a form sends a picture, to the path /WHOSE/FORM…."""
    found: list[Request] = []

    class Collector(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = b""
            if "chunked" in self.headers.get("transfer-encoding", ""):
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
            else:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
            kept = [(name, value) for name, value in self.headers.items() if name.lower() not in _OF_THE_WAY]
            found.append((self.command, self.path.removeprefix(_BASE), tuple(kept), body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        do_PUT = do_PATCH = do_GET = do_POST  # noqa: N815 - http.server's names

        def log_message(self, *_args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server, tempfile.TemporaryDirectory() as work:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        proxy = f"http://127.0.0.1:{server.server_address[1]}"
        with httpx.Client(proxy=proxy, verify=False, timeout=30) as client:  # noqa: S501 - nothing goes over TLS
            FORMS[form](Sender(f"{_BASE}/{whose}/{form}", proxy, client, Path(work)), picture)
        server.shutdown()
    return found
