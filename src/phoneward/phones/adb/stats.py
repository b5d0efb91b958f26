"""Exact times and link targets for many paths at once: `xargs -0 stat -c` in one shell, names in, records out.

The sync service knows whole seconds only. A record begins and ends with a random word, so nothing in a name can pass
for a record. Names go in in batches that end with `/`: its record closes the batch, so that names of which nothing
was told (stat had an error) are noticed at once.

Source: toybox toys/other/stat.c (`%y` is local time with nanoseconds, with the zone since 0.8.1; `%N` quotes by age:
"`name' -> `target'" up to 0.7.x, "name -> `target'" in 0.8.1, "name -> 'target'" since) and toys/posix/xargs.c (runs a
batch when the entry after it comes; `-0 -n` lost entries before 0.7.6, which `works` notices).
"""

import functools
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from phoneward.phones.adb.shell import Shell, ShellStream, fresh_word, quote, together
from phoneward.phones.adb.sync import kind_of
from phoneward.phones.base import Entry, FileKind
from phoneward.phones.errors import PhoneAnswerError, PhoneGoneError
from phoneward.phones.numbers import MAX_SIZE, within_reach
from phoneward.texts import _

BATCH = 1024
BATCH_BYTES = 96 * 1024
_GROUPS_AHEAD = 4
_GROUP_ITEMS = 2048
_MAX_RECORD = 64 * 1024
_MAX_OUTPUT = 8 << 20
"""Of one batch: 1,024 links, each to the longest target that Linux knows, and their names fit."""
_EPOCH_DAY = date(1970, 1, 1).toordinal()

_MODE = re.compile(rb"[0-9a-f]{1,8}")
_SECOND = re.compile(rb"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)")


def parse_time(text: bytes) -> int:
    """Return nanoseconds since 1970 UTC of `2026-11-21 21:39:29.344510214 +0000` (no zone: UTC).

    Raises:
        ValueError: it is no such time.
    """
    if text[19:20] != b"." or not (len(text) >= 29 and text[20:29].isdigit()) or text[29:] not in _IN_UTC:
        raise ValueError("not a time")
    return _seconds(text[:19]) * 10**9 + int(text[20:29])


_IN_UTC = {b"", b" +0000"}
"""What follows the fraction under TZ=UTC0; a phone that ignores TZ is not taken at its word (`works`)."""


@functools.lru_cache(maxsize=65536)
def _seconds(text: bytes) -> int:
    match = _SECOND.fullmatch(text)
    if match is None:
        raise ValueError("not a time")
    year, month, day, hour, minute, second = map(int, match.groups())
    return (date(year, month, day).toordinal() - _EPOCH_DAY) * 86400 + hour * 3600 + minute * 60 + second


def split_record(record: bytes, word: bytes) -> list[bytes] | None:
    """Return the five fields of a record, or None if it is none.

    Args:
        record: `WORD|mode in hex|size|mtime|ctime|%N`, without the closing word.
        word: the random word of this run.
    """
    fields = record.split(b"|", 5)
    return fields[1:] if len(fields) == 6 and fields[0] == word else None


def entry_of_record(fields: list[bytes], path: bytes) -> Entry | None:
    """Return the entry that a record's fields tell of `path`, None where they make no sense."""
    mode_text, size_text, mtime_text, ctime_text, name = fields
    target = link_target(name, path)
    if target is None or not _MODE.fullmatch(mode_text) or not (size_text.isdigit() and len(size_text) < 20):
        return None
    try:
        mtime_ns, ctime_ns = within_reach(parse_time(mtime_text)), within_reach(parse_time(ctime_text))
    except ValueError:
        return None
    mode, size = int(mode_text, 16), int(size_text)
    if size > MAX_SIZE:
        return None
    kind = kind_of(mode)
    if (kind is FileKind.SYMLINK) != bool(target):
        return None
    size = size if kind is FileKind.FILE else 0
    return Entry(path, kind, size, mode & 0o7777, mtime_ns, ctime_ns, target or None)


def link_target(name: bytes, path: bytes) -> bytes | None:
    """Return the target in a `%N` of `path`, b"" where there is none, None where it is the `%N` of something else."""
    if name == path:
        return b""
    shown = path if name.startswith(path) else b"`" + path + b"'"
    if name == shown:
        return b""
    if name.startswith(shown + b" -> ") and name[-1:] == b"'":
        target = name[len(shown) + 4 : -1]
        if target[:1] in {b"'", b"`"} and len(target) > 1:
            return target[1:]
    return None


def stat_command(word: bytes, batch: int = BATCH + 1) -> bytes:
    """Return the command that reads names, each closed by NUL, and writes records.

    toybox writes every field by itself: see `together`.
    """
    layout = word + b"|%f|%s|%y|%z|%N|" + word
    return b"export TZ=UTC0; " + together(b"stat -c " + quote(layout), batch, _MAX_OUTPUT)


