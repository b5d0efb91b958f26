import os
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.vault.compression import (
    CompressionError,
    compress,
    decompress_at_most,
    decompress_exactly,
    decompress_pieces,
)

BOMB = compress(bytes(50_000_000))


@given(st.binary(max_size=2000))
def test_what_is_compressed_comes_back(data: bytes) -> None:
    frame = compress(data)
    assert decompress_exactly(frame, len(data)) == data
    assert decompress_at_most(frame, len(data) + 10) == data


def test_the_frame_is_a_plain_one_with_its_size() -> None:
    frame = compress(b"a" * 1000)
    assert frame[:4] == bytes.fromhex("28b52ffd")  # RFC 8878, section 3.1.1
    descriptor = frame[4]
    assert descriptor & 0b100 == 0, "no checksum, as restic writes it"
    assert descriptor >> 6 or descriptor & 0b100000, "the content size is present"


@pytest.mark.parametrize("difference", [-1, 1, 1000])
def test_another_size_than_announced_is_an_error(difference: int) -> None:
    with pytest.raises(CompressionError):
        decompress_exactly(compress(b"a" * 5000), 5000 + difference)


def test_a_bomb_is_not_unpacked() -> None:
    assert len(BOMB) < 5000
    with pytest.raises(CompressionError):
        decompress_exactly(BOMB, 1000)
    with pytest.raises(CompressionError):
        decompress_at_most(BOMB, 49_999_999)


def test_a_bomb_takes_no_memory() -> None:
    tracemalloc.start()
    with pytest.raises(CompressionError):
        decompress_at_most(BOMB, 1000)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_frame_that_asks_for_a_huge_window_is_refused() -> None:
    # RFC 8878, 3.1.1.1.2: window descriptor 0xA0 = exponent 20, 1 GiB. No single segment, no content size.
    with pytest.raises(CompressionError):
        decompress_at_most(bytes.fromhex("28b52ffd00a0") + bytes.fromhex("010000"), 100)


@pytest.mark.parametrize("cut", [1, 4, 8, 100])
def test_a_frame_cut_short_is_an_error(cut: int) -> None:
    frame = compress(os.urandom(500))
    with pytest.raises(CompressionError):
        decompress_exactly(frame[:-cut], 500)


def test_anything_behind_the_frame_is_an_error() -> None:
    with pytest.raises(CompressionError):
        decompress_exactly(compress(b"abc") + b"x", 3)


@given(st.binary(max_size=200))
def test_nonsense_is_an_error(nonsense: bytes) -> None:
    with pytest.raises(CompressionError):
        decompress_at_most(nonsense, 1000)


@pytest.mark.parametrize("size", [0, 1, 2**20 - 1, 2**20, 2**20 + 1, 5_000_000])
def test_a_frame_comes_back_in_pieces(size: int) -> None:
    data = os.urandom(size // 2) + bytes(size - size // 2)
    pieces = list(decompress_pieces(compress(data), size))
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= 2**20


@given(st.binary(max_size=200))
def test_pieces_of_nonsense_are_an_error(nonsense: bytes) -> None:
    with pytest.raises(CompressionError):
        list(decompress_pieces(nonsense, 1000))


def test_pieces_are_of_one_whole_frame_of_the_size_announced() -> None:
    frame = compress(os.urandom(2_000_000))
    for damaged, size in [(frame, 1_999_999), (frame, 2_000_001), (frame[:-1], 2_000_000), (frame + b"x", 2_000_000)]:
        with pytest.raises(CompressionError):
            list(decompress_pieces(damaged, size))


def test_a_bomb_in_pieces_takes_no_memory() -> None:
    tracemalloc.start()
    with pytest.raises(CompressionError):
        list(decompress_pieces(BOMB, 1000))
    assert sum(map(len, decompress_pieces(BOMB, 50_000_000))) == 50_000_000
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000
