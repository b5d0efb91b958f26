"""Fuzz target: the header and the tar stream of an Android backup file.

The first byte chooses: `h` the header, `s` what the beginning of a file tells, `z` a compressed stream (packed here, so
that the fuzzer reaches what is in it), anything else a plain one; the sums of header blocks are set right first.

The seeds were written with `tests/phones/androidbackup/abwriter.py` (a manifest, a folder, long and Chinese names, an
app, a link, a name that leads up; two headers) and GNU tar (long name and long link).
"""

import sys
import zlib

import atheris

with atheris.instrument_imports(include=["phoneward.phones.androidbackup", "phoneward.snapshots.backupfiles"]):
    from phoneward.errors import PhonewardError
    from phoneward.phones.androidbackup.content import Content, Reader
    from phoneward.phones.androidbackup.contents import Contents
    from phoneward.phones.androidbackup.header import Header, parse_header
    from phoneward.snapshots.backupfiles import state_of

from phoneward.phones import FileKind, is_below, is_clean

MAX_FILE = 1 << 20


class Memory:
    """A backup file that is no file."""

    name = "fuzz.ab"

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    def read_at(self, offset: int, length: int) -> bytes:
        return self._data[offset : offset + length]


def one_input(data: bytes) -> None:
    """Look a backup through; what it then promises must be there, and inside its places."""
    kind, rest = data[:1], data[1:]
    try:
        if kind == b"s":
            state_of(rest, len(rest))
        elif kind == b"h":
            check_header(rest)
        else:
            stream = with_sums(rest)
            look_through(zlib.compress(stream, 1) if kind == b"z" else stream, compressed=kind == b"z")
    except PhonewardError:
        return


def with_sums(data: bytes) -> bytes:
    """Return the stream with the right sum in each block that looks like a header."""
    blocks = [data[at : at + 512] for at in range(0, len(data), 512)]
    for number, block in enumerate(blocks):
        if block[257:262] == b"ustar" and len(block) == 512:
            total = sum(block) - sum(block[148:156]) + 8 * 0x20
            blocks[number] = block[:148] + b"%06o\0 " % total + block[156:]
    return b"".join(blocks)


def check_header(data: bytes) -> None:
    header = parse_header(data, "fuzz.ab")
    if not 0 < header.start <= len(data) or header.version not in range(1, 6):
        raise AssertionError(header)


def look_through(data: bytes, *, compressed: bool) -> None:
    content = Content(Memory(data), Header(5, compressed, 0), None)  # type: ignore[arg-type]
    contents = Contents(content.begin())
    reader = Reader(content)
    seen = set()
    for root in (b"/apps", *contents.storages):
        for entry in contents.below(root):
            if not is_clean(entry.path) or not is_below(entry.path, root) or entry.path in seen:
                raise AssertionError(entry)
            seen.add(entry.path)
            if entry.kind is FileKind.FILE:
                read_whole(contents, reader, entry.path)
    for app, files in contents.apps():
        if files < 0 or not all(contents.held(path) for path in app.apk_paths):
            raise AssertionError(app)


def read_whole(contents: Contents, reader: Reader, path: bytes) -> None:
    held = contents.held(path)
    if held is None or held.entry.size > MAX_FILE:
        raise AssertionError(path)  # no input is that long
    got = 0
    while got < held.entry.size:
        got += len(reader.read_at(held.offset + got, held.entry.size - got))
    if got != held.entry.size:
        raise AssertionError(path)


def main() -> None:
    """Run until told to stop."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
