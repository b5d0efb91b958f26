"""Signing a question to S3 that has no body.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html (AWS Signature Version 4).
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import quote

_NOTHING: Final = hashlib.sha256(b"").hexdigest()
_ALGORITHM: Final = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class S3Keys:
    """Who asks.

    Attributes:
        key_id: the access key's name.
        secret: the access key.
        token: of temporary keys; empty for others.
    """

    key_id: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


def query_string(query: Mapping[str, str]) -> str:
    """Return a query as it is signed and sent."""
    return "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in sorted(query.items()))


def signed_headers(
    method: str, host: str, path: str, query: Mapping[str, str], *, keys: S3Keys, region: str, now: datetime
) -> dict[str, str]:
    """Return the headers that sign a question, beside `Host`.

    Args:
        method: of HTTP.
        host: as the header says it.
        path: percent encoded.
        query: not encoded.
        keys: who asks.
        region: where the bucket is.
        now: in UTC.
    """
    time = f"{now:%Y%m%dT%H%M%SZ}"
    headers = {"host": host, "x-amz-content-sha256": _NOTHING, "x-amz-date": time}
    if keys.token:
        headers["x-amz-security-token"] = keys.token
    names = ";".join(headers)  # they stand in their order
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    asked = "\n".join((method, path, query_string(query), lines, names, _NOTHING))
    scope = f"{now:%Y%m%d}/{region}/s3/aws4_request"
    text = "\n".join((_ALGORITHM, time, scope, hashlib.sha256(asked.encode()).hexdigest()))
    key = f"AWS4{keys.secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    del headers["host"]
    headers["Authorization"] = (
        f"{_ALGORITHM} Credential={keys.key_id}/{scope},SignedHeaders={names},Signature={signature}"
    )
    return headers
