"""A move between two real adbd: all that can come over does, in its place, once; what does not is named with why."""

import subprocess
from pathlib import Path

import pytest

from phoneward import moving
from phoneward.moving import AppState, MoveCutShortError, MoveRunningError, Part, PartState, WhichOldPhoneError
from phoneward.phones import open_folder
from phoneward.progress import Advanced, Event
from tests.moving import two_phones as two
from tests.moving.two_phones import TwoPhones, row
from tests.phone import profiles, state, trees
from tests.phone.testphone import PhoneFactory
from tests.phones.test_adb_push import mount_small
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault


@pytest.fixture
def both(phone_factory: PhoneFactory, tmp_path: Path) -> TwoPhones:
    return two.two_phones(phone_factory, tmp_path)


def test_everything_comes_over(both: TwoPhones) -> None:
    report = both.move()
    assert report.complete, [r.said for r in report.rows]
    held = both.on_new()
    assert {name: held.get(name) for name in two.FILES} == two.FILES
    assert held[two.NEW_PLACE] == two.FILES[two.BACKUP]
    records = {name.split("-")[0] for name in held if name.startswith("Download/Phoneward/")}
    assert records == {"Download/Phoneward/sms", "Download/Phoneward/calls"}
    assert both.apks_on_new(two.DIARY) == [known.data for known in two.diary_set()]
    assert row(report, Part.FILES) == (len(two.FILES), 0, 0)
    assert row(report, Part.APP_BACKUPS) == (1, 0, 0)
    assert row(report, Part.RECORDS) == (2, 0, 0)
    assert row(report, Part.APPS) == (3, 0, 0)
    assert report.finished is not None


def test_a_second_run_does_nothing_twice(both: TwoPhones) -> None:
    first = both.move()
    imported = next(path for path in (both.new.storage / "Download/Phoneward").iterdir())
    imported.unlink()  # taken in, and tidied away
    (both.new.storage / "Documents/letter.txt").unlink()
    before = both.on_new()
    plan = both.plan()
    assert set(plan.states.values()) == {PartState.DONE}
    assert plan.writes_nothing
    second = both.move()
    assert both.on_new() == before
    assert [row(second, part) for part in Part] == [row(first, part) for part in Part]
    assert second.complete
    again = both.move(again=True)
    assert again.complete
    assert both.on_new()["Documents/letter.txt"] == b"Dear reader"


def test_the_states_of_apps(both: TwoPhones) -> None:
    apps = {app.package: app.state for app in both.plan().apps}
    assert apps == {two.DIARY: AppState.NEW, two.WECHAT: AppState.NEW, two.WHATSAPP: AppState.NEW}


def test_the_old_phone_is_never_touched_and_never_asked(both: TwoPhones) -> None:
    both.old.kill_adbd()
    assert both.move().complete


@pytest.mark.parametrize("at", [60_000, 250_000, 700_000])
def test_a_cable_pulled_in_the_middle_is_gone_on_with(both: TwoPhones, at: int) -> None:
    """What came over is whole and counted; the next run sends only the rest, and the table tells of both runs."""
    both.new.proxy.cut("up", at)
    with pytest.raises(MoveCutShortError):
        both.move()
    both.new.proxy.clear()
    both.new.connect()
    for name, content in both.on_new().items():
        if ".phoneward-" not in name and name in two.FILES:
            assert content == two.FILES[name], "half a file under its name"
    report = both.move()
    assert report.complete, [r.said for r in report.rows]
    held = both.on_new()
    assert {name: held.get(name) for name in two.FILES} == two.FILES
    assert not [name for name in held if ".phoneward-" in name]
    assert both.apks_on_new(two.DIARY) == [known.data for known in two.diary_set()]
    over, there, missing = row(report, Part.FILES)
    assert (over + there, missing) == (len(two.FILES), 0)
    assert row(report, Part.APPS) == (3, 0, 0)


def test_a_cut_between_apps_leaves_what_is_installed_noted(both: TwoPhones) -> None:
    both.move(only=("files", "app-backups", "records"))
    heard = []

    def cut_after_the_first(event: Event) -> None:
        if isinstance(event, Advanced) and event.phase == "install":
            heard.append(event)
            both.new.proxy.cut("up", 1)

    with pytest.raises(MoveCutShortError):
        both.move(listener=cut_after_the_first)
    assert len(heard) == 1
    both.new.proxy.clear()
    both.new.connect()
    plan = both.plan()
    assert plan.to_do() == [Part.APPS]
    assert sorted(app.state.value for app in plan.apps) == ["moved", "new", "new"]
    report = both.move()
    assert (row(report, Part.APPS), report.complete) == ((3, 0, 0), True)


