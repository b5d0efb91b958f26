import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.vault import BlobId, BlobType, DamagedError, FileId
from phoneward.vault.crypto import SealingKey
from phoneward.vault.packs import (
    MAX_BLOBS,
    PackBuilder,
    PackEntry,
    encode_header,
    pack_size,
    parse_header,
    read_pack_header,
)

KEY = SealingKey(bytes(range(32)), bytes(range(16)), bytes(range(16, 32)))
NAME = FileId("ab" * 32)

entries_strategy = st.lists(
    st.tuples(st.sampled_from(BlobType), st.binary(min_size=32, max_size=32), st.integers(32, 2**20), st.integers(0, 9))
)


def laid_out(rows: list[tuple[BlobType, bytes, int, int]]) -> list[PackEntry]:
    entries, offset = [], 0
    for blob_type, blob_id, length, uncompressed in rows:
        entries.append(PackEntry(blob_type, BlobId(blob_id), offset, length, uncompressed))
        offset += length
    return entries


def built(blobs: list[bytes]) -> tuple[bytes, list[PackEntry], FileId]:
    builder = PackBuilder(bytearray(100_000))
    for blob in blobs:
        builder.add(BlobType.DATA, BlobId(hashlib.sha256(blob).digest()), KEY.seal(blob), 0)
    pack = builder.finish(KEY)
    return b"".join(pack.pieces), pack.entries, pack.name


def read(raw: bytes) -> list[PackEntry]:
    def part(offset: int, length: int) -> bytes:
        assert 0 <= offset <= offset + length <= len(raw), "reads outside the file"
        return raw[offset : offset + length]

    return read_pack_header(KEY, NAME, len(raw), part)


def with_header(body: bytes, header: bytes) -> bytes:
    sealed = KEY.seal(header)
    return body + sealed + struct.pack("<I", len(sealed))


def test_the_header_is_laid_out_as_restic_documents_it() -> None:
    # restic doc/design.rst, "Pack Format": Type || Length (4, LE) [|| Length (4)] || Hash, types 0 to 3.
    rows = laid_out(
        [
            (BlobType.DATA, b"\x11" * 32, 0x01020304, 0),
            (BlobType.TREE, b"\x22" * 32, 33, 0),
            (BlobType.DATA, b"\x33" * 32, 40, 0x0A0B0C0D),
            (BlobType.TREE, b"\x44" * 32, 50, 7),
        ]
    )
    expected = bytes.fromhex(
        "00" + "04030201" + "11" * 32 + "01" + "21000000" + "22" * 32
        + "02" + "28000000" + "0d0c0b0a" + "33" * 32 + "03" + "32000000" + "07000000" + "44" * 32
    )  # fmt: skip
    assert encode_header(rows) == expected
    assert parse_header(expected) == rows


@given(entries_strategy)
def test_headers_come_back(rows: list[tuple[BlobType, bytes, int, int]]) -> None:
    entries = laid_out(rows)
    assert parse_header(encode_header(entries)) == entries


@given(st.binary(max_size=300))
def test_a_nonsense_header_is_an_error_or_makes_sense(nonsense: bytes) -> None:
    try:
        entries = parse_header(nonsense)
    except ValueError:
        return
    assert encode_header(entries) == nonsense
    assert all(entry.length >= 32 and entry.plaintext_length >= 0 for entry in entries)


def test_a_pack_reads_back() -> None:
    blobs = [b"", b"a", b"b" * 5000]
    raw, entries, name = built(blobs)
    assert hashlib.sha256(raw).hexdigest() == name
    assert read(raw) == entries
    assert pack_size(entries) == len(raw)
    for entry, blob in zip(entries, blobs, strict=True):
        assert KEY.open(raw[entry.offset : entry.offset + entry.length]) == blob
        assert entry.plaintext_length == len(blob)


def test_a_long_header_takes_a_second_read() -> None:
    raw, entries, _name = built([bytes([n % 256, n // 256]) for n in range(2500)])
    assert len(encode_header(entries)) > 64 * 1024
    assert read(raw) == entries


def test_a_pack_is_full_in_time() -> None:
    builder = PackBuilder(bytearray(100))
    assert builder.fits(100)
    assert not builder.fits(101)
    builder.add(BlobType.DATA, BlobId(bytes(32)), bytes(60), 0)
    assert builder.fits(40)
    assert not builder.fits(41)
    builder = PackBuilder(bytearray(32 * MAX_BLOBS * 2))
    for _number in range(MAX_BLOBS):
        builder.add(BlobType.DATA, BlobId(bytes(32)), bytes(32), 0)
    assert not builder.fits(32)


@given(st.integers(min_value=0), st.integers(0, 7))
def test_a_flipped_bit_in_the_header_is_noticed(place: int, bit: int) -> None:
    raw, entries, _name = built([b"a" * 100])
    start = entries[-1].offset + entries[-1].length
    broken = bytearray(raw)
    broken[start + place % (len(raw) - start)] ^= 1 << bit
    with pytest.raises(DamagedError, match=NAME):
        read(bytes(broken))


@given(st.integers(min_value=0))
def test_a_pack_cut_short_is_noticed(place: int) -> None:
    raw, _entries, _name = built([b"a" * 100, b"b" * 50])
    with pytest.raises(DamagedError):
        read(raw[: place % len(raw)])


def test_a_gap_is_noticed() -> None:
    entry = PackEntry(BlobType.DATA, BlobId(bytes(32)), 0, 40)
    read(with_header(bytes(40), encode_header([entry])))
    for size in (0, 39, 41, 1000):
        with pytest.raises(DamagedError, match="add up"):
            read(with_header(bytes(size), encode_header([entry])))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\0\0\0",
        bytes(35),
        bytes(100),
        bytes(50) + b"\xff\xff\xff\xff",
        bytes(200) + struct.pack("<I", 31),
        bytes(200) + struct.pack("<I", 201),
        with_header(bytes(10), b"\x04" + bytes(40)),
        with_header(bytes(10), b"\x02" + struct.pack("<I", 40) + bytes(36)),
        with_header(bytes(10), b"\x00" + struct.pack("<I", 31) + bytes(32)),
        with_header(bytes(10), bytes(36)),
    ],
    ids=range(11),  # the bytes hold random nonces: as names they would differ between test processes
)
def test_a_hostile_pack_is_named(raw: bytes) -> None:
    with pytest.raises(DamagedError, match=NAME):
        read(raw)


def test_a_compressed_entry_needs_its_size() -> None:
    with pytest.raises(ValueError, match="makes no sense"):
        parse_header(b"\x02" + struct.pack("<II", 40, 0) + bytes(32))


def test_a_huge_header_is_refused_before_it_is_read() -> None:
    size = 10**9
    tail = struct.pack("<I", 17 * 2**20)

    def part(offset: int, length: int) -> bytes:
        assert length <= 2**20
        return (bytes(length) + tail)[-length:] if offset + length == size else bytes(length)

    with pytest.raises(DamagedError):
        read_pack_header(KEY, NAME, size, part)
