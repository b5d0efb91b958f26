"""What is found on a computer. Trees follow what people and the apps' sources describe; each test says which."""

import datetime as dt
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.phones.appbackups import Computer, OnComputer, search_computer, search_folder
from phoneward.phones.appbackups import oncomputer as module

DAY = dt.datetime(2026, 9, 4, 12, 30, tzinfo=dt.UTC)


def put(path: Path, size: int = 10, when: dt.datetime = DAY) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    os.utime(path, (when.timestamp(), when.timestamp()))
    return path


def only(found: tuple[OnComputer, ...]) -> OnComputer:
    (one,) = found
    return one


def windows(home: Path, **environ: str) -> Computer:
    return Computer("windows", home, {"documents": home / "Documents"}, environ=environ)


def wechat_4(backups: Path, account: str = "wxid_0xt662v10ru629", when: dt.datetime = DAY) -> Path:
    """The tree of https://www.52pojie.cn/thread-2068774-1-1.html: account, phone, files, which backup, chat."""
    top = backups / account
    put(top / "roam_device_info.dat", 5, DAY - dt.timedelta(days=400))
    phone = top / "73cfbe036d741ddf373cfbe036d741dd"
    for name in ("alt_name.dat", "backup.attr"):
        put(phone / name, 5, DAY - dt.timedelta(days=1))
    for name in ("backup_time.dat", "detail.dat", "phoneid.dat", "pkg.attr", "pkg_info.dat"):
        put(phone / "files" / "39" / name, 5, DAY - dt.timedelta(days=1))
    chat = phone / "files" / "39" / "98dffe08c400f2b1"
    put(chat / "ChatPackage" / "1760266855000-1760266855000", 1000, when)
    put(chat / "Index" / "time.dat", 5, DAY - dt.timedelta(days=1))
    return top


def test_wechat_4_on_windows(tmp_path: Path) -> None:
    top = wechat_4(tmp_path / "Documents" / "xwechat_files" / "Backup")
    put(tmp_path / "Documents/xwechat_files/wxid_a_1234/db_storage/x.db", 999)  # chats of the computer: no backup
    found = search_computer(windows(tmp_path))
    one = only(found.found)
    assert (one.app, one.package, one.kind, one.path) == ("wechat", "com.tencent.mm", "backup", top)
    assert (one.account, one.made, one.bytes, one.files) == ("wxid_0xt662v10ru629", DAY, 1045, 10)
    assert (one.whole, found.whole, found.refused) == (True, True, ())


def test_two_accounts_are_two_backups_and_the_newest_stands_first(tmp_path: Path) -> None:
    """A family shares a computer: whose backup it is, is shown and never guessed."""
    place = tmp_path / "Documents" / "xwechat_files" / "Backup"
    wechat_4(place, "wxid_mother")
    wechat_4(place, "wxid_son", DAY + dt.timedelta(days=3))
    assert [one.account for one in search_computer(windows(tmp_path)).found] == ["wxid_son", "wxid_mother"]


@pytest.mark.parametrize("top", ["xwechat_files/Backup", "xwechat_files/backup"])
def test_wechat_4_directly_in_the_persons_folder(tmp_path: Path, top: str) -> None:
    """C:\\Users\\…\\xwechat_files\\backup\\… stands in three public scripts, written small."""
    wechat_4(tmp_path / top)
    assert only(search_computer(windows(tmp_path)).found).app == "wechat"


def test_wechat_3_on_windows(tmp_path: Path) -> None:
    """Documents\\WeChat Files\\<account>\\BackupFiles\\android_<hex>\\{Backup.db,BAK_0_TEXT,BAK_0_MEDIA}."""
    files = tmp_path / "Documents" / "WeChat Files"
    phone = files / "wxid_abc" / "BackupFiles" / "android_0123abcd"
    put(phone / "Backup.db", 800)
    put(phone / "BAK_0_TEXT", 5000, DAY + dt.timedelta(hours=1))
    put(phone / "BAK_0_MEDIA", 90_000)
    put(files / "wxid_abc" / "Msg" / "MicroMsg.db")
    (files / "wxid_empty" / "BackupFiles").mkdir(parents=True)
    put(files / "All Users" / "config" / "config.data")
    one = only(search_computer(windows(tmp_path)).found)
    assert (one.account, one.bytes, one.files) == ("wxid_abc", 95_800, 3)
    assert one.path == files / "wxid_abc" / "BackupFiles"
    assert one.made == DAY + dt.timedelta(hours=1)


