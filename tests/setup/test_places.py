"""Where a vault can lie: real folders, and the disks of three systems as the systems tell of them."""

import contextlib
import os
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from phoneward.setup import Disk, SetupError, check_place, cloud_of, disks, suggest
from phoneward.setup.disks import WindowsCalls, disk_of, linux_disks, mac_disks, windows_disks
from phoneward.setup.errors import (
    PlaceInUseError,
    PlaceIsDiskError,
    PlaceIsFileError,
    PlaceNameError,
    PlaceNotWritableError,
    PlaceOnPhoneError,
    PlaceTooLongError,
)
from phoneward.setup.places import FOLDER
from tests.cli.program import make_vault

GB = 1_000_000_000


def said(report_warnings: object) -> str:
    assert isinstance(report_warnings, tuple)
    return " ".join(map(str, report_warnings))


def test_a_new_folder_is_fine_and_nothing_is_left(tmp_path: Path) -> None:
    disk = Disk(tmp_path, "disk", 100 * GB, is_external=True)
    report = check_place(tmp_path / "a" / "vault", disks=[disk])
    assert (report.holds_vault, report.warnings) == (False, ())
    assert report.free
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_and_what_an_init_left_are_fine(tmp_path: Path) -> None:
    (tmp_path / "vault" / "keys").mkdir(parents=True)
    assert not check_place(tmp_path / "vault").holds_vault


def test_a_vault_is_recognised(tmp_path: Path) -> None:
    make_vault(tmp_path / "vault", "a")
    assert check_place(tmp_path / "vault", 10**18).holds_vault
    assert "may fit" not in said(check_place(tmp_path / "vault", 10**18).warnings)


def test_other_peoples_things_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").touch()
    (tmp_path / "file").touch()
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    for name, kind in (("photos", PlaceInUseError), ("file", PlaceIsFileError), ("nowhere", PlaceIsFileError)):
        with pytest.raises(kind) as caught:
            check_place(tmp_path / name)
        assert FOLDER in caught.value.advice()
    with pytest.raises(PlaceIsDiskError):
        check_place(Path("/"))


def test_the_phone_itself_is_no_place(tmp_path: Path) -> None:
    (tmp_path / "card").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "card")
    for place in (tmp_path / "card", tmp_path / "card" / "vault", tmp_path / "link" / "vault"):
        with pytest.raises(PlaceOnPhoneError):
            check_place(place, phone_folder=tmp_path / "card")
    check_place(tmp_path / "card2", phone_folder=tmp_path / "card")
    with pytest.raises(PlaceOnPhoneError):
        check_place(Path("/run/user/1000/gvfs/mtp:host=Xiaomi_14/Internal/vault"))


@pytest.mark.parametrize("name", ["two\nlines", "esc\x1b[2J", "half \udcff"])
def test_names_that_nobody_can_type_again_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(PlaceNameError):
        check_place(tmp_path / name)


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    with pytest.raises(PlaceTooLongError):
        check_place(tmp_path.joinpath(*["folder"] * 300))


@given(st.text(max_size=60))
def test_any_name_gives_a_report_or_a_sentence(name: str) -> None:
    # A SetupError is a sentence; whatever else is raised fails this test.
    with contextlib.suppress(SetupError):
        place = check_place(Path("/tmp") / name.replace("/", "_"), disks=[]).place
        assert isinstance(place, Path)
        assert place.is_absolute()


def test_a_disk_that_cannot_be_written_to(tmp_path: Path) -> None:
    locked = Disk(tmp_path, "disk", 100 * GB, is_external=True, is_read_only=True)
    with pytest.raises(PlaceNotWritableError):
        check_place(tmp_path / "vault", disks=[locked])
    with pytest.raises(PlaceNotWritableError):
        check_place(Path("/proc/phone-vault"))


def test_what_is_warned_of(tmp_path: Path) -> None:
    own = check_place(tmp_path / "vault", 10**18, disks=[])
    assert "this computer's own disk" in said(own.warnings)
    assert "may fit" in said(own.warnings)
    external = [Disk(tmp_path, "disk", 100 * GB, is_external=True)]
    assert check_place(tmp_path / "vault", 1000, disks=external).warnings == ()
    (tmp_path / "OneDrive - Firma").mkdir()
    assert "OneDrive" in said(check_place(tmp_path / "OneDrive - Firma" / "vault", disks=external).warnings)


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/Users/a/Library/Mobile Documents/com~apple~CloudDocs/vault", "iCloud Drive"),
        ("/Users/a/Library/CloudStorage/Dropbox/vault", "iCloud Drive"),
        ("/home/a/Dropbox (Personal)/vault", "Dropbox"),
        ("/home/a/我的坚果云/vault", "坚果云"),
        ("/home/a/Nutstore Files/vault", "坚果云"),
        ("/mnt/d/BaiduSyncdisk/vault", "百度网盘"),
        ("/mnt/d/百度网盘同步空间/vault", "百度网盘"),
        ("/home/a/Documents/vault", None),
        ("/home/a/dropbox-export/vault", None),
    ],
)
def test_synchronised_folders(path: str, service: str | None) -> None:
    assert cloud_of(Path(path)) == service


