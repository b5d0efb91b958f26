"""Putting an app back: its base APK and its splits in one install session, never over an installed app.

Source: AOSP PackageManagerShellCommand.java; `-R` forbids replacing since Android 9, before that nothing is replaced
without `-r`.
"""

from collections.abc import Sequence

from phoneward.errors import readable
from phoneward.phones.adb import pm
from phoneward.phones.adb.sessions import Refused, Session
from phoneward.phones.adb.shell import Shell, quote
from phoneward.phones.errors import InstallRefusedError
from phoneward.phones.words import INSTALLED_MEANWHILE, NO_SESSION
from phoneward.phones.writing import ApkFile

_LIMIT = 1 << 20
_MAIN_USER = 0
_CREATES = (b"-R --user %d" % _MAIN_USER, b"--user %d" % _MAIN_USER, b"")


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

    def failed(refused: Refused) -> InstallRefusedError:
        return InstallRefusedError(package=readable(package), reason=refused.reason, words=refused.words)

    if not pm.is_package(package):
        raise failed(Refused("", NO_SESSION, ""))
    if is_installed(shell, package) is not False:
        raise failed(Refused("", INSTALLED_MEANWHILE, ""))
    Session(shell, apks, _CREATES, failed).run()
    if is_installed(shell, package) is not True:
        raise failed(Refused("", NO_SESSION, ""))
