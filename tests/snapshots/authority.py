"""A time stamp authority on loopback: OpenSSL's own (`openssl ts -reply`), behind HTTP."""

import contextlib
import http.server
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_chain = no
[tsa_ext]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
"""


def openssl(*words: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *map(str, words)], input=stdin, capture_output=True, check=False, timeout=60)


@dataclass(slots=True)
class Authority:
    """Attributes: url; ca: its root certificate; answer: what it says instead of a time stamp; queries: what it got."""

    url: str
    ca: Path
    answer: bytes | None
    queries: list[bytes]


def make_keys(folder: Path) -> Path:
    config = folder / "tsa.cnf"
    config.write_text(_CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    subject = ("-subj", "/CN=Test root")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "ca.key", "-out", folder / "ca.pem",
            "-days", "2", *subject).check_returncode()  # fmt: skip
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr",
            "-subj", "/CN=Test authority").check_returncode()  # fmt: skip
    openssl("x509", "-req", "-in", folder / "tsa.csr", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key",
            "-days", "2", "-out", folder / "tsa.pem", "-extfile", config, "-extensions", "tsa_ext",
            ).check_returncode()  # fmt: skip
    return config


@contextlib.contextmanager
def authority(folder: Path) -> Iterator[Authority]:
    config = make_keys(folder)
    queries: list[bytes] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            queries.append(query)
            answer = here.answer
            if answer is None:
                (folder / "query").write_bytes(query)
                words = ("-config", config, "-queryfile", folder / "query", "-out", folder / "reply")
                openssl("ts", "-reply", *words).check_returncode()
                answer = (folder / "reply").read_bytes()
            self.send_response(302 if answer == b"elsewhere" else 200)
            self.send_header("Location", "/other")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_args: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here = Authority(f"http://127.0.0.1:{server.server_port}/tsr", folder / "ca.pem", None, queries)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
