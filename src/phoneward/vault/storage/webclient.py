"""Asking one server by HTTP: kept connections for several threads, bounded waits, bounded answers, no redirects.

Python's own `http.client` speaks the protocol (RFC 9112). What is added is what a backup needs of it: no wait is
endless, also where a server sends a byte now and then; an answer that broke off is told apart from a whole one; and a
connection on which anything lies that nobody asked for is not used again.
"""

import base64
import email.utils
import http.client
import io
import select
import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from phoneward.errors import readable
from phoneward.texts import _
from phoneward.vault.blobs import BytesLike
from phoneward.vault.errors import TransientStorageError, WrongAnswerError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_LEAST_RATE: Final = 1024
"""Bytes a second, on average: what is slower counts as standing still."""
_BUFFERED: Final = 4 * 2**20
_BUFFERED_RATE: Final = 16 * 1024
"""So much of what was sent may still lie in this computer, and leave it so slowly, before the answer can begin."""
_SENT_AT_ONCE: Final = 64 * 1024
_IDLE_CONNECTIONS: Final = 32
_THIS_COMPUTER: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_MAX_HEAD: Final = 256 * 1024
"""Of status, headers and all that is not a body, bytes."""
_MAX_REFUSAL: Final = 64 * 1024
"""So much of an answer that is not looked at is read, so that its connection can be used again."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long a server may be silent, seconds.

    Attributes:
        connect_s: until a connection stands.
        silent_s: between two pieces of an answer, or until it takes the next piece of ours.
    """

    connect_s: float = 15.0
    silent_s: float = 120.0


@dataclass(frozen=True, slots=True)
class WebAddress:
    """Where a server listens.

    Attributes:
        host, port: of the server.
        tls: a context that knows whom to trust; None for plain HTTP.
        socket_path: a Unix socket instead of a port.
        authorization: the header that lets us in; "" for none.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    socket_path: str = ""
    authorization: str = field(default="", repr=False)


def basic_authorization(user: str, password: str) -> str:
    """Return the header of RFC 7617, in UTF-8."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


def tls_context(ca_file: str = "", client_file: str = "") -> ssl.SSLContext:
    """Return a context that verifies the server by the system's certificates, or by those of one file alone.

    Raises:
        OSError: a file cannot be read (ssl.SSLError, a kind of OSError, where it holds no certificates).
    """
    if ca_file:
        context = ssl.create_default_context(cafile=ca_file)
    else:
        context = ssl.create_default_context()
        paths = ssl.get_default_verify_paths()
        if sys.platform != "win32" and not paths.cafile and not paths.capath:  # Python from python.org on macOS
            with suppress(ImportError):
                import certifi

                context.load_verify_locations(certifi.where())
    if client_file:
        context.load_cert_chain(client_file)
    return context


class _BoundedSocket(io.RawIOBase):
    """A socket that stands still for so long only, and in all no longer than what it carries explains."""

    def __init__(self, inner: socket.socket, waits: Waits) -> None:
        self.inner = inner
        self._waits = waits
        self._until = 0.0
        self._sent = 0
        self._left = 0
        self._readers = 0
        self._closing = False
        self.begin()

    def begin(self) -> None:
        """Start the clock of a new exchange."""
        self._until = time.monotonic() + 2 * self._waits.silent_s
        self._sent = 0
        self._left = _MAX_HEAD

    def allow(self, size: int) -> None:
        """Take a body of this many bytes, with as much again for the words of a body in parts."""
        self._left = 2 * size + _MAX_HEAD

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        if self._left <= 0:
            raise ValueError("endless")
        self._limit(min(self._sent, _BUFFERED) / _BUFFERED_RATE)
        size = self.inner.recv_into(buffer)
        self._sent = 0
        self._left -= size
        self._until += size / _LEAST_RATE
        return size

    def sendall(self, data: BytesLike) -> None:
        """Send; http.client calls it."""
        view = memoryview(data)
        for start in range(0, len(view), _SENT_AT_ONCE):
            piece = view[start : start + _SENT_AT_ONCE]
            self._limit()
            self.inner.sendall(piece)
            self._sent += len(piece)
            self._until += len(piece) / _LEAST_RATE

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return what http.client reads an answer from; what it has read too much is gone with it."""
        self._readers += 1
        return io.BufferedReader(_Unclosed(self), _SENT_AT_ONCE)

    def close(self) -> None:
        """Close once the last answer is read, as Python's own sockets do: "Connection: close" comes before its body."""
        self._closing = True
        if not self._readers:
            super().close()
            self.inner.close()

    def reader_closed(self) -> None:
        """Note that an answer is read."""
        self._readers -= 1
        if self._closing:
            self.close()

    def is_quiet(self) -> bool:
        """Tell whether nothing lies there to be read: no end of the connection, no answer that nobody asked for."""
        if isinstance(self.inner, ssl.SSLSocket) and self.inner.pending():
            return False
        try:
            if sys.platform == "win32":
                return not select.select([self.inner], [], [], 0)[0]
            poll = select.poll()  # select cannot wait for more than 1024 files
            poll.register(self.inner, select.POLLIN)
            return not poll.poll(0)
        except (OSError, ValueError):
            return False

    def _limit(self, more_s: float = 0.0) -> None:
        left = min(self._waits.silent_s + more_s, self._until - time.monotonic())
        if left <= 0:
            raise TimeoutError
        self.inner.settimeout(left)


