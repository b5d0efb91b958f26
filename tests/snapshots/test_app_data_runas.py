"""Apps built for testing: their private data comes over by the real shell, tools and a stand-in of Android's run-as."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from phoneward.phones import AppInventory, InstalledApp, PhoneGoneError
from phoneward.phones.adb import AdbPhone
from phoneward.phones.adb.appphone import AppData
from phoneward.phones.base import FileStream
from phoneward.phones.joined import JoinedPhone
from phoneward.phones.words import TOO_MANY_APPS
from phoneward.snapshots import (
    AppCoverage,
    BackupCutShortError,
    BackupResult,
    ProofLevel,
    ProofLookup,
    State,
    backup,
    find,
    row_why,
)
from tests.phone import profiles, state, trees
from tests.phone.state import App, User
from tests.phone.testphone import TestPhone
from tests.phones.suite import ODD_NAMES
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault, photograph, settle

NAME = "org.example.dev"
DEV = App(NAME, 10140, debuggable=True, sizes=(1_000_000, 5_000, 0))
WITH_DEV = state.SMALL.but(apps=(*state.SMALL.apps, DEV))


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


@pytest.fixture
def dev(phone: TestPhone) -> TestPhone:
    phone.answer_with(WITH_DEV)
    return phone


def data(phone: TestPhone, kind: str = "user", user: int = 0) -> Path:
    return phone.root / "data" / kind / str(user) / NAME


def put(phone: TestPhone, name: bytes | str, content: bytes, kind: str = "user") -> bytes:
    """Make a file of the app's, and all folders above it."""
    place = os.path.join(os.fsencode(data(phone, kind)), os.fsencode(name))
    os.makedirs(os.path.dirname(place), exist_ok=True)
    with open(place, "wb") as stream:
        stream.write(content)
    give(phone)
    return place


def give(phone: TestPhone) -> None:
    for kind in ("user", "user_de"):
        for folder, folders, files in os.walk(os.fsencode(data(phone, kind))):
            for name in (*folders, *files):
                os.chown(os.path.join(folder, name), DEV.app_id, DEV.app_id, follow_symlinks=False)


def app_of(result: BackupResult, user: int = 0) -> AppCoverage:
    assert result.coverage is not None
    (found,) = [app for app in result.coverage.apps if (app.package, app.user_id) == (NAME, user)]
    return found


def kept(vault: Vault, name: str = NAME) -> Path:
    return vault.restored_by_restic("latest") / "appdata" / name


def test_its_private_data_is_kept_name_by_name_and_byte_by_byte(vault: Vault, dev: TestPhone) -> None:
    put(dev, "databases/notes.db", trees.content("db", 3_000_000))
    put(dev, "shared_prefs/settings.xml", b"<map/>")
    put(dev, "empty", b"")
    for name in ODD_NAMES:
        put(dev, b"files/" + name, name)
        put(dev, b"in/" + name + b"/deep", name)
    os.symlink(b"../databases/notes.db", os.fsencode(data(dev)) + b"/files/link -> x")
    os.makedirs(data(dev) / "cache")
    give(dev)
    settle()
    first = vault.backup(adb_phone(dev))
    assert first.complete, first.coverage and first.coverage.gaps
    assert photograph(kept(vault)) == photograph(data(dev))
    app = app_of(first)
    assert (app.state, app.reason, app.out_of_reach_bytes) == (State.KEPT, "app-data-kept", 0)
    assert first.coverage is not None
    assert not first.coverage.is_of_backup_file
    repo = vault.reopen()
    proof = ProofLookup(repo, find(repo, "latest")).of(b"/appdata/org.example.dev/databases/notes.db")
    assert proof is not None
    assert proof.level is ProofLevel.MATCHED, "the phone's own sha256sum, as the app"

    second = vault.backup(adb_phone(dev))
    assert (second.stats.files_sent, second.stats.data_blobs) == (0, 0)
    (data(dev) / "databases/notes.db").write_bytes(b"other")
    third = vault.backup(adb_phone(dev))
    assert (third.stats.files_sent, third.stats.bytes_sent) == (1, 5)
    vault.check()


