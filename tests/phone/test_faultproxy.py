"""Each fault of the proxy, with real bytes through real sockets."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.phone.faultproxy import Direction, Ending, FaultProxy, FaultProxyError, Status

_PATTERN = bytes(range(256)) * 4096  # 1 MiB, every byte known


class _Far:
    """A server standing for the phone: one connection at a time is kept for the test to use."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(10)
        self.port: int = self.listener.getsockname()[1]

    def accept(self) -> socket.socket:
        connection, _ = self.listener.accept()
        connection.settimeout(10)
        return connection


@pytest.fixture
def far() -> Iterator[_Far]:
    server = _Far()
    yield server
    server.listener.close()


@pytest.fixture
def proxy(far: _Far) -> Iterator[FaultProxy]:
    with FaultProxy(far.port) as running:
        yield running


def _pair(proxy: FaultProxy, far: _Far) -> tuple[socket.socket, socket.socket]:
    client = socket.create_connection(("127.0.0.1", proxy.port), timeout=10)
    return client, far.accept()


def _ends(direction: Direction, client: socket.socket, phone: socket.socket) -> tuple[socket.socket, socket.socket]:
    return (client, phone) if direction == "up" else (phone, client)


def _send(sender: socket.socket, data: bytes) -> threading.Thread:
    def run() -> None:
        with contextlib.suppress(OSError):  # a broken connection is the point of several tests
            sender.sendall(data)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def _read(receiver: socket.socket, wanted: int | None = None) -> tuple[bytes, str]:
    """Return what came and how it ended: "fin", "rst", "timeout" or "wanted"."""
    got = bytearray()
    try:
        while wanted is None or len(got) < wanted:
            piece = receiver.recv(65536 if wanted is None else min(65536, wanted - len(got)))
            if not piece:
                return bytes(got), "fin"
            got += piece
    except ConnectionResetError:
        return bytes(got), "rst"
    except TimeoutError:
        return bytes(got), "timeout"
    return bytes(got), "wanted"


both = pytest.mark.parametrize("direction", ["up", "down"])


@both
def test_bytes_pass_unchanged_and_are_counted(proxy: FaultProxy, far: _Far, direction: Direction) -> None:
    sender, receiver = _ends(direction, *_pair(proxy, far))
    _send(sender, _PATTERN)
    assert _read(receiver, len(_PATTERN)) == (_PATTERN, "wanted")
    up, down = (len(_PATTERN), 0) if direction == "up" else (0, len(_PATTERN))
    assert proxy.status() == Status(up=up, down=down, open=1, accepted=1, fired=0, stalled=0)


@both
def test_an_orderly_end_passes_through(proxy: FaultProxy, far: _Far, direction: Direction) -> None:
    sender, receiver = _ends(direction, *_pair(proxy, far))
    sender.sendall(b"last words")
    sender.shutdown(socket.SHUT_WR)
    assert _read(receiver) == (b"last words", "fin")
    receiver.sendall(b"answer")
    receiver.close()
    assert _read(sender) == (b"answer", "fin")


@both
@pytest.mark.parametrize("how", ["rst", "fin"])
@pytest.mark.parametrize("at", [0, 1, 1000, 262_144, 1_000_003])
def test_cut_at_an_exact_byte(proxy: FaultProxy, far: _Far, direction: Direction, how: Ending, at: int) -> None:
    sender, receiver = _ends(direction, *_pair(proxy, far))
    proxy.cut(direction, at, how)
    _send(sender, _PATTERN)
    assert _read(receiver) == (_PATTERN[:at], how)
    status = proxy.status()
    assert (status.fired, status.open) == (1, 0)


def test_a_cut_counts_from_when_it_was_armed(proxy: FaultProxy, far: _Far) -> None:
    client, phone = _pair(proxy, far)
    client.sendall(b"before")
    assert _read(phone, 6)[0] == b"before"
    proxy.cut("up", 3)
    client.sendall(b"abcdef")
    assert _read(phone) == (b"abc", "rst")
    again, phone = _pair(proxy, far)
    again.sendall(b"whole again")
    assert _read(phone, 11)[0] == b"whole again"


@both
def test_flip_one_bit(proxy: FaultProxy, far: _Far, direction: Direction) -> None:
    sender, receiver = _ends(direction, *_pair(proxy, far))
    proxy.flip(direction, 700_001, bit=5)
    proxy.flip(direction, 0, bit=0)
    _send(sender, _PATTERN)
    expected = bytearray(_PATTERN)
    expected[700_001] ^= 1 << 5
    expected[0] ^= 1
    assert _read(receiver, len(_PATTERN))[0] == bytes(expected)
    assert proxy.status().fired == 2


