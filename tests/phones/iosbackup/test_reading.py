"""What an iPhone backup holds comes out of it, by domain and path, and what it lacks is named."""

import datetime as dt
import hashlib
import plistlib
import shutil
from pathlib import Path

import pytest

from phoneward.errors import PhonewardError
from phoneward.phones import (
    Entry,
    FileKind,
    FileReadError,
    HashPlace,
    Obstacle,
    Unreadable,
    VolumeKind,
    open_iphone_backup,
)
from phoneward.phones.iosbackup import IphoneBackupPhone
from phoneward.phones.iosbackup.errors import (
    IphoneBackupDamagedError,
    IphoneBackupMissingError,
    IphoneBackupTooOldError,
    IphoneBackupUnfinishedError,
    NotIphoneBackupError,
    SeveralIphoneBackupsError,
)
from phoneward.phones.words import CUT_OFF_IN_BACKUP, NOT_IN_FOLDER
from tests.phones.iosbackup.writer import MADE, UDID, BackupWriter, mbfile

CHAT = "net.whatsapp.WhatsApp"
SHARED_GROUP = f"AppDomainGroup-group.{CHAT}.shared"


def small(folder: Path, password: str | None = None) -> BackupWriter:
    """A backup with a bit of everything, not finished."""
    writer = BackupWriter(folder, password=password)
    writer.app(CHAT, "24.1")
    writer.app("com.9gag-app.mobile", "7.7")
    writer.dir("CameraRollDomain", "Media/DCIM")
    writer.file("CameraRollDomain", "Media/DCIM/100APPLE/IMG_0001.JPG", b"a picture", mtime_s=1_600_000_000)
    writer.file(f"AppDomain-{CHAT}", "Documents/笔记.txt", b"a note")
    writer.file(SHARED_GROUP, "ChatStorage.sqlite", b"chats")
    writer.file(f"AppDomainPlugin-{CHAT}.ShareExtension", "Documents/x", b"x")
    writer.file("AppDomain-com.9gag-app.mobile", "Library/y", b"y")
    writer.file("AppDomainGroup-group.com.facebook.family", "z", b"z")
    writer.file("HomeDomain", "Library/SMS/sms.db", b"messages")
    writer.file("HomeDomain", "empty", b"")
    writer.link("HomeDomain", "link", "/var/mobile/Media")
    return writer


def opened(folder: Path) -> IphoneBackupPhone:
    return open_iphone_backup(folder)


def contents(phone: IphoneBackupPhone) -> dict[bytes, bytes]:
    files = [
        item.path
        for volume in phone.volumes()
        for item in phone.list(volume.root)
        if isinstance(item, Entry) and item.kind is FileKind.FILE
    ]
    return {stream.path: b"".join(stream) for stream in phone.read(files)}


def refused(phone: IphoneBackupPhone) -> list[Unreadable]:
    return [item for volume in phone.volumes() for item in phone.list(volume.root) if isinstance(item, Unreadable)]


WANTED = {
    b"/shared/DCIM/100APPLE/IMG_0001.JPG": b"a picture",
    b"/appdata/net.whatsapp.WhatsApp/Documents/" + "笔记.txt".encode(): b"a note",
    b"/appdata/net.whatsapp.WhatsApp@group.net.whatsapp.WhatsApp.shared/ChatStorage.sqlite": b"chats",
    b"/appdata/net.whatsapp.WhatsApp@net.whatsapp.WhatsApp.ShareExtension/Documents/x": b"x",
    b"/appdata/com.9gag-app.mobile/Library/y": b"y",
    b"/appdata/group.com.facebook.family/z": b"z",
    b"/domains/HomeDomain/Library/SMS/sms.db": b"messages",
    b"/domains/HomeDomain/empty": b"",
}


def test_every_file_stands_where_a_person_looks_for_it(tmp_path: Path) -> None:
    with opened(small(tmp_path / "b").finish()) as phone:
        assert contents(phone) == WANTED
        assert refused(phone) == []
        assert [volume.kind for volume in phone.volumes()] == [
            VolumeKind.SHARED,
            VolumeKind.APP_DATA,
            VolumeKind.DOMAINS,
        ]
        (link,) = phone.stat([b"/domains/HomeDomain/link"])
        assert isinstance(link, Entry)
        assert (link.kind, link.link_target) == (FileKind.SYMLINK, b"/var/mobile/Media")
        (picture,) = phone.stat([b"/shared/DCIM/100APPLE/IMG_0001.JPG"])
        assert isinstance(picture, Entry)
        assert (picture.mtime_ns, picture.size, picture.mode) == (1_600_000_000 * 10**9, 9, 0o644)


