"""moto's server as S3: an emulator in an environment of its own. It says yes to every key unless told otherwise."""

import html
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

from tests.tools.oracles import oracle_python
from tests.tools.ports import free_port

_SIGNED = "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=a"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCY"}
"""The examples of Amazon's own documentation."""


@dataclass(frozen=True, slots=True)
class MotoServer:
    """A running server; what is asked here goes past the program under test.

    Attributes:
        port: of 127.0.0.1.
    """

    port: int

    def ask(self, method: str, path: str, data: bytes | None = None) -> bytes:
        """Ask and return the answer's body."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method, f"/{path}", body=data, headers={"Authorization": _SIGNED})
            answer = connection.getresponse()
            body = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {body[:500]!r}")
        return body

    def make_bucket(self, name: str) -> None:
        """Make an empty bucket."""
        self.ask("PUT", name)

    def keys(self, bucket: str) -> list[str]:
        """Return the keys in a bucket (at most 1,000)."""
        listing = self.ask("GET", f"{bucket}?list-type=2").decode()
        return [html.unescape(key) for key in re.findall("<Key>([^<]*)</Key>", listing)]

    def content(self, bucket: str) -> dict[str, bytes]:
        """Return what is in a bucket, by keys."""
        return {key: self.ask("GET", f"{bucket}/{quote(key)}") for key in self.keys(bucket)}


@contextmanager
def moto_server(log: Path) -> Iterator[MotoServer]:
    """Start a server, ready to be asked; it ends with the block."""
    port = free_port()
    program = oracle_python("moto").with_name("moto_server")
    with log.open("wb") as output:
        process = subprocess.Popen([program, "-H", "127.0.0.1", "-p", str(port)], stdout=output, stderr=output)
    try:
        server = MotoServer(port)
        deadline = time.monotonic() + 60
        while True:
            try:
                server.ask("GET", "moto-api/data.json")
            except ConnectionError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(log.read_text()) from None
                time.sleep(0.05)
            else:
                break
        yield server
    finally:
        process.terminate()
        process.wait(10)
