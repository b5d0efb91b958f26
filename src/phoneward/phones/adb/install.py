"""Putting an app back: its base APK and its splits in one install session, streamed, never over an installed app.

Source: AOSP PackageManagerShellCommand.java, `runInstallCreate` ("Success: created install session [N]"),
`runInstallWrite` ("Success: streamed N bytes"; `-` reads standard input), `runInstallCommit` ("Success", or
"Failure [STATUS: words]"), `runInstallAbandon`; `-R` forbids replacing since Android 9, before that nothing is replaced
without `-r`. The words of STATUS: PackageManager.java, INSTALL_FAILED_… and INSTALL_PARSE_FAILED_….
"""

import re
from collections.abc import Sequence

from phoneward.errors import readable
from phoneward.phones.adb import pm
from phoneward.phones.adb.push_steps import patient
from phoneward.phones.adb.shell import Finished, Shell, quote
from phoneward.phones.errors import InstallRefusedError, PhoneGoneError
from phoneward.phones.words import INSTALL_WORDS, INSTALLED_MEANWHILE, NO_SESSION
from phoneward.phones.writing import ApkFile

_LIMIT = 1 << 20
_MAIN_USER = 0
_APK_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}\.apk")
_SESSION = re.compile(rb"Success: created install session \[(\d{1,10})\]")
_FAILURE = re.compile(rb"Failure \[([A-Z_0-9]{1,80})(?:: ([^\n]{0,500}))?\]?")


def is_installed(shell: Shell, package: str) -> bool | None:
    """Tell whether the main user has an app; None where `pm path` gives no clear answer.

    Source: `runPath` prints `package:PATH` for each APK and ends with 0, or prints nothing and ends with 1.
    """
    if not pm.is_package(package):
        return None
    done = shell.run(b"pm path --user %d %s" % (_MAIN_USER, quote(package.encode())), limit=_LIMIT)
    if b"Unknown option" in done.stdout:
        done = shell.run(b"pm path " + quote(package.encode()), limit=_LIMIT)
    if done.code == 0 and done.stdout.startswith(b"package:"):
        return True
    return False if done.code == 1 and not done.stdout.strip() else None


def install(shell: Shell, package: str, apks: Sequence[ApkFile]) -> None:
    """Install an app's whole set; see `WritablePhone.install`."""
    if not pm.is_package(package) or not all(_APK_NAME.fullmatch(apk.name) for apk in apks) or not apks:
        raise InstallRefusedError(package=readable(package), reason=NO_SESSION, words="")
    if is_installed(shell, package) is not False:
        raise InstallRefusedError(package=package, reason=INSTALLED_MEANWHILE, words="")
    session = _create(shell, package, sum(apk.size for apk in apks))
    committed = False
    try:
        for apk in apks:
            _write(shell, package, session, apk)
        done = shell.run(patient(b"pm install-commit %d 2>&1" % session), limit=_LIMIT)
        committed = done.stdout.strip() == b"Success"
        if not committed:
            raise _refused(package, done)
        if is_installed(shell, package) is not True:
            raise InstallRefusedError(package=package, reason=NO_SESSION, words=_words(done))
    except PhoneGoneError:
        committed = True  # nobody is there to be asked; the phone drops sessions that were never committed
        raise
    finally:
        if not committed:
            shell.run(b"pm install-abandon %d 2>&1" % session, limit=_LIMIT)


def _create(shell: Shell, package: str, size: int) -> int:
    done = Finished(b"", b"", -1)
    for options in (b"-R --user %d " % _MAIN_USER, b"--user %d " % _MAIN_USER, b""):
        done = shell.run(b"pm install-create %s-S %d 2>&1" % (options, size), limit=_LIMIT)
        made = _SESSION.search(done.stdout)
        if made:
            return int(made[1])
        if b"nknown option" not in done.stdout:
            break
    raise _refused(package, done)


def _write(shell: Shell, package: str, session: int, apk: ApkFile) -> None:
    command = b"pm install-write -S %d %d %s - 2>&1" % (apk.size, session, quote(apk.name.encode("ascii")))
    stream = shell.start(patient(command))
    try:
        for piece in apk.pieces():
            stream.send_steadily(piece)
        stream.end_input()
        answer = bytearray()
        for piece in stream.output():
            answer += piece[: _LIMIT - len(answer)]
        done = Finished(bytes(answer), stream.stderr, stream.code if stream.code is not None else -1)
    finally:
        stream.close()
    if done.code != 0 or b"Success" not in done.stdout:
        raise _refused(package, done)


def _refused(package: str, done: Finished) -> InstallRefusedError:
    """Put the phone's answer into words: ours for what is common, and its own beside them."""
    failure = parse_failure(done.stdout)
    return InstallRefusedError(package=package, reason=INSTALL_WORDS.get(failure, NO_SESSION), words=_words(done))


def parse_failure(answer: bytes) -> str:
    """Return the status of `Failure [STATUS: words]`, empty where there is none."""
    found = _FAILURE.search(answer)
    return found[1].decode("ascii") if found else ""


def _words(done: Finished) -> str:
    lines = (done.stdout or done.stderr).strip().split(b"\n")
    told = next((line for line in lines if line.startswith((b"Failure", b"Error", b"java."))), lines[0])
    return readable(told[:300].strip())
