"""What a phone's snapshots prove of a loss, and how it comes into a case."""

import datetime as dt
from pathlib import Path

import pytest

from phoneward.cases.facts import CaseFacts, Device, Event, Loss, Role
from phoneward.cases.past import Break, breaks_of
from phoneward.cases.told import gone_words, told_by, with_told
from phoneward.incidents import Incident
from phoneward.snapshots import list_snapshots
from phoneward.texts import speaking
from phoneward.vault import Repository
from tests.snapshots.catalogue.histories import new_repository
from tests.updates.pasts import WECHAT, app, day, held, own_backup, put_day

GIB = 1 << 30


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return new_repository(tmp_path / "vault")


def breaks(repo: Repository, package: str = WECHAT) -> tuple[Break, ...]:
    return breaks_of(repo, list_snapshots(repo), package)


def wiped(repo: Repository) -> Break:
    """11 GiB of chats; another version is installed anew on the third day."""
    put_day(repo, 0, [app(data_bytes=11 * GIB)], coverages=[held(kept_bytes=2 * GIB, out_of_reach_bytes=9 * GIB)])
    anew = app(
        data_bytes=5_000_000,
        version_code=8,
        version_name="1.8",
        installer="com.smartisanos.store",
        first_installed=day(2.31),
        last_updated=day(2.31),
    )
    put_day(repo, 3, [anew], coverages=[held()])
    (found,) = breaks(repo)
    return found


def test_an_update_that_wiped_the_chats_is_found_with_what_can_be_had_again(repo: Repository) -> None:
    found = wiped(repo)
    assert found.was_installed_anew
    assert found.before.taken == day(0)
    assert found.lost == 11 * GIB - 5_000_000
    assert (found.kept, found.gone) == (2 * GIB, 9 * GIB)
    told = told_by(found)
    assert told.happened == day(2.31).date()
    assert (told.app.version_before, told.app.version_after) == ("1.7", "1.8")
    assert told.app.installer_after == "com.smartisanos.store"
    assert told.loss.what == "the chats in WeChat"
    assert str(gone_words(told.loss)) == "11.8 GB were lost; 2.1 GB of it can be had again from a snapshot."
    assert told.device.maker == "Xiaomi"


def test_the_same_app_on_two_days_is_no_loss(repo: Repository) -> None:
    put_day(repo, 0, [app()])
    put_day(repo, 1, [app(data_bytes=9 * GIB, version_code=9, last_updated=day(0.5))])
    assert breaks(repo) == ()


def test_an_app_that_is_gone_is_a_loss(repo: Repository) -> None:
    put_day(repo, 0, [app(), app("org.other")])
    put_day(repo, 1, [app("org.other")])
    (found,) = breaks(repo)
    assert found.after.app is None
    assert "is not on the phone any more" in told_by(found).events[-1].what + told_by(found).events[1].what


def test_data_that_shrank_within_the_app_is_a_loss_and_caches_are_not(repo: Repository) -> None:
    put_day(repo, 0, [app(data_bytes=10 * GIB), app("org.small", data_bytes=900_000)])
    put_day(repo, 1, [app(data_bytes=4 * GIB), app("org.small", data_bytes=1_000)])
    (found,) = breaks(repo)
    assert found.lost == 6 * GIB
    assert not found.was_installed_anew
    assert breaks(repo, "org.small") == ()


def test_a_phone_that_travelled_did_not_install_its_apps_anew(repo: Repository) -> None:
    put_day(repo, 0, [app()])
    put_day(repo, 1, [app(first_installed=day(-100) + dt.timedelta(hours=8))])
    assert breaks(repo) == ()


def test_what_speaks_against_the_claimant_is_said_too(repo: Repository) -> None:
    against = [event for event in told_by(wiped(repo)).events if event.is_against]
    assert [event.who for event in against] == [Role.CLAIMANT]
    assert "No backup that WeChat makes of itself" in against[0].what


def test_a_backup_of_the_apps_own_is_nothing_against_the_claimant(repo: Repository) -> None:
    put_day(repo, 0, [app()], coverages=[held(own_backups=[own_backup(0)])])
    put_day(repo, 1, [app(first_installed=day(0.31))])
    (found,) = breaks(repo)
    assert not [event for event in told_by(found).events if event.is_against]


def test_every_event_names_the_snapshot_that_shows_it(repo: Repository) -> None:
    found = wiped(repo)
    shown = {event.shown_by for event in told_by(found).events}
    assert shown == {found.before.snapshot, found.after.snapshot}


def test_what_the_person_wrote_stays_and_telling_twice_changes_nothing(repo: Repository) -> None:
    told = told_by(wiped(repo))
    own = CaseFacts(
        title="Chats",
        incident=Incident.WIPED_BY_UPDATE,
        happened=dt.date(2026, 1, 5),
        device=Device(maker="Smartisan"),
        losses=(Loss(what="my mother's last messages", meaning="she died in May"),),
        events=(Event(at=dt.date(2026, 1, 6), what="I called the shop."),),
    )
    once = with_told(own, told)
    assert once.happened == dt.date(2026, 1, 5)
    assert once.device.maker == "Smartisan"
    assert once.losses[0].meaning == "she died in May"
    assert once.losses[1] == told.loss
    assert with_told(once, told) == once


def test_the_sentences_are_in_the_readers_language(repo: Repository) -> None:
    found = wiped(repo)
    with speaking(["zh_CN"]):
        told = told_by(found)
    assert told.loss.what == "微信的聊天记录"
    assert told.app.label == "微信"
    assert all(any("一" <= letter <= "鿿" for letter in event.what) for event in told.events)


@pytest.mark.parametrize("mark", ["partial", "backup_file"])
def test_a_snapshot_that_was_cut_short_or_is_a_backup_file_proves_no_loss(repo: Repository, mark: str) -> None:
    """What such a one does not show may well be on the phone."""
    put_day(repo, 0, [app(), app("org.other")])
    put_day(repo, 1, [app("org.other")], partial=mark == "partial", backup_file=mark == "backup_file")
    assert breaks(repo) == ()
    put_day(repo, 2, [app(), app("org.other")])
    assert breaks(repo) == ()
