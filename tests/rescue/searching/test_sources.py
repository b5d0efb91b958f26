"""Each place where something can be left: apps' backups, this computer, databases, copies, clouds and other devices."""

import datetime as dt
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.incidents import Incident
from phoneward.phones.appbackups import Computer, search_computer
from phoneward.rescue import Completeness, Search, Source, apps_backups, makers_backups
from phoneward.rescue.searching.expiring import read_expiring
from phoneward.rescue.searching.hints import hinted, hints
from phoneward.rescue.searching.history import GoneFiles, by_phone
from phoneward.rescue.searching.in_snapshot import InSnapshot
from phoneward.rescue.searching.on_computer import computer_rules
from phoneward.rescue.searching.places import place_of, place_rules
from phoneward.snapshots import list_snapshots
from phoneward.texts import speaking
from phoneward.vault import Repository
from tests.phones.appbackups.test_oncomputer import wechat_4
from tests.rescue.phones import asked, content, of_source, parts_of, search
from tests.snapshots.catalogue.histories import File, new_repository
from tests.watch.scanning.phones import put

WHATSAPP = "shared/Android/media/com.whatsapp/WhatsApp"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """An empty vault."""
    return new_repository(tmp_path / "vault")


def test_apps_own_backups_are_found_by_name_and_folder(repo: Repository) -> None:
    """One row a backup; only the app's that is asked about; one made after the loss says so."""
    put(repo, {
        f"{WHATSAPP}/Databases/msgstore.db.crypt15": content("1"),
        f"{WHATSAPP}/Databases/msgstore-2023-11-13.1.db.crypt15": content("2"),
        "shared/Aegis/aegis-backup-20231101-101010.json": content("3"),
        "shared/DCIM/msgstore.db.crypt15": content("4"),
    })  # fmt: skip
    found = of_source(search(repo, asked(app="com.whatsapp")), Source.APP_BACKUP)
    assert {one.where.rpartition("/")[2] for one in found} >= {
        "msgstore.db.crypt15",
        "msgstore-2023-11-13.1.db.crypt15",
    }
    assert all(WHATSAPP in one.where for one in found)
    assert parts_of(found[0])[found[0].where] in {content("1").content, content("2").content}
    late = search(repo, asked(app="com.whatsapp", when=dt.date(2023, 11, 1)))
    assert any("may hold the empty state" in str(one.how) for one in of_source(late, Source.APP_BACKUP))


def test_backups_on_this_computer_of_apps_and_of_makers(tmp_path: Path) -> None:
    """WeChat's, HiSuite's and Smart Switch's folders: counted, and every file of them can be copied; links are not."""
    documents = tmp_path / "Documents"
    wechat_4(documents / "xwechat_files" / "Backup")
    for path in ("HiSuite/backup/P20_2021-12-04 21.00.02/a.tar.enc", "Samsung/SmartSwitch/backup/SM-A546B/x/b.spbm"):
        (documents / path).parent.mkdir(parents=True)
        (documents / path).write_bytes(path.encode())
    (documents / "HiSuite/backup/link").symlink_to("/etc")
    (documents / "HiSuite/backup/empty").mkdir()
    computer = Computer("windows", tmp_path, {"documents": documents})
    (wechat,) = apps_backups(asked(), search_computer(computer).found)
    assert wechat.source is Source.APP_BACKUP
    assert len(parts_of(wechat)) == wechat.count > 5
    assert wechat.command == "phoneward app-backups guide wechat"
    assert not list(apps_backups(asked(app="com.whatsapp"), search_computer(computer).found))
    huawei, samsung = makers_backups(asked(), computer)
    assert "HiSuite" in str(huawei.what)
    assert list(parts_of(huawei).values()) == [b"HiSuite/backup/P20_2021-12-04 21.00.02/a.tar.enc"]
    assert not huawei.is_confirmed
    assert "Smart Switch" in str(samsung.what)


