"""Flow files as mitmproxy writes them, read without it; what cannot be read in them is counted and named."""

import datetime as dt
import functools
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.watch import Exchange, Unread
from phoneward.watch.captures.errors import NotACaptureError
from phoneward.watch.captures.flows import FlowCapture
from phoneward.watch.captures.opening import open_capture
from phoneward.watch.captures.tnetstrings import TnetstringError, parse
from tests.watch.captures.recording import recording
from tests.watch.captures.writing import read_flows, tnetstring, write_flows


def read(path: Path) -> tuple[list[Exchange], Unread]:
    """Return what is read in a capture."""
    capture = open_capture(path)
    exchanges = list(capture.exchanges())
    return exchanges, capture.unread


def test_every_request_is_read_as_mitmproxy_reads_it() -> None:
    """The same hosts, addresses, headers, times and sizes as mitmproxy's own reader."""
    path = recording().flows
    seen, unread = read(path)
    expected = read_flows(path)
    requests = [one for one in seen if one.url]
    assert len(requests) == len(expected)
    for exchange, flow in zip(requests, expected, strict=True):
        assert exchange.host == flow["host"]
        assert exchange.url == flow["url"]
        assert exchange.method == flow["method"]
        assert len(exchange.body) == flow["size"]
        assert [list(pair) for pair in exchange.headers] == flow["headers"]
        assert exchange.time == dt.datetime.fromtimestamp(flow["time"], dt.UTC)
    assert unread == Unread()


EVERY_KIND = """
one = tflow.tflow(resp=True); one.request.host = 'a.example'; one.request.headers['host'] = 'a.example'
one.request.content = b'first'; flows.append(one)
bare = tflow.tflow(resp=True); bare.request.raw_content = None
bare.request.method = 'PUT'; bare.request.headers['content-length'] = '1234'; flows.append(bare)
cut = tflow.tflow(err=True); cut.request.content = b'half'; flows.append(cut)
socket = tflow.twebsocketflow(); flows.append(socket)
tcp = tflow.ttcpflow(); flows.append(tcp)
closed = tflow.ttcpflow(); closed.messages[0].content = b'\\x16\\x03\\x01' + b'x' * 97
closed.messages[0].from_client = True; flows.append(closed)
quic = tflow.tudpflow(); quic.messages[0].content = b'\\xc3\\x00\\x00\\x00\\x01' + b'q' * 45
quic.messages[0].from_client = True; flows.append(quic)
udp = tflow.tudpflow(); flows.append(udp)
flows.append(tflow.tdnsflow())
named = tflow.ttcpflow(); named.client_conn.sni = 'named.example'; flows.append(named)
"""


