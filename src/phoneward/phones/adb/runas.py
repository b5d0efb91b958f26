"""The private data of apps that were built for testing: the phone's shell may read it as the app itself (`run-as`).

Source: AOSP system/core/run-as/run-as.cpp: only for packages with the flag DEBUGGABLE, never root; it becomes the app's
user, goes to /data/user/0/PACKAGE and runs a command there. All that is asked of a phone's shell elsewhere is asked
through it here (`appphone`). The sync service knows no other user, so each file costs a shell.

An app has a second folder, /data/user_de/0/PACKAGE, which is open before the first unlocking; most keep nothing there.
"""

from collections.abc import Collection, Iterator
from typing import Final

from phoneward.errors import readable
from phoneward.phones.adb.appphone import BEFORE_UNLOCK, DATA, MAIN_USER, AppData, AppPhone, Main
from phoneward.phones.adb.shell import Services, Shell, ShellStream, quote
from phoneward.phones.base import AppInventory, Volume, VolumeKind
from phoneward.phones.paths import is_clean
from phoneward.phones.source import MOUNTS, Source
from phoneward.phones.words import NO_TOOLS, TOO_MANY_APPS

MAX_APPS: Final = 200
"""Far more apps of this kind than a developer's phone has; each costs some questions."""

_WORDS: Final = b"run-as: "


class RunAsShell(Shell):
    """The phone's shell, as an app.

    Args:
        services: the phone, which speaks shell protocol v2.
        package: the app; its name has been checked.
    """

    def __init__(self, services: Services, package: str) -> None:
        super().__init__(services, protocol=True)
        self._prefix = b"exec run-as " + package.encode("ascii") + b" sh -c "

    def start(self, command: bytes) -> ShellStream:
        """Return a running command."""
        return super().start(self._prefix + quote(command))


def app_data(phone: Main, inventory: AppInventory, *, without: Collection[str] = ()) -> AppData:
    """Ask the phone which of its debuggable apps it lets us read.

    Args:
        phone: open.
        inventory: its apps.
        without: packages that are read in another way.

    Raises:
        PhoneGoneError: the connection is lost.
    """
    found = AppData([], {})
    found_apps = (app for app in inventory.apps if app.is_debuggable and app.user_id == MAIN_USER)
    wanted = sorted({app.package for app in found_apps} - set(without))
    for number, package in enumerate(wanted):
        if not phone.shell.has_protocol or phone.mtime_precision_ns != 1:
            found.apps[package] = NO_TOOLS
        elif number >= MAX_APPS:
            found.apps[package] = TOO_MANY_APPS
        else:
            shell = RunAsShell(phone, package)
            done = shell.run(b"pwd -P", limit=1 << 16)
            root = done.stdout.removesuffix(b"\n")
            if done.code != 0 or not is_clean(root) or root == b"/":
                found.apps[package] = _complaint(done.stderr or done.stdout)
                continue
            found.apps[package] = ""
            mount = MOUNTS + b"run-as/" + package.encode("ascii")
            volumes = tuple(_volumes(shell, package, root))
            found.sources.append(Source(AppPhone(phone, shell), mount, volumes, of_phone=True))
    return found


def _complaint(words: bytes) -> str:
    """Return the tool's last line; never empty."""
    lines = words.strip().split(b"\n")
    return readable(lines[-1].removeprefix(_WORDS)[-200:]) or NO_TOOLS


def _volumes(shell: Shell, package: str, root: bytes) -> Iterator[Volume]:
    yield Volume(VolumeKind.APP_DATA, DATA, root, package, MAIN_USER, package=package)
    second = b"/data/user_de/0/" + package.encode("ascii")
    script = b"[ -e %s ] && { find %s ! -type d -print || echo; } 2>/dev/null | head -c 1" % (second, second)
    if second != root and shell.run(script, limit=1 << 16).stdout:  # something is in it, or it cannot be told
        yield Volume(VolumeKind.APP_DATA, BEFORE_UNLOCK, second, package, MAIN_USER, package=package)
