"""What a root shell does before and after an app's data is sent: folders of ours, labels, and changing places.

Everything happens in the folder that holds all apps' folders (`base`), entered with `cd -P` and still the one that was
asked for. Ours are called `@phoneward-…`: no package has an `@` in its name, so Android's own sweeping (AOSP
AppDataHelper.java `reconcileAppsDataLI`, which has installd destroy folders of apps that are not installed) is refused
by installd itself (utils.cpp `is_valid_package_name`).

Source: toybox' mkdir, mv, rm, chcon, restorecon (toys/android/restorecon.c: without `-D` app data is passed over).
"""

import re
from collections.abc import Sequence
from typing import Final

from phoneward.phones.adb.push_steps import batches, patient
from phoneward.phones.adb.shell import Shell, quote
from phoneward.phones.errors import PhoneAnswerError
from phoneward.texts import _

NEW, OLD = b"@phoneward-new-", b"@phoneward-old-"
"""What our folders' names begin with: `@phoneward-new-TOKEN-PACKAGE`, `@phoneward-old-DATE-TIME-PACKAGE`."""

_LIMIT: Final = 1 << 20
_ENTER: Final = b'cd -P -- %s && [ "$PWD" = %s ] || exit 9; '
_OLD_NAME: Final = re.compile(rb"@phoneward-old-\d{8}-\d{6}-(.+)")

SWAPPED, NOT_ENTERED, NO_NEW, OLD_TAKEN, STAYS, UNDONE = 0, 9, 8, 7, 6, 5
"""What `swap` answers. All but the first: the app's folder is as it was."""

_SWAP: Final = (
    b"trap '' HUP INT TERM PIPE; "
    b"[ -d ./%(new)b ] && [ ! -L ./%(new)b ] || exit 8; "
    b"if [ -e ./%(app)b ] || [ -L ./%(app)b ]; then "
    b"if [ -e ./%(old)b ] || [ -L ./%(old)b ]; then exit 7; fi; "
    b"mv -n -- ./%(app)b ./%(old)b; if [ -e ./%(app)b ] || [ -L ./%(app)b ]; then exit 6; fi; fi; "
    b"mv -n -- ./%(new)b ./%(app)b; if [ -d ./%(app)b ] && [ ! -e ./%(new)b ]; then exit 0; fi; "
    b"mv -n -- ./%(old)b ./%(app)b; exit 5"
)
_UNDO: Final = (
    b"trap '' HUP INT TERM PIPE; "
    b"mv -n -- ./%(app)b ./%(new)b; [ ! -e ./%(app)b ] || exit 6; "
    b"if [ -d ./%(old)b ]; then mv -n -- ./%(old)b ./%(app)b && [ -d ./%(app)b ] || exit 5; fi"
)
_RECOVER: Final = (
    b"trap '' HUP INT TERM PIPE; "
    b"if [ ! -e ./%(app)b ] && [ ! -L ./%(app)b ]; then last=; for o in ./%(old)b????????-??????-%(app)b; do "
    b'[ -d "$o" ] && [ ! -L "$o" ] && last=$o; done; '
    b'[ -n "$last" ] && mv -n -- "$last" ./%(app)b && echo back; fi; '
    b"for n in ./%(new)b????????????????-%(app)b; do "
    b'[ -d "$n" ] && [ ! -L "$n" ] && rm -rf -- "$n"; done; exit 0'
)


def enter(base: bytes) -> bytes:
    """Return a command that goes to a folder, or ends with 9."""
    return _ENTER % (quote(base), quote(base))


def new_name(package: str, token: bytes) -> bytes:
    """Return the name of the folder that new data is put into; `token` has sixteen hexadecimal digits."""
    return NEW + token + b"-" + package.encode("ascii")


def old_name(package: str, when: bytes) -> bytes:
    """Return the name that old data gets; `when` is `YYYYMMDD-HHMMSS`."""
    return OLD + when + b"-" + package.encode("ascii")


def is_old_name(name: bytes, package: str) -> bool:
    """Tell whether a folder holds data of this app that was set aside."""
    found = _OLD_NAME.fullmatch(name)
    return found is not None and found[1] == package.encode("ascii")


def make_new(shell: Shell, base: bytes, new: bytes) -> None:
    """Make the folder that new data is put into, of root alone.

    Raises:
        PhoneAnswerError: it could not be made.
    """
    done = shell.run(enter(base) + b"umask 077; mkdir -- ./%s" % quote(new), limit=_LIMIT)
    if done.code != 0:
        raise PhoneAnswerError(detail=_("no folder could be made for the new data"))


def remove_new(shell: Shell, base: bytes, new: bytes) -> None:
    """Remove it with what is in it."""
    shell.run(patient(enter(base) + b"rm -rf -- ./%s" % quote(new)), limit=_LIMIT)


def recover(shell: Shell, base: bytes, package: str) -> bool:
    """Undo what a run that was cut off left: old data is put back where nothing is in its place; new data is removed.

    Returns:
        Whether old data was put back.
    """
    script = enter(base) + _RECOVER % _names(package, NEW, OLD)
    return shell.run(patient(script), limit=_LIMIT).stdout == b"back\n"


def swap(shell: Shell, base: bytes, package: str, new: bytes, old: bytes) -> int:
    """Give the app's folder the old name, and the new folder the app's; returns one of the codes above."""
    return _move(shell, base, _SWAP % _names(package, new, old))


def undo(shell: Shell, base: bytes, package: str, new: bytes, old: bytes) -> bool:
    """Undo a swap; tells whether the old data is in its place again."""
    return _move(shell, base, _UNDO % _names(package, new, old)) == 0


def _move(shell: Shell, base: bytes, script: bytes) -> int:
    return shell.run(enter(base) + script, limit=_LIMIT).code


def _names(package: str, new: bytes, old: bytes) -> dict[bytes, bytes]:
    return {b"app": package.encode("ascii"), b"new": new, b"old": old}


def label(shell: Shell, folder: bytes, context: bytes, others: Sequence[tuple[bytes, bytes]]) -> None:
    """Give a folder and all below it a context, and some names another. Whether it worked is seen by looking.

    Args:
        shell: with root rights.
        folder: of ours.
        context: for nearly all.
        others: a path below the folder and its context.
    """
    shell.run(patient(b"chcon -h -R %s %s" % (quote(context), quote(folder))), limit=_LIMIT)
    for other in dict.fromkeys(context for _path, context in others):
        for some in batches(path for path, context in others if context == other):
            names = b"".join([path + b"\0" for path in some])
            shell.run(b"xargs -0 chcon -h %s 2>/dev/null" % quote(other), stdin=names, limit=_LIMIT)


def restorecon(shell: Shell, folder: bytes) -> bool:
    """Have the phone itself give an app's folder its contexts; tells whether its tool says that it did."""
    done = shell.run(patient(b"restorecon -D -F -R %s" % quote(folder)), limit=_LIMIT)
    return done.code == 0