def test_what_it_says_of_itself(tmp_path: Path) -> None:
    with opened(small(tmp_path / "b").finish()) as phone:
        identity = phone.identity
        assert identity.label == "Mia-s-iPhone"
        assert (identity.kind, identity.manufacturer, identity.model, identity.os_version) == (
            "iphone-backup",
            "Apple",
            "iPhone 11",
            "17.4",
        )
        assert identity.id == hashlib.sha256(b"phoneward iphone\0" + UDID.lower().encode()).hexdigest()[:16]
        assert phone.now_ns() == int(MADE.timestamp()) * 10**9
        assert phone.iphone_backup.made == MADE
        assert phone.iphone_backup.is_encrypted is False
        apps = phone.apps()
        assert {app.package: (app.version_name, app.is_system) for app in apps.apps} == {
            CHAT: ("24.1", False),
            "com.9gag-app.mobile": ("7.7", False),
        }
        assert apps.backed_up == {CHAT: 3, "com.9gag-app.mobile": 1}
        assert apps.beside == {CHAT: (f"group.{CHAT}.shared", f"{CHAT}.ShareExtension")}
        assert phone.hash_place is HashPlace.HERE


def test_the_same_iphone_is_the_same_phone_wherever_its_backup_lies(tmp_path: Path) -> None:
    one = small(tmp_path / "one").finish()
    later = small(tmp_path / "later")
    later.file("HomeDomain", "more", b"more")
    with opened(one) as first, opened(later.finish()) as second:
        assert first.identity == second.identity


def test_hashes_are_those_of_the_files(tmp_path: Path) -> None:
    with opened(small(tmp_path / "b").finish()) as phone:
        asked = [(path, len(content)) for path, content in WANTED.items()]
        found = {hashed.path: hashed.digest for hashed in phone.hash(asked)}
    assert found == {path: hashlib.sha256(content).digest() for path, content in WANTED.items()}


def test_a_content_that_is_missing_is_named(tmp_path: Path) -> None:
    writer = small(tmp_path / "b")
    name = writer.file("HomeDomain", "lost", b"lost")
    folder = writer.finish()
    (folder / name[:2] / name).unlink()
    with opened(folder) as phone:
        assert refused(phone) == [Unreadable(b"/domains/HomeDomain/lost", Obstacle.READ_ERROR, NOT_IN_FOLDER)]
        (stream,) = phone.read([b"/domains/HomeDomain/lost"])
        with pytest.raises(FileReadError):
            list(stream)


@pytest.mark.parametrize("told", [0, 3, 5000, 2**62])
def test_a_size_that_lies_is_not_believed(tmp_path: Path, told: int) -> None:
    writer = small(tmp_path / "b")
    writer.file("HomeDomain", "liar", b"content", size=told)
    with opened(writer.finish()) as phone:
        assert refused(phone) == []
        (item,) = phone.stat([b"/domains/HomeDomain/liar"])
        assert isinstance(item, Entry)
        assert item.size == 7
        assert contents(phone)[b"/domains/HomeDomain/liar"] == b"content"


def test_a_content_that_came_to_nothing_is_named(tmp_path: Path) -> None:
    writer = small(tmp_path / "b")
    writer.file("HomeDomain", "nothing", b"", size=5000)
    with opened(writer.finish()) as phone:
        assert refused(phone) == [Unreadable(b"/domains/HomeDomain/nothing", Obstacle.READ_ERROR, CUT_OFF_IN_BACKUP)]


def test_a_link_in_the_place_of_a_content_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    writer = small(tmp_path / "b")
    name = writer.file("HomeDomain", "trap", b"secret")
    folder_name = writer.file("HomeDomain", "trap2", b"trap 2")
    folder = writer.finish()
    (folder / name[:2] / name).unlink()
    (folder / name[:2] / name).symlink_to(tmp_path / "secret")
    (tmp_path / "elsewhere").mkdir()
    shutil.move(folder / folder_name[:2] / folder_name, tmp_path / "elsewhere" / folder_name)
    shutil.rmtree(folder / folder_name[:2])
    (folder / folder_name[:2]).symlink_to(tmp_path / "elsewhere")
    with opened(folder) as phone:
        got = contents(phone)
        assert b"/domains/HomeDomain/trap" not in got
        assert b"/domains/HomeDomain/trap2" not in got
        named = {item.path for item in refused(phone)}
        assert {b"/domains/HomeDomain/trap", b"/domains/HomeDomain/trap2"} <= named
        for stream in phone.read([b"/domains/HomeDomain/trap", b"/domains/HomeDomain/trap2"]):
            with pytest.raises(FileReadError):
                list(stream)


