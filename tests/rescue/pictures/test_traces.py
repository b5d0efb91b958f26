"""Whatever a cache claims: a trace, or none."""

from hypothesis import given
from hypothesis import strategies as st

from phoneward.rescue.pictures.traces import (
    SLOT,
    gallery_trace,
    okhttp_trace,
    read_journal,
    simple_cache_trace,
    thumbdata_trace,
)

KEYS = st.sampled_from(["a", "b-1", "c" * 64])
HEAD = b"libcore.io.DiskLruCache\n1\n1\n1\n"


@given(st.binary(max_size=200), st.integers(0, 10**12))
def test_any_bytes_are_a_trace_or_none(data: bytes, offset: int) -> None:
    thumbdata_trace(offset, data)
    gallery_trace(data)
    simple_cache_trace(data)
    okhttp_trace(data)
    read_journal(HEAD + data)


@given(st.integers(0, 10**9), st.integers(-(2**63), 2**63 - 1), st.integers(1, SLOT - 13))
def test_a_slot_is_read_back(number: int, magic: int, length: int) -> None:
    before = b"\1" + magic.to_bytes(8, "big", signed=True) + length.to_bytes(4, "big")
    trace = thumbdata_trace(number * SLOT + 13, b"junk" + before)
    assert trace is not None
    assert (trace.number, trace.magic) == (number, magic)
    assert thumbdata_trace(number * SLOT + 14, before) is None


@given(st.lists(st.tuples(st.sampled_from(["CLEAN", "DIRTY", "REMOVE", "READ"]), KEYS), max_size=30))
def test_a_journal_says_what_was_written_last(lines: list[tuple[str, str]]) -> None:
    text = "\n".join(f"{verb} {key}{' 10' if verb == 'CLEAN' else ''}" for verb, key in lines)
    journal = read_journal(HEAD + b"\n" + text.encode())
    assert journal is not None
    last: dict[str, int] = {}
    for number, (verb, key) in enumerate(lines):
        if verb == "CLEAN":
            last[key] = number
        elif verb == "REMOVE":
            last.pop(key, None)
    assert list(journal.order) == sorted(last, key=last.__getitem__)
    assert sorted(journal.order.values()) == list(range(len(last)))


@given(st.integers(1, 4_000_000_000), st.integers(1, 10**9), st.integers(0, 9), st.binary(max_size=9))
def test_a_gallerys_key_is_read_back(seconds: int, number: int, kind: int, junk: bytes) -> None:
    key = f"/local/image/item/{number}+{seconds}+{kind}".encode("utf-16-le")
    trace = gallery_trace(junk + bytes(20 + (len(junk) % 2)) + key)
    assert trace is not None
    assert (trace.number, trace.time_ms) == (number, seconds * 1000)
