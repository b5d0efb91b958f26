"""Owners and SELinux contexts of a tree: `find -print0 | xargs -0 stat -c`, one command for all.

A record begins and ends with a random word, so nothing in a name can pass for a record; see `stats`.

Source: toybox toys/other/stat.c: `%u`, `%g` numbers, `%C` the context (`?` where the phone has none), `%n` the name as
it was given.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from phoneward.phones.adb.shell import Shell, fresh_word, quote
from phoneward.phones.adb.walk import find_command
from phoneward.phones.errors import PhoneAnswerError
from phoneward.phones.owning import Owned, Owner
from phoneward.phones.paths import is_below, is_clean
from phoneward.texts import _

_MAX_RECORD: Final = 64 * 1024
_MOST: Final = 10_000_000
"""Names of one app: far more than a phone has in all."""

_NUMBER: Final = re.compile(rb"\d{1,10}")
_LARGEST: Final = 2**32 - 1
CONTEXT: Final = re.compile(rb"[a-z0-9_]{1,64}:[a-z0-9_]{1,64}:[a-zA-Z0-9_]{1,128}:s0(?::c[0-9,.c]{1,200})?")
"""A context as Android's policies have them: user, role, type, and a level of one sensitivity with its categories
(AOSP system/sepolicy, `mls_decl`)."""


def parse_owner(record: bytes, word: bytes) -> Owned | None:
    """Return what a record without its end tells, None where it is none.

    Args:
        record: `WORD|uid|gid|context|path`.
        word: the random word of this run.
    """
    fields = record.split(b"|", 4)
    if len(fields) != 5 or fields[0] != word or not is_clean(fields[4]):
        return None
    _word, uid, gid, context, path = fields
    if not (_NUMBER.fullmatch(uid) and _NUMBER.fullmatch(gid)) or max(int(uid), int(gid)) > _LARGEST:
        return None
    return Owned(path, Owner(int(uid), int(gid), context if CONTEXT.fullmatch(context) else b""))


def owners(shell: Shell, root: bytes, skip: Sequence[bytes] = ()) -> Iterator[Owned]:
    """Yield the owner of a folder and of each name below it; see `OwningPhone`.

    Args:
        shell: may read the folder.
        root: the folder.
        skip: see `find_command`.

    Raises:
        PhoneGoneError: the connection is lost.
        PhoneAnswerError: a flood.
    """
    word = fresh_word()
    layout = word + b"|%u|%g|%C|%n|" + word
    names = b"{ printf '%%s\\0' %s; %s; }" % (quote(root), find_command(root, skip))
    stream = shell.start(b"exec 2>/dev/null; %s | xargs -0 stat -c %s | cat" % (names, quote(layout)))
    try:
        stream.end_input()
        told = 0
        for record in _records(stream.output(), b"|" + word + b"\n"):
            found = parse_owner(record, word)
            if found is None or not (found.path == root or is_below(found.path, root)):
                continue
            told += 1
            if told > _MOST:
                raise PhoneAnswerError(detail=_("more descriptions than were asked for"))
            yield found
    finally:
        stream.close()


def _records(output: Iterator[bytes], end: bytes) -> Iterator[bytes]:
    pending = b""
    for piece in output:
        *records, pending = (pending + piece).split(end)
        yield from records
        if len(pending) > _MAX_RECORD:
            raise PhoneAnswerError(detail=_("a description without an end"))
