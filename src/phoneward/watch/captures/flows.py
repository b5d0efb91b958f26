"""mitmproxy's flow files, read without mitmproxy: versions 0.11 to 21 (mitmproxy 0.11 to 12).

A flow is one tagged netstring, a dictionary. What is read of it has kept its name over the versions but for what
mitmproxy's `io/compat.py` lists: keys were bytes before 0.18, WebSocket's messages were flows of their own before
version 12. Flow files name no app.
"""

import os
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

from phoneward.errors import readable
from phoneward.texts import _
from phoneward.watch.captures.errors import CaptureUnreadableError, NotACaptureError
from phoneward.watch.captures.exchange import Exchange
from phoneward.watch.captures.hosts import host_of, moment
from phoneward.watch.captures.reading import Reader
from phoneward.watch.captures.tnetstrings import TnetstringError, Value, head_of, parse

LARGEST_FLOW: Final = 512 << 20
"""Bytes; a flow that takes more is passed over and named. It is read whole."""
_SKIPPED: Final = frozenset({"response", "backup", "certificate_list", "cipher_list", "mitmcert", "cert", "clientcert"})
_LENGTH_DIGITS: Final = 12
_QUIC_VERSIONS: Final = (b"\0\0\0\1", b"\x6b\x33\x43\xcf")


class FlowCapture(Reader):
    """A flow file that is being read; see `Capture`."""

    def exchanges(self) -> Iterator[Exchange]:
        """Yield what was sent.

        Raises:
            NotACaptureError: not even the first flow can be read.
            CaptureUnreadableError: the file cannot be opened or read.
        """
        try:
            with self._path.open("rb") as file:
                yield from self.exchanges_in(file)
        except OSError as error:
            problem = error.strerror or type(error).__name__
            raise CaptureUnreadableError(file=readable(str(self._path)), problem=problem) from error

    def exchanges_in(self, file: BinaryIO) -> Iterator[Exchange]:
        """Yield what was sent, from an open file. Raises NotACaptureError as `exchanges`."""
        for flow in self._flows(file):
            yield from self._of_flow(flow)

    def _flows(self, file: BinaryIO) -> Iterator[dict[str, Value]]:
        size = file.seek(0, os.SEEK_END)
        at = count = 0
        while at < size:
            start = at
            try:
                data, at = _next_flow(file, start, size)
                flow = None if data is None else parse(data, skipped=_SKIPPED)
            except TnetstringError as error:
                if not count:
                    raise NotACaptureError(file=readable(str(self._path)), problem=_("it is broken")) from error
                self._is_damaged = True
                self._lost(size - start)
                said = _("The capture is broken: its last {size} bytes could not be read.")
                self._problems.append(said.format(size=f"{size - start:,}"))
                return
            count += 1
            if isinstance(flow, dict):
                yield flow
            else:
                self._lost(at - start)
                self._problems.append(_("One recorded exchange is too large to be looked at, or is none."))

    def _lost(self, size: int) -> None:
        if size > 0:
            self._sent["unknown"] = self._sent.get("unknown", 0) + size

    def _of_flow(self, flow: dict[str, Value]) -> Iterator[Exchange]:
        request, websocket = _part(flow, "request"), _part(flow, "websocket")
        if request:
            yield self._request(flow, request)
        messages = websocket.get("messages") if websocket else flow.get("messages")
        if not isinstance(messages, list):
            return
        match _text(flow.get("type")):
            case "tcp":
                yield from self._stream(flow, _said(messages, opcode=False))
            case "udp":
                yield from self._messages(flow, _said(messages, opcode=False), "UDP")
            case _:
                yield from self._messages(flow, _said(messages, opcode=True), "WebSocket")

    def _request(self, flow: dict[str, Value], request: dict[str, Value]) -> Exchange:
        headers = _headers(request.get("headers"))
        method = _text(request.get("method"))
        content = request.get("content", request.get("body"))
        if content is None:
            self._note_bare(method, _header(headers, "content-length"))
        host = _asked(request, headers) or _server(flow)
        path = _text(request.get("path"))
        return Exchange(
            number=self._next(),
            time=moment(request.get("timestamp_start")),
            app=None,
            host=host_of(host),
            url=f"{_text(request.get('scheme')) or 'http'}://{host}{path}" if path.startswith("/") else path,
            method=method,
            protocol=_text(request.get("http_version")),
            headers=headers,
            body=content if isinstance(content, memoryview) else b"",
            # The client or the server hung up; the content may be all of it, or not.
            is_cut=bool(flow.get("error")),
        )

    def _note_bare(self, method: str, length: str) -> None:
        """Remember a request whose content was streamed past mitmproxy and not recorded."""
        size = int(length) if length.isdecimal() and len(length) < _LENGTH_DIGITS else 0
        if size or (not length and method in ("POST", "PUT", "PATCH")):
            self._bare += 1
            self._lost(size)

    def _stream(self, flow: dict[str, Value], said: list[tuple[memoryview, Value]]) -> Iterator[Exchange]:
        if said and _is_closed(said[0][0]):
            # What mitmproxy was told to pass on unopened (`ignore_hosts` with `show_ignored_hosts`).
            self._lost(sum(len(part) for part, _time in said))
        elif said:
            body = said[0][0] if len(said) == 1 else b"".join(part for part, _time in said)
            yield self._message(flow, body, said[0][1], "TCP")

    def _messages(
        self, flow: dict[str, Value], said: list[tuple[memoryview, Value]], protocol: str
    ) -> Iterator[Exchange]:
        if protocol == "UDP" and said and _is_quic(said[0][0]):
            self._lost(sum(len(part) for part, _time in said))
            return
        for body, time in said:
            yield self._message(flow, body, time, protocol)

    def _message(self, flow: dict[str, Value], body: bytes | memoryview, time: Value, protocol: str) -> Exchange:
        request = _part(flow, "request")
        return Exchange(
            number=self._next(),
            time=moment(time),
            app=None,
            host=host_of(_asked(request, _headers(request.get("headers"))) or _server(flow)),
            method=protocol.upper(),
            protocol=protocol,
            body=body,
            connection=_text(flow.get("id")),
            is_cut=bool(flow.get("error")),
        )