def test_what_the_person_removed_is_not_installed_again(both: TwoPhones) -> None:
    both.move(only=("apps",))
    both.new.adb("shell", f"pm uninstall {two.DIARY}", check=True)
    both.new.play("refuses", "INSTALL_FAILED_ABORTED: nothing more")
    plan = both.plan(only=("apps",))
    assert plan.states[Part.APPS] is PartState.DONE
    newer = both.back_up()
    plan = both.plan(newer)
    assert {app.package: app.state for app in plan.apps}[two.DIARY] is AppState.REMOVED
    report = both.move(newer, only=("apps",))
    assert both.apks_on_new(two.DIARY) == []
    assert row(report, Part.APPS) == (3, 0, 0)
    assert any("not installed again" in said for one in report.rows for said in one.said)


def test_a_newer_snapshot_brings_over_what_is_new(both: TwoPhones) -> None:
    both.move()
    trees.put(both.old.storage, "DCIM/Camera/new.jpg", b"taken since")
    trees.give_to_phone(both.old.storage)
    both.back_up()
    plan = both.plan()
    assert plan.files is not None
    assert (plan.files.new_files, plan.states[Part.FILES]) == (1, PartState.TO_DO)
    report = both.move()
    assert both.on_new()["DCIM/Camera/new.jpg"] == b"taken since"
    assert row(report, Part.FILES) == (len(two.FILES) + 1, 0, 0)


def test_what_is_on_the_new_phone_stays(both: TwoPhones) -> None:
    trees.put(both.new.storage, "Documents/letter.txt", b"mine")
    trees.give_to_phone(both.new.storage)
    report = both.move(only=("files",))
    assert not report.complete
    assert both.on_new()["Documents/letter.txt"] == b"mine"
    assert row(report, Part.FILES) == (len(two.FILES) - 1, 0, 1)
    (said,) = next(one.said for one in report.rows if one.part is Part.FILES)
    assert "left as it is" in said
    assert {one.state for one in report.rows if one.part is not Part.FILES} == {PartState.LEFT_OUT}


# -- phones that do not take everything --------------------------------------------------------------------------------


def test_an_app_of_another_signer_is_left_and_named(phone_factory: PhoneFactory, tmp_path: Path) -> None:
    foreign = two.diary_set(by=two.SECOND)
    there = state.app_of(*foreign, app_id=10_300)
    both = two.two_phones(phone_factory, tmp_path, new=two.new_state(*two.readable_by_new(), apps=(there,)))
    report = both.move(only=("apps",))
    assert both.apks_on_new(two.DIARY) == [known.data for known in foreign]
    assert row(report, Part.APPS) == (2, 0, 1)
    assert any("somebody else signed" in said for one in report.rows for said in one.said)
    assert not report.complete


def test_the_same_signer_in_another_version_is_there(phone_factory: PhoneFactory, tmp_path: Path) -> None:
    newer = two.diary_set(version=9)
    there = state.app_of(*newer, app_id=10_300)
    both = two.two_phones(phone_factory, tmp_path, new=two.new_state(*two.readable_by_new(), apps=(there,)))
    report = both.move(only=("apps",))
    assert both.apks_on_new(two.DIARY) == [known.data for known in newer]
    assert (row(report, Part.APPS), report.complete) == ((2, 1, 0), True)


def test_an_app_for_another_processor_is_named_and_not_sent(phone_factory: PhoneFactory, tmp_path: Path) -> None:
    both = two.two_phones(
        phone_factory,
        tmp_path,
        new=two.new_state(*two.readable_by_new(), props={"ro.product.cpu.abilist": "x86_64,x86"}),
    )
    report = both.move(only=("apps",))
    assert both.apks_on_new(two.DIARY) == []
    assert row(report, Part.APPS) == (2, 0, 1)
    assert any("another kind of processor (arm64-v8a)" in said for one in report.rows for said in one.said)


