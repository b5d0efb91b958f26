"""The private data of apps on a rooted phone: both folders of each app, with the app closed meanwhile.

What Android itself makes anew stays out: `cache`, `code_cache` (AOSP installd, `create_app_data`), and `lib`, a link to
the app's own libraries (older Androids).

Sources: AOSP ActivityManagerShellCommand.java `runForceStop`; UserHandle.java (user numbers); toybox toys/posix/ps.c,
du.c.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from phoneward.phones.adb import owners, pm, rooted_bulk
from phoneward.phones.adb.appphone import BEFORE_UNLOCK, DATA, MAIN_USER, AppData, AppPhone, Main
from phoneward.phones.adb.push_steps import patient
from phoneward.phones.adb.rootshell import RootShell
from phoneward.phones.adb.shell import Shell, quote
from phoneward.phones.base import AppInventory, FileStream, InstalledApp, Volume, VolumeKind
from phoneward.phones.errors import NoRootError, PhoneAnswerError
from phoneward.phones.owning import Owned
from phoneward.phones.paths import is_clean
from phoneward.phones.source import MOUNTS, Source
from phoneward.phones.words import NO_DATA_FOLDER, NO_TOOLS, NOT_INSTALLED, PART_OF_SYSTEM
from phoneward.texts import _

LEFT_OUT: Final = (b"cache", b"code_cache", b"lib")
"""Names in an app's folder that are left out."""

FOLDERS: Final = ((DATA, b"/data/user/0"), (BEFORE_UNLOCK, b"/data/user_de/0"))
"""The names of an app's folders in a snapshot, and the phone's folders that they lie in."""

_FIRST_APP_ID: Final = 10_000
"""AOSP android_filesystem_config.h, AID_APP_START: what is below belongs to the system."""

_PER_USER: Final = 100_000
_LIMIT: Final = 1 << 22
_AT_ONCE: Final = 200
_MEASURE: Final = (
    b"for a; do set --; for d in %s/$a %s/$a; do if [ -d $d ] && [ ! -L $d ]; then t=$(du -sk $d); c=0; "
    b"for x in cache code_cache; do if [ -d $d/$x ] && [ ! -L $d/$x ]; then y=$(du -sk $d/$x); "
    b'c=$((c+${y%%%%[!0-9]*})); fi; done; set -- "$@" $((${t%%%%[!0-9]*}-c)); else set -- "$@" -; fi; done; '
    b'echo $a "$@"; done 2>/dev/null'
)


@dataclass(frozen=True, slots=True)
class RootedApp:
    """An app whose data is to be taken.

    Attributes:
        uid: its number on this phone.
        data_bytes: what its folders hold without what is left out, as `du` counts it; 0 where it does not tell.
        is_running: whether something of it runs now, and is closed.
        folders: which of its folders there are, by `Volume.name`, with their places.
    """

    package: str
    uid: int
    version_name: str
    data_bytes: int
    is_running: bool
    folders: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class RootedPlan:
    """What would be taken.

    Attributes:
        refused: apps that were asked for and cannot be had, each with why.
    """

    apps: tuple[RootedApp, ...]
    refused: dict[str, str] = field(default_factory=dict)


