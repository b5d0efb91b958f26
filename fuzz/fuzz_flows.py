"""Fuzz target: a flow file of mitmproxy. Whatever is read must lie within the file.

The seeds were written by mitmproxy 11.
"""

import io
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["phoneward.watch.captures.flows", "phoneward.watch.captures.tnetstrings"]):
    from phoneward.watch.captures.flows import FlowCapture
from phoneward.errors import PhonewardError


def one_input(data: bytes) -> None:
    """Read the flows; bodies never hold more than the file does."""
    capture = FlowCapture(Path("a.flows"))
    size = 0
    try:
        for exchange in capture.exchanges_in(io.BytesIO(data)):
            size += len(exchange.body)
    except PhonewardError:
        return
    # A raw stream and a WebSocket's handshake stand in one flow each; nothing is told twice.
    if size > len(data) or sum(capture.unread.sent.values()) < 0:
        raise AssertionError(size)


def main() -> None:
    """Run the fuzzer."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
