"""Fuzz target: names on a phone, as a look for what is left meets them.

The bytes are a folder and a name, with NUL between them. Whatever they are: a name in the trash tells its own name, a
folder's rule is above the folder, a group's folder is above the path, and every source makes of the file what can be
written down.
"""

import contextlib
import datetime as dt
import io
import json
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import BinaryIO

try:
    import atheris
except ImportError:  # atheris exists for Linux only
    atheris = None

with (
    atheris.instrument_imports(include=["phoneward.rescue.searching"])
    if atheris is not None
    else contextlib.nullcontext()
):
    from phoneward.rescue.searching import Asked, remnant_document
    from phoneward.rescue.searching.databases import Databases
    from phoneward.rescue.searching.expiring import ExpiringFiles, read_expiring
    from phoneward.rescue.searching.history import group_of
    from phoneward.rescue.searching.own_backups import OwnBackups
    from phoneward.rescue.searching.places import PlaceFolders, place_of
    from phoneward.rescue.searching.seen import SeenFile

from phoneward.incidents import Incident
from phoneward.texts import Words, words

ASKED = Asked(Incident.DELETED, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
SOURCES = (ExpiringFiles, OwnBackups, Databases, PlaceFolders)


class Place:
    """Holds one file."""

    snapshot = ""

    def __init__(self, file: SeenFile) -> None:
        self._file = file
        self.missed: list[Words] = []

    def files(self) -> Iterator[SeenFile]:
        """Yield it."""
        yield self._file

    def below(self, folder: bytes) -> Iterator[SeenFile]:
        """Yield it."""
        del folder
        yield self._file

    def open(self, file: SeenFile) -> AbstractContextManager[BinaryIO]:
        """Open a database."""
        del file
        return contextlib.nullcontext(io.BytesIO(b"SQLite format 3\0"))

    def how(self) -> Words:
        """Say nothing of use."""
        return words("Copy it from there: {path}", path="/")

    def command(self, path: bytes) -> str:
        """Return none."""
        del path
        return ""


def one_input(data: bytes) -> None:
    """Ask every source."""
    folder, _nul, name = data.partition(b"\0")
    folder, name = folder.strip(b"/"), name.replace(b"/", b"") or b"a"
    told = read_expiring(name)
    if told is not None and (not told.name or not name.endswith(told.name)):
        raise AssertionError(data)
    found = place_of(folder)
    if found is not None and not (folder + b"/").startswith(found[1] + b"/"):
        raise AssertionError(data)
    file = SeenFile(b"/shared", folder, name, len(data) << 8, len(data) << 50)
    if not file.path.startswith(group_of(file.path)[0]):
        raise AssertionError(data)
    place = Place(file)
    for looker in (source(ASKED, place) for source in SOURCES):
        looker.look(file)
        for one in looker.remnants():
            json.dumps(remnant_document(one, ASKED)).encode("ascii")
            if "\n" in one.where or any(part.name != file.shown for part in one.files()):
                raise AssertionError(data)


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    if atheris is None:
        sys.exit("atheris is not available on this system")
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