class Rooted:
    """A rooted phone.

    Args:
        phone: open.
        shell: of it, with root rights.

    Attributes:
        bases: the names of an app's folders in a snapshot, and the phone's folders that they lie in.
    """

    def __init__(self, phone: Main, shell: RootShell) -> None:
        self._phone = phone
        self.shell = shell
        self.bases = tuple((name, _resolved(shell, place)) for name, place in FOLDERS)

    def plan(self, inventory: AppInventory, packages: Sequence[str] = ()) -> RootedPlan:
        """Find out what there is. Nothing is closed yet.

        Args:
            inventory: the phone's apps.
            packages: which apps; none: all that the owner has installed.

        Raises:
            NoRootError: this phone's tools cannot do it.
            PhoneGoneError: the connection is lost.
        """
        if self._phone.mtime_precision_ns != 1:
            raise NoRootError(detail=NO_TOOLS)
        known = {app.package: app for app in inventory.apps if app.user_id == MAIN_USER}
        wanted = list(dict.fromkeys(packages)) or sorted(name for name, app in known.items() if not app.is_system)
        refused: dict[str, str] = {}
        asked: list[InstalledApp] = []
        for package in wanted:
            app = known.get(package)
            if app is None or not pm.is_package(package):
                refused[package] = NOT_INSTALLED
            elif app.uid is None or app.uid % _PER_USER < _FIRST_APP_ID:
                refused[package] = PART_OF_SYSTEM
            else:
                asked.append(app)
        running = running_uids(self.shell)
        sizes = self._measured([app.package for app in asked])
        found = []
        for app in asked:
            folders = tuple(
                (name, base + b"/" + app.package.encode("ascii"))
                for (name, base), size in zip(self.bases, sizes[app.package], strict=True)
                if size is not None
            )
            if not folders:
                if packages:
                    refused[app.package] = NO_DATA_FOLDER
                continue
            size = sum(size or 0 for size in sizes[app.package])
            found.append(RootedApp(app.package, app.uid or 0, app.version_name, size, app.uid in running, folders))
        return RootedPlan(tuple(found), refused)

    def _measured(self, packages: Sequence[str]) -> dict[str, tuple[int | None, ...]]:
        found: dict[str, tuple[int | None, ...]] = {}
        script = _MEASURE % tuple(base for _name, base in self.bases)
        for start in range(0, len(packages), _AT_ONCE):
            some = packages[start : start + _AT_ONCE]
            words = b" ".join(quote(package.encode("ascii")) for package in some)
            done = self.shell.run(patient(b"sh -c " + quote(script) + b" sh " + words), limit=_LIMIT)
            found |= parse_measured(done.stdout, some)
        return found

    def context_of(self, path: bytes) -> bytes:
        """Return a file's SELinux context; empty where it, or the phone, has none."""
        told = self.shell.run(b"stat -c %%C %s 2>/dev/null" % quote(path), limit=1 << 16).stdout.removesuffix(b"\n")
        return told if owners.CONTEXT.fullmatch(told) else b""

    def stop(self, package: str) -> None:
        """Close an app: it stays closed until somebody opens it, or another app does."""
        stop_app(self.shell, package)

    def take(self, plan: RootedPlan, *, close: bool = True) -> AppData:
        """Close the apps of a plan, and return their folders as sources of files.

        Args:
            plan: what there is.
            close: False leaves them open: for a look that takes nothing.

        Raises:
            PhoneGoneError: the connection is lost.
        """
        found = AppData([], {})
        for app in plan.apps:
            if close:
                self.stop(app.package)
            volumes = tuple(
                Volume(VolumeKind.APP_DATA, name, place, app.package, MAIN_USER, package=app.package, left_out=LEFT_OUT)
                for name, place in app.folders
            )
            mount = MOUNTS + b"root/" + app.package.encode("ascii")
            skip = {place: LEFT_OUT for _name, place in app.folders}
            found.sources.append(Source(RootedPhone(self._phone, self.shell, skip), mount, volumes, of_phone=True))
            found.apps[app.package] = ""
        return found

    def opened_again(self, plan: RootedPlan) -> list[str]:
        """Return those apps of a plan of which something runs now."""
        running = running_uids(self.shell)
        return [app.package for app in plan.apps if app.uid in running]


class RootedPhone(AppPhone):
    """The files of one app, as root."""

    def read(self, paths: Iterable[bytes]) -> Iterator[FileStream]:
        """Stream these files; see `Phone.read`."""
        return rooted_bulk.read_files(self._shell, paths)

    def owners(self, root: bytes) -> Iterator[Owned]:
        """Yield owners; see `OwningPhone`."""
        return owners.owners(self._shell, root, self._skip.get(root, ()))


def _resolved(shell: Shell, place: bytes) -> bytes:
    """Return where a folder really is: before Android 11 /data/user/0 was a link."""
    done = shell.run(b"cd -P " + quote(place) + b" && pwd -P", limit=1 << 16)
    path = done.stdout.removesuffix(b"\n")
    return path if done.code == 0 and is_clean(path) and path.startswith(b"/data/") and _is_plain(path) else place


def _is_plain(path: bytes) -> bool:
    return path.replace(b"/", b"").replace(b"_", b"").isalnum()


def stop_app(shell: Shell, package: str) -> None:
    """Close an app of the owner's."""
    shell.run(b"am force-stop --user %d %s 2>&1" % (MAIN_USER, quote(package.encode("ascii"))), limit=1 << 16)


def running_uids(shell: Shell) -> frozenset[int]:
    """Return the users as whom something runs.

    Raises:
        PhoneAnswerError: the phone does not tell.
    """
    return parse_uids(shell.run(b"ps -A -o UID", limit=_LIMIT).stdout)


def parse_uids(answer: bytes) -> frozenset[int]:
    """Return the numbers of a list with a heading, one a line.

    Raises:
        PhoneAnswerError: it is none.
    """
    heading, _newline, rest = answer.partition(b"\n")
    lines = [line.strip() for line in rest.split(b"\n") if line.strip()]
    if heading.strip() != b"UID" or not lines or not all(line.isdigit() and len(line) < 11 for line in lines):
        raise PhoneAnswerError(detail=_("an answer that does not fit the question"))
    return frozenset(map(int, lines))


def parse_measured(answer: bytes, packages: Sequence[str]) -> dict[str, tuple[int | None, ...]]:
    """Return the bytes of each app's folders: `NAME KB KB`, with `-` for a folder that is not there.

    An app of which nothing is told has none: nothing is taken of it.
    """
    told: dict[str, tuple[int | None, ...]] = {}
    for line in answer.split(b"\n"):
        name, *sizes = line.split(b" ")
        if len(sizes) == len(FOLDERS) and all(_is_size(size) for size in sizes):
            told[name.decode("ascii", "replace")] = tuple(_bytes_of(size) for size in sizes)
    return {package: told.get(package, (None,) * len(FOLDERS)) for package in packages}


def _is_size(text: bytes) -> bool:
    number = text.removeprefix(b"-")
    return text == b"-" or (number.isdigit() and len(number) < 13)


def _bytes_of(text: bytes) -> int | None:
    return None if text == b"-" else max(0, int(text)) * 1024
