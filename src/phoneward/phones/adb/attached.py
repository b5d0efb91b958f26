"""The bytes behind a record (a picture in a message, a contact's photo) by `content read`.

Source: AOSP frameworks/base/cmds/content/src/com/android/commands/content/Content.java, ReadCommand.onExecute(): the
provider's `openFile` for the URI, copied to standard output as it is. A failure is an exception on standard error,
also in the middle, and the exit code stays 0 (execute()). Sources of CyanogenMod (Android 6 or 7), 11 and 14 have it,
those of SlimRoms (Android 4.4 or 5) do not: such a `content` prints how it is used and `[ERROR]` on standard output,
with exit code 0. From which version on it exists is not checked: it is tried.

Only the exit packet of the shell protocol proves that the bytes are whole, so a phone without it is not asked.
"""

from collections.abc import Iterator
from typing import Final

from phoneward.phones.adb.content import complaint_in, obstacle_of, the_exception
from phoneward.phones.adb.content_tables import TABLES
from phoneward.phones.adb.shell import Shell
from phoneward.phones.errors import RecordBytesError
from phoneward.phones.records import RecordKind, RecordObstacle

_USAGE: Final = b"usage: adb shell content "
_UNSUPPORTED: Final = b"[ERROR] Unsupported operation"
_MAX_USAGE: Final = 16 << 10
_GONE: Final = b"FileNotFoundException"


def attached_bytes(shell: Shell, kind: RecordKind, number: int, limit: int) -> Iterator[bytes]:
    """Yield them; see `phones.records.RecordsPhone.record_bytes`."""
    if not shell.has_protocol:
        raise RecordBytesError(RecordObstacle.UNANSWERED, detail="no exit codes")
    stream = shell.start(b"content read --uri %s/%d" % (TABLES[kind].uri, number))
    try:
        stream.end_input()
        size = 0
        usage = b""
        for piece in stream.output():
            size += len(piece)
            if size > limit:
                raise RecordBytesError(RecordObstacle.UNANSWERED, detail=f"> {limit}")
            usage += piece
            if len(usage) != size or size > _MAX_USAGE or not _USAGE.startswith(usage[: len(_USAGE)]):
                yield usage
                usage = b""
        words = complaint_in(stream.stderr)
        if words or stream.code:
            obstacle = RecordObstacle.ABSENT if _GONE in words else obstacle_of(words)
            raise RecordBytesError(obstacle, detail=the_exception(words))
        if _UNSUPPORTED in usage:
            raise RecordBytesError(RecordObstacle.UNANSWERED, detail=_UNSUPPORTED.decode())
        if usage:
            yield usage
    finally:
        stream.close()
