"""Feeds random bytes to the reader of notes about moves: one that makes sense, or a ValueError; nothing else.

The seal hides everything from a fuzzer, so it is left out: what is reached is what somebody with the vault's key, or a
fault, could write. The seed is a note of `tests/moving/test_notes.py`, unsealed.
"""

import sys

try:
    import atheris
except ImportError:  # atheris exists for Linux only
    atheris = None

if atheris is None:
    from phoneward.moving.notes import decode_noted
else:
    with atheris.instrument_imports(include=["phoneward.moving.notes"]):
        from phoneward.moving.notes import decode_noted


def one_input(data: bytes) -> None:
    """Read the bytes as a note; whatever is accepted can be shown: times that are some, no negative count."""
    try:
        noted = decode_noted(data)
    except ValueError:
        return
    for part in noted.parts.values():
        if part.when.tzinfo is None or min(part.over, part.bytes, part.there, part.missing) < 0:
            raise AssertionError(data)
    if any(when.tzinfo is None for when in noted.apps.values()):
        raise AssertionError(data)


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    if atheris is None:
        sys.exit("atheris is not available on this system")
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
