"""What a capture shows: exchanges that could be read, and bytes that could not."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One thing the phone sent: the request of an HTTP exchange, a WebSocket's message, the bytes of a raw stream.

    Attributes:
        number: its place in the capture, from 0.
        time: when it was sent; None where the capture does not say.
        app: the package that sent it; None where the capture does not say.
        host: to whom: the name asked for where known, else the address.
        url: whole where known; empty for raw streams.
        method: HTTP's, or "WEBSOCKET", "TCP", "UDP".
        protocol: "HTTP/1.1", "HTTP/2", "HTTP/3", "WebSocket", "TCP"…
        headers: names as sent, values.
        body: as sent, still with its content encoding; transfer encoding (chunks) already taken off.
        is_cut: the capture holds only the beginning of the body.
        connection: what the messages of one WebSocket or one UDP peer have in common; empty where a body stands alone.
    """

    number: int
    time: dt.datetime | None
    app: str | None
    host: str
    url: str = ""
    method: str = ""
    protocol: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | memoryview = b""
    is_cut: bool = False
    connection: str = ""

    def header(self, name: str) -> str:
        """Return a header's value, its name in any case; empty where it is not there."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read.

    Attributes:
        sent: bytes that left the phone encrypted, by app ("unknown" where the capture does not say which).
        problems: what else could not be looked at, one sentence each.
        is_damaged: the capture is cut off or broken, so that something in it is lost.
    """

    sent: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    is_damaged: bool = False


class Capture(Protocol):
    """A capture that is being read. Exchanges come one by one, in bounded memory; then `unread` is whole."""

    def exchanges(self) -> Iterator[Exchange]:
        """Yield what was sent, in the capture's order. Once.

        Raises:
            WatchError: the file is none of its kind, or broken so that nothing more can be read.
        """
        ...

    @property
    def unread(self) -> Unread:
        """What could not be read; whole when `exchanges` has ended."""
        ...
