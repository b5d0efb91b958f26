"""A phone's apps over time from a real vault: what counts as a snapshot of it, what is damaged, what is still held."""

import time
from pathlib import Path

import pytest

from phoneward.phones import AppInventory, InstalledApp, open_folder
from phoneward.snapshots import list_snapshots
from phoneward.updates import HeldReader, Kind, PhoneHistory, held_words, read_history
from phoneward.vault import BlobId, BlobMissingError, BlobType, Repository, load_tree
from tests.snapshots.bench import Vault
from tests.snapshots.catalogue.histories import File, new_repository, put_snapshot
from tests.snapshots.scripted import SHARED, ScriptedPhone
from tests.updates.pasts import DEVICE, WECHAT, app, day, held, own_backup, put_day


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return new_repository(tmp_path / "vault")


def history(repo: Repository, device: str = DEVICE) -> PhoneHistory:
    return read_history(repo, device, list_snapshots(repo))


def test_each_change_of_an_app_is_one_period(repo: Repository) -> None:
    put_day(repo, 0, [app()])
    put_day(repo, 1, [app(data_bytes=12 * 10**9)])
    put_day(repo, 2, [app(version_code=8, version_name="1.8", last_updated=day(1.5))])
    put_day(repo, 3, [])
    put_day(repo, 4, [app("org.other")])
    found = history(repo)
    periods = found.of_app(WECHAT)[WECHAT, 0]
    assert [(p.first.taken, p.last.taken, p.app and p.app.version_code) for p in periods] == [
        (day(0), day(1), 7),
        (day(2), day(2), 8),
        (day(4), day(4), None),
    ]
    assert found.silent == 1, "a snapshot that tells of no app at all says nothing of any"
    assert [a.kind for a in found.alarms] == [Kind.GONE]


def test_only_finished_snapshots_of_this_phone_count(repo: Repository) -> None:
    put_day(repo, 0, [app()])
    anew = [app(first_installed=day(2))]
    put_day(repo, 3, anew, partial=True)
    put_day(repo, 4, anew, backup_file=True)
    put_day(repo, 5, anew, device="fedcba9876543210")
    put_day(repo, 6, [app()])
    found = history(repo)
    assert (len(found.snapshots), found.alarms) == (2, ())
    assert history(repo, "fedcba9876543210").now((WECHAT, 0)) is not None


def test_a_list_that_cannot_be_read_is_named_and_hides_nothing(repo: Repository) -> None:
    put_day(repo, 0, [app()])
    wrecked = put_day(repo, 1, [app(version_code=8)])
    strange = put_snapshot(repo, {b"packages.json": File(b'{"format": 2}')}, day=2, device=DEVICE)
    put_snapshot(repo, {}, day=3, device=DEVICE)
    put_day(repo, 4, [app(first_installed=day(3.5))])
    node = next(node for node in load_tree(repo, wrecked.tree) if node.name == b"packages.json")
    assert node.content is not None
    _lose(repo, node.content[0])
    found = history(repo)
    assert found.unreadable == (wrecked.id,)
    assert found.silent == 2, strange.id
    [told] = found.alarms
    assert (told.kind, told.before.taken, told.after.taken) == (Kind.WIPED, day(0), day(4))


def _lose(repo: Repository, blob: BlobId) -> None:
    """As if the pack with this blob alone could not be read any more."""
    whole = repo.load_blob

    def load(blob_type: BlobType, blob_id: BlobId) -> bytes:
        if blob_id == blob:
            raise BlobMissingError(blob=blob.hex())
        return whole(blob_type, blob_id)

    repo.load_blob = load  # type: ignore[method-assign]


def test_who_installed_it_is_unknown_where_the_phone_did_not_say(repo: Repository) -> None:
    put_day(repo, 0, [app()])
    put_day(repo, 1, [app(installer="")], not_asked={"installer": "unknown option"})
    assert history(repo).alarms == ()
    put_day(repo, 2, [app(installer="")])
    assert [a.kind for a in history(repo).alarms] == [Kind.SIDELOADED]


