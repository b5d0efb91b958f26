"""A whole phone was reset or lost: its last snapshot says what is kept, and what nobody kept."""

import datetime as dt
from pathlib import Path

import pytest

from phoneward.cases.facts import CaseFacts, Loss
from phoneward.cases.whole import last_snapshot, with_whole_phone
from phoneward.incidents import Incident
from phoneward.snapshots import list_snapshots
from phoneward.vault import Repository
from tests.snapshots.catalogue.histories import new_repository
from tests.updates.pasts import WECHAT, app, day, held, own_backup, put_day

GIB = 1 << 30
FACTS = CaseFacts(title="x", incident=Incident.RESET, losses=(Loss(what="my photos", meaning="of the children"),))


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return new_repository(tmp_path / "vault")


def told(repo: Repository, facts: CaseFacts = FACTS) -> CaseFacts:
    info = last_snapshot(list_snapshots(repo), facts.happened)
    assert info is not None
    return with_whole_phone(repo, info, facts)


def test_what_nobody_kept_is_a_loss_and_the_largest_comes_first(repo: Repository) -> None:
    coverages = [
        held("org.small", phone_bytes=3 * GIB, out_of_reach_bytes=1 * GIB),
        held(WECHAT, phone_bytes=11 * GIB, out_of_reach_bytes=9 * GIB),
        held("org.kept", phone_bytes=GIB, out_of_reach_bytes=0),
        held("org.backed", phone_bytes=GIB, out_of_reach_bytes=GIB, own_backups=[own_backup(0)]),
        held("com.android.system", phone_bytes=GIB, out_of_reach_bytes=GIB, is_system=True),
    ]
    put_day(repo, 0, [app()], coverages=coverages)
    losses = told(repo).losses
    assert [(one.what, one.size, one.recoverable) for one in losses] == [
        ("my photos", None, None),
        ("the chats in WeChat", 11 * GIB, 2 * GIB),
        ("the data of org.small", 3 * GIB, 2 * GIB),
    ]


def test_what_came_after_the_snapshot_is_said_against_the_claimant(repo: Repository) -> None:
    snapshot = put_day(repo, 0, [app()])
    kept, after = told(repo).events
    assert "can be had again" in kept.what
    assert (kept.is_against, after.is_against) == (False, True)
    assert {kept.shown_by, after.shown_by} == {snapshot.id}
    assert told(repo).device.maker == "Xiaomi"


def test_only_a_snapshot_before_the_event_counts(repo: Repository) -> None:
    first = put_day(repo, 0, [app()])
    put_day(repo, 5, [app()])
    put_day(repo, 1, [app()], partial=True)
    found = last_snapshot(list_snapshots(repo), day(2).date())
    assert found is not None
    assert found.snapshot.id == first.id
    assert last_snapshot(list_snapshots(repo), day(0).date() - dt.timedelta(days=1)) is None
    newest = last_snapshot(list_snapshots(repo), None)
    assert newest is not None
    assert newest.snapshot.time == day(5)


def test_telling_twice_changes_nothing(repo: Repository) -> None:
    put_day(repo, 0, [app()], coverages=[held(WECHAT, phone_bytes=GIB, out_of_reach_bytes=GIB)])
    once = told(repo)
    assert told(repo, once) == once
