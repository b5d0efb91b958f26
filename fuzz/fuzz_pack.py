"""Fuzz target: pack headers, bare and sealed with a fixed key as the end of a pack file.

The seeds are headers of one and of four entries, one of each kind, and an empty one, made with `encode_header`.
"""

import struct
import sys

try:
    import atheris
except ImportError:  # atheris exists for Linux only
    atheris = None

if atheris is None:
    from phoneward.vault import packs
    from phoneward.vault.errors import DamagedError
else:
    with atheris.instrument_imports(include=["phoneward.vault"]):
        from phoneward.vault import packs
        from phoneward.vault.errors import DamagedError

from phoneward.vault.blobs import FileId
from phoneward.vault.crypto import SealingKey

KEY = SealingKey(bytes(32), bytes(16), bytes(16))
NAME = FileId("00" * 32)


def one_input(data: bytes) -> None:
    """Read the bytes as a whole pack, as a sealed header behind some blobs, and as a header's plaintext."""
    read(data)
    sealed = KEY.seal(data[1:])
    read(bytes(32 * (data[0] if data else 0)) + sealed + struct.pack("<I", len(sealed)))
    try:
        entries = packs.parse_header(data)
    except ValueError as error:
        if type(error) is not ValueError:
            raise
        return
    if packs.encode_header(entries) != data:
        raise AssertionError(data)


def read(raw: bytes) -> None:
    """Read a pack's header; nothing outside the file may be asked for."""

    def part(offset: int, length: int) -> bytes:
        if not 0 <= offset <= offset + length <= len(raw):
            raise AssertionError(raw)
        return raw[offset : offset + length]

    try:
        entries = packs.read_pack_header(KEY, NAME, len(raw), part)
    except DamagedError:
        return
    if packs.pack_size(entries) != len(raw):
        raise AssertionError(raw)


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    if atheris is None:
        sys.exit("atheris is not available on this system")
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