def test_databases_that_can_be_read_are_told_and_encrypted_ones_are_not(repo: Repository, tmp_path: Path) -> None:
    """With what is beside them; the copy is what is looked into."""
    made = tmp_path / "notes.db"
    with sqlite3.connect(made) as connection:
        connection.execute("create table t (x)")
        connection.executemany("insert into t values (?)", [("x" * 100,) for _ in range(50)])
    connection.close()
    put(repo, {
        "appdata/com.example.notes/databases/notes.db": File(made.read_bytes()),
        "appdata/com.example.notes/databases/notes.db-wal": content("wal"),
        "shared/tencent/MicroMsg/a/EnMicroMsg.db": content("encrypted", 9000),
        "shared/Documents/tiny.db": content("t"),
    })  # fmt: skip
    (found,) = of_source(search(repo), Source.DATABASE)
    assert found.where == "/appdata/com.example.notes/databases/notes.db"
    assert found.count == len(parts_of(found)) == 2
    assert "phoneward rescue sqlite notes.db" in str(found.how)
    assert not of_source(search(repo, asked(app="com.other")), Source.DATABASE)


def test_what_was_moved_or_copied_by_another_app_is_found_where_it_lies_now(repo: Repository) -> None:
    """The original is gone, its content is not: that is no loss but a place."""
    put(repo, {"shared/DCIM/Camera/a.jpg": content("a"), "shared/DCIM/Camera/b.jpg": content("b")}, day=0)
    put(repo, {"shared/Android/data/com.example.bank/cache/0": content("a")}, day=1)
    result = search(repo)
    (copy,) = of_source(result, Source.OTHER_APP)
    assert (copy.where, copy.completeness) == ("/shared/Android/data/com.example.bank", Completeness.EXACT)
    assert "1 file that is gone from /shared/DCIM/Camera lies in /shared/Android/data/com.example.bank" in str(
        copy.what
    )
    assert parts_of(copy) == {"/shared/Android/data/com.example.bank/cache/0": content("a").content}
    (lost,) = of_source(result, Source.SNAPSHOT)
    assert lost.count == 1, "b.jpg alone"


def test_clouds_and_other_devices_follow_the_apps() -> None:
    """Those of apps that are on the phone, all where nobody knows; in both languages; unconfirmed ones say so."""
    xiaomi = {one.where for one in hinted(asked(), {"com.miui.cloudservice"})}
    assert "https://i.mi.com" in xiaomi
    assert "https://cloud.huawei.com" not in xiaomi
    assert len(list(hinted(asked(), None))) == len(hints())
    chats = list(hinted(asked(Incident.WIPED_BY_UPDATE, "com.tencent.mm"), {"com.tencent.mm"}))
    said = " ".join(str(one.what) for one in chats)
    assert "the other side of each chat" in said
    assert "Google Contacts" not in said
    assert "WhatsApp" not in said
    assert not any(one.can_be_collected for one in chats)
    unknown = " ".join(str(one.what) for one in hinted(asked(app="com.tencent.mm"), None))
    assert "WhatsApp" not in unknown, "nobody knows the apps, but WeChat is asked about"
    unconfirmed = [one for one in hinted(asked(), None) if not one.is_confirmed]
    assert all("were not found on a page of its maker" in str(one.how) for one in unconfirmed)
    with speaking(["zh_CN"]):
        assert "聊天的另一方" in " ".join(str(one.what) for one in chats)


def test_every_rule_names_where_it_stands_and_is_in_both_languages() -> None:
    """Nothing is told that came from nowhere; no folder is told twice."""
    told = [(rule.sources, rule.called) for rule in place_rules()]
    told += [(rule.sources, rule.called) for rule in computer_rules()]
    for sources, called in told:
        assert sources
        assert {"en", "zh_CN"} <= set(called)
    folders = [rule.folder.casefold() for rule in place_rules()]
    assert len(folders) == len(set(folders))
    for hint in hints():
        assert hint.confirmed <= bool(hint.sources or not hint.where)
        assert all({"en", "zh_CN"} <= set(text) for text in (hint.called, hint.what, hint.how))


