"""Many files of an app through one root shell: a shell for each would cost a tenth of a second on a phone.

A group's files come one behind the other, each closed by a random word and how it ended: no content can hold that word
by design, and what is read is compared with the phone's own checksums afterwards in any case.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from phoneward.errors import readable
from phoneward.phones.adb import sync
from phoneward.phones.adb.shell import Shell, ShellStream, fresh_word, quote
from phoneward.phones.base import FileStream, Obstacle
from phoneward.phones.errors import FileReadError, PhoneGoneError
from phoneward.phones.paths import is_clean
from phoneward.phones.words import CUT_OFF_IN_FILE, NOT_A_FILE, NOT_A_PATH, PATH_TOO_LONG
from phoneward.texts import _

GROUP: Final = 64
_NAME_BYTES: Final = 12 * 1024
"""Names of one command, each quoted once here and once for `su`; a command may have 128 KB (Linux, MAX_ARG_STRLEN)."""

_MAX_PATH: Final = 4095
_SPECIAL: Final = 91
_WORD_BYTES: Final = len(fresh_word())
_END_BYTES: Final = 3 + _WORD_BYTES
"""What follows the word: three digits of how it ended, and the word once more."""

_SCRIPT: Final = (
    b'for p; do if [ -L "$p" ]; then r=91; elif [ ! -e "$p" ]; then r=92; elif [ ! -f "$p" ]; then r=91; '
    b'else cat -- "$p"; r=$?; fi; '
    b"case $r in ?) r=00$r ;; ??) r=0$r ;; esac; echo -n %s${r}%s; done"
)
_GONE: Final = 92


def read_files(shell: Shell, paths: Iterable[bytes]) -> Iterator[FileStream]:
    """Stream files, in the order asked; see `Phone.read`.

    Args:
        shell: of the phone; may read them.
        paths: taken a group at a time.
    """
    for group in _groups(paths):
        if len(group) == 1 and _trouble(group[0]):
            yield _Refused(group[0])
            continue
        run = _Group(shell, group)
        try:
            for path in group:
                file = _File(path, run)
                yield file
                file.skip()
        finally:
            run.close()


def _groups(paths: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield paths in commands' worth; one that cannot be asked for stands alone."""
    some: list[bytes] = []
    size = 0
    for path in paths:
        length = len(quote(quote(path)))
        if some and (_trouble(path) or len(some) == GROUP or size + length > _NAME_BYTES):
            yield some
            some, size = [], 0
        some.append(path)
        size += length
        if _trouble(path):
            yield some
            some, size = [], 0
    if some:
        yield some


def _trouble(path: bytes) -> bool:
    return not is_clean(path) or len(path) > _MAX_PATH


class _Group:
    """One command and what of its output was taken."""

    def __init__(self, shell: Shell, paths: list[bytes]) -> None:
        word = fresh_word()
        self._word = word
        script = _SCRIPT % (word, word)
        command = b"exec sh -c " + quote(script) + b" sh " + b" ".join(map(quote, paths))
        self._stream: ShellStream = shell.start(command)
        self._output: Iterator[bytes] | None = None
        self._pending = b""

    def close(self) -> None:
        """End it."""
        self._stream.close()

    def content(self) -> Iterator[bytes]:
        """Yield the next file's content; returns how it ended (`return`)."""
        while True:
            at = self._pending.find(self._word)
            if at >= 0 and len(self._pending) >= at + _WORD_BYTES + _END_BYTES:
                break
            keep = at if at >= 0 else max(0, len(self._pending) - _WORD_BYTES + 1)
            if keep:
                yield self._pending[:keep]
                self._pending = self._pending[keep:]
            piece = self._next()
            if piece is None:
                raise PhoneGoneError(detail=_("the phone's shell ended in the middle of its work"))
            self._pending += piece
        content, rest = self._pending[:at], self._pending[at + _WORD_BYTES :]
        code, closing = rest[:3], rest[3:_END_BYTES]
        if closing != self._word or not code.isdigit():
            raise PhoneGoneError(detail=_("an answer that does not fit the question"))
        if content:
            yield content
        self._pending = rest[_END_BYTES:]
        self.code = int(code)

    def _next(self) -> bytes | None:
        if self._output is None:
            self._stream.end_input()
            self._output = self._stream.output()
        return next(self._output, None)

    def complaint(self) -> str:
        """Return the last complaint of the tools, without the path before it, which may say anything."""
        return readable(self._stream.stderr.strip().rpartition(b": ")[2][-200:])


class _File:
    """One file of a group. Iterated once."""

    def __init__(self, path: bytes, group: _Group) -> None:
        self.path = path
        self._group = group
        self._content = group.content()
        self._done = False

    def __iter__(self) -> Iterator[bytes]:
        yield from self._content
        self._done = True
        code = self._group.code
        if code == 0:
            return
        if code == _SPECIAL:
            raise FileReadError(Obstacle.SPECIAL, path=readable(self.path), detail=NOT_A_FILE)
        if code == _GONE:
            raise FileReadError(Obstacle.VANISHED, path=readable(self.path), detail="")
        words = self._group.complaint()
        raise FileReadError(sync.obstacle_of_words(words), path=readable(self.path), detail=words or CUT_OFF_IN_FILE)

    def skip(self) -> None:
        """Pass over what nobody took."""
        if not self._done:
            for _piece in self._content:
                pass


class _Refused:
    """A path that nobody can be asked for."""

    def __init__(self, path: bytes) -> None:
        self.path = path

    def __iter__(self) -> Iterator[bytes]:
        if is_clean(self.path):
            raise FileReadError(Obstacle.TOO_LONG, path=readable(self.path), detail=PATH_TOO_LONG)
        raise FileReadError(Obstacle.BAD_NAME, path=readable(self.path), detail=NOT_A_PATH)
        yield b""  # a generator: the complaint comes when it is iterated