class StatStream:
    """Names in, descriptions out, in order, one shell for all.

    Args:
        shell: of a phone for which `works` is true.
    """

    def __init__(self, shell: Shell) -> None:
        self._word = fresh_word()
        self._end = b"|" + self._word + b"\n"
        self._stream: ShellStream = shell.start(stat_command(self._word))
        self._output = self._stream.output()
        self._pending = b""
        self._records: deque[bytes] = deque()
        self._batches: deque[tuple[Sequence[bytes], int]] = deque()
        self._ended = False

    def close(self) -> None:
        """End the shell."""
        self._stream.close()

    def send(self, paths: Sequence[bytes], *, last: bool = False) -> None:
        """Queue a batch of at most BATCH paths; `/` fills it up (xargs counts to BATCH + 1) and its record closes it.

        Args:
            paths: clean ones.
            last: nothing follows, so nothing needs to be filled up.
        """
        closing = 1 if last else BATCH + 1 - len(paths)
        self._stream.send(b"".join([path + b"\0" for path in paths]) + b"/\0" * closing)
        self._batches.append((paths, closing))
        if last:
            self._ended = True
            self._stream.end_input()

    def receive(self) -> list[Entry | None]:
        """Return what was told of each path of the oldest batch; None where nothing was.

        Raises:
            PhoneGoneError: the connection was lost, or the shell ended early.
            PhoneAnswerError: there came more than was asked for.
        """
        paths, closing = self._next_batch()
        while not paths and self._batches:  # nobody waits for what only made xargs run the batch before it
            self._skip_closing(closing)
            paths, closing = self._next_batch()
        described = self._until_closing(len(paths))
        plain = plain_entries(described, paths, self._word)
        if plain is None:
            self._records.extendleft(reversed(described))
            return self._matched(paths, closing)
        self._skip_closing(closing)
        return plain

    def _next_batch(self) -> tuple[Sequence[bytes], int]:
        if not self._ended and len(self._batches) == 1:
            self.send(())  # xargs runs a batch only when something follows it
        return self._batches.popleft()

    def _skip_closing(self, closing: int) -> None:
        for _number in range(closing):
            fields = split_record(self._next_record(), self._word)
            if fields is None or fields[4] not in _CLOSING:
                raise PhoneAnswerError(detail=_("more descriptions than were asked for"))

    def _until_closing(self, most: int) -> list[bytes]:
        """Take the records before the next one of `/`, one more than `most` at most."""
        records: list[bytes] = []
        while len(records) <= most:
            record = self._next_record()
            if record.endswith(_CLOSING_ENDS):
                self._records.appendleft(record)
                break
            records.append(record)
        return records

    def _matched(self, paths: Sequence[bytes], closing: int) -> list[Entry | None]:
        """Put records beside the paths that they are of, whatever is missing and whatever stands between."""
        told: list[Entry | None] = []
        honest = len(paths) + closing
        while closing:
            honest -= 1
            if honest < 0:
                raise PhoneAnswerError(detail=_("more descriptions than were asked for"))
            fields = split_record(self._next_record(), self._word)
            if fields is None:
                continue
            for at in range(len(told), len(paths)):
                if link_target(fields[4], paths[at]) is not None:
                    told.extend([None] * (at - len(told)))
                    told.append(entry_of_record(fields, paths[at]))
                    break
            else:
                closing -= fields[4] in _CLOSING
        told.extend([None] * (len(paths) - len(told)))
        return told

    def _next_record(self) -> bytes:
        while not self._records:
            if len(self._pending) > _MAX_RECORD:
                raise PhoneAnswerError(detail=_("a description without an end"))
            piece = next(self._output, None)
            if piece is None:
                raise PhoneGoneError(detail=_("the phone's shell ended in the middle of its work"))
            *records, self._pending = (self._pending + piece).split(self._end)
            self._records.extend(records)
        return self._records.popleft()


_CLOSING = (b"/", b"`/'")
_CLOSING_ENDS = (b"|/", b"|`/'")


def plain_entries(records: Sequence[bytes], paths: Sequence[bytes], word: bytes) -> list[Entry | None] | None:
    """Return the entries of paths where there is one record for each, of a plain file or folder, in order; else None.

    What `split_record` and `entry_of_record` do for any record, these lines do for nearly every one.
    """
    if len(records) != len(paths):
        return None
    entries: list[Entry | None] = []
    for record, path in zip(records, paths, strict=True):
        fields = record.split(b"|", 5)
        if len(fields) != 6 or fields[5] != path or fields[0] != word:
            return None
        _word, mode_text, size_text, mtime, ctime, _name = fields
        kind = _PLAIN.get(mode_text[:1])
        mtime_ns, ctime_ns = _quick_time(mtime), _quick_time(ctime)
        if kind is None or mtime_ns is None or ctime_ns is None or not (size_text.isdigit() and len(size_text) < 19):
            return None
        if not _PERMISSIONS.fullmatch(mode_text, 1):
            return None
        permissions = int(mode_text[1:], 16)
        size = int(size_text) if kind is FileKind.FILE else 0
        entries.append(Entry(path, kind, size, permissions, mtime_ns, ctime_ns))
    return entries


_PLAIN = {b"8": FileKind.FILE, b"4": FileKind.DIRECTORY}
"""The first of four digits of `%f`: Linux's S_IFREG and S_IFDIR; the others are the permissions."""