@pytest.mark.parametrize(
    ("domain", "path"),
    [
        ("HomeDomain", "../../etc/passwd"),
        ("HomeDomain", "a/../../b"),
        ("HomeDomain", "/etc/passwd"),
        ("HomeDomain", "a//b"),
        ("HomeDomain", "a/"),
        ("HomeDomain", b"a\0b"),
        ("CameraRollDomain", "Media/../x"),
        ("AppDomain-../../x", "a"),
        ("AppDomain-..", "a"),
        ("..", "a"),
        ("", "a"),
        ("a/b", "a"),
    ],
)
def test_a_path_that_leads_out_is_refused_and_named(tmp_path: Path, domain: str, path: str | bytes) -> None:
    writer = small(tmp_path / "b")
    said = mbfile("x", size=0, mode=0o100644, mtime_s=0)
    writer.row("ab" * 20, domain, path, 1, said)
    with opened(writer.finish()) as phone:
        got = contents(phone)
        (item,) = refused(phone)
        if domain == "AppDomain-..":  # the name of no app, and a harmless one of a folder
            assert item.path == b"/domains/AppDomain-../a"
        else:
            assert item.obstacle is Obstacle.BAD_NAME
        assert {key: got[key] for key in WANTED} == WANTED


def test_odd_rows_are_named_one_by_one(tmp_path: Path) -> None:
    writer = small(tmp_path / "b")
    fine = mbfile("x", size=0, mode=0o100644, mtime_s=0)
    for number, (name, path, flags, said) in enumerate(
        [
            ("no hash", "odd name", 1, fine),
            ("../../../etc/passwd", "odd place", 1, fine),
            ("aa" * 20, "odd flags", 77, fine),
            ("bb" * 20, "no description", 1, None),
            ("cc" * 20, "no list", 1, b"bplist00nonsense" * 9),
            ("dd" * 20, "no archive", 1, plistlib.dumps({"a": 1}, fmt=plistlib.FMT_BINARY)),
            ("ee" * 20, "a link to nothing", 4, fine),
        ]
    ):
        writer.row(name, "HomeDomain", f"{number} {path}", flags, said)
    writer.row("ff" * 20, 5, "no text", 1, fine)
    writer.row("ab" * 20, "HomeDomain", None, 1, fine)
    with opened(writer.finish()) as phone:
        assert contents(phone) == WANTED
        assert len(refused(phone)) == 9


def test_one_name_twice_is_told(tmp_path: Path) -> None:
    writer = small(tmp_path / "b")
    first = writer.file("HomeDomain", "twice", b"first")
    writer.row("ab" * 20, "HomeDomain", "twice", 1, mbfile("x", size=6, mode=0o100644, mtime_s=0))
    writer.content("ab" * 20, b"second")
    assert first != "ab" * 20
    with opened(writer.finish()) as phone:
        assert [(item.path, item.obstacle) for item in refused(phone)] == [
            (b"/domains/HomeDomain/twice", Obstacle.TWICE)
        ]
        assert contents(phone)[b"/domains/HomeDomain/twice"] == b"second"


def test_two_domains_never_share_a_folder(tmp_path: Path) -> None:
    """A group that is called like an app's own folder stands by its whole name."""
    writer = BackupWriter(tmp_path / "b")
    writer.file("AppDomain-com.example.app", "a", b"app")
    writer.file("AppDomainGroup-com.example.app", "a", b"group")
    writer.file("AppDomainPlugin-com.example.app", "a", b"plugin")
    with opened(writer.finish()) as phone:
        assert contents(phone) == {
            b"/appdata/com.example.app/a": b"app",
            b"/appdata/com.example.app@com.example.app/a": b"group",
            b"/domains/AppDomainPlugin-com.example.app/a": b"plugin",
        }


