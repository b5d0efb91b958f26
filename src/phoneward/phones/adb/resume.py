"""The rest of a file whose transfer was cut."""

from collections.abc import Iterator

from phoneward.phones.adb import byshell
from phoneward.phones.adb.pull import Pull, SyncSource
from phoneward.phones.errors import FileReadError, PhoneSilentError
from phoneward.phones.paths import is_clean


class RestOfFile:
    """One file from a byte on; iterated once.

    Args:
        source: the phone.
        path: which file.
        offset: 0…2**63 - 1.
    """

    def __init__(self, source: SyncSource, path: bytes, offset: int) -> None:
        self.path = path
        self._source = source
        self._offset = offset

    def __iter__(self) -> Iterator[bytes]:
        """Yield the content; see `FileStream`.

        What the shell could not begin to give is read from its start: an old phone, one without `dd` and `tail`, one
        whose file system knows no such offset, or a `tail` that was silent for too long while it read up to there. The
        sync service then also says best why a file cannot be had.
        """
        came = False
        if self._offset and self._source.shell.has_protocol and is_clean(self.path):
            try:
                for piece in byshell.content(self._source.shell, self.path, self._offset):
                    came = True
                    yield piece
            except (FileReadError, PhoneSilentError):
                if came:
                    raise
            else:
                return
        yield from self._read_over()

    def _read_over(self) -> Iterator[bytes]:
        over = self._offset
        for stream in Pull(self._source, [self.path]).streams():
            for piece in stream:
                if over >= len(piece):
                    over -= len(piece)
                    continue
                yield piece[over:]
                over = 0