def test_wechat_on_a_mac_old_and_new(tmp_path: Path) -> None:
    """…/2.0b4.0.9/Backup/<account>/<backup>/ (wechat-explorer issue 10), …/Data/Documents/xwechat_files/Backup."""
    data = tmp_path / "Library" / "Containers" / "com.tencent.xinWeChat" / "Data"
    old = data / "Library/Application Support/com.tencent.xinWeChat/2.0b4.0.9/Backup/98042dacf91c160514728c899d359b0c"
    for name in ("BAK_0_MEDIA", "BAK_0_TEXT", "Backup.db"):
        put(old / "1F28B05B-D186-483D-AC39-23F54CC80811" / name, 7, DAY - dt.timedelta(days=900))
    new = wechat_4(data / "Documents" / "xwechat_files" / "Backup")
    computer = Computer("macos", tmp_path)
    assert [one.path for one in search_computer(computer).found] == [new, old]
    assert search_computer(Computer("linux", tmp_path)).found == ()


def test_a_folder_that_was_chosen_in_wechat(tmp_path: Path) -> None:
    """%APPDATA%\\Tencent\\xwechat\\config\\*.ini hold one path, in UTF-8 or GBK, as public programs read it."""
    disk = tmp_path / "数据"
    wechat_4(disk / "xwechat_files" / "Backup")
    config = tmp_path / "Roaming" / "Tencent" / "xwechat" / "config"
    config.mkdir(parents=True)
    (config / "a.ini").write_bytes(str(disk).encode("gbk"))
    (config / "b.ini").write_bytes(b"[section]\nkey=value")
    (config / "c.ini").write_bytes(b"\xff\xfe\x00")
    (config / "d.ini").write_bytes(b"/" * 5000)
    (config / "e.ini").write_bytes(b"relative/folder")
    assert only(search_computer(windows(tmp_path / "me", APPDATA=str(tmp_path / "Roaming"))).found).app == "wechat"
    assert search_computer(windows(tmp_path / "me")).found == ()


def test_documents_that_onedrive_took_over(tmp_path: Path) -> None:
    wechat_4(tmp_path / "OneDrive" / "Documents" / "xwechat_files" / "Backup")
    assert search_computer(windows(tmp_path / "me", OneDrive=str(tmp_path / "OneDrive"))).found
    moved = Computer("windows", tmp_path / "me", {"documents": tmp_path / "OneDrive" / "Documents"})
    assert search_computer(moved).found, "where the system itself says so"


def test_another_disk(tmp_path: Path) -> None:
    wechat_4(tmp_path / "D" / "xwechat_files" / "Backup")
    assert search_computer(Computer("windows", tmp_path / "me", drives=(tmp_path / "D",))).found


def test_telegrams_exports(tmp_path: Path) -> None:
    """tdesktop export_output_abstract.cpp: ChatExport_ISO-DATE, and " (1)" where that exists; DataExport_ likewise."""
    downloads = tmp_path / "Downloads" / "Telegram Desktop"
    put(downloads / "ChatExport_2026-05-07" / "result.json", 50, DAY)
    put(downloads / "ChatExport_2026-05-07" / "photos" / "a.jpg", 50, DAY)
    put(downloads / "ChatExport_2026-05-07 (1)" / "messages2.html", 50, DAY)
    put(downloads / "DataExport_2026-05-06" / "export_results.html", 50, DAY)
    put(downloads / "ChatExport_2026-05-01" / "notes.txt", 50, DAY)
    found = search_computer(Computer("linux", tmp_path)).found
    assert [(one.path.name, one.files, one.kind) for one in found] == [
        ("ChatExport_2026-05-07 (1)", 1, "export"),
        ("ChatExport_2026-05-07", 2, "export"),
        ("DataExport_2026-05-06", 1, "export"),
    ]
    assert [one.made and one.made.date().isoformat() for one in found] == ["2026-05-07", "2026-05-07", "2026-05-06"]


def test_signals_folder_and_file(tmp_path: Path) -> None:
    """ArchiveFileSystem.kt: SignalBackups/{files/XX/…, signal-backup-DATE/{main,metadata,files}}; copied later."""
    top = tmp_path / "Documents" / "SignalBackups"
    for name in ("main", "metadata", "files"):
        put(top / "signal-backup-2026-03-01-04-05-06" / name, 9)
        put(top / "signal-backup-2026-04-01-04-05-06" / name, 9)
    put(top / "files" / "ab" / ("ab" * 32), 100)
    put(tmp_path / "Downloads" / "signal-2025-01-02-03-04-05.backup", 70)
    folder, file = search_computer(Computer("linux", tmp_path)).found
    assert (folder.path, folder.bytes, folder.files) == (top, 154, 7)
    assert folder.made == dt.datetime(2026, 4, 1, 4, 5, 6, tzinfo=dt.UTC), "not the day of the copy"
    assert (file.bytes, file.made) == (70, dt.datetime(2025, 1, 2, 3, 4, 5, tzinfo=dt.UTC))


