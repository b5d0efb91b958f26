"""The packed header fields of HTTP/2 and HTTP/3 mean what two other implementations say they mean."""

import json
import subprocess
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.watch.captures.pcap.fields import MAX_FIELDS, FieldError, Table, decode_huffman
from phoneward.watch.captures.pcap.fieldtables import HPACK, QPACK
from phoneward.watch.captures.pcap.hpack import Hpack
from phoneward.watch.captures.pcap.qpack import BlockedError, Qpack
from tests.tools.oracles import oracle_python

# Judges and encoders: hpack (of h2) and pylsqpack (ls-qpack). One run makes all of it.
ORACLE = """
import json, random
import hpack, pylsqpack
from hpack.huffman import HuffmanEncoder
from hpack.huffman_constants import REQUEST_CODES, REQUEST_CODES_LENGTH
from hpack.table import HeaderTable
chosen = random.Random(8)
def name(): return "x-" + "".join(chosen.choices("abcdefghij", k=chosen.randint(1, 3)))
def value(): return "".join(chosen.choices("abc XYZ019-/;=\\u00e4\\U0001f4f1", k=chosen.randint(0, 40)))
lists = [
    [(":method", "POST"), (":path", "/" + value()), ("content-type", "image/png")]
    + [(name(), value()) for _ in range(chosen.randint(0, 12))]
    for _ in range(300)
]
encoder = hpack.Encoder()
blocks = []
for index, one in enumerate(lists):
    if index % 50 == 40:
        encoder.header_table_size = chosen.choice([0, 100, 4096])
    blocks.append(encoder.encode(one, huffman=index % 3 > 0).hex())
static = pylsqpack.Decoder(0, 0)
qpack_table = [
    static.feed_header(4 * i, b"\\0\\0" + (bytes([0xC0 | i]) if i < 63 else bytes([0xFF, i - 63])))[1][0]
    for i in range(99)
]
# The other side acknowledges, as it must before entries are used without risk.
encoder, decoder = pylsqpack.Encoder(), pylsqpack.Decoder(512, 16)
instructions = [encoder.apply_settings(512, 16).hex()]
packed = []
for index, one in enumerate(lists):
    control, block = encoder.encode(4 * index, [(k.encode(), v.encode()) for k, v in one])
    packed.append((control.hex(), block.hex()))
    decoder.feed_encoder(control)
    acknowledgement, _headers = decoder.feed_header(4 * index, block)
    encoder.feed_decoder(acknowledgement)
huffman = HuffmanEncoder(REQUEST_CODES, REQUEST_CODES_LENGTH)
strings = [bytes(chosen.choices(range(256), k=chosen.randint(0, 60))) for _ in range(200)] + [bytes(range(256))]
print(json.dumps({
    "hpack_table": [[k.decode(), v.decode()] for k, v in HeaderTable.STATIC_TABLE],
    "qpack_table": [[k.decode(), v.decode()] for k, v in qpack_table],
    "lists": lists, "hpack": blocks, "settings": instructions, "qpack": packed,
    "huffman": [[one.hex(), huffman.encode(one).hex()] for one in strings],
}))
"""


@pytest.fixture(scope="module")
def judged() -> dict[str, Any]:
    done = subprocess.run(
        [str(oracle_python("mitmproxy")), "-c", ORACLE], capture_output=True, text=True, check=True, timeout=60
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def as_bytes(pairs: list[list[str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in pairs]


def test_fixed_tables_are_those_of_the_standards(judged: dict[str, Any]) -> None:
    assert list(HPACK) == as_bytes(judged["hpack_table"])
    assert list(QPACK) == as_bytes(judged["qpack_table"])


def test_huffman_code_is_read_as_it_was_written(judged: dict[str, Any]) -> None:
    for plain, coded in judged["huffman"]:
        assert decode_huffman(bytes.fromhex(coded)) == bytes.fromhex(plain)


def test_hpack_of_a_whole_connection(judged: dict[str, Any]) -> None:
    """Three hundred requests of one connection, each naming what earlier ones said."""
    decoder = Hpack()
    for fields, block in zip(judged["lists"], judged["hpack"], strict=True):
        assert decoder.decode(bytes.fromhex(block)) == as_bytes(fields)


@pytest.mark.parametrize("late", [False, True])
def test_qpack_of_a_whole_connection(judged: dict[str, Any], *, late: bool) -> None:
    """The same over HTTP/3, with a table that turns over many times; entries may come after who names them."""
    decoder = Qpack()
    decoder.feed(bytes.fromhex(judged["settings"][0]))
    waited = 0
    for fields, (control, block) in zip(judged["lists"], judged["qpack"], strict=True):
        if late:
            try:
                decoder.decode(bytes.fromhex(block))
            except BlockedError:
                waited += 1
        # A byte at a time: instructions may be cut anywhere.
        for byte in bytes.fromhex(control):
            decoder.feed(bytes([byte]))
        assert decoder.decode(bytes.fromhex(block)) == as_bytes(fields)
    assert decoder.added > 2 * 2 * 512 // 32
    assert bool(waited) == late


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_nonsense_is_an_error_and_nothing_else(blocks: list[bytes]) -> None:
    hpack, qpack = Hpack(), Qpack()
    for block in blocks:
        qpack.feed(block)
        for decode in (hpack.decode, qpack.decode):
            try:
                decode(block)
            except (FieldError, BlockedError):
                continue


def test_a_block_that_unpacks_without_end_is_refused() -> None:
    """A kilobyte that names a long entry a thousand times would be gigabytes in the end."""
    entry = b"\x40\x01a" + b"\x7f" + b"\xd1\x1e" + b"v" * 4048
    with pytest.raises(FieldError):
        Hpack().decode(entry + b"\xbe" * 1000)
    assert MAX_FIELDS < 1000 * 4000
    table = Table(4096)
    with pytest.raises(FieldError):
        table.resize(1 << 30)
    for _count in range(1000):
        table.add(b"x", b"y" * 31)
    assert len(table._entries) == 4096 // 64
