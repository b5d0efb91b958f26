"""Walks of a tree on the phone. Which one is used depends on what the phone can do (`AdbPhone.listing_method`).

- `sync-v2`: folders by the sync service, many asked at once. Complete (errors per name, sizes of 64 bits), with change
  times, in whole seconds, and several times faster than any command of the phone (docs/decisions/0004-adb-transfer.md).
- `find`: the phone's `find -print0`, described by `stat` (phones before Android 11, and paths over 1,024 bytes).
- `sync-v1`: the oldest phones: whole seconds, no change times, sizes modulo 4 GiB, unreadable names left out.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Protocol

from phoneward.errors import readable
from phoneward.phones.adb import sync
from phoneward.phones.adb.shell import Shell, quote
from phoneward.phones.adb.stats import describe_all
from phoneward.phones.adb.wire import Channel
from phoneward.phones.base import Entry, FileKind, ListingItem, Obstacle, Unreadable
from phoneward.phones.errors import PhoneAnswerError
from phoneward.phones.paths import MAX_PATH_BYTES, is_below, is_clean, join
from phoneward.phones.words import NOT_DESCRIBED, PATH_TOO_LONG
from phoneward.texts import _

FOLDERS_AHEAD = 64
_MAX_WAITING = 4_000_000
CHECKED_TOGETHER = 64
_MAX_HINTS = 200
MAX_DOTS = 100
_COMMAND_BYTES = 16 * 1024
"""Detail of a name that `find` gave and `stat` said nothing of: it vanished in between, or may not be looked at."""


class WalkSource(Protocol):
    """The phone as this module needs it."""

    @property
    def shell(self) -> Shell:
        """Its shell."""

    def open_sync(self) -> Channel:
        """Return a new sync connection."""


class SyncWalk:
    """A walk by the sync service.

    Args:
        source: the phone.
        word: sync.LIST_V2 or LIST_V1.
        by_find: whether folders with too long a path can be walked by `find`.
    """

    def __init__(self, source: WalkSource, word: bytes, *, by_find: bool) -> None:
        self._source = source
        self._word = word
        self._by_find = by_find
        self._waiting: deque[bytes] = deque()
        self._asked: deque[bytes] = deque()
        self._silent: list[bytes] = []

    def items(self, root: bytes) -> Iterator[ListingItem]:
        """Yield every name below a folder; symbolic links come without their target."""
        channel = self._source.open_sync()
        self._waiting.append(root)
        try:
            while self._waiting or self._asked:
                yield from self._ask(channel)
                if self._asked:
                    yield from self._folder(channel, self._asked.popleft())
                if len(self._silent) >= CHECKED_TOGETHER:
                    yield from self._check_silent()
            yield from self._check_silent()
        finally:
            channel.close()

    def _ask(self, channel: Channel) -> Iterator[ListingItem]:
        while self._waiting and len(self._asked) < FOLDERS_AHEAD:
            folder = self._waiting.pop()
            if len(folder) <= sync.MAX_PATH:
                channel.post(sync.request(self._word, folder))
                self._asked.append(folder)
            elif self._by_find:
                yield from find_walk(self._source.shell, folder)
            else:
                yield Unreadable(folder, Obstacle.TOO_LONG, PATH_TOO_LONG)

    def _folder(self, channel: Channel, folder: bytes) -> Iterator[ListingItem]:
        opened = False
        dots = 0
        while (found := sync.read_name(channel, self._word)) is not None:
            opened = True
            name, told = found
            if name in {b".", b".."}:
                dots += 1
                if dots > MAX_DOTS:
                    raise PhoneAnswerError(detail=_("a folder that holds itself again and again"))
                continue
            if b"/" in name or b"\0" in name:
                yield Unreadable(folder, Obstacle.BAD_NAME, readable(name[:300]))
                continue
            path = join(folder, name)
            item = sync.item_of(path, told)
            yield item
            if isinstance(item, Entry) and item.kind is FileKind.DIRECTORY:
                yield from self._enter(path)
        if not opened:
            self._silent.append(folder)

    def _enter(self, path: bytes) -> Iterator[ListingItem]:
        if len(path) > MAX_PATH_BYTES:
            yield Unreadable(path, Obstacle.TOO_LONG)
        elif len(self._waiting) >= _MAX_WAITING:
            raise PhoneAnswerError(detail=_("more folders than any phone has"))
        else:
            self._waiting.append(path)

    def _check_silent(self) -> Iterator[Unreadable]:
        """Find out which folders were answered as empty because they could not be opened."""
        folders, self._silent = self._silent, []
        yield from unlistable(self._source.shell, folders)


def unlistable(shell: Shell, folders: list[bytes]) -> Iterator[Unreadable]:
    """Yield those of these folders that the phone's `ls` cannot list, judged by its exit code.

    All together first: nearly always every one of them is simply empty.
    """
    for some in _together(folders, CHECKED_TOGETHER if shell.has_protocol else 1):
        if len(some) > 1 and shell.run(b"ls -a " + b" ".join(map(quote, some)) + b" >/dev/null 2>&1").code == 0:
            continue
        for folder in some:
            if len(quote(folder)) > _COMMAND_BYTES:
                yield Unreadable(folder, Obstacle.TOO_LONG)
                continue
            done = shell.run(b"ls -a " + quote(folder) + b" 2>&1 >/dev/null", limit=1 << 20)
            if done.code != 0:
                words = readable(done.stdout.strip().rpartition(b": ")[2][-200:])
                yield Unreadable(folder, sync.obstacle_of_words(words), words)


def _together(folders: list[bytes], most: int) -> Iterator[list[bytes]]:
    """Part folders into groups whose names fit into one command."""
    some: list[bytes] = []
    size = 0
    for folder in folders:
        length = len(quote(folder)) + 1
        if some and (len(some) == most or size + length > _COMMAND_BYTES):
            yield some
            some, size = [], 0
        some.append(folder)
        size += length
    if some:
        yield some


def find_command(root: bytes, skip: Sequence[bytes] = (), *, top: bool = False) -> bytes:
    """Return the command that prints every name below a folder, each closed by NUL.

    Args:
        root: the folder.
        top: the folder itself, too.
        skip: names in it that are left out with all below them; with these neither may hold `*`, `?`, `[` or a
            backslash, which `-path` takes for patterns.
    """
    left_out = b" -o ".join(b"-path " + quote(join(root, name)) for name in skip)
    # All in one group: for toybox -mindepth is a test among tests, and what follows -o would be done without it.
    chosen = b"\\( \\( " + left_out + b" \\) -prune -o -print0 \\)" if skip else b"-print0"
    return b"find " + quote(root) + b" " + (b"" if top else b"-mindepth 1 ") + chosen


def find_walk(shell: Shell, root: bytes, skip: Sequence[bytes] = ()) -> Iterator[ListingItem]:
    """Yield every name below a folder by `find -print0` and `stat`; see `find_command`."""
    stream = shell.start(find_command(root, skip))
    try:
        stream.end_input()
        for group in describe_all(shell, _names(stream.output()), _as_it_is):
            for path, entry in group:
                yield _checked(path, entry, root)
        if stream.code != 0:
            yield from _unreached(shell, root, stream.stderr)
    finally:
        stream.close()


def undescribed(shell: Shell, path: bytes) -> Unreadable:
    """Say why a path has no description, by the complaint of the phone's `stat`."""
    if not is_clean(path):
        return Unreadable(path, Obstacle.BAD_NAME)
    if len(path) > _COMMAND_BYTES:
        return Unreadable(path, Obstacle.TOO_LONG)
    done = shell.run(b"stat " + quote(path) + b" 2>&1 >/dev/null", limit=1 << 20)
    words = readable(done.stdout.strip().rpartition(b": ")[2][-200:])
    obstacle = sync.obstacle_of_words(words)
    if len(path) > sync.MAX_PATH and (done.code == 0 or obstacle is Obstacle.READ_ERROR):
        obstacle = Obstacle.TOO_LONG
    return Unreadable(path, obstacle, words or NOT_DESCRIBED)


