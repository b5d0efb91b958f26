"""Fuzz target: the APK Signing Block, the signatures in it, the proof of rotation, and the file `.idsig`.

The first byte says which. Seeds in `fuzz/seeds/apk_signatures/`: one of each, made by `tests/apk/signer.py` with keys
on P-256.
"""

import struct
import sys

import atheris

with atheris.instrument_imports(include=["phoneward.apk.signing"]):
    from phoneward.apk.signing.block import V2_ID, V3_ID, V31_ID, find_block, find_value
    from phoneward.apk.signing.digests import ContentDigests
    from phoneward.apk.signing.facts import Scheme
    from phoneward.apk.signing.lineage import LineageWrongError, merged, read_lineage
    from phoneward.apk.signing.reading import MalformedError
    from phoneward.apk.signing.v2 import verify_v2
    from phoneward.apk.signing.v3 import verify_v3
    from phoneward.apk.signing.v4 import read_idsig, verify_v4
    from phoneward.apk.source import BytesSource

BEFORE, DIRECTORY = b"PK\x03\x04" + bytes(60), b"PK\x01\x02" + bytes(60)


class _Places:
    """Where the sections of the file are that is made around a block."""

    has_zip64_locator = False

    def __init__(self, block: int) -> None:
        self.central_directory_offset = len(BEFORE) + block
        self.central_directory_size = len(DIRECTORY)
        self.end_offset = self.central_directory_offset + len(DIRECTORY)


def _demand(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def _block(pairs: bytes) -> None:
    size = struct.pack("<Q", len(pairs) + 24)
    block = size + pairs + size + b"APK Sig Block 42"
    places = _Places(len(block))
    end = b"PK\x05\x06" + bytes(8) + struct.pack("<IIH", len(DIRECTORY), places.central_directory_offset, 0)
    source = BytesSource(BEFORE + block + DIRECTORY + end)
    found = find_block(source, places)
    if found is None:
        raise AssertionError("a block in form is not found")
    _demand((found.offset, found.size) == (len(BEFORE), len(block)), "a block lies elsewhere")
    content = ContentDigests(source, places, found)
    for identifier, scheme in ((V2_ID, Scheme.V2), (V3_ID, Scheme.V3), (V31_ID, Scheme.V3_1)):
        try:
            value = find_value(source, found, identifier)
        except MalformedError:
            continue
        if value is not None:
            _signature(value, scheme, content)


def _signature(value: bytes, scheme: Scheme, content: ContentDigests) -> None:
    if scheme == Scheme.V2:
        result = verify_v2(value, content, 24, 2**31 - 1, frozenset())
    else:
        result = verify_v3(value, content, 28, 2**31 - 1, scheme=scheme)
    _demand(result.problems or result.signers, "nobody signed, and nothing is wrong")
    _demand(all(str(problem.text) for problem in result.problems), "a problem without words")
    if result.is_verified:
        _demand(all(signer.certificate for signer in result.signers), "a signer without a certificate")


def _lineage(data: bytes) -> None:
    try:
        nodes = read_lineage(data)
    except (MalformedError, LineageWrongError):
        return
    _demand(merged([nodes, nodes]) == nodes, "a lineage together with itself is another")


def _idsig(data: bytes) -> None:
    verified = verify_v4(BytesSource(data), BytesSource(BEFORE), {})
    _demand(verified.problems, "a v4 signature stands alone")
    try:
        read = read_idsig(data)
    except MalformedError:
        return
    _demand(0 < read.tree_at <= len(data), "the tree lies elsewhere")


def one_input(data: bytes) -> None:
    """Whatever stands there, it is in form and verified, or there is a problem with words."""
    (_block, _lineage, _idsig)[data[0] % 3 if data else 0](data[1:])


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
