"""The steps: found by looking, left at any moment by a kill, taken up again."""

import functools
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from phoneward.errors import PhonewardError
from phoneward.phones import open_folder
from phoneward.setup import (
    Journey,
    PasswordEmptyError,
    PlaceInUseError,
    Source,
    Step,
    StepTooEarlyError,
    VerificationFailedError,
    WeakPasswordError,
    run_through,
)
from phoneward.setup.memory import NAME
from phoneward.snapshots import LookedAfter, backup, list_snapshots, load_state, looked_after, restored_when
from phoneward.vault import FileId, LocalStorage, check, init_repository, open_repository
from tests.cli.program import make_vault
from tests.phone import trees
from tests.setup.killable import PASSWORD, journey_in
from tests.vault.cheap import insecure_test_cost

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A phone with a few files; `vault` and `state` are not there yet."""
    trees.put(tmp_path / "card", "DCIM/one.jpg", trees.content("one", 300_000))
    trees.put(tmp_path / "card", "Documents/two.txt", b"two")
    return tmp_path


@pytest.fixture(autouse=True)
def _cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = functools.partial(init_repository, kdf=insecure_test_cost())
    monkeypatch.setattr("phoneward.setup.journey.init_repository", cheap)


def noted_in(folder: Path) -> LookedAfter:
    """Return what the vault says of how it was looked after, as another program reads it."""
    return looked_after(load_state(open_repository(LocalStorage(folder / "vault"), PASSWORD)))


def done_steps(journey: Journey) -> list[Step]:
    return [view.step for view in journey.progress(journey.look_at_phone()).steps if view.is_done]


def test_from_nothing_to_the_end_each_step_is_seen(folder: Path) -> None:
    journey = Journey(folder / "state", Source(folder=folder / "card"))
    assert done_steps(journey) == [Step.PHONE, Step.DEBUGGING]  # a folder has nothing to switch off
    assert journey.choose_place(folder / "vault").holds_vault is False
    assert done_steps(journey) == [Step.PHONE, Step.PLACE, Step.DEBUGGING]
    journey.make_vault(PASSWORD)
    assert done_steps(journey) == [Step.PHONE, Step.PLACE, Step.PASSWORD, Step.DEBUGGING]
    journey.write_kit()
    with journey.source.open() as phone:
        assert journey.back_up(phone).complete
    progress = journey.progress()
    assert progress.current is not None
    assert progress.current.step is Step.PHONE  # nobody looked, and nothing is verified yet
    assert progress.of(Step.BACKUP).is_done
    assert not progress.of(Step.VERIFY).is_done
    found = journey.verify()
    assert (found.compared.files, found.checked.ok) == (2, True)
    assert found.proof
    noted = noted_in(folder)
    assert noted.check is not None
    assert noted.check == noted.read_data == noted.restore_test
    assert journey.progress().is_done
    # Another day, without a password: where to look is remembered, and what is there is looked at.
    assert Journey(folder / "state", Source(folder=folder / "card")).progress().is_done
    (folder / "state" / NAME).unlink()
    again = journey_in(folder)
    assert done_steps(again) == [Step.PHONE, Step.PLACE, Step.PASSWORD, Step.DEBUGGING]
    again.open_vault(PASSWORD)
    assert again.progress(again.look_at_phone()).is_done


def test_what_was_done_outside_is_done(folder: Path) -> None:
    make_vault(folder / "vault", PASSWORD)
    journey = journey_in(folder)
    repo = journey.open_vault(PASSWORD)
    with open_folder(folder / "card") as phone:
        backup(phone, repo, state_dir=folder / "state")
    assert done_steps(journey) == [Step.PHONE, Step.PLACE, Step.PASSWORD, Step.BACKUP, Step.DEBUGGING]


def test_what_is_remembered_is_not_believed(folder: Path) -> None:
    list(run_through(journey_in(folder), folder / "vault", PASSWORD))
    for path in (folder / "vault" / "snapshots").iterdir():
        path.unlink()
    journey = journey_in(folder)
    assert not journey.progress().of(Step.BACKUP).is_done
    assert not journey.progress().of(Step.VERIFY).is_done
    journey.open_vault(PASSWORD)
    assert not journey.progress().of(Step.BACKUP).is_done
    (folder / "vault").rename(folder / "elsewhere")  # the disk is not plugged in
    assert not journey_in(folder).progress().of(Step.PASSWORD).is_done


def test_steps_wait_for_each_other(folder: Path) -> None:
    journey = Journey(folder / "state", Source(folder=folder / "card"))
    with pytest.raises(StepTooEarlyError):
        journey.make_vault(PASSWORD)
    journey.choose_place(folder / "vault")
    with pytest.raises(StepTooEarlyError):
        journey.write_kit()
    journey.make_vault(PASSWORD)
    with journey.source.open() as phone, pytest.raises(StepTooEarlyError) as caught:
        journey.back_up(phone)
    assert "Print the recovery kit" in caught.value.sentence()
    with pytest.raises(StepTooEarlyError):
        journey.verify()
    assert journey.repo is not None
    assert list_snapshots(journey.repo) == []


def test_passwords(folder: Path) -> None:
    journey = journey_in(folder)
    with pytest.raises(PasswordEmptyError):
        journey.make_vault("")
    with pytest.raises(WeakPasswordError) as caught:
        journey.make_vault("5201314")
    assert "5201314" not in caught.value.sentence()
    assert not journey.has_vault
    assert journey.make_vault("5201314", use_weak=True).is_weak
    journey_in(folder).open_vault("5201314")


def test_a_place_in_use_is_said_before_the_phone_is_asked(folder: Path) -> None:
    (folder / "vault").mkdir()
    (folder / "vault" / "mine.txt").touch()
    with pytest.raises(PlaceInUseError):
        next(run_through(Journey(folder / "state", Source(folder=folder / "none")), folder / "vault", PASSWORD))


def test_the_kit_is_there_before_the_first_backup(folder: Path) -> None:
    for told in run_through(journey_in(folder), folder / "vault", PASSWORD):
        if told.step is Step.KIT:
            assert (folder / "vault-recovery-kit.html").exists()
            assert list((folder / "vault" / "snapshots").iterdir()) == []


def test_damage_in_the_vault_is_not_verified(folder: Path) -> None:
    steps = run_through(journey_in(folder), folder / "vault", PASSWORD)
    for told in steps:
        if told.step is Step.BACKUP:
            break
    pack = max((p for p in (folder / "vault" / "data").rglob("*") if p.is_file()), key=lambda path: path.stat().st_size)
    pack.chmod(0o600)
    data = bytearray(pack.read_bytes())
    data[len(data) // 2] ^= 1
    pack.write_bytes(data)
    with pytest.raises(VerificationFailedError):
        next(steps)
    assert noted_in(folder) == LookedAfter()
    assert not journey_in(folder).progress().of(Step.VERIFY).is_done
    assert [path.name for path in (folder / "state").iterdir() if path.name.startswith("restore-test")] == []


def test_what_was_not_read_back_is_not_noted_as_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phoneward.setup.verifying.READ_BACK", "1/100")
    list(run_through(journey_in(folder), folder / "vault", PASSWORD))
    noted = noted_in(folder)
    assert noted.check == noted.restore_test is not None
    assert noted.read_data is None


def test_damage_where_no_file_was_drawn_is_found_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phoneward.snapshots.trying.draw", lambda _entries, **_limits: [])
    steps = run_through(journey_in(folder), folder / "vault", PASSWORD)
    while next(steps).step is not Step.BACKUP:
        pass
    max((p for p in (folder / "vault" / "data").rglob("*") if p.is_file()), key=lambda p: p.stat().st_size).unlink()
    with pytest.raises(VerificationFailedError):
        next(steps)


def test_a_phone_that_is_away_is_not_needed_twice(folder: Path) -> None:
    first = [told.already for told in run_through(journey_in(folder), folder / "vault", PASSWORD)]
    assert first == [False, False, False, False, False, False, True]
    (folder / "card").rename(folder / "away")
    assert all(told.already for told in run_through(journey_in(folder), folder / "vault", PASSWORD))
    (folder / "state" / NAME).unlink()  # then nobody knows that it was this phone
    with pytest.raises(PhonewardError):
        list(run_through(journey_in(folder), folder / "vault", PASSWORD))


def test_another_phone_gets_its_own_first_backup(folder: Path) -> None:
    list(run_through(journey_in(folder), folder / "vault", PASSWORD))
    trees.put(folder / "second", "a.txt", b"another phone")
    other = Journey(folder / "state", Source(folder=folder / "second"), folder / "vault")
    told = {one.step: one for one in run_through(other, folder / "vault", PASSWORD)}
    assert not told[Step.BACKUP].already
    assert not told[Step.VERIFY].already
    assert told[Step.KIT].already


WHEN = [*(step.value for step in Step), "list", "send", "store", "check", "read-data", "restore", "match"]


@pytest.mark.parametrize("when", WHEN)
def test_killed_at_any_moment_it_goes_on(when: str, folder: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    command = [sys.executable, "-m", "tests.setup.killable", str(folder), when]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    before = [view.step for view in journey_in(folder).progress().steps if view.is_done]
    journey = journey_in(folder)
    told = {one.step: one for one in run_through(journey, folder / "vault", PASSWORD)}
    for step in before:
        # Connecting is looked at each time. A place without a vault is chosen, but not used.
        assert told[step].already or step in {Step.PHONE, Step.PLACE}, step
    if when in {Step.VERIFY, Step.DEBUGGING}:
        assert all(one.already for step, one in told.items() if step is not Step.PHONE)
    repo = journey.open_vault(PASSWORD)
    snapshots = [one for one in list_snapshots(repo) if one.of_phone and not one.partial]
    assert len(snapshots) == 1, "a step that was done is not done twice"
    assert snapshots[0].files == 2
    assert restored_when(repo, FileId(snapshots[0].snapshot.id or "")) is not None
    assert check(repo, read_data=True).ok
    assert [path.name for path in folder.glob("vault-recovery-kit*")] == ["vault-recovery-kit.html"]
    assert [path.name for path in (folder / "state").iterdir() if path.name.startswith(("restore-test", "."))] == []
    assert journey_in(folder).progress().is_done
