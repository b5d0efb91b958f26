"""What goes between the worker that reads a capture and the program: plain data, one step at a time."""

from dataclasses import dataclass, field

from phoneward.watch.captures.pcap.connection import Connection
from phoneward.watch.captures.pcap.requests import Sent

Problem = tuple[str, dict[str, str]]
"""A sentence to be translated, and its values."""


@dataclass(slots=True)
class Found:
    """What was sent, with who and to whom: `Exchange` in plain data."""

    time_ns: int | None
    app: str | None
    host: str
    url: str
    method: str
    protocol: str
    headers: list[tuple[str, str]]
    body: bytes
    is_cut: bool


@dataclass(slots=True)
class Summary:
    """What was not read."""

    unread: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    is_damaged: bool = False


@dataclass(frozen=True, slots=True)
class Opening:
    """What is to be read.

    Attributes:
        path, key_logs: files, absolute.
        packages: package of each UID.
        decrypts: tshark is at hand.
    """

    path: bytes
    key_logs: list[bytes]
    packages: dict[int, str]
    decrypts: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """What tshark said since the last step.

    Attributes:
        answers: bytes of its output.
        is_last: it says no more.
    """

    answers: bytes = b""
    is_last: bool = False


@dataclass(slots=True)
class Step:
    """What one step gave.

    Attributes:
        found: in order.
        packets: for tshark, empty without one.
        has_more: the next step goes on without new answers.
        is_read: the file is at its end, no more packets come.
        summary: once everything is read.
        not_a_capture: why the file is none; empty otherwise.
        has_keys: the file or a key log holds keys.
    """

    found: list[Found] = field(default_factory=list)
    packets: bytes = b""
    has_more: bool = False
    is_read: bool = False
    summary: Summary | None = None
    not_a_capture: str = ""
    has_keys: bool = False


def with_connection(sent: Sent, connection: Connection, app: str | None) -> Found:
    """Return what was sent, with to whom and by which app."""
    scheme = "https" if connection.is_encrypted else "http"
    url = sent.target if "://" in sent.target else ""
    if sent.target.startswith("/"):
        url = f"{scheme}://{sent.authority or _bracketed(connection.host)}{sent.target}"
    return Found(
        time_ns=sent.time_ns,
        app=app,
        host=_host_name(sent.authority) or connection.host,
        url=url,
        method=sent.method,
        protocol=sent.protocol,
        headers=list(sent.headers),
        body=sent.body,
        is_cut=sent.is_cut,
    )


def _host_name(authority: str) -> str:
    """Return the host of "host:port"."""
    if authority.startswith("["):
        return authority[1:].partition("]")[0]
    return authority.partition(":")[0]


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
