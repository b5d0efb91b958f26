"""A folder of this computer, or a phone that is attached, as a place that is looked through. It is only read."""

import contextlib
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, Final

from phoneward.errors import readable
from phoneward.phones import Entry, FileKind, Obstacle, Phone, Unreadable, VolumeKind
from phoneward.rescue.searching.seen import SeenFile
from phoneward.texts import Words, words

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_FILES: Final = 2_000_000
MAX_MISSED: Final = 100
_SAID: Final = {
    Obstacle.DENIED: words("the phone does not let a computer read it"),
    Obstacle.LOCKED: words("it belongs to another user or a locked profile"),
    Obstacle.VANISHED: words("it was gone when it was to be read"),
}


class OnPhone:
    """The storages of a phone, or of a folder that was copied from one.

    Args:
        phone: open.
        how: how a person gets what is found there.
    """

    def __init__(self, phone: Phone, how: Words) -> None:
        self._phone = phone
        self._how = how
        self._left = MAX_FILES
        self.missed: list[Words] = []

    @property
    def snapshot(self) -> str:
        """None: empty."""
        return ""

    def files(self) -> Iterator[SeenFile]:
        """Yield the files of all storages.

        Raises:
            PhoneGoneError: the connection is lost.
        """
        self._left = MAX_FILES
        for volume in self._phone.volumes():
            if volume.kind in {VolumeKind.APP_DATA, VolumeKind.COMPUTER}:
                continue
            if volume.obstacle is not None:
                self._miss(volume.root, volume.obstacle)
                continue
            yield from self._listed(volume.root.rstrip(b"/"), b"")

    def _listed(self, root: bytes, folder: bytes) -> Iterator[SeenFile]:
        top = root + (b"/" + folder if folder else b"")
        for item in self._phone.list(top or b"/", precise=False):
            if isinstance(item, Unreadable):
                self._miss(item.path, item.obstacle)
            elif item.kind is FileKind.FILE and item.path.startswith(root + b"/"):
                if not self._left:
                    self.missed.append(words("More files than any phone holds: the rest was not looked at."))
                    return
                self._left -= 1
                yield _seen(root, item)

    def _miss(self, path: bytes, obstacle: Obstacle) -> None:
        if len(self.missed) < MAX_MISSED:
            why = _SAID.get(obstacle, words("it could not be read"))
            self.missed.append(words("{path}: {why}", path=readable(path), why=why))

    def below(self, folder: bytes) -> Iterator[SeenFile]:
        """Yield what lies in a folder and below it. Raises as `files`."""
        self._left = MAX_FILES
        yield from self._listed(folder, b"")

    @contextlib.contextmanager
    def open(self, file: SeenFile) -> Iterator[BinaryIO]:
        """Open a file, from its beginning to its end. Raises FileReadError, PhoneGoneError."""
        pieces = iter(self._phone.read_from(file.path, 0))
        try:
            with io.BufferedReader(_Pieces(pieces)) as stream:
                yield stream
        finally:
            close = getattr(pieces, "close", None)  # a generator's: it ends the connection
            if close is not None:
                close()

    def how(self) -> Words:
        """Say how a person gets something of it."""
        return self._how

    def command(self, path: bytes) -> str:
        """Return none: it is copied by hand, or collected."""
        del path
        return ""


def _seen(root: bytes, entry: Entry) -> SeenFile:
    folder, _slash, name = entry.path[len(root) + 1 :].rpartition(b"/")
    return SeenFile(root, folder, name, entry.size, entry.mtime_ns)


class _Pieces(io.RawIOBase):
    """What comes in pieces, as a file that is read from its beginning."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        count = min(len(view), len(self._rest))
        view[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count