def _next_flow(file: BinaryIO, at: int, size: int) -> tuple[bytes | None, int]:
    """Return the flow that begins at an offset (None where it is too large), and where the next begins."""
    file.seek(at)
    beginning = file.read(_LENGTH_DIGITS + 1)
    head = head_of(beginning)
    if head is None or at + head[0] + head[1] >= size:
        msg = "cut"
        raise TnetstringError(msg)
    whole = head[0] + head[1] + 1
    if whole > LARGEST_FLOW:
        return None, at + whole
    return beginning[:whole] + file.read(whole - len(beginning)), at + whole


def _is_closed(beginning: memoryview) -> bool:
    """Tell whether a stream begins with TLS's handshake (RFC 8446 5.1: type 22, version 3.x)."""
    return bytes(beginning[:2]) == b"\x16\x03"


def _is_quic(beginning: memoryview) -> bool:
    """Tell whether a datagram has QUIC's long header (RFC 9000 17.2), of version 1 or 2."""
    return len(beginning) > 5 and beginning[0] & 0xC0 == 0xC0 and bytes(beginning[1:5]) in _QUIC_VERSIONS


def _said(messages: list[Value], *, opcode: bool) -> list[tuple[memoryview, Value]]:
    """Return content and time of the messages that the phone sent. WebSocket's begin with the opcode."""
    found: list[tuple[memoryview, Value]] = []
    for message in messages:
        fields = message[1:] if isinstance(message, list) and opcode else message
        match fields:
            case [True, memoryview() as content, time, *_rest]:
                found.append((content, time))
            case [True, str() as content, time, *_rest]:
                found.append((memoryview(content.encode("utf-8", "surrogateescape")), time))
    return found


def _part(flow: dict[str, Value], name: str) -> dict[str, Value]:
    part = flow.get(name)
    return part if isinstance(part, dict) else {}


def _text(value: Value) -> str:
    if isinstance(value, memoryview):
        return str(value, "utf-8", "replace")
    return value if isinstance(value, str) else ""


def _headers(value: Value) -> tuple[tuple[str, str], ...]:
    pairs = value if isinstance(value, list) else []
    return tuple((_text(pair[0]), _text(pair[1])) for pair in pairs if isinstance(pair, list) and len(pair) == 2)


def _header(headers: Sequence[tuple[str, str]], name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")


def _asked(request: dict[str, Value], headers: Sequence[tuple[str, str]]) -> str:
    """Return the name that was asked for, with its port if one was named."""
    return _text(request.get("authority")) or _header(headers, "host") or _text(request.get("host"))


def _server(flow: dict[str, Value]) -> str:
    """Return the server's name as TLS was asked for it, else its address."""
    for side in ("client_conn", "server_conn"):
        if name := _text(_part(flow, side).get("sni")):
            return name
    address = _part(flow, "server_conn").get("address")
    return _text(address[0]) if isinstance(address, list) and address else ""
