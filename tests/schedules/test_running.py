"""A scheduled run does what is due, once; says what it made up for; and is whole after any end."""

import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from phoneward import schedules, snapshots
from phoneward.durable import process_lock
from phoneward.errors import ExitCode
from phoneward.flows import PhoneNotAttachedError
from phoneward.schedules import telling
from phoneward.schedules.desk import access_in, is_nobody_there
from phoneward.schedules.errors import (
    AccessFileError,
    AccessForScheduleError,
    NoPasswordForScheduleError,
    SecondPasswordForScheduleError,
)
from phoneward.schedules.log import MAX_RUNS, load_log
from phoneward.schedules.running import LOCK
from phoneward.schedules.telling import Happened
from phoneward.settings import Overrides, load
from phoneward.vault import StorageUnreachableError, WrongPasswordError
from phoneward.vaultplace import parse_place
from tests.cli.program import SOURCE, make_vault
from tests.phone import trees
from tests.schedules.conftest import PASSWORD, Home


def kinds(run: schedules.Run | None) -> dict[str, str]:
    assert run is not None
    return {result.job: result.kind for result in run.results}


def count(home: Home) -> int:
    return len([info for info in snapshots.list_snapshots(home.open()) if info.of_phone])


def test_a_day_with_and_without(home: Home) -> None:
    """Nothing happens before 20:00; then all of it, and nothing again until the next day."""
    home.set(copy_to=None)
    assert home.run() is None
    done = home.run(9 / 24)
    assert kinds(done) == {"backup": "done", "read-data": "done", "restore-test": "done"}
    assert done is not None
    assert done.exit_code == ExitCode.DONE
    assert home.run(1 / 24) is None
    assert kinds(home.run(1)) == {"backup": "done"}, "the rest is due in a week"
    assert count(home) == 2


def test_a_week_without_the_computer_is_made_up_for_once(home: Home) -> None:
    """One run, which says what was missed since when; the next calls find nothing to do."""
    home.set(read_data="never")
    home.run(1)
    done = home.run(7)
    assert done is not None
    (backup,) = done.results
    assert (backup.missed, backup.missed_since) == (6, dt.datetime(2026, 11, 2, 20, tzinfo=dt.UTC))
    assert schedules.missed_sentence(backup) == "Missed 6 runs since 2 November 2026, made up for now."
    assert home.told[-1].happened is Happened.MISSED
    assert home.told[-1].missed == 6
    assert home.run(1 / 24) is None
    assert count(home) == 2


def test_a_phone_that_is_away_is_waited_for(home: Home) -> None:
    """It is tried each hour, told only when it is overdue, and told once."""
    home.set(read_data="never")
    home.run(1)
    home.told.clear()
    away = home.folder.rename(home.top / "away")
    for _hour in range(3):
        done = home.run(1 + 1 / 24)
        assert kinds(done) == {"backup": "waiting"}
        assert done is not None
        assert done.exit_code == ExitCode.INCOMPLETE
    assert [outcome.happened for outcome in home.told] == [Happened.MISSED], "overdue since more than three days"
    assert schedules.standing_of(home.state, home.now).jobs[0].is_overdue
    away.rename(home.folder)
    done = home.run(1 / 24)
    assert kinds(done) == {"backup": "done"}
    assert done is not None
    assert done.results[0].missed == 2
    assert not schedules.standing_of(home.state, home.now).jobs[0].is_overdue


def test_the_second_vault_follows_each_backup(home: Home) -> None:
    """And where its disk was away, as soon as it is there, without a further backup."""
    second = home.top / "second"
    make_vault(second, PASSWORD)
    home.set(copy_to=second, read_data="never")
    assert kinds(home.run(1)) == {"backup": "done", "copy": "done"}
    away = second.rename(home.top / "away")
    assert kinds(home.run(1)) == {"backup": "done", "copy": "waiting"}
    away.rename(second)
    assert kinds(home.run(1 / 24)) == {"copy": "done"}
    assert home.run(1 / 24) is None
    state = snapshots.load_state(home.open())
    assert snapshots.second_vaults(state)[0].place == str(second)


def test_all_of_the_vault_is_read_in_four_weeks(home: Home) -> None:
    """Part by part, others each week; after the fourth the vault notes it, with the date of the first."""
    home.set(every_days=28)
    parts = []
    when = None
    for _week in range(4):
        done = home.run(7)
        assert done is not None
        parts += [result.sentence[:11] for result in done.results if result.job == "read-data"]
        when = snapshots.looked_after(snapshots.load_state(home.open())).read_data
    assert parts == [f"Part {number} of 4" for number in range(1, 5)]
    assert when == load_log(home.state).runs[0].began.replace(microsecond=0)
    assert snapshots.looked_after(snapshots.load_state(home.open())).restore_test is not None


