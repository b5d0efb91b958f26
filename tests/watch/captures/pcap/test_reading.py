"""From packets to what was sent, by whom and to whom: connections, sides, and what is left over is counted."""

import struct
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.watch.captures.pcap import reading
from phoneward.watch.captures.pcap.feeding import Answers, Feed, StreamPiece
from phoneward.watch.captures.pcap.http3 import Http3Reader, varint
from phoneward.watch.captures.pcap.inorder import Room
from phoneward.watch.captures.pcap.reading import Reading
from phoneward.watch.captures.pcap.steps import Found, Summary, Turn
from tests.watch.captures.pcap import dressing
from tests.watch.captures.pcap.making import PHONE, SERVER, ip4, ip6, packets, pcap, tcp, udp

POST = b"POST /up HTTP/1.1\r\nHost: h.example\r\nContent-Length: 4\r\n\r\nbody"
FIELDS = 13


def read(data: bytes, folder: Path, packages: dict[int, str] | None = None) -> tuple[list[Found], Summary]:
    path = folder / "capture"
    path.write_bytes(data)
    work = Reading(path, [], packages or {}, decrypts=False)
    found: list[Found] = []
    turn = Turn()
    for _step in range(10_000):
        step = work.step(turn)
        found += step.found
        if step.summary is not None:
            return found, step.summary
        turn = Turn(is_last=turn.is_last if step.has_more else step.is_read)
    raise AssertionError("it does not end")


def answer(content: bytes, sequence: int = 1) -> bytes:
    return ip4(tcp(content, sequence, source=80, target=40_000), source=SERVER, target=PHONE)


def test_a_port_that_is_used_again_is_another_connection(tmp_path: Path) -> None:
    """Phones use a port again within minutes: requests do not run into one another."""
    frames = []
    for first in (100, 7):
        frames += [ip4(tcp(b"", first, flags=2)), answer(b""), ip4(tcp(POST[:30], first + 1))]
        frames += [ip4(tcp(POST[30:], first + 31))]
    found, summary = read(pcap(frames), tmp_path)
    assert [(one.url, one.body) for one in found] == [("http://h.example/up", b"body")] * 2
    assert summary == Summary()


def test_what_the_phone_answers_as_a_server_is_counted(tmp_path: Path) -> None:
    """An app that others fetch from: what leaves the phone so is an answer, not read but counted and searchable."""
    ask = ip4(tcp(b"", 1, flags=2, source=50_000, target=8080), source=SERVER, target=PHONE)
    secret = ip4(tcp(b"HTTP/1.1 200 OK\r\n\r\npicture", 9, source=8080, target=50_000))
    found, summary = read(pcap([ask, secret]), tmp_path)
    assert [one.body for one in found] == [b"HTTP/1.1 200 OK\r\n\r\npicture"]
    assert summary.unread == {"unknown": 26}


def test_udp_is_counted_but_for_what_looks_up_names(tmp_path: Path) -> None:
    quic = bytes([0xC0]) + struct.pack(">I", 1) + bytes(1195)
    frames = [
        ip4(udp(b"q" * 50, target=53), protocol=17),
        ip4(udp(b"secret", target=8000, source=1), protocol=17),
        ip4(udp(quic), protocol=17),
        ip4(udp(b"\x40" + b"x" * 99), protocol=17),
        ip4(udp(b"\x40" + b"y" * 30, source=443, target=40_000), protocol=17, source=SERVER, target=PHONE),
    ]
    found, summary = read(pcap(frames), tmp_path)
    assert summary.unread == {"unknown": 6 + 100}
    assert sorted(one.body for one in found) == [b"q" * 50, b"secret"]


def test_the_phone_is_known_by_pcapdroids_address_in_ipv6_too(tmp_path: Path) -> None:
    phone, server = bytes.fromhex("fd000002fd000001fd000001fd000001"), bytes.fromhex("20010db8" + "00" * 11 + "07")
    frames = [ip6(tcp(POST, 1, source=80, target=50_000), source=phone, target=server)]
    found, summary = read(pcap(frames), tmp_path)
    # Sent from a low port to a high one: only the address tells who is the phone.
    assert [one.host for one in found] == ["2001:db8::7"]
    assert summary.unread == {"unknown": len(POST)}


def test_the_first_bytes_for_a_place_win(tmp_path: Path) -> None:
    """Segments that lie over one another with other content cannot change what was read before."""
    frames = [ip4(tcp(POST[:-4], 1)), ip4(tcp(b"body", 1 + len(POST) - 4)), ip4(tcp(b"XXXXXXXX", 1 + len(POST) - 8))]
    found, _summary = read(pcap(frames), tmp_path)
    assert [one.body for one in found] == [b"body"]


def test_the_app_may_be_named_by_a_later_packet(tmp_path: Path) -> None:
    frames = [dressing.Frame(0, ip4(tcp(POST[:50], 1))), dressing.Frame(1, ip4(tcp(POST[50:], 51)))]
    app = {10_050: "com.example.late"}
    late = dressing.pcapng(frames, lambda frame: -1 if frame.time_us == 0 else 10_050, app, b"")
    found, _summary = read(late, tmp_path)
    assert [one.app for one in found] == ["com.example.late"]


def test_a_snapshot_names_the_package(tmp_path: Path) -> None:
    recorded = [dressing.Frame(0, ip4(tcp(POST, 1)))]
    trailer = dressing.pcap_with_trailer(recorded, lambda _frame: 10_050, {10_050: "相机 Camera"})
    assert read(trailer, tmp_path)[0][0].app == "相机 Camera"
    assert read(trailer, tmp_path, {10_050: "com.example.camera"})[0][0].app == "com.example.camera"


