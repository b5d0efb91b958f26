"""The parts that verification is made of: reading, choosing an algorithm, lineages together, work in two threads."""

import struct
import threading

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from phoneward.apk.signing.algorithms import ALGORITHMS, to_verify
from phoneward.apk.signing.facts import LineageNode
from phoneward.apk.signing.keys import key_of
from phoneward.apk.signing.lineage import LineageWrongError, merged, read_lineage
from phoneward.apk.signing.reading import MalformedError, Reader
from phoneward.apk.signing.twothreads import in_two_threads
from tests.apk import signer as signing
from tests.apk.signer import key


@pytest.mark.parametrize("length", [-1, -4, -(2**31), 5, 2**31 - 1])
def test_a_length_that_does_not_fit_is_refused(length: int) -> None:
    """Negative ones, too: they would lead back to what was read before."""
    data = b"before" + struct.pack("<i", length) + b"1234"
    for take in (Reader.value, Reader.part):
        with pytest.raises(MalformedError):
            take(Reader(data, 6))


def test_numbers_and_parts_are_read_in_order() -> None:
    reader = Reader(
        struct.pack("<IiqB", 2**32 - 1, -2, -3, 4) + signing.prefixed(b"ab") + signing.prefixed(b"") + b"end"
    )
    assert (reader.uint32(), reader.int32(), reader.int64(), reader.byte()) == (2**32 - 1, -2, -3, 4)
    assert (reader.value(), reader.part().rest(), reader.rest()) == (b"ab", b"", b"end")
    assert not reader
    with pytest.raises(MalformedError):
        reader.byte()


def chosen(ids: list[int], low: int, high: int) -> list[int]:
    """Which of these signatures are verified."""
    return [algorithm.id for algorithm, _signature in to_verify(((ALGORITHMS[one], b"") for one in ids), low, high)]


@pytest.mark.parametrize(
    ("ids", "low", "high", "expected"),
    [
        ([0x0103, 0x0104], 24, 30, [0x0104]),
        ([0x0104, 0x0103], 24, 30, [0x0104]),
        ([0x0101, 0x0103], 24, 30, [0x0101]),
        ([0x0103, 0x0101], 24, 30, [0x0103]),
        ([0x0103, 0x0421], 24, 27, [0x0103]),
        ([0x0103, 0x0421], 24, 28, [0x0103, 0x0421]),
        ([0x0421], 24, 30, []),
        ([0x0421], 28, 30, [0x0421]),
        ([0x0103], 18, 30, []),
        ([], 24, 30, []),
    ],
)
def test_which_signatures_phones_verify(ids: list[int], low: int, high: int, expected: list[int]) -> None:
    """As apksig `getSignaturesToVerify`: the strongest of each generation; the first of equals; none: refused."""
    assert chosen(ids, low, high) == expected


def node(name: str) -> LineageNode:
    return read_lineage(signing.lineage(key(name)))[0]


A, B, C, D = (node(name) for name in ("old", "new", "third", "fourth"))


@pytest.mark.parametrize(
    ("lineages", "whole"),
    [
        ([], ()),
        ([(A, B)], (A, B)),
        ([(A, B), (A, B, C)], (A, B, C)),
        ([(A, B, C), (A, B)], (A, B, C)),
        ([(A, B), (B, C)], (A, B, C)),
        ([(B, C), (A, B)], (A, B, C)),
        ([(A, B, C), (B,)], (A, B, C)),
    ],
)
def test_lineages_of_several_signers(lineages: list[tuple[LineageNode, ...]], whole: tuple[LineageNode, ...]) -> None:
    """Where they overlap they are one."""
    assert merged(lineages) == whole


@pytest.mark.parametrize("lineages", [[(A, B), (A, C)], [(A, B), (C, D)], [(A, B, C), (B, D)], [(B, D), (A, B, C)]])
def test_lineages_that_part_ways(lineages: list[tuple[LineageNode, ...]]) -> None:
    """Nobody can have two successors."""
    with pytest.raises(LineageWrongError):
        merged(lineages)


def test_a_key_longer_than_any_is_not_computed_with() -> None:
    """It would take minutes."""
    numbers = rsa.RSAPublicNumbers(65537, (1 << 200_000) + 1)
    encoded = numbers.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(MalformedError):
        key_of(encoded)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 100])
def test_work_in_two_threads_comes_back_in_order(count: int) -> None:
    assert in_two_threads(lambda number: number * 2, range(count)) == [number * 2 for number in range(count)]


@pytest.mark.parametrize("bad", [0, 50, 99])
def test_what_goes_wrong_in_a_thread_goes_wrong_here(bad: int) -> None:
    """A file that cannot be read any more is an error, not a hash of nothing; and no thread is left."""

    def work(number: int) -> int:
        if number == bad:
            raise ValueError(number)
        return number

    before = threading.active_count()
    with pytest.raises(ValueError, match=str(bad)):
        in_two_threads(work, range(100))
    assert threading.active_count() == before