@pytest.mark.parametrize("time", ["", "24:00", "7", "7:5", "noon", "07:60", "٧:٠٠", "-1:00", "07:00:00"])
def test_what_is_no_time_of_day(home: Home, time: str) -> None:
    with pytest.raises(schedules.TimeOfDayError):
        home.set(at=time)


def test_what_is_only_away_is_waited_for() -> None:
    """A laptop without a network is nothing wrong; a password that does not fit is."""
    assert is_nobody_there(StorageUnreachableError(path="rest:…", detail="timed out"))
    assert is_nobody_there(PhoneNotAttachedError())
    assert not is_nobody_there(WrongPasswordError(location="/vault"))


def test_another_vault_begins_anew(home: Home) -> None:
    """What was read back, copied or backed up in one vault says nothing of another that is set later."""
    home.set(every_days=28)
    home.run(7)
    home.vault.rename(home.top / "old")
    make_vault(home.vault, PASSWORD)
    home.change(vault=str(home.top / "old"))
    assert schedules.standing_of(home.state, home.now).jobs[0].note.done is None
    done = home.run(7)
    assert done is not None
    (part,) = (result.sentence for result in done.results if result.job == "read-data")
    assert part.startswith("Part 1 of 4")


def test_a_restore_test_is_proven_and_leaves_nothing(home: Home) -> None:
    home.set()
    done = home.run(1)
    assert done is not None
    tried = next(result for result in done.results if result.job == "restore-test")
    assert tried.sentence.startswith("2 files, chosen by chance, were restored")
    proofs = [info.snapshot.id for info in snapshots.list_snapshots(home.open()) if info.proof]
    assert proofs == [tried.proof]
    assert not list(home.state.glob("restore-test-*"))


def test_damage_is_an_alarm_and_not_read_again_each_hour(home: Home) -> None:
    home.set(read_data="monthly")
    home.run(9 / 24)
    pack = max((home.vault / "data").rglob("*"), key=lambda path: path.stat().st_size if path.is_file() else 0)
    pack.chmod(0o600)
    pack.write_bytes(bytes(byte ^ 1 for byte in pack.read_bytes()))
    home.told.clear()
    done = home.run(28)
    assert kinds(done)["read-data"] == "alarm"
    assert done is not None
    assert done.exit_code == ExitCode.FAILED
    assert Happened.ALARM in {outcome.happened for outcome in home.told}
    assert home.run(1 / 24) is None
    assert schedules.standing_of(home.state, home.now).jobs[1].note.failing_since is not None


def test_what_fails_is_told_once_a_day_and_tried_each_hour(home: Home) -> None:
    home.set(read_data="never")
    (home.top / "password").write_text("wrong\n")
    for _hour in range(5):
        assert kinds(home.run(9 / 24 if home.now.hour == 12 else 1 / 24)) == {"backup": "failed"}
    assert [outcome.happened for outcome in home.told] == [Happened.FAILED]
    home.run(1)
    assert [outcome.happened for outcome in home.told] == [Happened.FAILED] * 2
    (home.top / "password").unlink()
    done = home.run(1 / 24)
    assert done is not None
    assert done.results[0].code == "setting-file"


def test_two_at_once(home: Home) -> None:
    """The second says that one is running, and does nothing."""
    home.set()
    with process_lock(home.state / LOCK), pytest.raises(schedules.ScheduleRunningError) as caught:
        home.run(1)
    assert caught.value.exit_code is ExitCode.LOCKED
    assert count(home) == 0
    assert kinds(home.run())["backup"] == "done"


