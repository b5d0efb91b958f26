"""moto's server as S3: an emulator in an environment of its own. It says yes to every key unless told otherwise."""

import html
import json
import re
import secrets
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlencode

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

    def ask(self, method: str, path: str, data: bytes | None = None, headers: Mapping[str, str] | None = None) -> bytes:
        """Ask and return the answer's body."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method, f"/{path}", body=data, headers={"Authorization": _SIGNED, **(headers or {})})
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

    def keep_versions(self, bucket: str) -> None:
        """Have a bucket keep what is removed or written over."""
        self.ask(
            "PUT",
            f"{bucket}?versioning",
            b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
        )

    def all_versions(self, bucket: str) -> dict[tuple[str, str], bytes]:
        """Return all that a bucket keeps, by keys and versions."""
        listing = self.ask("GET", f"{bucket}?versions").decode()
        found = re.findall(r"<Version>.*?</Version>", listing, re.DOTALL)
        named = [(re.findall("<Key>(.*?)</Key>", one)[0], re.findall("<VersionId>(.*?)</", one)[0]) for one in found]
        return {
            (key, version): self.ask("GET", f"{bucket}/{quote(key)}?versionId={version}")
            for key, version in ((html.unescape(key), version) for key, version in named)
        }

    def keys_for(self, policy: Mapping[str, object]) -> dict[str, str]:
        """Make a user with this policy and return the keys, as restic's variables."""
        user = f"user-{secrets.token_hex(4)}"
        self._manage(Action="CreateUser", UserName=user)
        made = self._manage(Action="CreateAccessKey", UserName=user)
        self._manage(Action="PutUserPolicy", UserName=user, PolicyName="policy", PolicyDocument=json.dumps(policy))
        words = {"AWS_ACCESS_KEY_ID": "AccessKeyId", "AWS_SECRET_ACCESS_KEY": "SecretAccessKey"}
        return {name: re.findall(f"<{word}>(.*?)</{word}>", made)[0] for name, word in words.items()}

    def ask_for_rights(self, *, on: bool) -> None:
        """Check signatures and policies from now on, or no more."""
        self.ask("POST", "moto-api/reset-auth", b"0" if on else b"inf")

    def _manage(self, **query: str) -> str:
        """Ask IAM, where users and policies are made."""
        headers = {
            "Authorization": _SIGNED.replace("/s3/", "/iam/"),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return self.ask("POST", "", urlencode({**query, "Version": "2010-05-08"}).encode(), headers).decode()


def adding_only(bucket: str, prefix: str) -> dict[str, object]:
    """Return the policy of docs/how-to/remote.md: a key with it stores and reads, and removes nothing but locks."""
    here = f"arn:aws:s3:::{bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetBucketLocation"], "Resource": here},
            {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": f"{here}/{prefix}/*"},
            {"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": f"{here}/{prefix}/locks/*"},
        ],
    }


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
