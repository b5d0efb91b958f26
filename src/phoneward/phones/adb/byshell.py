"""One file through the phone's shell: from any byte on, and by paths that the sync service cannot name.

`dd` goes to the byte (lseek); its block counts stay small numbers even on 32-bit phones. Where there is none,
`tail -c +N` reads over everything before (measured in docs/decisions/0004-adb-transfer.md).
"""

import re
from collections.abc import Iterator

from phoneward.errors import readable
from phoneward.phones.adb import sync
from phoneward.phones.adb.shell import Shell, quote
from phoneward.phones.base import Obstacle
from phoneward.phones.errors import FileReadError
from phoneward.phones.words import NOT_A_FILE, PATH_TOO_LONG

_MAX_PATH = 4095
"""Linux takes no longer path at once (limits.h, PATH_MAX with its closing NUL)."""

_BLOCK = 1 << 20
_SPECIAL = 91
"""Exit code of our own: a link, a folder, a pipe or a device stands there."""

_COUNTS = re.compile(rb"\d+\+\d+ records |\d+ bytes ")
"""What `dd` prints in any case, behind a complaint."""


def content(shell: Shell, path: bytes, offset: int = 0) -> Iterator[bytes]:
    """Yield a file's bytes from `offset` on; nothing where it is shorter.

    Args:
        shell: of the phone.
        path: a clean one.
        offset: 0…2**63 - 1.

    Raises:
        FileReadError: it cannot be read (to the end), or this phone's shell does not tell.
        PhoneGoneError: the connection is lost.
    """
    if not shell.has_protocol or len(path) > _MAX_PATH:
        raise FileReadError(Obstacle.TOO_LONG, path=readable(path), detail=PATH_TOO_LONG)
    blocks, over = divmod(offset, _BLOCK)
    stream = shell.start(_script(path, blocks))
    try:
        stream.end_input()
        for piece in stream.output():
            if over >= len(piece):
                over -= len(piece)
                continue
            yield piece[over:]
            over = 0
        if stream.code == _SPECIAL:
            raise FileReadError(Obstacle.SPECIAL, path=readable(path), detail=NOT_A_FILE)
        if stream.code != 0:
            reason = _reason(stream.stderr)
            raise FileReadError(sync.obstacle_of_words(reason), path=readable(path), detail=reason)
    finally:
        stream.close()


def _script(path: bytes, blocks: int) -> bytes:
    script = b"p=" + quote(path) + b'; if [ -L "$p" ]; then exit %d; fi; ' % _SPECIAL
    script += b'if [ -e "$p" ] && [ ! -f "$p" ]; then exit %d; fi; ' % _SPECIAL
    if not blocks:
        return script + b'exec cat "$p"'
    script += b'if command -v dd >/dev/null; then exec dd if="$p" bs=%d skip=%d; fi; ' % (_BLOCK, blocks)
    return script + b'exec tail -c +%d "$p"' % (blocks * _BLOCK + 1)


def _reason(stderr: bytes) -> str:
    """Return the tool's complaint without the path before it, which may say anything."""
    lines = [line for line in stderr.strip().split(b"\n") if not _COUNTS.match(line)]
    return readable(lines[-1].rpartition(b": ")[2][-200:]) if lines else ""
