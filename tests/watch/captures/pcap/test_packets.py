"""The files themselves: every kind of pcap and pcapng is read, and none of them, however broken, does harm."""

import io
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.watch.captures.pcap import pcapdroid
from phoneward.watch.captures.pcap.packets import BROKEN, CUT, MAX_PACKET, NoPacketsError, PacketFile
from tests.watch.captures.pcap import dressing
from tests.watch.captures.pcap.making import ip4, packets, pcap, tcp

FRAMES = [ip4(tcp(f"GET /{index} HTTP/1.1\r\n\r\n".encode(), 1 + index * 100)) for index in range(3)]
RECORDED = [dressing.Frame(1_700_000_000_000_000 + index, frame) for index, frame in enumerate(FRAMES)]
UIDS = {10_123: "com.example.app"}
NG = dressing.pcapng(RECORDED, lambda _frame: 10_123, UIDS, b"CLIENT_RANDOM " + b"a" * 64 + b" " + b"b" * 96 + b"\n")


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("nanoseconds", [False, True])
def test_both_byte_orders_and_both_clocks(order: str, *, nanoseconds: bool) -> None:
    found, file = packets(pcap(FRAMES, order=order, nanoseconds=nanoseconds))
    assert [one.data for one in found] == FRAMES
    assert found[1].time_ns == 1_700_000_001 * 10**9 + (7 if nanoseconds else 7000)
    assert file.problem is None


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng_of_pcapdroid(order: str) -> None:
    """Apps, keys and the time of each packet are taken as they stand, whatever the byte order."""
    data = dressing.pcapng(RECORDED, lambda _frame: 10_123, UIDS, b"# keys\n", order=order)
    found, file = packets(data)
    assert [(one.data, one.uid, one.link) for one in found] == [(frame, 10_123, 101) for frame in FRAMES]
    assert found[2].time_ns == (1_700_000_000_000_000 + 2) * 1000
    assert file.apps == UIDS
    assert file.secrets == [b"# keys\n"]
    beside = PacketFile(io.BytesIO(data))
    assert not list(beside.packets(only_beside=True))
    assert (beside.apps, beside.secrets) == (file.apps, file.secrets)


