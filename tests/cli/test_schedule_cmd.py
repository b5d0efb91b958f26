"""`schedule`: set, seen, run and stopped, by a person and by a timer whose environment is empty."""

import subprocess
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, Program, make_vault
from tests.phone import trees

PASSWORD = "Tulpe-Regen-77"


@pytest.fixture
def ready(program: Program, tmp_path: Path) -> Program:
    """A vault, a folder with a picture, and a file with the password."""
    make_vault(tmp_path / "vault", PASSWORD)
    trees.put(tmp_path / "小米", "DCIM/一张照片.jpg", trees.content("photo", 3_000))
    (tmp_path / "password").write_text(PASSWORD)
    return program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"))


def setting(tmp_path: Path) -> tuple[str, ...]:
    return ("schedule", "set", "--folder", str(tmp_path / "小米"), "--password-file", str(tmp_path / "password"))


def test_set_seen_run_and_stopped(ready: Program, tmp_path: Path) -> None:
    ran = ready.run(*setting(tmp_path), "--at", "7:05", "--every", "3", "--json")
    assert ran.code == 3, "nothing calls it here: the person must add a line"
    assert ran.document["system"] == "crontab"
    assert ran.document["at"] == "07:05"
    (line,) = ran.document["lines"]
    assert line.startswith("5 * * * * ")
    assert PASSWORD not in ran.stdout
    status = ready.run("schedule", "--json").document
    assert status["message_type"] == "schedule"
    assert [job["due"] for job in status["jobs"]] == [False] * 3
    assert ready.run("schedule", "run").stdout.startswith("Nothing is due.")
    # As cron starts it: nothing in the environment but a home.
    bare = Program(ready.home, {"PHONEWARD_STATE_DIR": "", "PHONEWARD_CACHE_DIR": "", "PHONEWARD_REPOSITORY": ""})
    command = line.split(" -m phoneward ")[1].split()
    silent = bare.run(*command)
    assert (silent.code, silent.stdout, silent.stderr) == (0, "", "")
    assert ready.run("schedule", "status", "--json").document["called"] is not None
    done = bare.run("schedule", "run", "--now", "--json", "--state-dir", ready.home / "state")
    *jobs, summary = done.documents
    assert [(job["job"], job["outcome"]) for job in jobs] == [
        ("backup", "done"),
        ("read-data", "done"),
        ("restore-test", "done"),
    ]
    assert summary["next"] is not None
    shown = ready.run("schedule", "status").stdout
    assert "Every 3 days, from 07:05 on." in shown
    assert "(done): Snapshot " in shown
    assert ready.run("schedule", "stop", "--json").document == {
        "message_type": "schedule_stopped",
        "system": "crontab",
    }
    assert ready.run("schedule", "status", "--json").complaint["code"] == "no-schedule"


def test_a_dry_run_writes_nothing(ready: Program, tmp_path: Path) -> None:
    ran = ready.run(*setting(tmp_path), "--dry-run")
    assert ran.code == 0
    assert "Nothing was written." in ran.stdout
    assert not (ready.home / "state" / "schedule.json").exists()


def test_without_a_password_that_is_there_then(ready: Program, tmp_path: Path) -> None:
    """A password in this terminal's environment is gone when the timer calls."""
    ran = ready.with_(PHONEWARD_PASSWORD=PASSWORD).run("schedule", "set", "--folder", tmp_path / "小米", "--json")
    assert ran.complaint["code"] == "no-password-for-schedule"
    assert ran.code == 2
    helped = ready.with_(PHONEWARD_PASSWORD_COMMAND=f"cat '{tmp_path / 'password'}'")
    done = helped.run("schedule", "set", "--folder", tmp_path / "小米", "--json")
    assert done.document["password_from"] == "command"
    assert str(tmp_path / "password") not in done.stdout, "what a command says may be a secret"


def test_which_phone(ready: Program, tmp_path: Path) -> None:
    """Without a phone that the vault knows, none is guessed."""
    words = ("schedule", "set", "--password-file", str(tmp_path / "password"), "--json")
    assert ready.run(*words).complaint["code"] == "no-phone-for-schedule"
    assert ready.run(*words, "--phone", "nobody").complaint["code"] == "no-such-phone"


@pytest.mark.parametrize("time", ["", "24:00", "7", "7:5", "noon", "07:60", "٧:٠٠"])
def test_what_is_no_time_of_day(ready: Program, tmp_path: Path, time: str) -> None:
    assert ready.run(*setting(tmp_path), "--at", time, "--json").complaint["code"] == "time-of-day"


def test_without_standard_streams(ready: Program, tmp_path: Path) -> None:
    """Windows' timer starts it without a window, and so without any stream to write to."""
    ready.run(*setting(tmp_path))
    script = 'exec "$0" schedule run --now --timer --quiet <&- >&- 2>&-'
    done = subprocess.run(["sh", "-c", script, str(PROGRAM)], env=ready.env, timeout=120, check=False)
    assert done.returncode == 0
    (run,) = ready.run("schedule", "status", "--json").document["runs"]
    assert (run["by"], run["exit_code"]) == ("timer", 0)