def test_the_external_disk_with_most_room_is_suggested() -> None:
    disks = [
        Disk(Path("/media/a/small"), "small", 40 * GB, is_external=True),
        Disk(Path("/media/a/large"), "large", 400 * GB, is_external=True),
        Disk(Path("/media/a/locked"), "locked", 4000 * GB, is_external=True, is_read_only=True),
        Disk(Path("/media/a/mute"), "mute", None, is_external=True),
    ]
    found = suggest(disks=disks, home=Path("/home/a"))
    assert (found.path, found.is_external) == (Path("/media/a/large") / FOLDER, True)
    assert "“large”" in said(found.why)
    assert suggest(30 * GB, disks=disks[:1], home=Path("/home/a")).is_external
    home = suggest(300 * GB, disks=disks[:1], home=Path("/home/a"))
    assert (home.path, home.is_external) == (Path("/home/a") / FOLDER, False)
    assert "lost with it" in said(home.why)


# -- the disks of three systems ----------------------------------------------------------------------------------------

# Lines as Ubuntu 24.04's kernel writes them (proc(5)).
MOUNTS = rb"""/dev/nvme0n1p2 / ext4 rw,relatime 0 0
tmpfs /run tmpfs rw,nosuid 0 0
/dev/sda1 /media/anna/My\040Passport exfat rw,nosuid,uid=1000 0 0
/dev/sdb1 /run/media/anna/STICK vfat rw,nosuid 0 0
/dev/sdc1 /media/anna/\345\207\272\345\216\202 ext4 ro,relatime 0 0
/dev/sdd1 /mnt/backup fuseblk rw 0 0
gvfsd-fuse /run/user/1000/gvfs fuse.gvfsd-fuse rw 0 0
nonsense
/dev/sde1 /media/x
"""


def test_linux(tmp_path: Path) -> None:
    (tmp_path / "mounts").write_bytes(MOUNTS)
    found = {str(disk.root): disk for disk in linux_disks(tmp_path / "mounts")}
    assert list(found) == ["/media/anna/My Passport", "/run/media/anna/STICK", "/media/anna/出厂", "/mnt/backup"]
    assert found["/media/anna/出厂"].is_read_only
    assert found["/run/media/anna/STICK"].is_fat
    assert found["/media/anna/My Passport"].label == "My Passport"
    assert disk_of(Path("/media/anna/My Passport/phone-vault"), found.values()) == found["/media/anna/My Passport"]
    assert disk_of(Path("/home/anna"), found.values()) is None


@given(st.binary(max_size=2000))
@example(b"\0")
def test_a_mount_table_of_anything(data: bytes) -> None:
    path = Path(f"/tmp/phoneward-mounts-{os.getpid()}")
    path.write_bytes(data + b"\n/dev/sda1 /media/" + data.replace(b"\n", b"\\012") + b" ext4 rw 0 0\n")
    try:
        linux_disks(path)
    finally:
        path.unlink()


def test_macos(tmp_path: Path) -> None:
    (tmp_path / "Macintosh HD").symlink_to("/")
    (tmp_path / "My Passport").mkdir()
    (tmp_path / ".timemachine").mkdir()
    (tmp_path / "com.apple.TimeMachine.localsnapshots").mkdir()
    (found,) = mac_disks(tmp_path)
    assert (found.root, found.label, found.is_external) == (tmp_path / "My Passport", "My Passport", True)


class FakeWindows(WindowsCalls):
    """C: Windows, D: a second disk, E: a stick, F: an empty card reader, Z: a network drive."""

    system_drive = "C"
    kinds: ClassVar = {"C": 3, "D": 3, "E": 2, "F": 2, "Z": 4}
    disks: ClassVar = {"C": ("Windows", "NTFS"), "D": ("备份", "NTFS"), "E": ("", "FAT32")}

    def __init__(self) -> None:
        pass

    def drives(self) -> list[str]:
        return list(self.kinds)

    def kind(self, letter: str) -> int:
        return self.kinds[letter]

    def label_and_file_system(self, letter: str) -> tuple[str, str]:
        return self.disks.get(letter, ("", ""))


def test_windows() -> None:
    found = windows_disks(FakeWindows(), free=lambda _root: 7)
    assert [(str(disk.root), disk.label, disk.is_fat, disk.free) for disk in found] == [
        ("D:\\", "备份", False, 7),
        ("E:\\", "", True, 7),
    ]


def test_a_system_that_does_not_tell_has_no_external_disks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(disks, "_MOUNTS", tmp_path / "none")
    assert disks.external_disks("linux") == []
    assert disks.external_disks("win32") == []  # no Windows here