def test_without_the_other_lists_it_opens_too(tmp_path: Path) -> None:
    folder = small(tmp_path / "b").finish()
    for name in ("Info.plist", "Manifest.plist", "Status.plist"):
        (folder / name).unlink()
    with opened(folder) as phone:
        assert contents(phone) == WANTED
        assert phone.identity.label == "iPhone"
        assert phone.now_ns() == 0
        assert phone.iphone_backup.is_encrypted is None


def test_the_folders_name_tells_which_iphone(tmp_path: Path) -> None:
    folder = small(tmp_path / UDID).finish()
    with opened(folder) as phone:
        known = phone.identity.id
    for name in ("Info.plist", "Manifest.plist"):
        (folder / name).unlink()
    with opened(folder) as phone:
        assert phone.identity.id == known


# -- what cannot be taken ----------------------------------------------------------------------------------------------


def refusal(folder: Path, kind: type[PhonewardError]) -> str:
    with pytest.raises(kind) as raised, opened(folder):
        pass
    assert raised.value.advice()
    return raised.value.sentence()


def test_no_such_folder(tmp_path: Path) -> None:
    assert "none" in refusal(tmp_path / "none", IphoneBackupMissingError)


def test_a_folder_of_something_else(tmp_path: Path) -> None:
    refusal(tmp_path, NotIphoneBackupError)


def test_the_folder_in_which_backups_lie(tmp_path: Path) -> None:
    small(tmp_path / UDID).finish()
    assert UDID in refusal(tmp_path, SeveralIphoneBackupsError)


def test_a_backup_of_an_old_ios(tmp_path: Path) -> None:
    (tmp_path / "Manifest.mbdb").write_bytes(b"mbdb\5\0")
    assert "Manifest.mbdb" in refusal(tmp_path, IphoneBackupTooOldError)


@pytest.mark.parametrize("state", ["uploading", "moving", 5])
def test_an_unfinished_backup_by_its_status(tmp_path: Path, state: object) -> None:
    writer = small(tmp_path / "b")
    writer.status["SnapshotState"] = state
    refusal(writer.finish(), IphoneBackupUnfinishedError)


def test_an_unfinished_backup_by_its_snapshot_folder(tmp_path: Path) -> None:
    folder = small(tmp_path / "b").finish()
    (folder / "Snapshot").mkdir()
    assert "Snapshot" in refusal(folder, IphoneBackupUnfinishedError)


@pytest.mark.parametrize("name", ["Info.plist", "Manifest.plist", "Status.plist"])
def test_a_damaged_list(tmp_path: Path, name: str) -> None:
    folder = small(tmp_path / "b").finish()
    (folder / name).write_bytes(b"bplist00" + b"\xff" * 100)
    assert name in refusal(folder, IphoneBackupDamagedError)
    (folder / name).unlink()
    (folder / name).symlink_to(tmp_path / "elsewhere")
    assert name in refusal(folder, IphoneBackupDamagedError)


@pytest.mark.parametrize("data", [b"", b"SQLite format 3\0", b"x" * 5000])
def test_a_damaged_list_of_files(tmp_path: Path, data: bytes) -> None:
    folder = small(tmp_path / "b").finish()
    (folder / "Manifest.db").write_bytes(data)
    assert "Manifest.db" in refusal(folder, IphoneBackupDamagedError)


def test_a_list_of_files_that_ends_early(tmp_path: Path) -> None:
    writer = small(tmp_path / "b")
    for number in range(500):
        writer.file("HomeDomain", f"n{number}", b"")
    folder = writer.finish()
    whole = (folder / "Manifest.db").read_bytes()
    for length in range(4096, len(whole), 4096 * 7):
        (folder / "Manifest.db").write_bytes(whole[:length])
        refusal(folder, IphoneBackupDamagedError)


def test_nothing_is_written_into_the_backup(tmp_path: Path) -> None:
    folder = small(tmp_path / "b").finish()
    before = {path: path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))} | {folder: folder.stat().st_mtime_ns}
    with opened(folder) as phone:
        contents(phone)
    assert {path: path.stat().st_mtime_ns for path in [*sorted(folder.rglob("*")), folder]} == before


def test_dates_are_utc(tmp_path: Path) -> None:
    writer = small(tmp_path / "b")
    writer.manifest["Date"] = dt.datetime(2020, 2, 3, 4, 5, 6)  # noqa: DTZ001 - a property list's dates have no zone
    with opened(writer.finish()) as phone:
        assert phone.iphone_backup.made == dt.datetime(2020, 2, 3, 4, 5, 6, tzinfo=dt.UTC)