def test_a_copied_whatsapp_folder_is_as_old_as_its_names_say(tmp_path: Path) -> None:
    put(tmp_path / "Documents" / "WhatsApp" / "Databases" / "msgstore-2026-01-05.1.db.crypt15", 5)
    put(tmp_path / "Desktop" / "WhatsApp" / "Databases" / "holiday.jpg", 5)
    one = only(search_computer(Computer("linux", tmp_path)).found)
    assert one.made == dt.datetime(2026, 1, 5, tzinfo=dt.UTC)


def test_an_exported_line_chat(tmp_path: Path) -> None:
    put(tmp_path / "Downloads" / "[LINE] Chat history with Ann.txt", 5)
    put(tmp_path / "Downloads" / "shopping.txt", 5)
    assert only(search_computer(Computer("linux", tmp_path)).found).kind == "export"


def test_qq_on_windows(tmp_path: Path) -> None:
    """Documents\\Tencent Files\\<number>\\MsgBackup; \\nt_qq\\nt_db is QQ's own store, which QQ alone can read."""
    put(tmp_path / "Documents" / "Tencent Files" / "10001" / "MsgBackup" / "a.bak", 5)
    put(tmp_path / "Documents" / "Tencent Files" / "10002" / "nt_qq" / "nt_db" / "nt_msg.db", 5)
    found = search_computer(windows(tmp_path)).found
    assert {(one.account, one.kind) for one in found} == {("10001", "backup"), ("10002", "export")}


def test_a_folder_that_the_person_names(tmp_path: Path) -> None:
    """A disk of another computer: whatever the system was, and however deep."""
    disk = tmp_path / "old disk"
    top = wechat_4(disk / "Users" / "me" / "Documents" / "xwechat_files" / "Backup")
    put(disk / "x" / "Telegram Desktop" / "ChatExport_2026-05-07" / "result.json")
    assert {one.app for one in search_folder(disk).found} == {"wechat", "telegram"}
    assert only(search_folder(top).found).path == top, "the backup itself"
    assert search_folder(tmp_path / "nowhere").found == ()


def test_links_lead_nowhere(tmp_path: Path) -> None:
    elsewhere = wechat_4(tmp_path / "elsewhere")
    place = tmp_path / "me" / "Documents" / "xwechat_files" / "Backup"
    place.mkdir(parents=True)
    (place / "wxid_link").symlink_to(elsewhere)
    own = wechat_4(place, "wxid_own")
    (own / "more").symlink_to(elsewhere)
    (own / "loop").symlink_to(own)
    one = only(search_computer(windows(tmp_path / "me")).found)
    assert (one.path, one.files) == (own, 10)
    linked = tmp_path / "other"
    linked.mkdir()
    (linked / "xwechat_files").symlink_to(place.parent)
    assert search_folder(linked).found == ()


def test_a_search_that_takes_too_long_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wechat_4(tmp_path / "Documents" / "xwechat_files" / "Backup")
    assert search_computer(windows(tmp_path), seconds=-1).whole is False
    monkeypatch.setattr(module, "MAX_NAMES", 12)
    found = search_computer(windows(tmp_path))
    assert not found.whole
    assert not any(one.whole for one in found.found)
    monkeypatch.setattr(module, "MAX_DEPTH", 0)
    assert not search_folder(tmp_path).whole


def test_what_cannot_be_looked_into_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top = wechat_4(tmp_path / "Documents" / "xwechat_files" / "Backup")
    real = os.scandir

    def refusing(path: Path) -> object:
        if Path(path).name == "files":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = search_computer(windows(tmp_path))
    assert found.refused == (top / "73cfbe036d741ddf373cfbe036d741dd" / "files",)
    assert not only(found.found).whole


@settings(max_examples=60)
@given(
    st.lists(
        st.lists(
            st.sampled_from(
                ["xwechat_files", "Backup", "WeChat Files", "BackupFiles", "SignalBackups", "[LINE]a.txt", "x"]
            )
            | st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=8),
            min_size=1,
            max_size=5,
        ),
        max_size=6,
    )
)
def test_any_tree_is_searched(tmp_path_factory: pytest.TempPathFactory, paths: list[list[str]]) -> None:
    top = tmp_path_factory.mktemp("any")
    for parts in paths:
        if {".", ".."}.isdisjoint(parts):
            try:
                put(top.joinpath("Documents", *parts))
            except OSError:  # a file stands where a folder should
                continue
    for found in (search_computer(windows(top)), search_folder(top)):
        assert found.whole
        for one in found.found:
            assert one.path.is_relative_to(top)
            assert one.files > 0
