"""An app's backup on this computer comes into the phone's snapshots once the person said whose it is; real restic."""

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.phones import AppInventory, FileKind, InstalledApp, Phone, Volume, VolumeKind, open_folder
from phoneward.phones.base import Entry
from phoneward.phones.joined import JoinedPhone
from phoneward.phones.source import Source
from phoneward.progress import Notice
from phoneward.snapshots import (
    AppCoverage,
    Area,
    BackupResult,
    KeptFolder,
    OwnerState,
    State,
    backup,
    change_state,
    coverage_of,
    list_snapshots,
    load_state,
    restore,
)
from phoneward.snapshots.app_folders import (
    FOLDER,
    computer_id,
    computer_name,
    keep_folder,
    kept_folders,
    known_computer_id,
    leave_folder,
)
from phoneward.snapshots.app_taking import with_once
from phoneward.snapshots.errors import FolderNameError, JournalUnwritableError
from phoneward.snapshots.layout import is_volume_name
from phoneward.snapshots.state import Change
from phoneward.vault import Repository
from tests.phone import trees
from tests.phone.testphone import TestPhone
from tests.phone.trees import tree_digest
from tests.phones.appbackups.test_oncomputer import DAY, wechat_4
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Heard, MeddledPhone, Vault, settle, write
from tests.snapshots.scripted import WHO, ScriptedPhone

WECHAT = "com.tencent.mm"
PC = "00112233aabbccdd"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


@pytest.fixture
def chats(tmp_path: Path) -> Path:
    return wechat_4(tmp_path / "home" / "Documents" / "xwechat_files" / "Backup")


def phone() -> ScriptedPhone:
    """A phone with WeChat, whose data nobody can read."""
    app = InstalledApp(WECHAT, 0, 7, "8.0", apk_paths=(b"/data/app/~~x==/a/base.apk",), data_bytes=11_000_000_000)
    made = ScriptedPhone(inventory=AppInventory((app,)))
    made.entries.append(Entry(b"/storage/emulated/0", FileKind.DIRECTORY, 0, 0o770, 10**18, 10**18))
    made.add(b"/data/app/~~x==/a/base.apk", b"apk")
    made.add(b"/storage/emulated/0/photo.jpg", b"photo")
    return made


def say(vault: Vault, path: Path, device: str = WHO.id, *, leave: bool = False) -> KeptFolder:
    """Have the person say whose a folder is."""
    repo = vault.reopen()
    state = load_state(repo)
    kept, changes = keep_folder(state, device=device, computer=computer_id(vault.state), package=WECHAT, path=path)
    with repo.lock(exclusive=False) as lock:
        change_state(repo, lock, [leave_folder(kept)] if leave else changes)
    return kept


def take(vault: Vault, main: Phone | None = None) -> BackupResult:
    repo = vault.reopen()
    with main or phone() as one:
        return backup(one, repo, state_dir=vault.state, listener=Heard())


def row(result: BackupResult) -> AppCoverage:
    assert result.coverage is not None
    return next(app for app in result.coverage.apps if app.package == WECHAT)


def test_nothing_goes_along_before_somebody_said_whose_it_is(vault: Vault, chats: Path) -> None:
    assert chats.is_dir()
    result = take(vault)
    assert row(result).state is State.OUT_OF_REACH
    assert known_computer_id(vault.state) is None
    assert result.coverage is not None
    assert not [storage for storage in result.coverage.storages if storage.area is Area.COMPUTER]


def test_wechats_own_backup_is_in_the_phones_snapshot_and_restic_reads_it(vault: Vault, chats: Path) -> None:
    kept = say(vault, chats)
    settle()
    result = take(vault)
    assert result.complete, result.coverage and result.coverage.gaps
    app = row(result)
    (own,) = app.own_backups
    assert (app.state, own.place, own.app, own.kind, own.files) == (
        State.OWN_BACKUP,
        "computer",
        "wechat",
        "backup",
        10,
    )
    assert own.path == "/computer/com.tencent.mm/wxid_0xt662v10ru629" == kept.place.decode()
    assert own.date == DAY
    restored = vault.restored_by_restic("latest") / "computer" / WECHAT / kept.name
    assert tree_digest(restored) == tree_digest(chats)
    assert take(vault).stats.files_sent == 0, "what did not change costs nothing"
    write(chats / "73cfbe036d741ddf373cfbe036d741dd" / "files" / "40" / "pkg.attr", b"new backup")
    again = take(vault)
    assert again.stats.files_sent == 1
    assert row(again).own_backups[0].files == 11
    vault.check()


def test_an_apps_files_are_restored_with_those_of_the_computer(vault: Vault, chats: Path, tmp_path: Path) -> None:
    say(vault, chats)
    take(vault)
    restore(vault.reopen(), "latest", tmp_path / "back", app=WECHAT, durable=False)
    assert (tmp_path / "back/computer/com.tencent.mm/wxid_0xt662v10ru629/roam_device_info.dat").is_file()