def test_connections_followed_at_once_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand half-open connections cost no more than the bound; all that they sent is in the count."""
    monkeypatch.setattr(reading, "MAX_OPEN", 100)
    frames = [ip4(tcp(b"\x00" + bytes(9), 1, source=1024 + port)) for port in range(10_000)]
    found, summary = read(pcap(frames), tmp_path)
    assert len(found) == 10_000
    assert summary.unread == {"unknown": 100_000}


def test_a_head_in_tiny_segments_that_never_ends(tmp_path: Path) -> None:
    """A head that never ends, byte by byte, is counted as not read."""
    head = b"GET /" + b"a" * 60_000
    frames = [ip4(tcp(head[at : at + 1], 1 + at)) for at in range(len(head))]
    _found, summary = read(pcap(frames), tmp_path)
    assert summary.unread == {"unknown": len(head)}


@given(data=st.data())
def test_damaged_captures_are_read_to_their_end(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    recorded = [dressing.Frame(index, ip4(tcp(POST[at : at + 9], 1 + at))) for index, at in enumerate(range(0, 70, 9))]
    good = data.draw(
        st.sampled_from(
            [
                dressing.pcapng(recorded, lambda _frame: 10_001, {10_001: "a.b"}, b"k"),
                dressing.pcap_with_trailer(recorded, lambda _frame: 10_001, {10_001: "a"}),
            ]
        )
    )
    damaged = bytearray(good)
    for _count in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(24, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    folder = tmp_path_factory.getbasetemp()
    found, _summary = read(bytes(damaged), folder)
    assert sum(len(one.body) for one in found if not one.is_cut) <= len(damaged)


def test_tshark_is_given_packets_that_a_capture_may_hold() -> None:
    """What we make for tshark is a capture by our own reading too: keys in front, one connection an address."""
    feed = Feed([b"CLIENT_RANDOM x y\n" * 3, b"z" * 5000 + b"\nlast"])
    numbers = [feed.tcp(5, b"hello", from_phone=True), feed.udp(6, b"you", from_phone=False)]
    numbers.append(feed.tcp(5, b"again", from_phone=True))
    found, file = packets(feed.take())
    assert numbers == [1, 2, 3]
    assert file.secrets == [b"CLIENT_RANDOM x y\n" * 3, b"last\n"]
    assert [one.data[12:16] for one in found] == [b"\x0a\x00\x00\x05", b"\x0b\x00\x00\x06", b"\x0a\x00\x00\x05"]
    assert [one.data[-5:] for one in found[::2]] == [b"hello", b"again"]
    sequences = [struct.unpack_from("!I", one.data, 24)[0] for one in found[::2]]
    assert sequences[1] - sequences[0] == 5


def line(*columns: str) -> bytes:
    return "\t".join((*columns, *[""] * (FIELDS - len(columns)))).encode() + b"\n"


def test_answers_are_put_together_as_tshark_means_them() -> None:
    """Frames of streams: offset, length and data stand only where a frame has them."""
    frames = ("8,14,11", "0,4,8", "0,1,1", "5,7", "1,1,0", "2,0", "0,0,1", "aabb,cc")
    text = line("7", "0102,ff") + line("9", "", "", "", *frames)
    text += b"junk\n" + line("x") + line("12", "zz") + line("13", "", "20")
    reader = Answers()
    got = [one for at in range(0, len(text), 7) for one in reader.feed(text[at : at + 7])]
    assert [(one.number, one.contents, one.is_understood) for one in got] == [
        (7, [b"\x01\x02", b"\xff"], True),
        (9, [], True),
        (12, [], False),
        (13, [], True),
    ]
    assert [(one.stream, one.offset, one.data, one.is_last) for one in got[1].pieces] == [
        (0, 0, b"\xaa\xbb", False),
        (4, 5, b"", False),
        (8, 7, b"\xcc", True),
    ]


def number(value: int) -> bytes:
    return bytes([value]) if value < 64 else (0x4000 | value).to_bytes(2, "big")


@given(st.data())
def test_http3_however_it_is_cut(data: st.DataObject) -> None:
    """Streams side by side, in pieces that come late, twice and overlapping."""
    bodies = data.draw(st.lists(st.binary(max_size=120), min_size=1, max_size=3))
    pieces = [StreamPiece(2, 0, b"\x00" + b"\x04\x00", is_last=False), StreamPiece(6, 0, b"\x02", is_last=False)]
    for index, body in enumerate(bodies):
        fields = b"\x00\x00" + b"\xd4" + b"\x51\x02/" + b"%d" % index + b"\xd7"
        half = len(body) // 2
        content = number(0x21) + number(3) + b"???" + number(1) + number(len(fields)) + fields
        content += number(0) + number(half) + body[:half] + number(0) + number(len(body) - half) + body[half:]
        cuts = sorted(data.draw(st.sets(st.integers(0, len(content)), max_size=5)) | {0, len(content)})
        for start, end in [*pairwise(cuts), (0, cuts[1])]:
            pieces.append(StreamPiece(4 * index, start, content[start:end], is_last=end == len(content)))
    reader = Http3Reader(Room(1 << 20))
    found = [sent for piece in data.draw(st.permutations(pieces)) for sent in reader.feed(piece, 1)]
    found += reader.end()
    assert sorted((one.target, one.body, one.is_cut) for one in found) == [
        (f"/{index}", body, False) for index, body in enumerate(bodies)
    ]
    assert reader.unread == 0


def test_other_protocols_on_quic_count_as_not_read() -> None:
    reader = Http3Reader(Room(1 << 20))
    assert not list(reader.feed(StreamPiece(0, 0, b"\x07\x05hello", is_last=False), 1))
    (sent,) = reader.end()
    assert reader.unread == 7
    assert sent.body == b"\x07\x05hello"
    assert varint(b"\x40", 0) is None
