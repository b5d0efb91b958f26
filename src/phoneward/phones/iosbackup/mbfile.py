"""What a backup's list says of one file: an archived object `MBFile` (NSKeyedArchiver) in `Files.file`.

Source: backups of iOS 14.3 (mvt's public fixture) and the reader `iphone_backup_decrypt` (MIT), which agree on the
names. Not all of them are documented by Apple.
"""

from dataclasses import dataclass
from typing import Final

from phoneward.phones.iosbackup.plists import BinaryPlist, PlistError, Uid, Value
from phoneward.phones.numbers import MAX_SIZE

MAX_BLOB: Final = 1 << 20
"""Bytes of one description: some hundred, with what apps noted about a photo some thousand."""

WRAPPED_KEY: Final = 44
"""Bytes of a file's key as it stands there: the number of its protection class (little-endian), and 40 of the key."""

_FAR_S: Final = 1 << 40


@dataclass(frozen=True, slots=True)
class MBFile:
    """One file as the phone described it.

    Attributes:
        size: bytes before it was encrypted.
        mode: with the type of file, as `stat` has it.
        mtime_s, ctime_s: seconds since 1970 UTC.
        key: `WRAPPED_KEY` bytes, empty where there is none.
        target: a symbolic link's text, else None.
    """

    size: int
    mode: int
    mtime_s: int
    ctime_s: int | None
    key: bytes
    target: bytes | None


def read_mbfile(data: bytes) -> MBFile:
    """Return the description.

    Raises:
        PlistError: it is none.
    """
    if len(data) > MAX_BLOB:
        raise PlistError("too long")
    archive = _Archive(BinaryPlist(data))
    size, mode = archive.number("Size"), archive.number("Mode")
    if not 0 <= size <= MAX_SIZE or not 0 <= mode < 1 << 17:
        raise PlistError("a size or mode that no file has")
    return MBFile(
        size=size,
        mode=mode,
        mtime_s=archive.seconds("LastModified"),
        ctime_s=archive.seconds("LastStatusChange") if "LastStatusChange" in archive.fields else None,
        key=archive.key(),
        target=archive.target(),
    )


class _Archive:
    """The object in an archive that all is about. Nothing in it is made into an object of its named class."""

    def __init__(self, plist: BinaryPlist) -> None:
        self._plist = plist
        top = _as_dict(plist.shallow(plist.top))
        root = self._plist.shallow(_as_dict(self._plist.shallow(_ref(top, "$top"))).get("root", -1))
        objects = plist.shallow(_ref(top, "$objects"))
        if not isinstance(objects, list):
            raise PlistError("no archive")
        self._objects = objects
        self.fields = _as_dict(self._follow(root))

    def _follow(self, uid: Value) -> Value:
        if not isinstance(uid, Uid) or uid >= len(self._objects):
            raise PlistError("a reference to nothing")
        return self._plist.shallow(self._objects[uid])

    def number(self, name: str) -> int:
        """Return a whole number; 0 where it is not there."""
        if name not in self.fields:
            return 0
        found = self._plist.shallow(self.fields[name])
        if not isinstance(found, int) or isinstance(found, bool):
            raise PlistError("no number")
        return found

    def seconds(self, name: str) -> int:
        """Return a moment, the nearest that can be kept."""
        return max(-_FAR_S, min(_FAR_S, self.number(name)))

    def key(self) -> bytes:
        """Return a file's wrapped key, as bytes or as an archived NSData."""
        if "EncryptionKey" not in self.fields:
            return b""
        found = self._follow(self._plist.shallow(self.fields["EncryptionKey"]))
        if isinstance(found, dict):
            found = self._plist.shallow(_ref(found, "NS.data"))
        if not isinstance(found, bytes) or len(found) != WRAPPED_KEY:
            raise PlistError("a key of odd length")
        return found

    def target(self) -> bytes | None:
        """Return where a link leads."""
        if "Target" not in self.fields:
            return None
        found = self._follow(self._plist.shallow(self.fields["Target"]))
        if not isinstance(found, str) or "\0" in found:
            raise PlistError("a link to nothing")
        return found.encode("utf-8", "surrogatepass")


def _as_dict(value: Value) -> dict[str, int]:
    if not isinstance(value, dict):
        raise PlistError("no archive")
    return value


def _ref(holder: dict[str, int], name: str) -> int:
    if name not in holder:
        raise PlistError("no archive")
    return holder[name]
