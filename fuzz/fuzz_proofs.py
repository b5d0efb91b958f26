"""Fuzz target: checksums and proofs: what a phone prints, and what a tampered snapshot may hold.

The first byte chooses the parser. Whatever the bytes, each parser returns something sound or raises its own error.
"""

import hashlib
import sys
from collections.abc import Iterator

try:
    import atheris
except ImportError:  # atheris exists for Linux only
    atheris = None

if atheris is None:
    from phoneward.phones.adb.hashing import BatchReader
    from phoneward.snapshots.proofs import decode_index, parse_proofs
    from phoneward.snapshots.proofs_later import decode_proof
    from phoneward.snapshots.sums import by_folder, parse_sums, sums_line
else:
    with atheris.instrument_imports(include=["phoneward.phones.adb.hashing", "phoneward.snapshots"]):
        from phoneward.phones.adb.hashing import BatchReader
        from phoneward.snapshots.proofs import decode_index, parse_proofs
        from phoneward.snapshots.proofs_later import decode_proof
        from phoneward.snapshots.sums import by_folder, parse_sums, sums_line

from phoneward.phones.errors import PhoneAnswerError

FRAME = hashlib.sha256().hexdigest().encode() + b"  /dev/null\n"
HEAD = b'{"format":1,"sums":"%s","files":9}\n' % hashlib.sha256().hexdigest().encode()
MOST = 1_000_000


def _demand(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def read_batch(data: bytes) -> None:
    """A complete batch has as many digests as paths."""
    paths = [b"/a", b"/b", b"/dir/c d"]
    batch = BatchReader(paths, 1)
    try:
        for line in (FRAME + data).split(b"\n"):
            if batch.take(line):
                _demand(len(batch.digests) == len(paths), "a digest too few")
                return
    except PhoneAnswerError:
        return
    _demand(len(batch.digests) <= len(paths), "a digest too many")


def read_sums(data: bytes) -> None:
    """What is read is written back as it stands; names are names."""
    written = b""
    try:
        for folder, name, digest in by_folder(parse_sums(data)):
            _demand(len(digest) == 32 and name and b"/" not in name, "no file")
            written += sums_line(digest, folder + b"/" + name)
    except ValueError:
        return
    _demand(list(parse_sums(written)) == list(parse_sums(data)), "written otherwise than read")


def read_proofs(data: bytes) -> None:
    """No more files than the shard says it has."""
    for count, _proof in enumerate(_quietly(data)):
        if count > MOST:
            break


def _quietly(data: bytes) -> Iterator[tuple[int, int, str]]:
    try:
        yield from parse_proofs(HEAD + data, b"")
    except ValueError:
        return


def read_documents(data: bytes) -> None:
    """Documents are of a known format."""
    for decode in (decode_index, decode_proof):
        try:
            _demand(decode(data).format == 1, "a format that is not known")
        except ValueError:
            continue


PARSERS = (read_batch, read_sums, read_proofs, read_documents)


def test_one_input(data: bytes) -> None:
    """Run one parser."""
    if data:
        PARSERS[data[0] % len(PARSERS)](data[1:])


def main() -> None:
    """Run the fuzzer with libFuzzer's arguments."""
    if atheris is None:
        sys.exit("atheris is not available on this system")
    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
