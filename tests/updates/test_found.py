"""Update files that were downloaded already: found wherever a shop, a browser or a messenger put them."""

import datetime as dt
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward import phones, snapshots, vault
from phoneward.updates import found
from phoneward.updates.found import FoundFiles, Where, found_in_snapshot, found_on_computer, found_on_phone
from phoneward.vault import LocalStorage
from tests.vault.cheap import insecure_test_cost

UPDATES = (
    "Download/WeChat.apk",
    "Download/browser/some app.APK",
    "tencent/QQfile_recv/微信.apk.1",
    "Android/data/com.xiaomi.market/files/update.apks",
    "Download/game.xapk",
    "Download/bundle.apkm",
)
OTHERS = (
    "Download/apk",
    "Download/x.apk.part",
    "Download/notes.apk.txt",
    "a.apk/inner.txt",
    "Download/.trashed-1-y.apk",
)


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    top = tmp_path / "phone"
    for number, name in enumerate((*UPDATES, *OTHERS)):
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"PK" + b"x" * number)
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))
    return top


def names(files: FoundFiles, below: str) -> set[str]:
    return {os.fsdecode(file.path).partition(below)[2] for file in files.files}


def test_on_a_phone(storage: Path) -> None:
    with phones.open_folder(storage) as phone:
        search = found_on_phone(phone)
    assert search.whole
    assert {name.rpartition("/")[2] for name in names(search, "/")} == {name.rpartition("/")[2] for name in UPDATES}
    newest = search.files[0]
    assert newest.shown.endswith("bundle.apkm")
    assert (newest.size, newest.where) == (2 + len(UPDATES) - 1, Where.PHONE)
    assert newest.modified == dt.datetime.fromtimestamp(1_700_000_000 + len(UPDATES) - 1, dt.UTC)


def test_in_a_snapshot_of_it(storage: Path, tmp_path: Path) -> None:
    repo = vault.init_repository(LocalStorage(tmp_path / "vault"), "secret", kdf=insecure_test_cost())
    with phones.open_folder(storage) as phone:
        result = snapshots.backup(phone, repo, state_dir=tmp_path / "state")
    repo.load_index()
    search = found_in_snapshot(repo, result.snapshot_id or "")
    assert names(search, "/shared/") == set(UPDATES)
    assert {file.where for file in search.files} == {Where.SNAPSHOT}


def test_on_this_computer_no_deeper_than_downloads_go(storage: Path) -> None:
    deep = storage / "1/2/3/4/5"
    deep.mkdir(parents=True)
    (deep / "far.apk").write_bytes(b"PK")
    (storage / "Download" / "link.apk").symlink_to("/etc/passwd")
    (storage / "elsewhere").symlink_to(storage / "Download")
    search = found_on_computer([storage, storage, storage / "not there"])
    assert {path.removeprefix("/") for path in names(search, str(storage))} == set(UPDATES)
    assert search.whole


def test_a_persons_downloads_folder_is_where_it_is_looked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "Downloads").mkdir()
    (tmp_path / "Downloads" / "wx.apk").write_bytes(b"PK")
    assert names(found_on_computer(), str(tmp_path)) == {"/Downloads/wx.apk"}


def test_what_was_not_looked_at_is_said(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found, "MAX_FILES", 3)
    assert len(found_on_computer([storage]).files) == 3
    assert not found_on_computer([storage]).whole
    monkeypatch.setattr(found, "MAX_COMPUTER_NAMES", 2)
    assert not found_on_computer([storage]).whole
    monkeypatch.setattr(found, "MAX_NAMES", 2)
    with phones.open_folder(storage) as phone:
        assert not found_on_phone(phone).whole
    both = found_on_computer([storage]) + FoundFiles(refused=("/data",))
    assert (both.whole, both.refused) == (False, ("/data",))


@given(st.binary(max_size=40))
def test_any_name_is_judged(name: bytes) -> None:
    ending = name.lower().endswith((b".apk", b".xapk", b".apks", b".apkm"))
    trash = name.startswith((b".trashed-", b".pending-"))
    assert found.is_update_name(name) == (ending and not trash) or b".apk." in name.lower()
