"""Backups of a computer back onto a computer: where their apps look, never over anything, never where a vault says."""

import datetime as dt
from pathlib import Path

import pytest

from phoneward.phones.appbackups import Computer
from phoneward.snapshots import (
    Area,
    Coverage,
    Proof,
    ProofLevel,
    State,
    StorageCoverage,
    Totals,
    encode_coverage,
    plan_computer_backups,
    put_on_computer,
)
from phoneward.snapshots.errors import NoAppBackupsError
from tests.snapshots.bench import Vault
from tests.snapshots.catalogue.histories import File, Tree, put_snapshot
from tests.vault.walker import walk

WHEN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
WECHAT = "com.tencent.mm"
FILES: Tree = {b"files": {b"1": {b"BAK_0_TEXT": File(b"text")}}, b"roam.dat": File(b"roam")}


def row(name: str, was: str) -> StorageCoverage:
    path = f"/computer/{WECHAT}/{name}"
    return StorageCoverage(Area.COMPUTER, name, was, path, "/@computer", State.KEPT, "", "nothing", 2, 8, None, 0)


def vault_with(folder: Path, **was: str) -> Vault:
    """A vault whose newest snapshot holds these folders of a computer, each with where it was."""
    vault = Vault.make(folder)
    rows = [row(name, place) for name, place in was.items()]
    coverage = Coverage(
        1, "phone", "My phone", WHEN, False, False, Proof(ProofLevel.STORED, WHEN), Totals(5, 500, 0, 700, 1, 0), rows,
        [], {}, [], {},
    )  # fmt: skip
    tree: Tree = {
        b"coverage.json": File(encode_coverage(coverage)),
        b"computer": {WECHAT.encode(): {name.encode(): dict(FILES) for name in was}},
    }
    vault.reopen()
    put_snapshot(vault.repo, tree, day=1)
    vault.reopen()
    return vault


def windows(home: Path) -> Computer:
    (home / "Documents").mkdir(parents=True)
    return Computer("windows", home, {"documents": home / "Documents"})


WAS = r"C:\Users\mum\Documents\xwechat_files\Backup\wxid_mum"


def test_a_folder_that_was_lost_is_where_wechat_looks_again(tmp_path: Path) -> None:
    """A new computer: the folder is made under its account's name, below this person's Documents."""
    vault, computer = vault_with(tmp_path, wxid_mum=WAS), windows(tmp_path / "home")
    (backup,) = plan_computer_backups(vault.repo, "latest", computer)
    place = tmp_path / "home" / "Documents" / "xwechat_files" / "Backup" / "wxid_mum"
    assert (backup.place, backup.target, backup.is_beside, backup.was) == (place, place, False, WAS)
    assert not place.exists()
    put_on_computer(vault.repo, [backup])
    assert backup.is_there
    assert (place / "files" / "1" / "BAK_0_TEXT").read_bytes() == b"text"
    restored = vault.restored_by_restic("latest") / "computer" / WECHAT / "wxid_mum"
    assert {n: f.content for n, f in walk(place).items()} == {n: f.content for n, f in walk(restored).items()}


def test_what_is_there_is_not_touched(tmp_path: Path) -> None:
    vault, computer = vault_with(tmp_path, wxid_mum=WAS), windows(tmp_path / "home")
    place = tmp_path / "home" / "Documents" / "xwechat_files" / "Backup" / "wxid_mum"
    place.mkdir(parents=True)
    (place / "roam.dat").write_bytes(b"newer")
    (backup,) = plan_computer_backups(vault.repo, "latest", computer)
    assert backup.is_beside
    put_on_computer(vault.repo, [backup])
    assert [path.name for path in place.iterdir()] == ["roam.dat"]
    assert (place / "roam.dat").read_bytes() == b"newer"
    assert backup.target is not None
    assert backup.target.parent == place.parent
    assert (backup.target / "roam.dat").read_bytes() == b"roam"
    (again,) = plan_computer_backups(vault.repo, "latest", computer)
    assert again.target not in {place, backup.target}


@pytest.mark.parametrize(
    "was",
    [
        "",
        "/etc/cron.d",
        "/home/mum/.config/autostart",
        r"C:\Windows\System32",
        "xwechat_files/Backup/..",
        r"C:\Users\mum\Documents\xwechat_files\Backup\..",
        "xwechat_files/Backup/a:b",
        "/home/mum/Library/Containers/com.tencent.xinWeChat/Data/Documents/xwechat_files/Other/wxid_mum",
    ],
)
def test_a_vault_cannot_choose_a_folder_of_this_computer(tmp_path: Path, was: str) -> None:
    """Whoever made the vault may have written any path into it: only places that apps use are ever used."""
    vault, computer = vault_with(tmp_path, wxid_mum=was), windows(tmp_path / "home")
    (backup,) = plan_computer_backups(vault.repo, "latest", computer)
    assert (backup.place, backup.target) == (None, None)
    before = walk(tmp_path / "home")
    put_on_computer(vault.repo, [backup])
    assert walk(tmp_path / "home") == before
    assert not backup.is_there


def test_another_system_has_other_places(tmp_path: Path) -> None:
    """What lay where only a Mac's WeChat looks has no place on Windows."""
    was = (
        "/Users/mum/Library/Containers/com.tencent.xinWeChat/Data/Library/Application Support/com.tencent.xinWeChat/"
        "2.0b4.0.9/Backup/0123456789abcdef"
    )
    vault, computer = vault_with(tmp_path, old=was), windows(tmp_path / "home")
    (backup,) = plan_computer_backups(vault.repo, "latest", computer)
    assert backup.target is None
    mac = Computer("macos", tmp_path / "home")
    (backup,) = plan_computer_backups(vault.repo, "latest", mac)
    assert backup.target == tmp_path / "home" / was.removeprefix("/Users/mum/")


def test_only_one_app_and_none(tmp_path: Path) -> None:
    vault, computer = vault_with(tmp_path, a=WAS), windows(tmp_path / "home")
    assert len(plan_computer_backups(vault.repo, "latest", computer, WECHAT)) == 1
    with pytest.raises(NoAppBackupsError):
        plan_computer_backups(vault.repo, "latest", computer, "com.whatsapp")
