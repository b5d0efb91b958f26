"""Feeds random bytes to the reader of notes about installs: one that makes sense, or a ValueError; nothing else.

The seal hides everything from a fuzzer, so it is left out: what is reached is what somebody with the vault's key, or a
fault, could write. The seed is a note of `tests/updates/installing/test_begun.py`, unsealed.
"""

import sys

try:
    import atheris
except ImportError:  # atheris exists for Linux only
    atheris = None

if atheris is None:
    from phoneward.updates.installing.journal import decode_begun
else:
    with atheris.instrument_imports(include=["phoneward.updates.installing.journal"]):
        from phoneward.updates.installing.journal import decode_begun


def one_input(data: bytes) -> None:
    """Read the bytes as a note; whatever is accepted must be usable: no path out, checksums that are some."""
    try:
        begun = decode_begun(data)
    except ValueError:
        return
    if "/" in begun.folder or begun.folder.startswith(".") or begun.started.tzinfo is None or not begun.new_apks:
        raise AssertionError(data)
    for apk in (*begun.old_apks, *begun.new_apks):
        if len(bytes.fromhex(apk.sha256)) not in {0, 32}:
            raise AssertionError(data)


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    if atheris is None:
        sys.exit("atheris is not available on this system")
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
