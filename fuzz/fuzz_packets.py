"""A capture of packets: the file, the frames, TCP's order, HTTP/1.1 and 2, WebSocket; and what tshark answers.

The first byte chooses. Seeds (`seeds/packets/`): a small pcap and a small pcapng as PCAPdroid writes them, with the
makers of `tests/watch/captures/pcap/` (`making.py`, `dressing.py`); an answer of tshark 4.0 to an HTTP/3 upload; packed
header fields.
"""

import io
import sys

import atheris

with atheris.instrument_imports(include=["phoneward.watch.captures.pcap"]):
    from phoneward.watch.captures.pcap import feeding, fields, hpack, http3, inorder, packets, qpack, segments, stream

_ROOM = 1 << 20


def one_input(data: bytes) -> None:
    if not data:
        return
    kind, rest = data[0] % 4, data[1:]
    if kind == 0:
        _file(rest)
    elif kind == 1:
        _stream(rest)
    elif kind == 2:
        _answers(rest)
    else:
        _fields(rest)


def _file(data: bytes) -> None:
    room = inorder.Room(_ROOM)
    order, reader = inorder.InOrder(room), stream.StreamReader(room, "TCP")
    size = 0
    try:
        for packet in packets.PacketFile(io.BytesIO(data)).packets():
            size += len(packet.data)
            segment = segments.read_segment(packet)
            if isinstance(segment, segments.Segment):
                for piece in order.add(segment.sequence, segment.payload, segment.size):
                    if isinstance(piece, inorder.Lost):
                        list(reader.lose(piece.size))
                    else:
                        list(reader.feed(piece, packet.time_ns))
    except packets.NoPacketsError:
        return
    list(order.end())
    list(reader.end())
    if size > len(data) or room.left != _ROOM:
        raise AssertionError("more packets than file, or bytes held for ever")


def _stream(data: bytes) -> None:
    room = inorder.Room(_ROOM)
    reader = stream.StreamReader(room, "TLS")
    for at in range(0, len(data), 37):
        list(reader.feed(data[at : at + 37], at))
    list(reader.end())
    if room.left != _ROOM:
        raise AssertionError("bytes held for ever")


def _answers(data: bytes) -> None:
    reader = http3.Http3Reader(inorder.Room(_ROOM))
    for answer in feeding.Answers().feed(data):
        for piece in answer.pieces:
            list(reader.feed(piece, None))
    list(reader.end())


def _fields(data: bytes) -> None:
    one, other = hpack.Hpack(), qpack.Qpack()
    for block in data.split(b"\n"):
        other.feed(block)
        for decode in (one.decode, other.decode):
            try:
                unpacked = decode(block)
            except (fields.FieldError, qpack.BlockedError):
                continue
            if sum(len(name) + len(value) for name, value in unpacked) > fields.MAX_FIELDS:
                raise AssertionError("more than the bound")


def main() -> None:
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
