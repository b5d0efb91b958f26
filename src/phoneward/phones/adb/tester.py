"""Test pictures on an adb phone, and what the phone tells of one app; see `phones.picturing` and `phones.usage`."""

import re

from phoneward.phones.adb import appops, netstats, pm
from phoneward.phones.adb.phone import AdbPhone
from phoneward.phones.adb.push_steps import patient
from phoneward.phones.adb.push_writer import AdbWriter
from phoneward.phones.adb.shell import quote
from phoneward.phones.base import FileKind, Obstacle, Unreadable
from phoneward.phones.paths import is_clean
from phoneward.phones.picturing import Removal
from phoneward.phones.usage import PictureAccess, SentBytes

_LIMIT = 1 << 16
_SIZE = re.compile(rb"^(Physical|Override) size: (\d{1,5})x(\d{1,5})\r?$", re.MULTILINE)
_URI = re.compile(rb"uri=(content://media/[A-Za-z0-9_/-]{1,100})")
_ROW = re.compile(rb"^Row: \d+ _id=(\d{1,18})\r?$", re.MULTILINE)
_IMAGES = b"content://media/external/images/media"
_FIRST_CALL = 30
"""Android 11: MediaProvider.java `call`, `scan_file` with a path as argument. Android 10 wanted a URI in the extras,
which `content call` cannot give; there, and before, the broadcast."""

_REMOVE = b"""d=%b; n=%b; cd -P -- "$d" 2>/dev/null && [ "$PWD" = "$d" ] || exit 3
[ -f "./$n" ] && [ ! -L "./$n" ] || exit 3
rm -f -- "./$n"; [ ! -e "./$n" ] && [ ! -L "./$n" ]"""
_REMOVE_FOLDER = b'd=%b; n=%b; cd -P -- "$d" 2>/dev/null && [ "$PWD" = "$d" ] && rmdir -- "./$n"'


class AdbTester:
    """An Android phone for a test with a picture; see `PicturePhone` and `UsagePhone`.

    Args:
        phone: open.
        writer: of that phone, open.
    """

    def __init__(self, phone: AdbPhone, writer: AdbWriter) -> None:
        self._phone = phone
        self._writer = writer

    # -- the picture ---------------------------------------------------------------------------------------------------

    def screen_size(self) -> tuple[int, int] | None:
        """Return the screen's size; see `PicturePhone`.

        Source: AOSP WindowManagerShellCommand.java `printInitialDisplaySize` (`Physical size: WxH`, `Override size:`).
        """
        found = {match[1]: (int(match[2]), int(match[3])) for match in _SIZE.finditer(self._run(b"wm size"))}
        size = found.get(b"Override", found.get(b"Physical"))
        return None if size is None else (min(size), max(size))

    def announce(self, path: bytes) -> bool | None:
        """Have a file scanned; see `PicturePhone`.

        Source: AOSP MediaProvider.java `call` (`scan_file`, answered with `Result: Bundle[{uri=content://media/…}]` by
        Content.java); MediaReceiver.java (`MEDIA_SCANNER_SCAN_FILE`, which Android 16 still takes).
        """
        sdk = self._phone.identity.api_level or 0
        answered = b""
        if sdk >= _FIRST_CALL:
            answered = self._run(b"content call --uri content://media --method scan_file --arg " + quote(path))
        if _URI.search(answered) is None:
            uri = b"file://" + _percent(path)
            self._run(b"am broadcast -a android.intent.action.MEDIA_SCANNER_SCAN_FILE -d " + quote(uri))
        return self._is_listed(path)

    def _is_listed(self, path: bytes) -> bool | None:
        answer = self._run(self._listing(path))
        if _ROW.search(answer):
            return True
        return False if b"No result found" in answer else None

    @staticmethod
    def _listing(path: bytes) -> bytes:
        where = b"_data='" + path.replace(b"'", b"''") + b"'"
        return b"content query --uri " + _IMAGES + b" --projection _id --where " + quote(where)

    def show(self, path: bytes, mime: str) -> bool:
        """Open the picture with the phone's own viewer; see `PicturePhone`.

        Source: AOSP ActivityManagerShellCommand.java `runStartActivity` (`Starting: Intent {…}`, `Error: …`).
        """
        row = _ROW.search(self._run(self._listing(path)))
        if row is None:
            return False
        uri = _IMAGES + b"/" + row[1]
        answer = self._run(
            b"am start -a android.intent.action.VIEW -d %b -t %b 2>&1" % (quote(uri), quote(mime.encode()))
        )
        return b"Starting: Intent" in answer and b"Error" not in answer

    def remove(self, path: bytes, size: int, sha256: bytes) -> Removal:
        """Remove a file with exactly this content; see `PicturePhone`."""
        if not is_clean(path):
            return Removal.REFUSED
        (item,) = self._phone.stat([path])
        if isinstance(item, Unreadable):
            return Removal.GONE if item.obstacle is Obstacle.VANISHED else Removal.REFUSED
        if item.kind is not FileKind.FILE or item.size != size:
            return Removal.DIFFERENT
        (digest,) = self._writer.digests([(path, size)])
        if digest is None:
            return Removal.REFUSED
        if digest != sha256:
            return Removal.DIFFERENT
        folder, _slash, name = path.rpartition(b"/")
        done = self._phone.shell.run(patient(_REMOVE % (quote(folder), quote(name))), limit=_LIMIT)
        return Removal.REMOVED if done.code == 0 else Removal.REFUSED

    def remove_empty_folder(self, path: bytes) -> bool:
        """Remove a folder that is empty; see `PicturePhone`."""
        folder, _slash, name = path.rpartition(b"/")
        if not is_clean(path) or not folder:
            return False
        return self._phone.shell.run(_REMOVE_FOLDER % (quote(folder), quote(name)), limit=_LIMIT).code == 0

    # -- what an app did -----------------------------------------------------------------------------------------------

    def shared_by(self, package: str) -> tuple[int, tuple[str, ...]] | None:
        """Return an app's user id and who shares it; see `UsagePhone`."""
        apps = [app for app in self._phone.apps().apps if app.user_id == 0 and app.uid is not None]
        uid = next((app.uid for app in apps if app.package == package), None)
        return None if uid is None else (uid, tuple(app.package for app in apps if app.uid == uid))

    def sent_bytes(self, uid: int) -> SentBytes | None:
        """Have the phone count, and return what it counted; see `UsagePhone`."""
        if b"Forced poll" not in self._run(b"dumpsys netstats --poll"):
            return None
        return netstats.parse_sent(self._phone.shell.run(patient(b"dumpsys netstats --uid")).stdout, uid)

    def picture_access(self, package: str) -> tuple[PictureAccess, ...] | None:
        """Return an app's last uses of the rights to see pictures; see `UsagePhone`."""
        if not pm.is_package(package):
            return None
        return appops.parse_picture_access(self._run(b"cmd appops get " + quote(package.encode())))

    def _run(self, command: bytes) -> bytes:
        return self._phone.shell.run(patient(command), limit=4 << 20).stdout


def _percent(path: bytes) -> bytes:
    """Return a path as it stands in a URI (RFC 3986)."""
    return b"".join(
        bytes((byte,)) if bytes((byte,)).isalnum() or byte in b"/-._~" else b"%%%02X" % byte for byte in path
    )
