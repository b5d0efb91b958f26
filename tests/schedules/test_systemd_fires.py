"""The timer in the hands of a real systemd: it calls, makes up once for a missed week, waits for phones, ends."""

import datetime as dt
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from phoneward import schedules
from tests.cli.program import PROGRAM, SOURCE, make_vault
from tests.phone import trees
from tests.tools.systemd_user import Manager, manager

PASSWORD = "Tulpe-Regen-77"
WAIT_S = 60


@pytest.fixture
def person(tmp_path: Path) -> Path:
    """A person's home with a vault, a folder instead of a phone, and a file with the password."""
    make_vault(tmp_path / "vault", PASSWORD)
    trees.put(tmp_path / "小米", "DCIM/一张照片.jpg", trees.content("photo", 3_000))
    (tmp_path / "password").write_text(PASSWORD)
    # So that the test need not wait for it: the timer's own delay by chance, up to two minutes, and a service's minute.
    for unit, lines in {
        "phoneward.timer": "[Timer]\nRandomizedDelaySec=0\nAccuracySec=1s\n",
        "phoneward-plug-in.service": "[Service]\nRestartSec=1\n",
    }.items():
        folder = tmp_path / ".config" / "systemd" / "user" / f"{unit}.d"
        folder.mkdir(parents=True)
        (folder / "test.conf").write_text(lines)
    return tmp_path


def phoneward(running: Manager, home: Path, *words: str) -> dict[str, Any]:
    done = running.run(PROGRAM, *words, "--json", PHONEWARD_REPOSITORY=str(home / "vault"), TZ="UTC")
    assert done.returncode == 0, (done.returncode, done.stdout, done.stderr)
    document: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return document


def setting(home: Path) -> tuple[str, ...]:
    return ("schedule", "set", "--folder", str(home / "小米"), "--password-file", str(home / "password"))


def until(true: Callable[[], object], why: str) -> None:
    give_up = time.monotonic() + WAIT_S
    while time.monotonic() < give_up:
        if true():
            return
        time.sleep(0.2)
    pytest.fail(why)


def session(home: Path) -> Any:
    return manager(home, home / "systemd.log", PYTHONPATH=str(SOURCE), TZ="UTC")


def a_week_goes_by(home: Path) -> None:
    """Put back by eight days what Phoneward and systemd wrote down: the computer was off since then."""
    state = home / ".local" / "state" / "phoneward"
    schedule = schedules.load_schedule(state)
    week = dt.timedelta(days=8)
    schedules.save_schedule(
        state, msgspec.structs.replace(schedule, first=schedule.first - week, set_at=schedule.set_at - week)
    )
    (stamp,) = (home / ".local" / "share" / "systemd" / "timers").glob("stamp-phoneward.timer")
    then = time.time() - week.total_seconds()
    os.utime(stamp, (then, then))


def test_a_week_that_was_missed_is_made_up_for_once(person: Path) -> None:
    with session(person) as running:
        assert phoneward(running, person, *setting(person), "--at", "00:07")["system"] == "systemd"
        assert running.ctl("is-enabled", "phoneward.timer") == "enabled"
        assert running.ctl("is-active", "phoneward.timer") == "active"
        following = running.ctl("show", "phoneward.timer", "--property=NextElapseUSecRealtime")
        assert ":07:00 UTC" in following, following
        assert phoneward(running, person, "schedule", "status")["runs"] == []
    a_week_goes_by(person)
    with session(person) as running:

        def runs() -> list[dict[str, Any]]:
            shown = phoneward(running, person, "schedule", "status")
            return [run for run in shown["runs"] if run["exit_code"] is not None]

        until(runs, "the timer did not call after the week")
        (run,) = runs()
        assert (run["by"], run["exit_code"]) == ("timer", 0)
        (backup,) = [job for job in run["jobs"] if job["job"] == "backup"]
        assert backup["outcome"] == "done"
        assert backup["missed"] in {7, 8}, "it says what was missed (by the hour of the day, one more)"
        until(lambda: running.ctl("is-active", "phoneward.service") == "inactive", "the service did not end")
        assert "Result=success" in running.ctl("show", "phoneward.service", "--property=Result")
    with session(person) as running:
        assert running.ctl("is-active", "phoneward.timer") == "active", "it is there after the next log-in"
        assert len(phoneward(running, person, "schedule", "status")["runs"]) == 1, "made up for once"
        phoneward(running, person, "schedule", "stop")
        assert running.ctl("is-active", "phoneward.timer") == "inactive"
    assert list((person / ".config" / "systemd" / "user").glob("*.timer")) == []


def test_what_waits_for_phones_runs_and_comes_back(person: Path) -> None:
    with session(person) as running:
        phoneward(running, person, *setting(person), "--on-plug-in")

        def waits() -> int:
            state = running.ctl("show", "phoneward-plug-in.service", "--property=MainPID,SubState")
            said = dict(line.split("=", 1) for line in state.splitlines())
            return int(said["MainPID"]) if said["SubState"] == "running" else 0

        until(waits, "nothing waits for phones")
        first = waits()
        os.kill(first, signal.SIGKILL)
        until(lambda: waits() not in {0, first}, "it was not started again")
        phoneward(running, person, "schedule", "stop")
        until(lambda: not waits(), "it still waits for phones")