def test_killed_in_the_middle(home: Home) -> None:
    """The next run says that the last did not come to its end, and does what is due."""
    home.set(read_data="never")
    trees.put(home.folder, "DCIM/film.mp4", trees.content("film", 3_000_000))
    process = subprocess.Popen(
        [sys.executable, "-m", "phoneward", "schedule", "run", "--now", "--state-dir", str(home.state)],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    give_up = time.monotonic() + 30
    while not (locks := list((home.vault / "locks").iterdir())) and time.monotonic() < give_up:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    assert locks
    assert load_log(home.state).running is not None, "it was killed before its end"
    assert schedules.standing_of(home.state, home.now).runs[0].exit_code is None
    home.now = dt.datetime.now(dt.UTC)
    done = home.run(1)
    assert kinds(done) == {"backup": "done"}
    runs = schedules.standing_of(home.state, home.now).runs
    assert [run.exit_code for run in runs] == [ExitCode.DONE, None]


def test_a_clock_that_jumped_is_survived(home: Home) -> None:
    """Years ahead and back again: one run too many, none missing."""
    home.set(read_data="never")
    home.run(1)
    home.run(365 * 40)
    home.run(-365 * 40 + 1)
    assert count(home) == 3
    assert home.run(1 / 24) is None
    assert kinds(home.run(1)) == {"backup": "done"}


def test_the_log_is_bounded_and_private(home: Home) -> None:
    home.set(read_data="never")
    shutil.move(home.folder, home.top / "away")
    for _hour in range(MAX_RUNS + 5):
        home.run(1)
    assert len(load_log(home.state).runs) == MAX_RUNS
    for name in ("schedule.json", "schedule-log.json"):
        assert (home.state / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["schedule-log.json", "schedule.json"])
@pytest.mark.parametrize("garbage", [b"", b"{}", b"[" * 5000, b'{"runs": 7}', b"\xff\xfe"])
def test_a_garbled_file_breaks_nothing(home: Home, name: str, garbage: bytes) -> None:
    """A log that cannot be read counts as empty; a schedule that cannot be read as none."""
    home.set(read_data="never")
    (home.state / name).write_bytes(garbage)
    if name == "schedule.json":
        with pytest.raises(schedules.NoScheduleError):
            home.run(1)
    else:
        assert kinds(home.run(1)) == {"backup": "done"}


def test_no_password_where_nobody_can_type_it(home: Home) -> None:
    """It is said when the schedule is set, not found out at night."""
    with pytest.raises(NoPasswordForScheduleError):
        home.set(password_file=None)


def test_the_second_vaults_password_is_tried_too(home: Home) -> None:
    second = home.top / "second"
    make_vault(second, "another")
    with pytest.raises(SecondPasswordForScheduleError):
        home.set(copy_to=second)
    (home.top / "other").write_text("another")
    home.set(copy_to=second, second_password_file=str(home.top / "other"))
    assert kinds(home.run(1))["copy"] == "done"


def test_the_password_is_written_nowhere(home: Home) -> None:
    home.set()
    home.run(1)
    for path in home.state.rglob("*"):
        if path.is_file():
            assert PASSWORD.encode() not in path.read_bytes().replace(str(home.top / "password").encode(), b"")


def test_a_vault_elsewhere_needs_its_access_in_a_file(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lets one in must be there then; an address with a password in it is not written down."""
    only_here = {"AWS_SECRET_ACCESS_KEY": "secret"}
    for place, environ in (("s3:https://host/bucket/name", only_here), ("rest:https://me:secret@host/name/", {})):
        settings = load(Overrides(state_dir=str(home.state)), environ)
        wished = schedules.Wished(parse_place(place), password_file=str(home.top / "password"))
        with pytest.raises(AccessForScheduleError) as caught:
            schedules.prepare(wished, settings, {}, home.now)
        assert "secret" not in caught.value.sentence()
    file = home.top / "access"
    file.write_text("# mine\nAWS_ACCESS_KEY_ID=me\nexport AWS_SECRET_ACCESS_KEY='a b=c'\n\n")
    assert access_in(str(file)) == {"AWS_ACCESS_KEY_ID": "me", "AWS_SECRET_ACCESS_KEY": "a b=c"}
    file.write_text("AWS_ACCESS_KEY_ID=me\nPHONEWARD_TO_RESTIC_REST_USERNAME=other\n")
    found = load(environ=access_in(str(file)))
    assert (found.access, found.second_access) == ({"AWS_ACCESS_KEY_ID": "me"}, {"RESTIC_REST_USERNAME": "other"})
    file.write_text("PATH=/evil")
    with pytest.raises(AccessFileError):
        access_in(str(file))
    monkeypatch.setattr("phoneward.schedules.desk.access_in", lambda _file: {"AWS_ACCESS_KEY_ID": "me"})
    home.set(access_file=str(file))
    assert kinds(home.run(1))["backup"] == "done", "folders do not mind"


def test_what_is_told_goes_into_the_log_of_the_system(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    outcome = schedules.Outcome(Happened.FAILED, "backup", dt.datetime.now(dt.UTC), "The phone is gone.")
    with caplog.at_level("INFO", "phoneward.schedules.telling"):
        telling.tell(outcome, tmp_path)
    assert caplog.messages == ["backup: failed: The phone is gone."]