@both
def test_stall_until_cleared(proxy: FaultProxy, far: _Far, direction: Direction) -> None:
    sender, receiver = _ends(direction, *_pair(proxy, far))
    proxy.stall(direction, 5000)
    _send(sender, _PATTERN)
    receiver.settimeout(0.3)
    assert _read(receiver) == (_PATTERN[:5000], "timeout")
    assert proxy.status().stalled == 1
    proxy.clear()
    receiver.settimeout(10)
    assert _read(receiver, len(_PATTERN) - 5000) == (_PATTERN[5000:], "wanted")


def test_stall_for_a_time(proxy: FaultProxy, far: _Far) -> None:
    client, phone = _pair(proxy, far)
    proxy.stall("up", 10, seconds=0.4)
    begun = time.monotonic()
    client.sendall(b"0123456789abcdef")
    assert _read(phone, 10)[0] == b"0123456789"
    assert time.monotonic() - begun < 0.3
    assert _read(phone, 6)[0] == b"abcdef"
    assert 0.39 < time.monotonic() - begun < 2


@both
def test_pace_holds_its_rate(proxy: FaultProxy, far: _Far, direction: Direction) -> None:
    sender, receiver = _ends(direction, *_pair(proxy, far))
    proxy.pace(direction, 10_000_000)
    begun = time.monotonic()
    _send(sender, _PATTERN * 5)
    assert _read(receiver, 5 << 20)[0] == _PATTERN * 5
    # 5.24 MB at 10 MB/s are 0.524 s. Never faster; slower only as far as this machine is busy.
    assert 0.50 < time.monotonic() - begun < 1.5


def test_drop_and_refuse(proxy: FaultProxy, far: _Far) -> None:
    client, phone = _pair(proxy, far)
    proxy.drop()
    assert _read(client)[1] == "rst"
    assert _read(phone)[1] == "rst"
    proxy.refuse(on=True)
    with pytest.raises(ConnectionResetError):  # at once or with the first read, as the scheduler likes
        socket.create_connection(("127.0.0.1", proxy.port), timeout=10).recv(1)
    proxy.refuse(on=False)
    client, phone = _pair(proxy, far)
    client.sendall(b"x")
    assert _read(phone, 1)[0] == b"x"


def test_a_phone_that_does_not_listen(proxy: FaultProxy, far: _Far) -> None:
    assert proxy.target_answers()
    far.listener.close()
    assert not proxy.target_answers()


def test_a_wrong_order_is_answered(proxy: FaultProxy) -> None:
    with pytest.raises(FaultProxyError, match="BIT"):
        proxy.flip("up", 0, bit=9)
    with pytest.raises(FaultProxyError, match="offset"):
        proxy.cut("up", -1)
    assert proxy.status().fired == 0


def _cnxn(banner: bytes) -> bytes:
    """An adb CONNECT packet (packages/modules/adb/protocol.txt): command, arg0, arg1, length, byte sum, ~command."""
    words = (0x4E584E43, 0x01000001, 1 << 20, len(banner), sum(banner), 0x4E584E43 ^ 0xFFFFFFFF)
    return b"".join(word.to_bytes(4, "little") for word in words) + banner


@both
def test_features_are_hidden_from_the_banner_only(proxy: FaultProxy, far: _Far, direction: Direction) -> None:
    proxy.hide_features("shell_v2", "ls_v2")
    sender, receiver = _ends(direction, *_pair(proxy, far))
    sent = _cnxn(b"device::ro.product.name=x;features=shell_v2,cmd,ls_v2,stat_v2") + b"shell_v2 later stays"
    for byte in sent[:80]:  # in single bytes: the banner need not come in one piece
        sender.sendall(bytes([byte]))
    sender.sendall(sent[80:])
    expected = _cnxn(b"device::ro.product.name=x;features=cmd,stat_v2") + b"shell_v2 later stays"
    assert _read(receiver, len(expected))[0] == expected


def test_the_proxy_ends_with_its_owner(far: _Far) -> None:
    proxy = FaultProxy(far.port)
    pid = proxy.pid
    proxy.close()
    assert not Path(f"/proc/{pid}").exists()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", proxy.port), timeout=2)
