"""An iPhone backup passes the suite of every phone. Its list is made anew from a folder before each question."""

import datetime as dt
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from phoneward.phones.base import FileStream, ListingItem, Obstacle, Unreadable
from phoneward.phones.iosbackup import IphoneBackupPhone
from phoneward.phones.iosbackup.manifest import Manifest
from tests.phones.iosbackup.writer import BackupWriter, file_id, mbfile
from tests.phones.suite import Bench, PhoneSuite, walk_here

CAMERA_ROLL = "CameraRollDomain"

"".encode("utf-16be"), b"".decode("utf-16-be")  # loaded now: the unprivileged user may not reach Python's own files


class Mirror(IphoneBackupPhone):
    """A backup of a folder as it is now: contents are the folder's own files, hard links to them."""

    def __init__(self, side: Path, folder: Path) -> None:
        self.side = side
        self.folder = folder
        self.old: list[Manifest] = []
        self.build()
        super().__init__(folder)

    def build(self) -> None:
        writer = BackupWriter(self.folder)
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
        writer.manifest["Date"] = writer.info["Last Backup Date"] = writer.status["Date"] = now
        for here, status in walk_openly(os.fsencode(self.side)):
            path = b"Media/" + os.path.relpath(here, os.fsencode(self.side))
            self.put(writer, here, path, status)
        writer.finish()

    def put(self, writer: BackupWriter, here: bytes, path: bytes, status: os.stat_result) -> None:
        name = file_id(CAMERA_ROLL, path)
        is_link, is_folder = stat.S_ISLNK(status.st_mode), stat.S_ISDIR(status.st_mode)
        said = mbfile(
            path.decode("utf-8", "replace"),
            size=status.st_size if stat.S_ISREG(status.st_mode) else 0,
            mode=status.st_mode,
            mtime_s=status.st_mtime_ns // 10**9,
            ctime_s=status.st_ctime_ns // 10**9,
            target=os.readlink(here).decode() if is_link else None,
        )
        writer.row(name, CAMERA_ROLL, path, 4 if is_link else 2 if is_folder else 1, said)
        place = self.folder / name[:2] / name
        if stat.S_ISREG(status.st_mode) and not (place.exists() and os.path.samestat(place.stat(), status)):
            place.parent.mkdir(exist_ok=True)
            place.unlink(missing_ok=True)
            os.link(here, place)

    def anew(self) -> None:
        self.build()
        self.old.append(self._manifest)
        self._open = self._backup, Manifest(self.folder / "Manifest.db", (), "mirror")

    def list(self, root: bytes, *, precise: bool = True) -> Iterator[ListingItem]:
        self.anew()
        return super().list(root, precise=precise)

    def stat(self, paths: Iterable[bytes]) -> Iterator[ListingItem]:
        self.anew()
        return super().stat(paths)

    def read(self, paths: Iterable[bytes]) -> Iterator[FileStream]:
        self.anew()
        return super().read(paths)

    def read_from(self, path: bytes, offset: int) -> FileStream:
        self.anew()
        return super().read_from(path, offset)


def walk_openly(top: bytes) -> Iterator[tuple[bytes, os.stat_result]]:
    try:
        yield from walk_here(top)
    except PermissionError:
        return


class TestIphoneBackup(PhoneSuite):
    ODD_TARGET = "笔\n'\"".encode()

    @pytest.fixture
    def bench(self, side: Path, unprivileged: None) -> Iterator[Bench]:
        del unprivileged
        folder = Path(tempfile.mkdtemp(prefix="phoneward-mirror-"))
        tree = side / "tree"
        tree.mkdir()
        with Mirror(tree, folder) as phone:
            yield Bench(phone, b"/shared", tree, lambda path: os.chmod(path, 0))
            for manifest in phone.old:
                manifest.index.close()
        shutil.rmtree(folder, ignore_errors=True)

    def test_an_unreadable_folder_is_an_item(self, bench: Bench) -> None:
        """In a backup it is the folder of a file's content that may be closed, named by two digits of a hash."""
        path = bench.write(b"open/inner", b"x")
        name = file_id(CAMERA_ROLL, b"Media/open/inner")
        assert isinstance(bench.phone, Mirror)
        bench.listed()
        closed = bench.phone.folder / name[:2]
        closed.chmod(0)
        try:
            item = next(IphoneBackupPhone.stat(bench.phone, [path]))
            assert isinstance(item, Unreadable)
            assert item.obstacle is Obstacle.DENIED
        finally:
            closed.chmod(0o755)

    def test_a_root_that_is_missing_or_refused_is_an_item(self, bench: Bench) -> None:
        (missing,) = bench.phone.list(bench.there(b"not there"))
        assert isinstance(missing, Unreadable)
        assert (missing.path, missing.obstacle) == (bench.there(b"not there"), Obstacle.VANISHED)
        bench.write(b"file")
        (item,) = bench.phone.list(bench.there(b"file"))
        assert isinstance(item, Unreadable)
        assert item.obstacle is Obstacle.SPECIAL
