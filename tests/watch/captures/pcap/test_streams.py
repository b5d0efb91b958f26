"""What a network does to bytes on their way changes nothing of what is read."""

import gzip
import struct
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.watch.captures.pcap import inorder, websocket
from phoneward.watch.captures.pcap.http2 import PREFACE
from phoneward.watch.captures.pcap.inorder import InOrder, Lost, Room
from phoneward.watch.captures.pcap.packets import Packet
from phoneward.watch.captures.pcap.requests import Body, Sent
from phoneward.watch.captures.pcap.segments import TCP, UDP, Other, Segment, read_segment
from phoneward.watch.captures.pcap.stream import StreamReader
from tests.watch.captures.pcap.making import PHONE, SERVER, ip4, ip6, tcp, udp

ROOM = 1 << 24
SOURCE6, TARGET6 = bytes.fromhex("fd000002fd000001fd000001fd000001"), bytes.fromhex("20010db8" + "00" * 11 + "07")


def carried(link: int, frame: bytes) -> Segment | Other:
    return read_segment(Packet(0, link, frame, len(frame)))


@pytest.mark.parametrize(
    ("link", "before"),
    [
        (1, bytes(12) + b"\x08\x00"),
        (1, bytes(12) + b"\x81\x00\x00\x05\x08\x00"),
        (1, bytes(12) + b"\x88\xa8\x00\x05\x81\x00\x00\x06\x08\x00"),
        (101, b""),
        (228, b""),
        (113, bytes(14) + b"\x08\x00"),
        (276, b"\x08\x00" + bytes(18)),
        (0, b"\x02\x00\x00\x00"),
        (108, b"\x00\x00\x00\x02"),
    ],
)
def test_every_kind_of_link(link: int, before: bytes) -> None:
    """Wherever the capture was taken: the same segment."""
    segment = carried(link, before + ip4(tcp(b"hello", 7)))
    assert isinstance(segment, Segment)
    assert (segment.protocol, segment.source, segment.target) == (TCP, (PHONE, 40_000), (SERVER, 80))
    assert (segment.payload, segment.size, segment.sequence) == (b"hello", 5, 7)


def test_ipv6_with_extensions() -> None:
    hop = struct.pack("!BB6x", 60, 0)
    destination = struct.pack("!BB6x", 44, 0)
    first = struct.pack("!BBHI", 17, 0, 1, 99)
    packet = ip6(udp(b"hi"), following=0, extensions=hop + destination + first, source=SOURCE6, target=TARGET6)
    segment = carried(101, packet)
    assert isinstance(segment, Segment)
    assert (segment.protocol, segment.payload, segment.source) == (UDP, b"hi", (SOURCE6, 40_000))
    later = struct.pack("!BBHI", 17, 0, 8, 99)
    assert carried(101, ip6(b"x" * 20, following=44, extensions=later, source=SOURCE6, target=TARGET6)) == Other(
        "fragment"
    )


def test_what_cannot_be_read_says_why() -> None:
    assert carried(101, ip4(b"x" * 20, fragment=5)) == Other("fragment")
    assert carried(147, ip4(tcp(b"", 1))) == Other("link")
    assert carried(101, ip4(tcp(b"", 1))[:30]) == Other("short")
    assert carried(1, bytes(12) + b"\x08\x06" + bytes(28)) == Other("other")
    assert carried(101, b"") == Other("other")


def test_a_packet_cut_by_the_capture_keeps_its_size() -> None:
    frame = ip4(tcp(b"0123456789", 1))
    segment = read_segment(Packet(0, 101, frame[:-4], len(frame)))
    assert isinstance(segment, Segment)
    assert (segment.payload, segment.size) == (b"012345", 10)


@given(st.sampled_from([0, 1, 101, 113, 228, 229, 276, 147]), st.binary(max_size=120))
def test_frames_of_nonsense_never_raise(link: int, frame: bytes) -> None:
    segment = read_segment(Packet(0, link, frame, len(frame)))
    if isinstance(segment, Segment):
        assert len(segment.payload) <= min(segment.size, len(frame))


def joined(pieces: Iterator[bytes | Lost]) -> bytes:
    return b"".join(bytes(one.size) if isinstance(one, Lost) else one for one in pieces)