def test_another_phone_of_the_house_does_not_get_it(vault: Vault, chats: Path) -> None:
    say(vault, chats, device="fedcba9876543210")
    assert row(take(vault)).state is State.OUT_OF_REACH


def test_another_computers_folder_is_not_looked_for_here(vault: Vault, chats: Path) -> None:
    repo = vault.reopen()
    computer_id(vault.state)
    kept = KeptFolder(WHO.id, PC, WECHAT, "x", str(chats))
    with repo.lock(exclusive=False) as lock:
        change_state(repo, lock, [Change(FOLDER, kept.subject, kept.path)])
    result = take(vault)
    assert result.complete
    assert row(result).own_backups == []


def test_a_folder_that_is_not_there_today_is_named_and_the_phone_is_kept_all_the_same(
    vault: Vault, chats: Path, tmp_path: Path
) -> None:
    say(vault, chats)
    take(vault)
    chats.rename(tmp_path / "elsewhere")
    result = take(vault)
    assert not result.complete, "exit code 3"
    assert result.coverage is not None
    found = {storage.area: storage for storage in result.coverage.storages}
    assert found[Area.SHARED].state is State.KEPT
    absent = found[Area.COMPUTER]
    assert (absent.state, absent.reason, absent.next_step) == (
        State.OUT_OF_REACH, "computer-folder-absent", "computer-folder-back",
    )  # fmt: skip
    assert str(chats) in absent.label
    assert result.coverage.gap_counts == {"absent": 1}
    assert row(result).state is State.OUT_OF_REACH
    (tmp_path / "elsewhere").rename(chats)
    assert row(take(vault)).state is State.OWN_BACKUP


def test_after_leaving_what_snapshots_hold_stays(vault: Vault, chats: Path) -> None:
    kept = say(vault, chats)
    take(vault)
    before = [info.snapshot.id for info in list_snapshots(vault.reopen()) if info.of_phone]
    say(vault, chats, leave=True)
    result = take(vault)
    assert result.complete
    assert row(result).state is State.OUT_OF_REACH
    assert result.coverage is not None
    assert result.coverage.missing_storages == [f"computer/{WECHAT}/{kept.name}"]
    held = coverage_of(vault.reopen(), before[-1] or "")
    assert any(storage.area is Area.COMPUTER for storage in held.storages)


