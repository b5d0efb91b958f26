"""What a worker says is hostile: the parent's side of the wire, by properties and by hand."""

import contextlib
import struct

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.confined import BadAnswerError
from phoneward.confined import protocol as p

INTEGERS: msgspec.msgpack.Decoder[list[int]] = msgspec.msgpack.Decoder(list[int])
ANYTHING: msgspec.msgpack.Decoder[object] = msgspec.msgpack.Decoder(object)


@given(st.binary(max_size=400))
def test_any_bytes_give_a_reply_or_our_error(body: bytes) -> None:
    for decoder in (INTEGERS, ANYTHING):
        with contextlib.suppress(BadAnswerError):
            p.decode_reply(body, decoder)  # type: ignore[misc]


@given(st.binary(max_size=64), st.sampled_from([b"V", b"E", b"R", b"M", b"L"]))
def test_bytes_behind_a_true_tag_too(rest: bytes, tag: bytes) -> None:
    test_any_bytes_give_a_reply_or_our_error.hypothesis.inner_test(tag + rest)  # type: ignore[attr-defined]


@given(st.text(), st.text())
def test_texts_arrive_printable_and_short(kind: str, problem: str) -> None:
    reply = p.decode_reply(p.encode_raised(kind, problem), INTEGERS)
    assert isinstance(reply, p.Raised)
    assert (reply.kind + reply.problem).isprintable()
    # An escaped character takes ten at most.
    assert len(reply.kind) <= 10 * p.MAX_KIND
    assert len(reply.problem) <= 10 * p.MAX_PROBLEM


@given(st.lists(st.integers(-(2**63), 2**64 - 1)))
def test_values_arrive_as_they_were(values: list[int]) -> None:
    assert p.decode_reply(p.TAG_VALUE + msgspec.msgpack.encode(values), INTEGERS) == p.Value(values)


@pytest.mark.parametrize(
    "rest",
    [
        b"\xdd\xff\xff\xff\xff",  # an array of 2^32 - 1 items
        b"\xdf\xff\xff\xff\xff",  # a map of as many
        b"\xc6\xff\xff\xff\xff",  # 4 GiB of bytes
        b"\x91" * 100_000,  # arrays in arrays
        b"\xa1\xff",  # text that is not UTF-8
        b"\xc7\x0c\xff" + struct.pack(">IQ", 2**32 - 1, 2**64 - 1),  # a timestamp out of range
        b"\xc1",  # never used (MessagePack specification)
        b"\x01\x02",  # more than one value
        b"",
    ],
)
def test_malformed_values_are_refused(rest: bytes) -> None:
    with pytest.raises(BadAnswerError):
        p.decode_reply(p.TAG_VALUE + rest, ANYTHING)


@pytest.mark.parametrize("body", [b"", b"X", b"M\x00", b"L\x00", b"E\x90", b"E\x93\xa0\xa0\xa0", b"R\x91\x01"])
def test_malformed_replies_are_refused(body: bytes) -> None:
    with pytest.raises(BadAnswerError):
        p.decode_reply(body, ANYTHING)


def test_the_short_replies() -> None:
    assert p.decode_reply(b"M", ANYTHING) == p.OutOfMemory()
    assert p.decode_reply(b"L", ANYTHING) == p.TooLarge()
    assert p.decode_reply(b"R\x91\xa3a\nb", ANYTHING) == p.Ready(("a\\x0ab",))