class _Unclosed(io.RawIOBase):
    """Lets http.client close its reader at an answer's end, and keeps the connection."""

    def __init__(self, inner: _BoundedSocket) -> None:
        self._inner = inner

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        return self._inner.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._inner.reader_closed()


class _Connection(http.client.HTTPConnection):
    def __init__(self, address: WebAddress, waits: Waits) -> None:
        self._address = address
        self._waits = waits
        self.absolute = ""
        self.proxy_headers: Mapping[str, str] = {}
        self.default_port = 80 if address.tls is None else 443
        super().__init__(address.host, address.port, timeout=waits.connect_s)
        if not address.socket_path:
            self._use_proxy()

    def _use_proxy(self) -> None:
        """Go through the proxy that the system names (HTTPS_PROXY and the like), as restic does."""
        scheme = "http" if self._address.tls is None else "https"
        host, port = self._address.host, self._address.port
        proxy = getproxies().get(scheme, "")
        if not proxy or host in _THIS_COMPUTER or proxy_bypass(f"{host}:{port}"):
            return
        url = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        if url.username:
            access = basic_authorization(unquote(url.username), unquote(url.password or ""))
            self.proxy_headers = {"Proxy-Authorization": access}
        if self._address.tls is not None:
            self.set_tunnel(host, port, headers=dict(self.proxy_headers))
        else:
            self.absolute = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        self.host, self.port = url.hostname or "", url.port or 80

    def connect(self) -> None:
        if self._address.socket_path and sys.platform != "win32":
            plain = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            plain.settimeout(self._waits.connect_s)
            plain.connect(self._address.socket_path)
            self.sock = plain
        else:
            super().connect()
        if self._address.tls is not None:
            self.sock = self._address.tls.wrap_socket(self.sock, server_hostname=self._address.host)
        self.sock = _BoundedSocket(self.sock, self._waits)

    @property
    def bounded(self) -> _BoundedSocket | None:
        return self.sock if isinstance(self.sock, _BoundedSocket) else None


class Answer:
    """What a server answers, its body still to be read.

    Attributes:
        status: HTTP's number.
        headers: names in lower case.
    """

    def __init__(self, response: http.client.HTTPResponse, path: str, bounded: _BoundedSocket | None) -> None:
        self._response = response
        self._bounded = bounded
        self._path = path
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.finished = False

    @property
    def length(self) -> int | None:
        """The length it announces, bytes; None where it announces none.

        Raises:
            WrongAnswerError: it is no number.
        """
        text = self.headers.get("content-length")
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise WrongAnswerError(path=self._path, detail=_("a length that is none"))
        return int(text)

    def read(self, limit: int) -> bytes:
        """Return the whole body.

        Raises:
            WrongAnswerError: it is longer than this.
            TransientStorageError: it broke off.
        """
        self._refuse_coding()
        length = self.length
        if length is not None and length > limit:
            raise WrongAnswerError(path=self._path, detail=_("it is far too long"))
        self._allow(limit)
        with _explained(self._path):
            data = self._response.read(limit + 1 if length is None else length)
        if len(data) > limit:
            raise WrongAnswerError(path=self._path, detail=_("it is far too long"))
        self._end(len(data))
        return data

    def pieces(self, total: int, at_once: int) -> Iterator[bytes]:
        """Yield the body, which must have this many bytes.

        Raises:
            WrongAnswerError: it has more.
            TransientStorageError: it broke off.
        """
        self._refuse_coding()
        self._allow(total)
        read = 0
        while read < total:
            with _explained(self._path):
                data = self._response.read(min(at_once, total - read))
            if not data:
                break
            read += len(data)
            yield data
        if read < total:
            raise TransientStorageError(path=self._path, detail=_("the answer broke off"))
        self._end(read)

    def skip(self) -> None:
        """Read what is of no interest, where that is little."""
        with suppress(WrongAnswerError, TransientStorageError):
            self.read(_MAX_REFUSAL)

    def _end(self, read: int) -> None:
        length = self.length
        if length is not None and self._response.chunked is False and read < length:
            raise TransientStorageError(path=self._path, detail=_("the answer broke off"))
        with _explained(self._path):
            if self._response.read(1):
                raise WrongAnswerError(path=self._path, detail=_("it is longer than announced"))
        self.finished = True

    def _allow(self, size: int) -> None:
        if self._bounded is not None:
            self._bounded.allow(size)

    def _refuse_coding(self) -> None:
        """Nothing was asked for packed, so that nothing unpacks to more than was asked for."""
        if self.headers.get("content-encoding", "identity") not in {"", "identity"}:
            raise WrongAnswerError(path=self._path, detail=_("it comes packed, which was not asked for"))