def test_what_is_open_before_unlocking_stands_beside_it(vault: Vault, dev: TestPhone) -> None:
    put(dev, "a", b"a")
    assert vault.backup(adb_phone(dev)).complete
    assert not kept(vault, NAME + "@user_de").exists(), "an empty folder is not worth a line"
    put(dev, "shared_prefs/alarm.xml", b"<alarm/>", kind="user_de")
    result = vault.backup(adb_phone(dev))
    assert photograph(kept(vault, NAME + "@user_de")) == photograph(data(dev, "user_de"))
    assert app_of(result).kept_files == 2


def test_an_app_that_locks_its_data_stays_out_of_reach(vault: Vault, dev: TestPhone) -> None:
    result = vault.backup(adb_phone(dev))
    assert result.coverage is not None
    closed = [app for app in result.coverage.apps if app.package == "com.whatsapp"]
    assert [(app.state, app.reason) for app in closed] == [(State.OUT_OF_REACH, "private-out-of-reach")]
    assert [s.path for s in result.coverage.storages if s.area == "app-data"] == [f"/appdata/{NAME}"]


def test_a_file_that_not_even_the_app_may_read_is_named(vault: Vault, dev: TestPhone) -> None:
    put(dev, "open", b"open")
    os.chmod(put(dev, "closed", b"secret"), 0)
    os.chmod(os.path.dirname(put(dev, "locked/inner", b"secret")), 0)
    os.mkfifo(data(dev) / "socket")
    give(dev)
    result = vault.backup(adb_phone(dev))
    assert not result.complete
    app = app_of(result)
    assert (app.state, app.reason, app.next_step) == (State.PART, "some-missing", "see-gaps")
    assert result.coverage is not None
    gaps = {gap.path.rpartition("/")[2]: gap.reason for gap in result.coverage.gaps}
    assert gaps == {"closed": "denied", "locked": "denied", "socket": "special"}
    assert (kept(vault) / "open").read_bytes() == b"open"


def refuse_owner(phone: TestPhone) -> str:
    os.chown(data(phone), 10999, 10999)
    return f"/data/user/0/{NAME} has wrong owner: 10999/10999, not 10140"


def refuse_mode(phone: TestPhone) -> str:
    data(phone).chmod(0o755)
    return f"/data/user/0/{NAME} readable or writable by others: 40755"


def refuse_missing(phone: TestPhone) -> str:
    data(phone).rmdir()
    return f"couldn't stat /data/user/0/{NAME}: No such file or directory"


def refuse_link(phone: TestPhone) -> str:
    data(phone).rmdir()
    data(phone).symlink_to("/storage/emulated/0")
    return f"/data/user/0/{NAME} not a directory: 120777"


def refuse_unknown(phone: TestPhone) -> str:
    (phone.root / "data/teststate/runas").write_text("")
    return f"unknown package: {NAME}"


def refuse_flag(phone: TestPhone) -> str:
    (phone.root / "data/teststate/runas").write_text(f"{NAME} 10140 0\n")
    return f"package not debuggable: {NAME}"


def refuse_program(phone: TestPhone) -> str:
    (phone.root / "system/bin/run-as").unlink()
    return "run-as: inaccessible or not found"


@pytest.mark.parametrize(
    "refuse",
    [refuse_owner, refuse_mode, refuse_missing, refuse_link, refuse_unknown, refuse_flag, refuse_program],
)
def test_a_phone_that_refuses_says_why(vault: Vault, dev: TestPhone, refuse: Callable[[TestPhone], str]) -> None:
    """Nothing of the app is taken for kept; the rest of the backup is whole, and is not called incomplete."""
    trees.put(dev.storage, "DCIM/a.jpg", b"a")
    trees.give_to_phone(dev.storage)
    words = refuse(dev)
    result = vault.backup(adb_phone(dev))
    assert result.complete
    app = app_of(result)
    assert (app.state, app.reason) == (State.OUT_OF_REACH, "run-as-refused")
    assert app.detail.endswith(words), app.detail
    assert app.detail in row_why(app)
    assert not kept(vault).exists()


def test_other_users_copies_are_named_and_not_called_kept(vault: Vault, phone: TestPhone) -> None:
    twin = replace(DEV, first_installed={0: "2024-03-01 10:00:00", 10: "2024-04-02 11:11:11"})
    phone.answer_with(state.FULL.but(apps=(*state.FULL.apps, twin), users=(User(0, "Owner"), User(10, "Work", "1030"))))
    put(phone, "a", b"a")
    result = vault.backup(adb_phone(phone))
    assert (app_of(result).state, app_of(result).kept_files) == (State.KEPT, 1)
    other = app_of(result, 10)
    assert (other.state, other.reason, other.kept_files) == (State.OUT_OF_REACH, "other-users-data", 0)