@pytest.mark.parametrize("question", ["users", "apps", "apps-of-user-999"])
def test_a_phone_that_did_not_tell_all_apps_has_lost_none(repo: Repository, question: str) -> None:
    put_day(repo, 0, [app(), app(user_id=999)])
    put_day(repo, 1, [app()], not_asked={question: "Permission denied"})
    assert history(repo).alarms == ()


# -- what is still held --------------------------------------------------------------------------------------------


def last_held(repo: Repository) -> str:
    found = history(repo)
    alarm = next(a for a in found.alarms if a.kind is Kind.WIPED)
    return str(held_words(HeldReader(repo).last((WECHAT, 0), found.with_data(alarm))))


def test_the_last_snapshot_that_holds_anything_is_named_with_what_it_holds(repo: Repository) -> None:
    """Chats were wiped on the fifth day; the last snapshot has none of them, the one before has the app's backup."""
    put_day(repo, 0, [app()], coverages=[held(kept_files=3, kept_bytes=9000)])
    put_day(repo, 2, [app()], coverages=[held(own_backups=[own_backup(1)], lost=10**9)])
    put_day(repo, 4, [app()], coverages=[held()])
    put_day(repo, 6, [app(first_installed=day(5))], coverages=[held(own_backups=[own_backup(6)])])
    said = last_held(repo)
    assert "16 November 2023" in said
    assert "backup that the app made of itself on 15 November 2023" in said
    assert "1.0 GB" in said


def test_that_nothing_is_held_is_said(repo: Repository) -> None:
    put_day(repo, 0, [app()], coverages=[held(lost=None)])
    put_day(repo, 2, [app(first_installed=day(1))])
    assert last_held(repo) == "The snapshot of 14 November 2023 is the last from before, and holds none of its data."


def test_a_snapshot_from_before_the_app_came_is_not_asked(repo: Repository) -> None:
    """What it holds is of an earlier life of the app."""
    put_day(repo, 0, [app()], coverages=[held(kept_files=3, kept_bytes=9000)])
    put_day(repo, 2, [app(first_installed=day(1))], coverages=[held()])
    put_day(repo, 4, [app(first_installed=day(3))])
    found = history(repo)
    wiped = [a for a in found.alarms if a.kind is Kind.WIPED]
    assert [[at.taken for at in found.with_data(a)] for a in wiped] == [[day(0)], [day(2)]]


# -- whole backups -------------------------------------------------------------------------------------------------


def test_backups_of_a_phone_tell_of_an_app_that_was_wiped_in_between(tmp_path: Path) -> None:
    """From the phone to the alarm: two real backups, and in between an install by somebody else."""
    vault = Vault.make(tmp_path)
    long_ago = 1_600_000_000 * 10**9

    def phone(began_ns: int, version: int) -> ScriptedPhone:
        one = InstalledApp(WECHAT, 0, version, "8.0", STORE_NAME, first_installed_ns=began_ns, last_updated_ns=began_ns)
        return ScriptedPhone(storage=[SHARED], inventory=AppInventory((one,)))

    vault.backup(phone(long_ago, 8))
    began = (time.time_ns() // 10**9 + 1) * 10**9
    vault.backup(phone(began, 7))
    repo = vault.reopen()
    infos = list_snapshots(repo)
    found = read_history(repo, infos[-1].device, infos)
    assert [a.kind for a in found.alarms] == [Kind.WIPED, Kind.DOWNGRADED]
    assert found.alarms[0].before.snapshot == infos[0].snapshot.id
    vault.check()


STORE_NAME = "com.huawei.appmarket"


def test_a_folder_has_no_apps_and_no_alarms(tmp_path: Path) -> None:
    vault = Vault.make(tmp_path)
    (tmp_path / "card").mkdir()
    vault.backup(open_folder(tmp_path / "card"))
    repo = vault.reopen()
    [info] = list_snapshots(repo)
    found = read_history(repo, info.device, [info])
    assert (found.silent, found.apps, found.alarms) == (1, {}, ())
