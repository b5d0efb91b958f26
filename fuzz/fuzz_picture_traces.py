"""Fuzz target: what caches note of pictures. The first byte says which: a slot, a gallery's key, a journal and so on.

Seeds in `fuzz/seeds/picture_traces/`: of our own making, in the forms that Android, OkHttp and Chromium write.
"""

import sys

import atheris

with atheris.instrument_imports(include=["phoneward.rescue.pictures.traces"]):
    from phoneward.rescue.pictures.traces import (
        SLOT,
        gallery_trace,
        okhttp_trace,
        read_journal,
        simple_cache_trace,
        thumbdata_trace,
    )


def _slot(data: bytes) -> None:
    trace = thumbdata_trace(int.from_bytes(data[:6], "big"), data[6:])
    if trace is not None and trace.number != int.from_bytes(data[:6], "big") // SLOT:
        raise AssertionError("another number than the place says")


def _journal(data: bytes) -> None:
    journal = read_journal(data)
    if journal is not None and sorted(journal.order.values()) != list(range(len(journal.order))):
        raise AssertionError("places that are no order")


def one_input(data: bytes) -> None:
    """Hand the rest to the reader that the first byte names."""
    readers = (_slot, gallery_trace, _journal, okhttp_trace, simple_cache_trace)
    if data:
        readers[data[0] % len(readers)](data[1:])


def main() -> None:
    """Run under libFuzzer's arguments."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
