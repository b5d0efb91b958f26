"""Feeds random bytes to the reader of resume journals: batches, or fewer batches; never an error, never a wild size.

The seal hides everything from a fuzzer, so this one is transparent: what is reached is what a damaged file, or somebody
with the key, could make the reader do. The seeds with names are journals of two batches, without and with
pieces of files, written with that transparent seal; the others were found by campaigns.
"""

import io
import sys

try:
    import atheris
except ImportError:  # atheris exists for Linux only
    atheris = None

if atheris is None:
    from phoneward.snapshots.journal import FORMAT, Head, blob_ids, read_batches
else:
    with atheris.instrument_imports(include=["phoneward.snapshots.journal"]):
        from phoneward.snapshots.journal import FORMAT, Head, blob_ids, read_batches

HEAD = Head(FORMAT, "ab" * 32, "0123456789abcdef")


class Transparent:
    """Seals nothing."""

    def seal(self, plaintext: bytes) -> bytes:
        """Return the bytes as they are."""
        return plaintext

    def open_sealed(self, sealed: bytes) -> bytes:
        """Return the bytes as they are."""
        return sealed


def one_input(data: bytes) -> None:
    """Read the bytes as a journal; whatever is accepted must be sound."""
    last = 0
    for batch, end in read_batches(io.BytesIO(data), Transparent(), HEAD):
        if batch.number != last + 1 or not 0 < end <= len(data) or batch.moment.precision_ns < 1:
            raise AssertionError(data)
        last = batch.number
        for _path, files in batch.folders:
            for sent in files:
                if b"".join(sent.blobs) != sent.ids or sent.size < 0:
                    raise AssertionError(data)
        for _path, part in batch.parts:
            if b"".join(blob_ids(part.ids)) != part.ids or not 0 <= part.start <= part.end:
                raise AssertionError(data)


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    if atheris is None:
        sys.exit("atheris is not available on this system")
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
