"""Fuzz target: what a person decided, as a tampered snapshot may hold it.

Whatever the bytes, they are refused with ValueError, or read, and then written and read again as the same.
"""

import sys

try:
    import atheris
except ImportError:  # atheris exists for Linux only
    atheris = None

if atheris is None:
    from phoneward.snapshots.state import OwnerState, decode_state, encode_state, mark_done
else:
    with atheris.instrument_imports(include=["phoneward.snapshots"]):
        from phoneward.snapshots.state import OwnerState, decode_state, encode_state, mark_done


def one_input(data: bytes) -> None:
    """Read a document, ask it everything, write it, merge it."""
    try:
        state = decode_state(data)
    except ValueError:
        return
    for kind, subject in state.entries:
        state.value(kind, subject)
        state.phone_name(subject)
        state.note(subject)
    if decode_state(encode_state(state)) != state:
        raise AssertionError("written otherwise than read")
    mine = OwnerState().changed([mark_done("x")], now_ns=1, writer="w")
    if state.merged(mine) != mine.merged(state):
        raise AssertionError("the order counts")


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    if atheris is None:
        sys.exit("atheris is not available on this system")
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