_PERMISSIONS = re.compile(rb"[0-9a-f]{3}")


def _quick_time(text: bytes) -> int | None:
    """Return what `parse_time` returns for the years 1970 to 2199, None for what is to be looked at closely."""
    minute = _MINUTES.get(text[:17])
    if minute is None:
        minute = _learn_minute(text[:17])
    seconds, fraction = text[17:19], text[20:29]
    if (
        minute is None
        or text[19:20] != b"."
        or text[29:] not in _IN_UTC
        or not (seconds.isdigit() and fraction.isdigit() and len(fraction) == 9)
        or seconds > b"59"
    ):
        return None
    return (minute + int(seconds)) * 10**9 + int(fraction)


_MINUTES: dict[bytes, int] = {}
_MOST_MINUTES = 65_536


def _learn_minute(text: bytes) -> int | None:
    """Remember when a minute (`2026-11-21 21:39:`) began, in seconds since 1970 UTC."""
    try:
        began = _seconds(text + b"00")
    except ValueError:
        return None
    if not 0 <= began < _AD_2200:
        return None
    if len(_MINUTES) >= _MOST_MINUTES:
        _MINUTES.clear()
    _MINUTES[text] = began
    return began


_AD_2200 = 7_258_118_400

Item = TypeVar("Item")


def describe_all(
    shell: Shell, items: Iterable[Item], path_of: Callable[[Item], bytes | None]
) -> Iterator[list[tuple[Item, Entry | None]]]:
    """Describe many things with the phone's `stat`, keeping their order; yields them in groups.

    Args:
        shell: of a phone for which `works` is true; a command is started when the first path comes.
        items: anything; taken with a read-ahead of some thousand.
        path_of: the path to describe, or None to pass an item through.
    """
    stream: StatStream | None = None
    waiting: deque[_Group[Item]] = deque()
    source = iter(items)
    try:
        group = _next_group(source, path_of)
        while group.items:
            following = _next_group(source, path_of)
            if group.paths:
                stream = stream or StatStream(shell)
                stream.send(group.paths, last=not following.items)
            waiting.append(group)
            while waiting and (len(waiting) > _GROUPS_AHEAD or not following.items):
                yield _finished(waiting.popleft(), stream)
            group = following
    finally:
        if stream is not None:
            stream.close()


def describe_groups(
    shell: Shell, groups: Iterable[list[bytes]], is_ordinary: Callable[[list[bytes]], bool]
) -> Iterator[tuple[list[bytes], list[Entry | None]]]:
    """Describe paths, a group at a time; yields each group with what was told of its paths.

    Args:
        shell: of a phone for which `works` is true; a command is started when the first group comes.
        groups: a few are taken ahead.
        is_ordinary: whether a group may be asked about here: clean paths, some, at most BATCH, of BATCH_BYTES. Of the
            paths of other groups nothing is told.
    """
    stream: StatStream | None = None
    waiting: deque[tuple[list[bytes], bool]] = deque()

    def oldest() -> tuple[list[bytes], list[Entry | None]]:
        paths, asked = waiting.popleft()
        return paths, stream.receive() if asked and stream is not None else [None] * len(paths)

    try:
        for group in groups:
            asked = is_ordinary(group)
            if asked:
                stream = stream or StatStream(shell)
                stream.send(group)
            waiting.append((group, asked))
            if len(waiting) > _GROUPS_AHEAD:
                yield oldest()
        if stream is not None:
            stream.send((), last=True)
        while waiting:
            yield oldest()
    finally:
        if stream is not None:
            stream.close()


@dataclass(slots=True)
class _Group(Generic[Item]):
    items: list[tuple[Item, bool]]
    paths: list[bytes]


def _next_group(source: Iterator[Item], path_of: Callable[[Item], bytes | None]) -> _Group[Item]:
    group: _Group[Item] = _Group([], [])
    size = 0
    for item in source:
        path = path_of(item)
        group.items.append((item, path is not None))
        if path is not None:
            group.paths.append(path)
            size += len(path)
        if len(group.paths) == BATCH or size > BATCH_BYTES or len(group.items) == _GROUP_ITEMS:
            break
    return group


def _finished(group: _Group[Item], stream: StatStream | None) -> list[tuple[Item, Entry | None]]:
    told = iter(stream.receive() if stream is not None and group.paths else ())
    return [(item, next(told, None) if asked else None) for item, asked in group.items]


def works(shell: Shell) -> bool:
    """Tell whether this phone's tools describe paths as `StatStream` needs it: asked, not guessed from a version."""
    if not shell.has_protocol:
        return False
    word = fresh_word()
    paths = [b"/", b"/system", b"/", b"/", b"/system"]
    done = shell.run(stat_command(word, 2), stdin=b"".join([path + b"\0" for path in paths]), limit=1 << 16)
    records = [split_record(record, word) for record in done.stdout.split(b"|" + word + b"\n")[:-1]]
    if len(records) != len(paths):
        return False
    return all(fields and entry_of_record(fields, path) for fields, path in zip(records, paths, strict=True))