def _checked(path: bytes, entry: Entry | None, root: bytes) -> ListingItem:
    if not is_clean(path) or not is_below(path, root):
        return Unreadable(root, Obstacle.BAD_NAME, readable(path[-300:]))
    return entry or Unreadable(path, Obstacle.READ_ERROR, NOT_DESCRIBED)


def _as_it_is(path: bytes) -> bytes | None:
    return path if is_clean(path) else None


def _names(output: Iterator[bytes]) -> Iterator[bytes]:
    """Yield names, each closed by NUL."""
    pending = b""
    for piece in output:
        *names, pending = (pending + piece).split(b"\0")
        yield from names
        if len(pending) > MAX_PATH_BYTES:
            raise PhoneAnswerError(detail=_("a name without an end"))
    if pending:
        raise PhoneAnswerError(detail=_("a name was cut off"))


def _unreached(shell: Shell, root: bytes, stderr: bytes) -> Iterator[Unreadable]:
    """Yield the folders that `find` could not enter: its words are hints, each is asked again.

    Where no hint holds, the whole tree is named, since something of it is missing.
    """
    hints = {root}
    for line in stderr.split(b"\nfind: ")[:_MAX_HINTS]:
        path = line.removeprefix(b"find: ").rpartition(b": ")[0].strip(b"'\"`\n")
        if is_clean(path) and is_below(path, root):
            hints.add(path)
    found = list(unlistable(shell, sorted(hints)))
    yield from found or [Unreadable(root, Obstacle.READ_ERROR, readable(stderr[-200:].strip()))]
