"""Fuzz target: what a rooted phone says of owners, sizes, running apps and files; and the archive that is sent to one.

The first byte chooses. Seeds in `fuzz/seeds/rooted/` are laid out as toybox' stat, ps and du print.
"""

import contextlib
import io
import socket
import sys
import tarfile
from collections.abc import Callable

import atheris

with atheris.instrument_imports(include=["phoneward.phones"]):
    from phoneward.phones.adb import owners, rooted, rooted_bulk, shell
    from phoneward.phones.adb.rooted_writer import PrivateFile, tar_stream
    from phoneward.phones.adb.wire import Channel

from phoneward.errors import PhonewardError
from phoneward.phones.base import FileKind
from phoneward.phones.owning import Owner
from phoneward.phones.paths import is_clean

WORD = b"WORD"


class Phone:
    """Says the fuzzed bytes on every connection and hangs up."""

    def __init__(self, says: bytes) -> None:
        self._says = says

    def open_service(self, service: bytes) -> Channel:
        del service
        ours, theirs = socket.socketpair()
        with theirs:
            theirs.send(self._says[:32768])
        return Channel(ours, 1.0)


def _demand(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def records(data: bytes) -> None:
    """An owner is whole and of a clean path, or none."""
    found = owners.parse_owner(data, WORD)
    if found is not None:
        _demand(is_clean(found.path), "a path that is none")
        _demand(min(found.owner[:2]) >= 0 and max(found.owner[:2]) < 2**32, "a number that is none")
        _demand(not found.owner.context or owners.CONTEXT.fullmatch(found.owner.context), "a context that is none")


def listings(data: bytes) -> None:
    """Sizes and users are numbers that are not negative."""
    for sizes in rooted.parse_measured(data, ["a.b", "c.d"]).values():
        _demand(all(size is None or size >= 0 for size in sizes), "a negative size")
    _demand(all(uid >= 0 for uid in rooted.parse_uids(data)), "a negative user")


def streams(data: bytes) -> None:
    """Files come in the order asked, owners are of the folder that was asked for."""
    paths = [b"/a", b"/b", b"not clean/", b"/c"]
    for stream, path in zip(
        rooted_bulk.read_files(shell.Shell(Phone(data), protocol=True), paths), paths, strict=False
    ):
        _demand(stream.path == path, "streams out of order")
        try:
            for piece in stream:
                _demand(piece, "an empty piece")
        except PhonewardError:
            continue
    for found in owners.owners(shell.Shell(Phone(data), protocol=True), b"/data/a"):
        _demand(found.path == b"/data/a" or found.path.startswith(b"/data/a/"), "an owner of something else")


def archives(data: bytes) -> None:
    """Python's own reader finds the name, the target and the content that were put in."""
    name, _nul, rest = data.partition(b"\0")
    target, _nul, content = rest.partition(b"\0")
    names = name.split(b"/")
    if not target or any(part in {b"", b".", b".."} for part in names) or len(data) > 8192:
        return
    owner = Owner(1, 2)
    files = [
        PrivateFile(name, FileKind.FILE, 0o600, len(content), owner, len(content), lambda: iter([content])),
        PrivateFile(name, FileKind.SYMLINK, 0o777, 0, owner, link_target=target),
    ]
    stream = io.BytesIO(b"".join(tar_stream(files)))
    with tarfile.open(fileobj=stream, encoding="utf-8", errors="surrogateescape") as archive:
        first, second = archive.getmembers()
        _demand(first.name.encode("utf-8", "surrogateescape") == b"./" + name, "another name")
        taken = archive.extractfile(first)
        _demand(taken is not None and taken.read() == content, "another content")
        _demand(second.linkname.encode("utf-8", "surrogateescape") == target, "another target")


PARSERS: list[Callable[[bytes], None]] = [records, listings, streams, archives]


def one_input(data: bytes) -> None:
    """Parse once."""
    if not data:
        return
    with contextlib.suppress(PhonewardError):
        PARSERS[data[0] % len(PARSERS)](data[1:])


def main() -> None:
    """Run under libFuzzer's arguments."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
