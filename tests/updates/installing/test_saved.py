"""What is saved of an app before it is touched: said to be all only where it is."""

import pytest

from phoneward.snapshots import ApkState, AppCoverage, Coverage, GapReason, State
from phoneward.texts import words
from phoneward.updates.installing.saved import Saved, saved_of
from tests.updates.installing.facts import APP, NOW, covers, own_backup, row


def saved(coverage: Coverage, package: str = APP) -> Saved:
    return saved_of(package, coverage, NOW)


def test_an_app_of_which_everything_is_in_the_snapshot_has_a_copy() -> None:
    found = saved(covers(row(State.KEPT, beyond=0, files=3)))
    assert (found.is_whole, found.has_copy, found.beyond_bytes, found.files) == (True, True, 0, 3)


@pytest.mark.parametrize(
    "line",
    [
        row(State.OUT_OF_REACH),
        row(State.PART, files=20),
        row(State.OUT_OF_REACH, phone_bytes=None, beyond=None),
        row(State.PART, backups=(own_backup(1, "export"),)),
    ],
)
def test_what_no_computer_can_read_and_the_app_did_not_back_up_has_no_copy(line: AppCoverage) -> None:
    found = saved(covers(line))
    assert found.is_whole, "it has all that could be had"
    assert not found.has_copy
    assert found.uncovered == (0,)


def test_an_app_without_any_data_needs_no_copy() -> None:
    assert saved(covers(row(State.PART, phone_bytes=0, beyond=0))).has_copy


@pytest.mark.parametrize(("days", "is_old"), [(1, False), (100, True), (-30, True)])
def test_an_apps_own_backup_is_a_copy_and_its_age_is_told(days: int, is_old: bool) -> None:
    found = saved(covers(row(State.OWN_BACKUP, backups=(own_backup(days),), package="com.whatsapp")), "com.whatsapp")
    assert found.has_copy
    assert found.is_old is is_old
    assert (found.made is None) is (days < 0), "a time in the future tells nothing"
    assert found.guide == "whatsapp"


def test_a_twin_of_the_app_without_a_backup_of_its_own_is_not_forgotten() -> None:
    found = saved(covers(row(State.KEPT, beyond=0), row(State.OUT_OF_REACH, user=999, phone_bytes=None, beyond=None)))
    assert found.uncovered == (999,)
    assert not found.has_copy
    assert found.beyond_bytes is None


@pytest.mark.parametrize(
    "path",
    [
        f"/storage/emulated/0/Android/data/{APP}/files/x",
        f"/data/app/~~x==/{APP}-y==/base.apk",
        f"/data/user/0/{APP}",
        "/storage/emulated/0/Android/media",
        "/storage/1A2B-3C4D/Android",
    ],
)
@pytest.mark.parametrize("reason", [GapReason.TORN, GapReason.READ_ERROR, GapReason.MISMATCH, GapReason.VANISHED])
def test_a_file_of_the_app_that_did_not_come_over_makes_it_incomplete(path: str, reason: GapReason) -> None:
    found = saved(covers(row(State.KEPT, beyond=0), gaps=((path, reason.value),)))
    assert not found.is_whole
    assert path in str(found.missing[0])


@pytest.mark.parametrize("path", ["/storage/emulated/0/DCIM/1.jpg", f"/storage/emulated/0/Android/data/{APP}.pro/x"])
def test_other_apps_gaps_are_not_this_ones(path: str) -> None:
    assert saved(covers(row(State.KEPT, beyond=0), gaps=((path, "torn"),))).is_whole


def test_what_the_system_keeps_from_every_computer_counts_as_out_of_reach() -> None:
    path = "/storage/emulated/0/Android/data"
    found = saved(covers(row(State.PART, phone_bytes=0, beyond=0, reason="some-missing"), gaps=((path, "denied"),)))
    assert found.is_whole
    assert not found.has_copy, "nobody knows what is in there"
    assert found.beyond_bytes is None


@pytest.mark.parametrize("name", ["WhatsApp/Media/1.jpg", "WhatsApp"])
def test_an_apps_own_folder_is_known(name: str) -> None:
    line = row(State.OWN_BACKUP, backups=(own_backup(1),), package="com.whatsapp")
    gaps = ((f"/storage/emulated/0/{name}", "torn"),)
    assert not saved(covers(line, gaps=gaps), "com.whatsapp").is_whole
    assert saved(covers(row(State.KEPT, beyond=0), gaps=gaps)).is_whole


def test_every_other_way_to_be_incomplete() -> None:
    kept = row(State.KEPT, beyond=0)
    assert not saved(covers(kept, partial=True)).is_whole
    assert not saved(covers(kept), "org.example.other").is_whole
    assert not saved(covers(row(State.KEPT, beyond=0, apk=ApkState.PART))).is_whole
    assert not saved(covers(row(State.KEPT, beyond=0, apk=ApkState.MISSING))).is_whole
    assert saved(covers(row(State.KEPT, beyond=0, apk=ApkState.NOT_WANTED))).is_whole
    assert not saved(covers(row(State.PART, reason="run-as-refused"))).is_whole
    assert not saved_of(APP, covers(kept), NOW, unproven=[b"/shared/x"]).is_whole
    assert not saved_of(APP, covers(kept), NOW, apks=[words("An APK is another one.")]).is_whole
    assert not saved_of(APP, covers(kept), NOW, unproven=None).is_compared
    many = covers(kept, gaps=tuple((f"/data/app/{APP}/{number}", "torn") for number in range(9)))
    assert len(saved(many).missing) == 6, "five are named, the others are said to exist"


def test_a_user_of_whom_the_phone_told_nothing_has_no_copy() -> None:
    """A work profile whose apps the phone did not list: removing the app would remove it, with its data, there too."""
    coverage = covers(row(State.KEPT, beyond=0, files=3))
    assert saved_of(APP, coverage, NOW, users=(0,)).has_copy
    saved = saved_of(APP, coverage, NOW, users=(0, 10))
    assert (saved.uncovered, saved.has_copy) == ((10,), False)