@given(st.data())
def test_order_and_repetition_make_no_difference(data: st.DataObject) -> None:
    """Segments late, twice, overlapping, cut anew: the bytes are those that were sent."""
    sent = data.draw(st.binary(min_size=1, max_size=300))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(sent)), max_size=8)) | {0, len(sent)})
    pieces = list(pairwise(cuts))
    for _count in range(data.draw(st.integers(0, 5))):
        start = data.draw(st.integers(0, len(sent) - 1))
        pieces.append((start, data.draw(st.integers(start + 1, len(sent)))))
    first = data.draw(st.sampled_from([0, 1, 2**32 - 1, 2**32 - 150]))
    order, room = InOrder(Room(ROOM)), Room(ROOM)
    order._room = room
    order.start((first - 1) % 2**32)
    out = b""
    for start, end in data.draw(st.permutations(pieces)):
        out += joined(order.add((first + start) % 2**32, sent[start:end], end - start))
    assert out == sent
    assert not list(order.end())
    assert room.left == ROOM


@given(st.data())
def test_what_is_lost_is_counted_and_the_rest_stays_in_place(data: st.DataObject) -> None:
    sent = data.draw(st.binary(min_size=10, max_size=200))
    is_there = data.draw(st.lists(st.booleans(), min_size=len(sent) // 5, max_size=len(sent) // 5))
    order = InOrder(Room(ROOM))
    order.start(99)
    out: list[bytes | Lost] = []
    for index in data.draw(st.permutations(range(len(is_there)))):
        if is_there[index]:
            out += order.add(100 + index * 5, sent[index * 5 : index * 5 + 5], 5)
    out += order.end()
    whole = joined(iter(out))
    for index, there in enumerate(is_there):
        piece = whole[index * 5 : index * 5 + 5]
        assert piece == (sent[index * 5 : index * 5 + 5] if there else bytes(len(piece)))


def test_waiting_segments_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender that leaves out one byte and goes on for ever is held to a bound, and then that byte counts as lost."""
    monkeypatch.setattr(inorder, "MAX_WAITING", 10_000)
    room = Room(ROOM)
    order = InOrder(room)
    order.start(0)
    lost = 0
    for index in range(1000):
        lost += sum(one.size for one in order.add(2 + index * 100, bytes(100), 100) if isinstance(one, Lost))
        assert ROOM - room.left <= 10_100
    assert lost == 1
    small = Room(50)
    order = InOrder(small)
    order.start(0)
    assert joined(order.add(1000, b"x" * 100, 100))[-100:] == b"x" * 50 + bytes(50)


def requests(stream: bytes, cuts: Sequence[int], kind: str = "TCP") -> tuple[list[Sent], StreamReader]:
    reader = StreamReader(Room(ROOM), kind)
    out: list[Sent] = []
    edges = [0, *sorted(cuts), len(stream)]
    for start, end in pairwise(edges):
        out += reader.feed(stream[start:end], start)
    out += reader.end()
    return out, reader


def chunked(body: bytes, size: int) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x;a=b\r\n%b\r\n" % (len(one), one) for one in pieces) + b"0\r\nTrailer: 1\r\n\r\n"


@given(st.data())
def test_http1_however_it_is_cut(data: st.DataObject) -> None:
    """Requests with bodies of every framing, on one connection, cut into segments anywhere."""
    bodies = data.draw(st.lists(st.binary(max_size=100), min_size=1, max_size=4))
    stream = bytearray()
    for index, body in enumerate(bodies):
        head = b"POST /%d HTTP/1.1\r\nHost: a.example:8443\r\n" % index
        if data.draw(st.booleans()):
            stream += head + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(body, data.draw(st.integers(1, 30)))
        else:
            stream += head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=12))
    found, reader = requests(bytes(stream), cuts)
    assert [(one.target, one.body, one.authority, one.is_cut) for one in found] == [
        (f"/{index}", body, "a.example:8443", False) for index, body in enumerate(bodies)
    ]
    assert reader.unread == 0


def test_a_tunnel_holds_what_comes_after_connect() -> None:
    """A phone that goes through a proxy: what is in the tunnel is read, and TLS in it is recognised."""
    inside = b"POST / HTTP/1.1\r\nHost: b\r\nContent-Length: 2\r\n\r\nhi"
    connect = b"CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n"
    found, _reader = requests(connect + inside, [10, 50])
    assert [(one.method, one.body) for one in found] == [("CONNECT", b""), ("POST", b"hi")]
    _found, reader = requests(connect + b"\x16\x03\x01\x02\x00rest", [])
    assert reader.tls == b"\x16\x03\x01\x02\x00rest"


@pytest.mark.parametrize("stream", [b"\x00\x01\x02 secret", b"PUTTING", b"SSH-2.0-x\r\n", b"POST / HTTP/1.1\r\nC: "])
def test_what_is_not_understood_is_counted_and_can_be_searched(stream: bytes) -> None:
    found, reader = requests(stream, [])
    assert b"".join(one.body for one in found) == stream
    assert all(not one.is_readable for one in found)
    assert reader.unread == len(stream)


def test_bodies_are_bounded() -> None:
    room = Room(100)
    body = Body(room)
    body.add(b"x" * 80)
    other = Body(room)
    other.add(b"y" * 80)
    assert (other.is_cut, other.take(), room.left) == (True, b"y" * 20, 20)
    assert body.take() == b"x" * 80
    assert room.left == 100


def frame(opcode: int, payload: bytes, *, mask: bytes = b"abcd") -> bytes:
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else bytes([0xFE]) + struct.pack("!H", size)
    masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    return bytes([opcode]) + length + mask + masked


@given(st.data())
def test_websocket_however_it_is_cut(data: st.DataObject) -> None:
    """Messages in frames, with a ping between, packed or not."""
    bodies = data.draw(st.lists(st.binary(max_size=300), min_size=1, max_size=3))
    packs = data.draw(st.booleans())
    stream = bytearray(b"GET /live HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n")
    packer = zlib.compressobj(wbits=-15)
    for body in bodies:
        sent = (packer.compress(body) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4] if packs else body
        half = len(sent) // 2
        stream += frame(0x42 if packs else 0x02, sent[:half]) + frame(0x89, b"ping") + frame(0x80, sent[half:])
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=10))
    found, reader = requests(bytes(stream), cuts)
    assert [(one.method, one.body) for one in found] == [("GET", b""), *(("WEBSOCKET", body) for body in bodies)]
    assert reader.unread == 0


def test_a_websocket_that_unpacks_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "MAX_BODY", 10_000)
    bomb = zlib.compressobj(wbits=-15)
    packed = bomb.compress(bytes(1 << 20)) + bomb.flush(zlib.Z_SYNC_FLUSH)
    stream = b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n" + frame(0xC2, packed)
    found, _reader = requests(stream, [])
    assert (found[-1].body, found[-1].is_cut) == (bytes(10_000), True)


def test_a_body_that_breaks_off_in_nonsense_is_not_lost() -> None:
    """Found by the fuzz target: what came before the broken chunk can still be searched, and so can the rest."""
    stream = b"PUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\x01\x00\r\n0\r\n\r\n"
    found, reader = requests(stream, [])
    assert [(one.method, one.body, one.is_cut) for one in found] == [
        ("PUT", b"abc", True),
        ("TCP", b"0\r\n\r\n", False),
    ]
    assert reader.unread == 5


def http2_frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


@given(st.data())
def test_http2_however_it_is_cut(data: st.DataObject) -> None:
    """Streams side by side, padded, with priorities, fields that go on in another frame, trailers, resets."""
    fields = b"\x83\x87\x44\x02/x" + b"\x41\x01h"
    head = fields[:4]
    out = bytearray(PREFACE + http2_frame(4, 0, 0, b""))
    out += http2_frame(1, 0, 1, head) + http2_frame(9, 4, 1, fields[4:])
    out += http2_frame(1, 4 | 8 | 0x20, 3, b"\x02" + bytes(5) + b"\x83\x87\x84" + b"\xbe" + bytes(2))
    out += http2_frame(0, 0, 1, b"one") + http2_frame(0, 8, 3, b"\x01two\x00") + http2_frame(0, 1, 1, b"!")
    out += http2_frame(1, 4 | 1, 3, b"\x00\x01t\x011") + http2_frame(1, 4, 5, b"\x83\x87\x84\xbe")
    out += http2_frame(0, 0, 5, b"cut") + http2_frame(3, 0, 5, bytes(4))
    cuts = data.draw(st.lists(st.integers(0, len(out)), max_size=10))
    found, reader = requests(bytes(out), cuts)
    assert [(one.method, one.target, one.authority, one.body, one.is_cut) for one in found] == [
        ("POST", "/x", "h", b"one!", False),
        ("POST", "/", "h", b"two", False),
        ("POST", "/", "h", b"cut", True),
    ]
    assert reader.unread == 0


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=5))
def test_streams_of_nonsense_never_raise(noise: bytes, cuts: list[int]) -> None:
    for start in (b"", PREFACE, b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"):
        stream = start + noise
        found, _reader = requests(stream, [min(one, len(stream)) for one in cuts], "TLS")
        assert sum(len(one.body) for one in found) <= len(stream)


def test_gzip_bodies_stay_as_they_were_sent() -> None:
    """Content encodings are for who searches; transfer encodings are taken off here."""
    packed = gzip.compress(b"picture")
    head = b"POST / HTTP/1.1\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    found, _reader = requests(head + chunked(packed, 7), [])
    assert found[0].body == packed
