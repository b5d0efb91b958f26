"""A phone that is plugged in is backed up by itself: the right one, once, whatever the adb server does."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from phoneward import schedules, snapshots
from phoneward.durable import process_lock
from phoneward.phones import PhoneSilentError, open_adb, track_phones
from phoneward.schedules.log import Log, load_log, save_log
from phoneward.schedules.preparing import known_phones
from phoneward.schedules.running import LOCK
from phoneward.schedules.settings_file import Target
from phoneward.schedules.watching import watch
from tests.cli.program import SOURCE
from tests.phone import trees
from tests.phone.testphone import TestPhone
from tests.schedules.conftest import Home


def backups(home: Home) -> int:
    return len([info for info in snapshots.list_snapshots(home.open()) if info.of_phone])


def until(true: Callable[[], bool], *, seconds: float = 60) -> None:
    give_up = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.1)


def kept(home: Home) -> int:
    return sum(run.by == "plug-in" for run in schedules.standing_of(home.state).runs)


@contextmanager
def asked(home: Home) -> Iterator[None]:
    """Wait until it was asked whether the phone is due: that is noted, whatever the answer."""
    log = home.state / "schedule-log.json"
    before = log.stat().st_mtime_ns if log.exists() else 0
    yield
    until(lambda: log.exists() and log.stat().st_mtime_ns != before and load_log(home.state).running is None)


@contextmanager
def watching(home: Home, phone: TestPhone) -> Iterator[subprocess.Popen[bytes]]:
    """`schedule watch` as the system starts it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "phoneward", "schedule", "watch", "--state-dir", str(home.state)],
        env={**os.environ, **phone.adb_env, "PYTHONPATH": str(SOURCE)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def device(home: Home, phone: TestPhone, monkeypatch: pytest.MonkeyPatch) -> str:
    """The phone's id; its schedule is set, and it is not plugged in."""
    for name, value in phone.adb_env.items():
        monkeypatch.setenv(name, value)
    trees.put(phone.storage, "DCIM/Camera/1.jpg", trees.content("photo", 3_000))
    with open_adb(phone.serial) as opened:
        found = opened.identity.id
    home.set(on_plug_in=True, read_data="never")
    home.change(targets=(Target(device=found, name="小米"),))
    phone.disconnect()
    return found


def test_plugged_in_and_backed_up_once(home: Home, phone: TestPhone, device: str, tmp_path: Path) -> None:
    """Also after the adb server was ended, as its updates do; a second time within twelve hours nothing happens."""
    del device
    with watching(home, phone) as process:
        phone.connect()
        until(lambda: backups(home) == 1)
        until(lambda: kept(home) == 1)
        phone.disconnect()
        with asked(home):
            phone.connect()
        assert backups(home) == 1, "not more often than was set"
        save_log(home.state, Log())  # as if twelve hours had gone by
        phone.adb("kill-server")
        phone.connect()
        until(lambda: backups(home) == 2)
        assert process.poll() is None
    assert not list(tmp_path.glob("core*"))


def test_a_visitors_phone_is_left_alone(home: Home, phone: TestPhone, device: str) -> None:
    """A phone that the schedule does not name is not backed up, though it trusts this computer."""
    del device
    home.change(targets=(Target(device="0" * 16, name="another"),))
    with watching(home, phone):
        with asked(home):
            phone.connect()
        assert backups(home) == 0
        assert schedules.standing_of(home.state).runs == ()


def test_it_ends_when_it_is_not_wanted(home: Home, phone: TestPhone, device: str) -> None:
    del device
    with watching(home, phone) as process:
        home.change(on_plug_in=False)
        phone.connect()
        assert process.wait(30) == 0


def test_a_phone_that_has_to_wait_is_tried_again(home: Home, phone: TestPhone, device: str) -> None:
    """Plugged in while another run is under way, it is backed up once that is over."""
    runs: list[schedules.Run] = []
    thread = threading.Thread(target=watch, args=(home.state, runs.append), kwargs={"again_s": 0.5}, daemon=True)
    with process_lock(home.state / LOCK):
        thread.start()
        phone.connect()
        assert not runs
    until(lambda: len(runs) == 1)
    assert [(result.job, result.kind, result.target) for result in runs[0].results] == [("backup", "done", device)]
    assert known_phones(home.open(), home.now)[0].device == device, "what is looked after where nothing is named"
    home.change(on_plug_in=False)
    thread.join(30)
    assert not thread.is_alive()


def test_nothing_changes_for_a_while(phone: TestPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list comes at once; silence is told apart from a server that is gone."""
    for name, value in phone.adb_env.items():
        monkeypatch.setenv(name, value)
    listed = track_phones(0.2)
    assert [device.serial for device in next(listed)] == [phone.serial]
    with pytest.raises(PhoneSilentError):
        next(listed)
