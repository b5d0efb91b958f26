import hashlib
import random
from collections.abc import Iterator

import pyfastcdc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyfastcdc.py import FastCDC as PurePythonFastCDC

from phoneward.vault import ChunkerError
from phoneward.vault.chunker import AVERAGE_SIZE, MAX_SIZE, MIN_SIZE, Chunker, require_compiled, seed_from_polynomial

POLYNOMIAL = 0x3DA3358B4DC173
OTHER = 0x2482734CACCA49


def noise(label: str, size: int) -> bytes:
    return hashlib.shake_256(label.encode()).digest(size)


def numbers() -> bytes:
    return b"".join(b"%d\n" % number for number in range(1_000_000))


def lengths(data: bytes, polynomial: int = POLYNOMIAL, piece: int = 2**20) -> list[int]:
    chunks = list(Chunker(seed_from_polynomial(polynomial)).split(pieces(data, piece)))
    assert b"".join(chunks) == data
    return [len(chunk) for chunk in chunks]


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def test_the_seed_is_as_documented() -> None:
    # sha256sum of "phoneward chunker v1\0" followed by the polynomial's text; the first twelve hex digits.
    assert hashlib.sha256(b"phoneward chunker v1\x003da3358b4dc173").hexdigest()[:12] == "3fa80b40e5cf"
    assert seed_from_polynomial(POLYNOMIAL) == 0x3FA80B40E5CF
    assert seed_from_polynomial(OTHER) == 0x6395AE45478D


@pytest.mark.parametrize(
    ("data", "polynomial", "expected"),
    [
        # Computed once by pyfastcdc's pure-Python implementation, which shares no code with the compiled one.
        # If one of these fails, deduplication against every repository out there is lost: do not change it.
        (
            noise("phoneward chunker vector 1", 12_000_000),
            POLYNOMIAL,
            [1960733, 1359461, 964061, 2295631, 838280, 565868, 1161760, 680569, 1097340, 1076297],
        ),
        (
            noise("phoneward chunker vector 1", 12_000_000),
            OTHER,
            [611831, 679690, 1541316, 1445805, 1427289, 1312310, 1488709, 1305816, 1144205, 1043029],
        ),
        (noise("phoneward chunker vector 2", 5_000_001), POLYNOMIAL, [1488151, 811350, 1519575, 1180925]),
        (bytes(9_000_000), POLYNOMIAL, [8388608, 611392]),
        (numbers(), POLYNOMIAL, [2035145, 1327646, 1069574, 1518848, 937677]),
    ],
    ids=["noise", "another seed", "odd length", "zeros", "text"],
)
def test_frozen_cuts(data: bytes, polynomial: int, expected: list[int]) -> None:
    assert lengths(data, polynomial) == expected


DATA = noise("pieces", 9_000_000)
CUTS = lengths(DATA)


@given(st.lists(st.integers(1, 3_000_000), max_size=20))
@settings(max_examples=15, deadline=None)
def test_cuts_do_not_depend_on_the_pieces(sizes: list[int]) -> None:
    def split() -> Iterator[bytes]:
        start = 0
        for size in sizes:
            yield DATA[start : start + size]
            start += size
        yield DATA[start:]

    assert [len(chunk) for chunk in Chunker(seed_from_polynomial(POLYNOMIAL)).split(split())] == CUTS


@pytest.mark.parametrize("size", [MIN_SIZE - 1, MIN_SIZE, MIN_SIZE + 1, MIN_SIZE + 2, 2**20 + 1, 2 * 2**20, 3_000_001])
def test_files_of_awkward_sizes_agree_with_the_other_implementation(size: int) -> None:
    data = DATA[:size]
    reference = PurePythonFastCDC(
        AVERAGE_SIZE, min_size=MIN_SIZE, max_size=MAX_SIZE, seed=seed_from_polynomial(POLYNOMIAL)
    )
    assert lengths(data, piece=100_003) == [chunk.length for chunk in reference.cut_buf(data)]


def test_no_cut_for_long_and_then_one_again() -> None:
    assert lengths(bytes(20_000_000) + DATA[:3_000_000])[:2] == [MAX_SIZE, MAX_SIZE]


def test_small_files_are_one_blob_untouched() -> None:
    chunker = Chunker(1)
    piece = bytes(1000)
    assert next(chunker.split([piece])) is piece
    assert list(chunker.split([])) == []
    assert list(chunker.split([b""])) == []
    assert list(chunker.split([b"", b"a", b"", b"b"])) == [b"ab"]
    assert lengths(DATA[:MIN_SIZE], piece=1000) == [MIN_SIZE]


def test_an_edit_in_the_middle_changes_few_chunks() -> None:
    data = noise("edited", 24_000_000)
    chunker = Chunker(seed_from_polynomial(POLYNOMIAL))
    before = {hashlib.sha256(chunk).digest() for chunk in chunker.split([data])}
    edited = data[:12_000_000] + b"inserted" + data[12_000_000:]
    after = {hashlib.sha256(chunk).digest() for chunk in chunker.split([edited])}
    assert len(before) > 12
    assert len(after - before) <= 3


def test_chunks_keep_their_bounds() -> None:
    sizes = lengths(random.Random(7).randbytes(40_000_000))
    assert all(MIN_SIZE < size <= MAX_SIZE for size in sizes[:-1])
    assert 1_000_000 < sum(sizes) / len(sizes) < 1_800_000


def test_errors_of_the_source_pass_through() -> None:
    def broken() -> Iterator[bytes]:
        yield DATA[:6_000_000]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        list(Chunker(1).split(broken()))


def test_the_pure_python_stand_in_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    require_compiled()
    monkeypatch.setattr(pyfastcdc, "FastCDC", PurePythonFastCDC)
    with pytest.raises(ChunkerError) as caught:
        Chunker(1)
    assert "pyfastcdc" in caught.value.sentence()


def test_a_missing_compiled_part_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyfastcdc.cy", None)
    with pytest.raises(ChunkerError):
        Chunker(1)