def test_a_cable_pulled_among_its_files_is_resumed(vault: Vault, dev: TestPhone) -> None:
    for number in range(20):
        put(dev, f"files/{number}", trees.content(str(number), 1_000_000))
    settle()
    dev.proxy.refuse(on=True)
    dev.proxy.cut("down", 12_000_000)
    with pytest.raises(BackupCutShortError):
        vault.backup(adb_phone(dev))
    dev.proxy.refuse(on=False)
    dev.connect()
    again = vault.backup(adb_phone(dev))
    assert again.complete
    assert again.stats.files_resumed >= 5
    assert photograph(kept(vault)) == photograph(data(dev))


class Changing(AdbPhone):
    """A phone on which an app writes to a file whenever one is read."""

    def __init__(self, phone: TestPhone, change: Path) -> None:
        super().__init__(phone.serial, server=adb_phone(phone)._server)
        self._change = change

    def app_data(self, inventory: AppInventory) -> AppData:
        found = super().app_data(inventory)
        (source,) = found.sources
        source.phone.read = self._reading(source.phone.read)  # type: ignore[method-assign]
        return found

    def _reading(self, real: Callable[[Iterable[bytes]], Iterator[FileStream]]) -> Any:
        def read(paths: Iterable[bytes]) -> Iterator[FileStream]:
            for stream in real(paths):
                with self._change.open("ab") as file:
                    file.write(b"more")
                yield stream

        return read


def test_a_file_that_the_app_keeps_writing_to_is_called_uncertain(vault: Vault, dev: TestPhone) -> None:
    put(dev, "log", b"log")
    put(dev, "still", b"still")
    result = vault.backup(Changing(dev, data(dev) / "log"))
    assert result.coverage is not None
    assert [(gap.path.rpartition("/")[2], gap.reason) for gap in result.coverage.gaps] == [("log", "torn")]
    assert app_of(result).state is State.PART
    assert (kept(vault) / "log").read_bytes().startswith(b"log")


def test_an_old_phone_without_the_tools_says_so(vault: Vault, tmp_path: Path) -> None:
    with TestPhone(tmp_path / "old", profile=profiles.ANDROID_7, state=WITH_DEV) as old:
        result = vault.backup(adb_phone(old))
        app = app_of(result)
        assert (app.state, app.reason) == (State.OUT_OF_REACH, "run-as-refused")
        assert "tools cannot do it" in row_why(app)


def test_a_phone_of_before_lis2_gives_it_too(vault: Vault, tmp_path: Path) -> None:
    with TestPhone(tmp_path / "old", profile=profiles.ANDROID_9, state=WITH_DEV) as old:
        put(old, "files/a", b"a")
        assert app_of(vault.backup(adb_phone(old))).state is State.KEPT


def test_a_phone_that_calls_everything_debuggable_is_not_asked_for_ever(dev: TestPhone) -> None:
    from phoneward.phones.adb import runas

    many = AppInventory(tuple(InstalledApp(f"a.b{n}", 0, is_debuggable=True) for n in range(runas.MAX_APPS + 50)))
    with adb_phone(dev) as main:
        phone = JoinedPhone(main, ())
        found = phone.find_app_data(many)
    assert len(found) == runas.MAX_APPS + 50
    assert all(found.values())
    assert sum(words == TOO_MANY_APPS for words in found.values()) == 50
    assert not phone.sources


def test_a_phone_gone_while_it_is_asked_is_gone(vault: Vault, dev: TestPhone) -> None:
    with adb_phone(dev) as main:
        dev.proxy.refuse(on=True)
        dev.proxy.drop()
        with pytest.raises(PhoneGoneError):
            JoinedPhone(main, ()).find_app_data(main_inventory())
        with pytest.raises(PhoneGoneError):
            backup(main, vault.reopen(), state_dir=vault.state)


def main_inventory() -> AppInventory:
    return AppInventory((InstalledApp(NAME, 0, is_debuggable=True),))
