"""One POST to the other side: bounded in time and size, over TLS that is checked, never to another place than asked."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from phoneward.numbers.gate.reasons import Code

MAX_BODY = 64 * 1024
"""Bytes. The longest documented answer has fewer than 300."""

MAX_AT_ONCE = 200
"""Requests at one time; more wait, within their own time."""

# No limit here, but `MAX_AT_ONCE` above it: httpcore 1.0.9 loses a connection for good when a request that waits for
# one is given up in the moment in which it gets it, and after enough of them answers nothing any more.
_CONNECTIONS = httpx.Limits(max_connections=None, max_keepalive_connections=50, keepalive_expiry=30)


class WireError(Exception):
    """No answer came, or none that may be read.

    Attributes:
        code: why.
        again: whether it makes sense to ask once more at once.
    """

    def __init__(self, code: Code, detail: str, *, again: bool = False) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.again = again


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. The body is at most `MAX_BODY` bytes, and does not show when an answer is printed."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def is_json(self) -> bool:
        """Whether the other side calls it JSON."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


class Wire:
    """Connections to one operator.

    Args:
        ca_file: PEM of the authority that vouches for the operator, where it is not one of the public ones.
        transport: for tests: what stands in for the network.
    """

    def __init__(self, *, ca_file: Path | None = None, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._turns = asyncio.Semaphore(MAX_AT_ONCE)
        # Neither proxies nor certificates from the environment: a number goes where the configuration says.
        self._client = httpx.AsyncClient(
            trust_env=False,
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # none: they would tie numbers together
            transport=transport or httpx.AsyncHTTPTransport(verify=_tls(ca_file), limits=_CONNECTIONS, trust_env=False),
            headers={"user-agent": "phoneward-gate", "accept-encoding": "identity"},
        )

    async def post(self, url: str, *, headers: Mapping[str, str], content: bytes, timeout_s: float) -> Answer:
        """Send `content` and return what comes back.

        Raises:
            WireError: nothing came within `timeout_s` seconds (all told, however slowly it drips), or it was too large,
                compressed, a redirect, or cut off.
        """
        try:
            async with asyncio.timeout(timeout_s), self._turns:
                return await self._post(url, headers, content)
        except (TimeoutError, httpx.TimeoutException):
            raise WireError(Code.TIMED_OUT, f"no whole answer within {timeout_s:.1f} s") from None
        except httpx.ConnectError as error:
            if _is_about_tls(error):
                raise WireError(Code.TLS_FAILED, "the certificate or the TLS version was not accepted") from None
            raise WireError(Code.UNREACHABLE, "no connection", again=True) from None
        except (httpx.HTTPError, httpx.StreamError, ssl.SSLError, OSError):
            raise WireError(Code.BROKEN_OFF, "the connection ended before the answer did", again=True) from None

    async def _post(self, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        async with self._client.stream("POST", url, headers=headers, content=content, timeout=None) as response:
            if 300 <= response.status_code < 400:
                raise WireError(Code.REDIRECTED, f"HTTP {response.status_code}")
            if response.headers.get("content-encoding", "identity").lower() != "identity":
                raise WireError(Code.BAD_ANSWER, "compressed, which was not asked for")
            body = bytearray()
            async for piece in response.aiter_raw():
                body += piece
                if len(body) > MAX_BODY:
                    raise WireError(Code.TOO_LARGE, f"more than {MAX_BODY} bytes")
            return Answer(response.status_code, response.headers, bytes(body))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(ca_file)) if ca_file else httpx.create_ssl_context(trust_env=False)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _is_about_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