def test_a_backup_that_is_being_written_does_not_count_as_one(
    vault: Vault, chats: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that keeps changing while it is read is torn: WeChat might not open what came over."""
    say(vault, chats)
    busy = chats / "73cfbe036d741ddf373cfbe036d741dd" / "backup.attr"

    def grow(path: bytes) -> None:
        if path.endswith(b"backup.attr"):
            busy.write_bytes(busy.read_bytes() + b"more")

    with monkeypatch.context() as patch:
        patch.setattr("phoneward.snapshots.app_taking.open_folder", lambda path: MeddledPhone(path, before=grow))
        result = take(vault)
    assert not result.complete
    assert result.coverage is not None
    assert result.coverage.gap_counts == {"torn": 1}
    assert row(result).own_backups == []
    assert take(vault).complete, "and is one when nobody writes any more"


def test_beside_another_source_of_the_phone(vault: Vault, chats: Path, tmp_path: Path) -> None:
    """As with --adb-backup: what stands beside the phone already stays, and neither is asked for the other."""
    say(vault, chats)
    write(tmp_path / "other" / "notes.db", b"notes")
    with open_folder(tmp_path / "other") as other:
        volume = Volume(VolumeKind.APP_DATA, "appdata", b"/", package="org.notes")
        with phone() as main:
            joined = JoinedPhone(main, [Source(other, b"/@backup", (volume,))])
            result = backup(joined, vault.reopen(), state_dir=vault.state, verify_all=True)
    assert result.complete, result.coverage and result.coverage.gaps
    assert result.coverage is not None
    assert {one.path for one in result.coverage.storages} >= {"/appdata/org.notes", "/shared"}
    assert row(result).state is State.OWN_BACKUP
    assert (vault.restored_by_restic("latest") / "appdata/org.notes/notes.db").read_bytes() == b"notes"


def test_over_a_cable(vault: Vault, phone: TestPhone, chats: Path) -> None:
    trees.typical(phone.storage)
    with adb_phone(phone) as one:
        device = one.identity.id
    kept = say(vault, chats, device)
    settle()
    result = take(vault, adb_phone(phone))
    assert result.coverage is not None
    (storage,) = [one for one in result.coverage.storages if one.area is Area.COMPUTER]
    assert (storage.state, storage.files) == (State.KEPT, 10)
    restored = vault.restored_by_restic("latest") / "computer" / WECHAT / kept.name
    assert tree_digest(restored) == tree_digest(chats)


def test_two_folders_of_one_name_get_two_places(tmp_path: Path) -> None:
    state = OwnerState()
    places = []
    for folder in ("a", "b"):
        kept, changes = keep_folder(state, device="d", computer=PC, package=WECHAT, path=tmp_path / folder / "Backup")
        state = state.changed(changes, now_ns=1, writer="w")
        places.append(kept.place)
    assert places == [b"/computer/com.tencent.mm/Backup", b"/computer/com.tencent.mm/Backup-2"]
    again, changes = keep_folder(state, device="d", computer=PC, package=WECHAT, path=tmp_path / "b" / "Backup")
    assert (again.place, changes) == (places[1], [])
    assert len(kept_folders(state, device="d", computer=PC)) == 2
    assert kept_folders(state, device="other") == []
    assert computer_name(state, PC)


def test_a_folder_for_this_once_is_taken_once(tmp_path: Path) -> None:
    """`backup --app-backup` with a folder that goes along anyway, and with one of the same name elsewhere."""
    kept = KeptFolder("d", PC, WECHAT, "Backup", str(tmp_path / "a" / "Backup"))
    also = [
        (WECHAT, tmp_path / "a" / "Backup"),
        (WECHAT, tmp_path / "b" / "backup"),
        ("org.other", tmp_path / "Backup"),
    ]
    found = with_once([kept], "d", [*also, *also])
    assert [(one.package, one.path, one.name) for one in found] == [
        (WECHAT, kept.path, "Backup"),
        (WECHAT, str(tmp_path / "b" / "backup"), "backup-2"),
        ("org.other", str(tmp_path / "Backup"), "Backup"),
    ]


def test_decisions_that_cannot_be_read_are_spoken_of(
    vault: Vault, chats: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder may be left out then, and nobody should find that out years later."""
    say(vault, chats)

    def damaged(_repo: Repository, *, on_damaged: Callable[[str, Exception], None]) -> OwnerState:
        on_damaged("00", ValueError("no JSON"))
        return OwnerState()

    monkeypatch.setattr("phoneward.snapshots.app_taking.load_state", damaged)
    heard = Heard()
    with phone() as one:
        backup(one, vault.reopen(), state_dir=vault.state, listener=heard)
    said = [event.sentence for event in heard.events if isinstance(event, Notice)]
    assert any("may be left out: no JSON" in text for text in said), said


@given(
    st.text(min_size=1, max_size=40).filter(
        lambda name: "/" not in name and "\0" not in name and name not in {".", ".."}
    )
)
def test_any_folder_name_becomes_a_safe_place(name: str) -> None:
    try:
        kept, changes = keep_folder(OwnerState(), device="d", computer=PC, package=WECHAT, path=Path("/x") / name)
    except FolderNameError:
        return
    assert is_volume_name(kept.name)
    state = OwnerState().changed(changes, now_ns=1, writer="w")
    assert kept_folders(state, device="d", computer=PC) == [kept]


def test_a_path_that_is_no_text_is_refused() -> None:
    for path in (Path(os.fsdecode(b"/x/\xff")), Path("/x" * 800)):
        with pytest.raises(FolderNameError):
            keep_folder(OwnerState(), device="d", computer=PC, package=WECHAT, path=path)


@pytest.mark.parametrize(
    ("subject", "value"),
    [
        ("d/" + PC + "/com.tencent.mm/../up", "/x"),
        ("d/" + PC + "/com.tencent.mm", "/x"),
        ("d/" + PC + "/../x", "/x"),
        ("d/" + PC + "/com.tencent.mm/..", "/x"),
        ("d/short/com.tencent.mm/x", "/x"),
        ("d\n/" + PC + "/com.tencent.mm/x", "/x"),
        ("d/" + PC + "/com.tencent.mm/x", True),
        ("d/" + PC + "/com.tencent.mm/x", ""),
        ("d/" + PC + "/com.tencent.mm/x", None),
    ],
)
def test_what_a_tampered_vault_says_of_folders_is_passed_over(subject: str, value: str | bool | None) -> None:
    state = OwnerState().changed(
        [Change(FOLDER, subject, "/before"), Change(FOLDER, subject, value)], now_ns=1, writer="w"
    )
    assert kept_folders(state) == []


def test_this_computer_has_one_id_that_stays(tmp_path: Path) -> None:
    first = computer_id(tmp_path / "state")
    assert computer_id(tmp_path / "state") == first == known_computer_id(tmp_path / "state")
    (tmp_path / "state" / "computer-id").write_text("not one\n")
    assert known_computer_id(tmp_path / "state") is None
    assert computer_id(tmp_path / "state") != first
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalUnwritableError):
        computer_id(tmp_path / "file")


def test_the_day_of_the_backup_is_that_of_the_app_not_of_the_snapshot(vault: Vault, chats: Path) -> None:
    say(vault, chats)
    result = take(vault)
    assert result.coverage is not None
    assert result.coverage.taken - row(result).own_backups[0].date > dt.timedelta(days=30)