@pytest.mark.parametrize(
    ("folder", "source", "where"),
    [
        (b"tencent/MicroMsg/WeiXin/a/b", "public-media", b"tencent/MicroMsg/WeiXin"),
        (b"Tencent/micromsg/0123", "leftover", b"Tencent/micromsg"),
        (b"MIUI/backup/AllBackup/2026/x", "maker-backup", b"MIUI/backup/AllBackup/2026"),
    ],
)
def test_the_deepest_folder_says_what_lies_there(folder: bytes, source: str, where: bytes) -> None:
    """What was saved from WeChat lies within its leftovers, and is whole."""
    found = place_of(folder)
    assert found is not None
    assert (found[0].source, found[1]) == (source, where)


@given(
    st.binary(max_size=60), st.integers(0, 10**19), st.sampled_from([b"trashed", b"pending", b"TRASHED", b"Pending"])
)
def test_any_name_in_the_trash_tells_its_own_name_and_time(name: bytes, second: int, kind: bytes) -> None:
    """Whatever its bytes; a number that is no time expires never; other names are none."""
    told = read_expiring(b".%s-%d-%s" % (kind, second, name))
    if not name or second > 10**18 - 1:
        assert told is None
        return
    assert told is not None
    assert told.name == name
    assert told.is_trash is (kind.lower() == b"trashed")
    if 0 < second < 32_503_680_000:
        assert told.expires == dt.datetime.fromtimestamp(second, dt.UTC)
    else:
        assert told.expires is None


@given(st.lists(st.sampled_from([b"DCIM", b".thumbnails", b"Android", b"data", b"x", b"*", b"\xff", b""]), max_size=6))
def test_any_folder_has_one_rule_or_none(parts: list[bytes]) -> None:
    """The deepest one counts; its folder is above the one that was asked about; nothing breaks on odd bytes."""
    folder = b"/".join(parts)
    found = place_of(folder)
    if found is not None:
        rule, where = found
        assert folder == where or folder.startswith(where + b"/")
        assert where.count(b"/") == rule.folder.count("/")


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["a/1", "a/2", "b/1", "b/c/1", "b/c/2", "cache/1"]), st.sampled_from("xyz"), max_size=5
        ),
        min_size=2,
        max_size=5,
    )
)
def test_what_is_gone_agrees_with_counting_the_slow_way(
    tmp_path_factory: pytest.TempPathFactory, days: list[dict[str, str]]
) -> None:
    """Every file whose path and whose content the newest snapshot does not have, in the last snapshot that has it."""
    repo = new_repository(tmp_path_factory.mktemp("gone") / "vault")
    for day, files in enumerate(days):
        put(repo, {f"shared/{path}": content(text) for path, text in files.items()}, day=day)
    (chosen,) = by_phone(asked(), list_snapshots(repo))
    gone: dict[str, str] = {}
    newest = days[-1]
    for day in reversed(range(len(days) - 1)):
        for path, text in days[day].items():
            if path not in newest and "cache" not in path and text not in newest.values():
                gone.setdefault(path, str(day))
    contents = {file.content for file in InSnapshot(repo, chosen.newest).files()}
    found = GoneFiles(repo, asked(), contents).search(chosen.newest, chosen.older)
    assert sum(one.count for one in found) == len(gone)
    by_day = {str(one.made) for one in found}
    assert len(by_day) == len(set(gone.values()))


def test_a_search_of_a_phone_over_the_cable_notes_its_apps() -> None:
    """Apps that are told make the clouds fewer."""
    looking = Search(asked())
    looking.note_apps(["com.bbk.cloud"])
    where = {one.where for one in looking.result().remnants}
    assert "https://yun.vivo.com.cn" in where
    assert "https://i.mi.com" not in where
