"""A shell with root rights: where adbd itself has them, or a `su` of the phone grants them.

Which way works is asked, not guessed: each is told to print who it is and a random word. A `su` that lies about it
gains nothing: what it cannot read is named as a gap, and what it did not write is seen when it is read back.

adbd is never restarted as root from here: that cuts off everybody else's work over adb, and leaves the phone open to
any program of this computer. A person who wants it types `adb root`, and is told so.

Sources: Magisk docs/tools.md and KernelSU docs (`su -c COMMAND` runs it with `sh -c`, asks the person on the screen);
AOSP system/extras/su/su.cpp (`su [WHO [COMMAND…]]`, of userdebug builds, knows no `-c`); packages/modules/adb
daemon/restart_service.cpp `restart_root_service` (where `ro.debuggable` is not 1: "adbd cannot run as root in
production builds").
"""

from typing import Final

from phoneward.errors import readable
from phoneward.phones.adb.shell import Services, Shell, ShellStream, fresh_word, quote
from phoneward.phones.errors import AdbRootOffError, NoRootError, PhoneAnswerError, PhoneSilentError
from phoneward.phones.words import NO_SU, NO_TOOLS

_PLACES: Final = (
    b"su",
    b"/system/xbin/su",
    b"/sbin/su",
    b"/debug_ramdisk/su",
    b"/data/adb/ksu/bin/su",
    b"/data/adb/ap/bin/su",
)
_LIMIT: Final = 1 << 16
_TAKEN: Final = 200


class RootShell(Shell):
    """The phone's shell, as root.

    Args:
        services: the phone, which speaks shell protocol v2.
        prefix: what stands before a command, quoted as one word; empty where adbd runs everything as root.
    """

    def __init__(self, services: Services, prefix: bytes = b"") -> None:
        super().__init__(services, protocol=True)
        self._prefix = prefix

    def start(self, command: bytes) -> ShellStream:
        """Return a running command."""
        return super().start(self._prefix + quote(command) if self._prefix else command)


def root_shell(services: Services, shell: Shell) -> RootShell:
    """Return a shell with root rights. Somebody may have to allow it on the phone's screen.

    Args:
        services: the phone.
        shell: its own.

    Raises:
        AdbRootOffError: there is none, but `adb root` may give some.
        NoRootError: there is none.
        PhoneGoneError: the connection is lost.
    """
    if not shell.has_protocol:
        raise NoRootError(detail=NO_TOOLS)
    said = ""
    if _is_root(found := RootShell(services)) == "":
        return found
    for place in _programs(shell):
        for way in (b"exec %s -c ", b"exec %s 0 sh -c "):
            found = RootShell(services, way % place)
            words = _is_root(found)
            if not words:
                return found
            said = said or words
            if "denied" in words.lower() or "not allowed" in words.lower():
                raise NoRootError(detail=words)  # asked once more, it would ask the person once more
    if _may_root_adbd(shell):
        raise AdbRootOffError
    raise NoRootError(detail=said or NO_SU)


def _programs(shell: Shell) -> list[bytes]:
    """Return the places of `su` that there are."""
    script = b"for s in %s; do command -v $s >/dev/null 2>&1 && echo $s; done; :" % b" ".join(_PLACES)
    told = shell.run(script, limit=_LIMIT).stdout.split(b"\n")
    return [place for place in _PLACES if place in told]


def _may_root_adbd(shell: Shell) -> bool:
    """Tell whether this is a build for developers: only there adbd can be told to run as root."""
    return shell.run(b"getprop ro.debuggable", limit=_LIMIT).stdout.strip() == b"1"


def _is_root(shell: RootShell) -> str:
    """Return nothing where a shell has root rights, else what it said."""
    word = fresh_word()
    try:
        done = shell.run(b"id -u && echo " + word, limit=_LIMIT)
    except (PhoneAnswerError, PhoneSilentError) as error:  # a su that floods or hangs is none
        return error.sentence()
    if (done.code, done.stdout) == (0, b"0\n" + word + b"\n"):
        return ""
    return readable((done.stderr.strip() or done.stdout.replace(word, b"").strip())[-_TAKEN:]) or NO_SU