def test_wireshark_reads_the_same(tmp_path: Path) -> None:
    """tshark agrees about number, time, size and comment: what the tests dress up is what PCAPdroid would write."""
    for name, data in (
        ("a.pcapng", NG),
        ("b.pcap", pcap(FRAMES)),
        ("c.pcap", pcap(FRAMES, order=">", nanoseconds=True)),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        fields = ["-e", "frame.time_epoch", "-e", "frame.len", "-e", "frame.comment"]
        asked = subprocess.run(
            ["tshark", "-n", "-r", str(path), "-T", "fields", *fields], capture_output=True, text=True, check=True
        )
        # It shows PCAPdroid's block, of which it knows nothing, as a line without a time.
        theirs = [line.split("\t") for line in asked.stdout.splitlines() if not line.startswith("\t")]
        ours = [
            [f"{(one.time_ns or 0) / 1e9:.6f}", str(one.size), f"u-{one.uid}" if one.uid else ""]
            for one in packets(data)[0]
        ]
        assert [[f"{float(when):.6f}", size, comment] for when, size, comment in theirs] == ours


def test_interfaces_have_clocks_of_their_own() -> None:
    """if_tsresol as powers of ten and of two, if_tsoffset; sections begin anew."""
    out = bytearray()
    for option, ticks in ((b"\x06", 10**6), (b"\x09", 10**9), (b"\x8a", 2**10), (b"\xff", 2**64)):
        out += dressing.block("<", 0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
        options = struct.pack("<HH", 9, 1) + option + bytes(3) + struct.pack("<HHq", 14, 8, 100) + bytes(4)
        out += dressing.block("<", 1, struct.pack("<HHI", 101, 0, 0) + options)
        stamp = min(5 * ticks, 2**64 - 1)
        head = struct.pack("<IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, 20, 20)
        out += dressing.block("<", 6, head + bytes(20))
    found, file = packets(bytes(out))
    assert [one.time_ns for one in found[:3]] == [105 * 10**9] * 3
    assert file.problem is None


def test_a_file_may_end_anywhere() -> None:
    """Cut at every byte, a capture gives the packets before the cut, and says that it was cut."""
    for data in (pcap(FRAMES), NG):
        whole = packets(data)[0]
        for end in range(4, len(data)):
            found, file = packets(data[:end])
            assert found[: len(found) - 1] == whole[: max(0, len(found) - 1)]
            assert len(found) <= len(whole)
            assert file.problem is None or file.problem[0] == CUT


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04" + bytes(100), b"\x1f\x8b" + bytes(100), b"\xd4\xc3"])
def test_other_files_are_refused_in_words(data: bytes) -> None:
    with pytest.raises(NoPacketsError, match=r"pcap|gzip"):
        packets(data)


def test_lying_lengths_end_the_reading_and_take_no_memory() -> None:
    head = pcap([])
    for captured in (MAX_PACKET + 1, 0xFFFFFFFF):
        _found, file = packets(head + struct.pack("<IIII", 0, 0, captured, captured) + bytes(100))
        assert file.problem is not None
        assert file.problem[0] == BROKEN
    for length in (0, 4, 11, 13, 0xFFFFFFF0):
        _found, file = packets(NG + struct.pack("<II", 6, length) + bytes(100))
        assert file.problem is not None
    for captured in (21, MAX_PACKET + 1, 0xFFFFFFFF):
        body = struct.pack("<IIIII", 0, 0, 0, captured, captured) + bytes(20)
        found, file = packets(NG + dressing.block("<", 6, body))
        assert (len(found), file.skipped, file.problem) == (3, 1, None)
    body = struct.pack("<IIIII", 0, 0, 0, 0xFFFFFFFF, 1)
    found, file = packets(NG + dressing.block("<", 6, body) + dressing.block("<", 6, struct.pack("<I", 99) + bytes(16)))
    assert (len(found), file.skipped, file.problem) == (3, 2, None)


def test_a_giant_block_is_stepped_over(tmp_path: Path) -> None:
    """A block of a gigabyte (a sparse file) costs neither memory nor time; what follows is read."""
    path = tmp_path / "giant.pcapng"
    giant = 1 << 30
    with path.open("wb") as file:
        file.write(NG)
        for kind in (0xA, 0xBAD, 6, 0x1234):
            file.write(struct.pack("<II", kind, giant))
            file.seek(giant - 12, io.SEEK_CUR)
            file.write(struct.pack("<I", giant))
        file.write(NG)
    with path.open("rb") as stream:
        reading = PacketFile(stream)
        assert len(list(reading.packets())) == 6
    assert reading.skipped == 3


def test_endless_options_are_not_followed_to_their_end() -> None:
    comment = struct.pack("<HH", 1, 4) + b"u-12"
    for before, uid in ((10, 12), (1 << 20, None)):
        body = bytes(20) + struct.pack("<HH", 2988, 0) * before + comment
        found, _file = packets(NG + dressing.block("<", 6, body))
        assert (len(found), found[3].uid) == (4, uid)


@given(st.data())
def test_damaged_files_never_raise_anything_else(data: st.DataObject) -> None:
    original = data.draw(st.sampled_from([pcap(FRAMES), NG]))
    damaged = bytearray(original)
    for _count in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(4, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    found, _file = packets(bytes(damaged))
    assert all(len(one.data) <= one.size for one in found)
    assert sum(len(one.data) for one in found) <= len(damaged)


def test_trailer_counts_only_behind_the_packet() -> None:
    """An app cannot pass for another by sending what looks like PCAPdroid's trailer."""
    trailer = struct.pack("!Ii20s", 0x01072021, 10_666, b"Somebody else")
    frame = bytes(12) + b"\x08\x00" + ip4(tcp(trailer + bytes(4), 1))
    assert pcapdroid.read_trailer(frame, len(frame)) is None
    assert pcapdroid.read_trailer(frame + trailer + bytes(4), len(frame)) == (10_666, "Somebody else")
    assert pcapdroid.read_trailer(frame + trailer, len(frame)) == (10_666, "Somebody else")


def test_comments_of_people_are_no_uids() -> None:
    assert pcapdroid.read_comment(b"u-10123") == 10_123
    for comment in (b"u-", b"u-1x", b"see u-10123", b"u--1", b"u-" + b"9" * 99):
        assert pcapdroid.read_comment(comment) is None
