"""A backup file on the disk, opened and read whole."""

import io
import tarfile
from pathlib import Path

from phoneward.phones import Entry, FileKind, ListingItem, Unreadable, open_android_backup
from phoneward.phones.androidbackup import AndroidBackupPhone

PASSWORD = "密码 correct horse 🐴"


def written(folder: Path, data: bytes, name: str = "backup.ab") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def opened(path: Path, password: str | None = None) -> AndroidBackupPhone:
    return open_android_backup(path, None if password is None else lambda: password)


def listed(phone: AndroidBackupPhone) -> list[ListingItem]:
    return [item for volume in phone.volumes() for item in phone.list(volume.root)]


def entries(phone: AndroidBackupPhone) -> dict[bytes, Entry]:
    return {item.path: item for item in listed(phone) if isinstance(item, Entry)}


def refused(phone: AndroidBackupPhone) -> list[Unreadable]:
    return [item for item in listed(phone) if isinstance(item, Unreadable)]


def contents(phone: AndroidBackupPhone) -> dict[bytes, bytes]:
    """Every file that is listed, and the APKs that are told with the apps."""
    paths = [path for path, entry in entries(phone).items() if entry.kind is FileKind.FILE]
    paths += [path for app in phone.apps().apps for path in app.apk_paths]
    return {stream.path: b"".join(stream) for stream in phone.read(paths)}


def as_tar_says(stream: bytes) -> dict[bytes, bytes]:
    """The files of a tar stream as Python's own reader has them."""
    with tarfile.open(fileobj=io.BytesIO(stream), encoding="utf-8", errors="surrogateescape") as tar:
        found = {}
        for one in tar:
            if one.isreg():
                file = tar.extractfile(one)
                assert file is not None
                found[b"/" + one.name.encode("utf-8", "surrogateescape")] = file.read()
        return found
