"""If an app was wiped behind their back, people learn it at the next backup: from the phone to the sentence."""

import time
from pathlib import Path

import pytest

from phoneward.phones import AppInventory, InstalledApp, open_folder
from phoneward.snapshots import list_snapshots
from phoneward.updates import Kind, news
from tests.snapshots.bench import Vault
from tests.snapshots.catalogue.histories import new_repository
from tests.snapshots.scripted import SHARED, ScriptedPhone
from tests.updates.pasts import WECHAT, app, day, held, own_backup, put_day

STORE = "com.huawei.appmarket"
LONG_AGO_NS = 1_600_000_000 * 10**9


def phone(began_ns: int = LONG_AGO_NS, version: int = 8, installer: str = STORE) -> ScriptedPhone:
    one = InstalledApp(WECHAT, 0, version, "8", installer, first_installed_ns=began_ns, last_updated_ns=began_ns)
    return ScriptedPhone(storage=[SHARED], inventory=AppInventory((one,)))


def test_the_backup_that_sees_it_says_it_and_the_next_one_is_silent(tmp_path: Path) -> None:
    vault = Vault.make(tmp_path)
    began = (time.time_ns() // 10**9 + 1) * 10**9
    for seen, told in (
        (phone(), []),
        (phone(version=9), []),
        (phone(began, 9), [Kind.WIPED]),
        (phone(began, 9), []),
        (phone(began, 8, ""), [Kind.DOWNGRADED, Kind.SIDELOADED]),
    ):
        result = vault.backup(seen)
        assert [alarm.kind for alarm, _said in news(vault.repo, result.snapshot_id or "")] == told
    infos = list_snapshots(vault.repo)
    assert [alarm.kind for alarm, _said in news(vault.repo, infos[2].snapshot.id or "")] == [Kind.WIPED]


def test_the_sentence_says_what_the_snapshot_before_holds(tmp_path: Path) -> None:
    repo = new_repository(tmp_path)
    put_day(repo, 0, [app()], coverages=[held(own_backups=[own_backup(0)])])
    new = put_day(repo, 1, [app(first_installed=day(0.5))])
    [(_alarm, said)] = news(repo, new.id or "")
    assert "wiped between 14 November 2023 and 15 November 2023" in str(said)
    assert "a backup that the app made of itself on 14 November 2023" in str(said)


@pytest.mark.parametrize("cut_short", [True, False])
def test_a_backup_that_was_cut_short_or_is_of_a_file_tells_nothing(tmp_path: Path, *, cut_short: bool) -> None:
    repo = new_repository(tmp_path)
    put_day(repo, 0, [app()])
    new = put_day(repo, 1, [app(first_installed=day(0.5))], partial=cut_short, backup_file=not cut_short)
    assert news(repo, new.id or "") == []
    assert news(repo, "f" * 64) == []


def test_a_folder_has_no_apps_to_tell_of(tmp_path: Path) -> None:
    vault = Vault.make(tmp_path)
    (tmp_path / "card").mkdir()
    for _ in range(2):
        result = vault.backup(open_folder(tmp_path / "card"))
        assert news(vault.repo, result.snapshot_id or "") == []