@functools.cache
def every_kind() -> tuple[list[Exchange], Unread, bytes]:
    """Return what is read in a flow file that holds each kind of flow, and the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "every.flows"
        write_flows(path, EVERY_KIND)
        return *read(path), path.read_bytes()


def test_each_kind_of_flow() -> None:
    exchanges, _unread, _data = every_kind()
    seen = [(one.method, one.host, bytes(one.body), one.is_cut) for one in exchanges]
    assert seen[:3] == [
        ("GET", "a.example", b"first", False),
        ("PUT", "address", b"", False),
        ("GET", "address", b"half", True),
    ]
    assert [one.protocol for one in exchanges if one.method in {"WEBSOCKET", "TCP", "UDP"}].count("TCP") == 2
    sent = [bytes(one.body) for one in exchanges if one.protocol == "WebSocket"]
    assert sent == [b"hello binary", b"hello text"], "what the server said is not what the phone sent"
    assert [one.host for one in exchanges if one.protocol == "TCP"][-1] == "named.example"


def test_what_stayed_closed_is_counted() -> None:
    """TLS that mitmproxy passed on, QUIC, and a body that was streamed past it: so many bytes could not be read."""
    _exchanges, unread, _data = every_kind()
    closed, quic, streamed = 100, 50, 1234
    assert unread.sent["unknown"] >= closed + quic + streamed
    assert unread.sent["unknown"] < closed + quic + streamed + 50  # the other messages of these flows
    assert any("1 request" in problem for problem in unread.problems)


@settings(max_examples=40)
@given(st.data())
def test_a_file_that_was_cut_off(data: st.DataObject) -> None:
    """mitmdump was killed: what came before is read, what is lost is counted, to the byte."""
    _exchanges, _unread, whole = every_kind()
    size = data.draw(st.integers(1, len(whole) - 1))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cut.flows"
        path.write_bytes(whole[:size])
        capture = FlowCapture(path)
        try:
            exchanges = list(capture.exchanges())
        except NotACaptureError:
            assert size < 4000, "only where not even the first flow is whole"
            return
    before = [bytes(one.body) for one in every_kind()[0]]
    assert [bytes(one.body) for one in exchanges] == before[: len(exchanges)]
    assert capture.unread.is_damaged == bool(capture.unread.problems and "broken" in capture.unread.problems[0])


OLD: dict[str, Any] = {
    "version": (0, 18), "type": "http", "id": "1", "error": None, "intercepted": False,
    "client_conn": {"address": {"address": ["127.0.0.1", 1], "use_ipv6": False}, "sni": None},
    "server_conn": {"address": {"address": ["old.example", 443], "use_ipv6": False}},
    "request": {
        "method": b"POST", "scheme": b"https", "host": b"old.example", "port": 443, "path": b"/x",
        "http_version": b"HTTP/1.1", "headers": [[b"Host", b"old.example"]], "content": b"picture",
        "timestamp_start": 1500000000.5, "timestamp_end": None, "first_line_format": "relative",
    },
}  # fmt: skip


@pytest.mark.parametrize("version", [(0, 17), (0, 18), (2, 0, 0), 4, 7, 9, 12, 15, 21])
def test_older_versions(version: object, tmp_path: Path) -> None:
    """Their dictionaries differ in what is not read here; before 0.18 keys were bytes."""
    flow = {**OLD, "version": list(version) if isinstance(version, tuple) else version}
    if version == (0, 17):
        flow = _with_bytes(flow)
        flow[b"type"] = b"http"
    path = tmp_path / "old.flows"
    path.write_bytes(tnetstring().dumps(flow))
    (exchange,), unread = read(path)
    assert (exchange.host, exchange.url, bytes(exchange.body)) == (
        "old.example",
        "https://old.example/x",
        b"picture",
    )
    assert exchange.time == dt.datetime(2017, 7, 14, 2, 40, 0, 500_000, dt.UTC)
    assert unread == Unread()


def test_websockets_of_before_version_12(tmp_path: Path) -> None:
    """The messages were a flow of their own."""
    flow = {**OLD, "type": "websocket", "version": 8, "messages": [[2, True, b"mine", 1.0], [1, False, "yours", 2.0]]}
    del flow["request"]
    flow["client_conn"] = {"sni": b"chat.example"}
    path = tmp_path / "old.flows"
    path.write_bytes(tnetstring().dumps(flow))
    (exchange,), _unread = read(path)
    assert (bytes(exchange.body), exchange.host, exchange.protocol) == (b"mine", "chat.example", "WebSocket")


def _with_bytes(value: Any) -> Any:
    if isinstance(value, dict):
        return {key.encode(): _with_bytes(item) for key, item in value.items()}
    return value


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.binary(max_size=40) | st.text()
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@settings(max_examples=50)
@given(VALUES)
def test_tagged_netstrings_as_mitmproxy_writes_them(value: object) -> None:
    assert _plain(parse(tnetstring().dumps(value))) == _plain(value)


def _plain(value: object) -> object:
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return {key: _plain(item) for key, item in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize(
    "data",
    [
        b"", b":", b"x:", b"5:ab,", b"3:abc", b"3:abc?", b"12345678901234:", b"-1:,", b"4:tru!!", b"1:x#", b"1:x^",
        b"1:x~",
        b"5:1:a,]}", b"9:999:abc,]]", b"3:abc,x", b"60:" + b"1" * 60 + b"#",
    ],
)  # fmt: skip
def test_lying_lengths_and_broken_values(data: bytes) -> None:
    with pytest.raises(TnetstringError):
        parse(data)


def test_nesting_without_end() -> None:
    data = b""
    for _depth in range(200):
        data = b"%d:%s]" % (len(data), data)
    with pytest.raises(TnetstringError):
        parse(data)


def test_a_flow_that_is_too_large_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next flow is read all the same."""
    monkeypatch.setattr("phoneward.watch.captures.flows.LARGEST_FLOW", 3000)
    large = {**OLD, "request": {**OLD["request"], "content": b"x" * 5000}}
    path = tmp_path / "large.flows"
    path.write_bytes(tnetstring().dumps(large) + tnetstring().dumps(OLD))
    exchanges, unread = read(path)
    assert [bytes(one.body) for one in exchanges] == [b"picture"]
    assert len(unread.problems) == 1
    assert unread.sent == {"unknown": len(tnetstring().dumps(large))}
