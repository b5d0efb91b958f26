"""A real TLS server that takes whatever is sent: HTTP/1.1 bodies of any kind, WebSocket, and bare bytes."""

import base64
import contextlib
import datetime as dt
import hashlib
import socketserver
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _take(self) -> None:
        if self.headers.get("Upgrade", "").lower() == "websocket":
            self._talk()
            return
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while size := int(self.rfile.readline().split(b";")[0], 16):
                self.rfile.read(size + 2)
            self.rfile.readline()
        else:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Headers", "*")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(b"ok")

    do_GET = do_POST = do_PUT = do_PATCH = do_OPTIONS = _take  # noqa: N815 - names that http.server asks for

    def _talk(self) -> None:
        """RFC 6455: agree, then read what is sent until the other side closes."""
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        accepted = hashlib.sha1(key.encode()).digest()  # noqa: S324 - RFC 6455 asks for it
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(accepted).decode())
        self.end_headers()
        while head := self.rfile.read(2):
            size = head[1] & 0x7F
            size = int.from_bytes(self.rfile.read({126: 2, 127: 8}[size]), "big") if size > 125 else size
            self.rfile.read(4 + size)
            if head[0] & 0xF == 8:
                self.wfile.write(b"\x88\x00")
                break
        self.close_connection = True

    def log_message(self, *words: object) -> None:
        """Say nothing."""


class _Bare(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while self.request.recv(1 << 16):
            pass
        self.request.sendall(b"ok")


def make_certificate(folder: Path) -> Path:
    """Return a file with a key and its own certificate for this computer."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "server.pem"
    path.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
    return path


@contextlib.contextmanager
def running(certificate: Path) -> Iterator[tuple[int, int]]:
    """Yield the ports of the TLS server and of the bare one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    web = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    web.socket = context.wrap_socket(web.socket, server_side=True)
    bare = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Bare)
    bare.daemon_threads = web.daemon_threads = True
    for server in (web, bare):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield web.server_port, bare.server_address[1]
    finally:
        for server in (web, bare):
            server.shutdown()
            server.server_close()