class WebClient:
    """Asks one server. Usable from several threads: each question has a connection of its own meanwhile.

    Args:
        address: of the server.
        name: what errors call it, readable.
        waits: how long it may be silent.
    """

    def __init__(self, address: WebAddress, name: str, waits: Waits | None = None) -> None:
        self._address = address
        self._name = name
        self._waits = waits or Waits()
        self._idle: list[_Connection] = []
        self._lock = threading.Lock()

    @contextmanager
    def ask(
        self, method: str, path: str, headers: Mapping[str, str], content: Sequence[BytesLike] | None = None
    ) -> Iterator[Answer]:
        """Yield the answer to a question; its body is read within the block.

        Args:
            method: GET, HEAD, POST or DELETE.
            path: percent encoded, with the query.
            headers: beside those that every question has.
            content: sent one piece after the other.

        Raises:
            TransientStorageError: there is no connection, or it broke.
            WrongAnswerError: what came is no HTTP.
        """
        connection = self._take()
        keep = False
        try:
            with _explained(self._name):
                response = self._exchange(connection, method, path, headers, content)
            answer = Answer(response, self._name, connection.bounded)
            if method == "HEAD":
                with _explained(self._name):
                    response.read()
                answer.finished = True
            yield answer
            if not answer.finished:
                answer.skip()
            keep = answer.finished and not response.will_close
        finally:
            if keep:
                self._give_back(connection)
            else:
                connection.close()

    def close(self) -> None:
        """End the connections that nobody uses."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _exchange(
        self,
        connection: _Connection,
        method: str,
        path: str,
        headers: Mapping[str, str],
        content: Sequence[BytesLike] | None,
    ) -> http.client.HTTPResponse:
        if connection.sock is None:
            connection.connect()
        elif (bounded := connection.bounded) is not None:
            bounded.begin()
        connection.putrequest(method, connection.absolute + path, skip_accept_encoding=True)
        fixed = {"Accept-Encoding": "identity", "User-Agent": "phoneward"}
        if self._address.authorization:
            fixed["Authorization"] = self._address.authorization
        if connection.absolute:
            fixed |= connection.proxy_headers
        if content is not None:
            fixed["Content-Length"] = str(sum(len(piece) for piece in content))
        for name, value in (fixed | dict(headers)).items():
            connection.putheader(name, value)
        try:
            connection.endheaders()
            for piece in content or ():
                connection.send(memoryview(piece))
        except (BrokenPipeError, ConnectionResetError):
            with suppress(OSError, http.client.HTTPException):
                return connection.getresponse()  # a server may say no before it has read all
            raise
        return connection.getresponse()

    def _take(self) -> _Connection:
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return _Connection(self._address, self._waits)
            if connection.bounded is not None and connection.bounded.is_quiet():
                return connection
            connection.close()

    def _give_back(self, connection: _Connection) -> None:
        with self._lock:
            if len(self._idle) < _IDLE_CONNECTIONS:
                self._idle.append(connection)
                return
        connection.close()


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return how long the server asks to wait (RFC 9110 §10.2.3), seconds; None where it does not say so."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 9:
        return float(text)
    with suppress(ValueError, TypeError, OverflowError):
        then = email.utils.parsedate_to_datetime(text)
        return max(0.0, (then.replace(tzinfo=then.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
    return None


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Turn the errors of sockets and of HTTP into ours."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        detail = _("its certificate is not to be trusted ({reason})").format(reason=readable(error.verify_message))
        raise WrongAnswerError(path=name, detail=detail) from error
    except TimeoutError as error:
        raise TransientStorageError(path=name, detail=_("it was silent for too long")) from error
    except OSError as error:
        raise TransientStorageError(path=name, detail=readable(error.strerror or str(error))) from error
    except http.client.IncompleteRead as error:
        raise TransientStorageError(path=name, detail=_("the answer broke off")) from error
    except http.client.RemoteDisconnected as error:
        raise TransientStorageError(path=name, detail=_("it hung up")) from error
    except (http.client.HTTPException, ValueError) as error:
        raise WrongAnswerError(path=name, detail=_("it does not speak HTTP")) from error