def test_an_app_that_needs_a_newer_android(phone_factory: PhoneFactory, tmp_path: Path) -> None:
    tablet = state.app_of(two.apk(two.TABLET, min_sdk=33), app_id=10_210)
    before = phone_factory(state=two.old_state(tablet))
    after = phone_factory(state=two.new_state(*two.readable_by_new()), profile=profiles.ANDROID_10)
    both = TwoPhones(before, after, Vault.make(tmp_path))
    both.back_up()
    report = both.move(only=("apps",))
    assert row(report, Part.APPS)[2] == 1
    assert any("newer Android (API level 33)" in said for one in report.rows for said in one.said)


def test_an_old_android_takes_what_it_can(phone_factory: PhoneFactory, tmp_path: Path) -> None:
    """Android 7: no find, no stat, no SHA-256; files, records and backups come over all the same, each to its place."""
    before = phone_factory(state=two.old_state())
    for name, content in two.FILES.items():
        trees.put(before.storage, name, content)
    trees.give_to_phone(before.storage)
    after = phone_factory(state=two.new_state(*two.readable_by_new()), profile=profiles.ANDROID_7)
    both = TwoPhones(before, after, Vault.make(tmp_path))
    both.back_up()
    report = both.move(only=("files", "app-backups", "records"))
    held = both.on_new()
    assert {name: held.get(name) for name in two.FILES} == two.FILES
    assert two.NEW_PLACE not in held
    assert report.complete, [one.said for one in report.rows]


def test_a_full_phone_leaves_out_what_does_not_fit_and_says_so(phone_factory: PhoneFactory, tmp_path: Path) -> None:
    both = two.two_phones(phone_factory, tmp_path)
    mount_small(both.new, "storage/emulated/0", "400k")
    plan = both.plan()
    assert not plan.fits
    assert any("does not all fit" in said for said in moving.room_sentences(plan))
    report = both.move()
    assert row(report, Part.FILES)[0] == 0
    assert any("too little room" in said for one in report.rows for said in one.said)
    assert row(report, Part.RECORDS)[0] == 2
    assert not report.complete
    subprocess.run(["nsenter", "-t", str(both.new._phone_pid()), "-m", "umount", str(both.new.storage)], check=True)
    both.new.shell("mkdir -p /storage/emulated/0")
    after = both.move()
    assert row(after, Part.FILES)[0] == len(two.FILES)


def test_a_phone_that_refuses_an_app_is_told_in_its_words_and_asked_again(both: TwoPhones) -> None:
    both.new.play("refuses", "INSTALL_FAILED_USER_RESTRICTED: Install canceled by user")
    report = both.move(only=("apps",))
    assert row(report, Part.APPS) == (0, 0, 3)
    assert any("Install canceled by user" in said for one in report.rows for said in one.said)
    both.new.play("refuses", None)
    again = both.move(only=("apps",))
    assert (row(again, Part.APPS), again.complete) == ((3, 0, 0), True)


# -- which snapshot ----------------------------------------------------------------------------------------------------


def test_latest_is_the_other_phones_also_when_the_new_one_was_backed_up_since(both: TwoPhones) -> None:
    both.move()
    both.vault.backup(adb_phone(both.new))
    plan = both.plan()
    assert not plan.is_same_phone
    assert set(plan.states.values()) == {PartState.DONE}


def test_several_old_phones_are_asked_about(both: TwoPhones, tmp_path: Path) -> None:
    other = tmp_path / "third phone"
    trees.put(other, "DCIM/a.jpg", b"a")
    both.vault.backup(open_folder(other))
    with pytest.raises(WhichOldPhoneError) as told:
        both.plan()
    assert "third-phone" in told.value.sentence()


def test_the_same_phone_after_a_reset(phone_factory: PhoneFactory, tmp_path: Path) -> None:
    both = two.two_phones(phone_factory, tmp_path)
    same = TwoPhones(both.old, both.old, both.vault)
    (both.old.storage / "Documents/letter.txt").unlink()
    plan = same.plan()
    assert plan.is_same_phone
    assert any("after it was reset" in said for said in moving.first_look(plan))
    assert "Do not wipe" not in " ".join(moving.keep_the_old_phone(plan))
    assert same.move(only=("files",)).complete
    assert (both.old.storage / "Documents/letter.txt").exists()


def test_two_moves_at_once_onto_one_phone(both: TwoPhones) -> None:
    plan = both.plan()
    pair = moving.Pair(plan.old.device, plan.new.device)
    with moving.MoveNotes(both.state_dir, both.vault.repo, pair), pytest.raises(MoveRunningError):
        both.move()
