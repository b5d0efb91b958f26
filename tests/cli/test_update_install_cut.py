"""`update install`, cut off: a pulled cable or a killed program leaves nothing half done; the next run finds out."""

import os
import pty
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.installing import APP, SECOND, Bench, apk
from tests.cli.program import PROGRAM
from tests.cli.test_update_install_cmd import app_line
from tests.phone.packages import KnownApk
from tests.phone.testphone import TestPhone

if TYPE_CHECKING:
    import subprocess

NOISE = {"assets/noise": b"".join((n * 2654435761 % 2**32).to_bytes(4, "big") for n in range(100_000))}
"""400 kB that cannot be made smaller."""


@pytest.fixture
def bench(phone: TestPhone, tmp_path: Path) -> Bench:
    """A phone with version 1 of an app that a computer may read, and a snapshot of it."""
    bench = Bench.make(phone, tmp_path, apk(1, debuggable=True))
    bench.file(big())
    assert bench.program.run("backup", "--adb", phone.serial).code in {0, 3}
    return bench


def big() -> KnownApk:
    """Return an update of some size."""
    return apk(2, debuggable=True, files=NOISE)


def other() -> KnownApk:
    """Return one of some size that somebody else signed."""
    return apk(2, debuggable=True, files=NOISE, by=SECOND)


def back(bench: Bench) -> None:
    """Plug the cable in again."""
    bench.phone.proxy.clear()
    bench.phone.connect()


def until(happened: Callable[[], bool], process: "subprocess.Popen[bytes] | None" = None) -> None:
    """Wait for something on the phone."""
    give_up = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < give_up, "it never happened"
        assert process is None or process.poll() is None, "the program ended before it happened"
        time.sleep(0.02)


def start(bench: Bench) -> "subprocess.Popen[bytes]":
    """Begin to install without waiting."""
    words = ("update", "install", "--adb", bench.phone.serial, bench.file(big()), "--yes", "--json")
    return bench.program.start(*words)


@pytest.mark.parametrize("at", [0, 3_000, 100_000, 250_000, 399_000])
def test_a_cable_that_is_pulled_while_the_app_is_sent_changes_nothing(bench: Bench, at: int) -> None:
    def pull(_screen: str) -> str:
        bench.phone.proxy.cut("up", at)
        return "yes"

    talk = bench.talk([bench.file(big())], [("Install it. ", pull)])
    assert talk.code == 1, talk.screen
    back(bench)
    assert bench.record()["versionCode"] == "1"
    assert bench.has_data()
    settled = bench.install("--json")
    assert settled.code == 0, settled.stdout
    assert [line["outcome"] for line in settled.documents[:-1]] in ([], ["not-happened"])
    again = bench.install(bench.file(big()), "--yes", "--json")
    assert (again.code, app_line(again)["outcome"]) == (0, "kept")


@pytest.mark.parametrize(("played", "version"), [("waits", "1"), ("answers-late", "2")])
def test_a_cable_that_is_pulled_during_the_commit_is_found_out_about_later(
    bench: Bench, played: str, version: str
) -> None:
    bench.played = {played: "5"}
    bench.answer_without_harm()
    process = bench.program.start(
        "update", "install", "--adb", bench.phone.serial, bench.file(big()), "--yes", "--json"
    )
    moment = {"1": "decides", "2": "answers"}[version]
    until(lambda: bench.phone.commit_state() == moment, process)
    bench.phone.kill_adbd()
    out, _err = process.communicate(timeout=60)
    assert process.returncode == 1, out
    assert b'"unknown"' in out
    bench.phone.start_adbd()
    back(bench)
    told = bench.program.run("backup", "--adb", bench.phone.serial)
    assert "was cut off. To find out and finish it, run: phoneward update install" in told.stderr
    settled = bench.install("--json")
    line = app_line(settled)
    found = {"1": "not-happened", "2": "kept"}[bench.record()["versionCode"]]
    assert (settled.code, line["outcome"]) == (0, found), line
    if version == "2":
        assert found == "kept", "it had happened before the cable was pulled"
    assert bench.has_data()
    assert bench.install("--json").documents[0]["message_type"] == "summary", "it is settled"


def test_a_loss_that_came_with_the_cut_is_not_overlooked(bench: Bench) -> None:
    bench.played = {"answers-late": "5", "loses": "data-and-time"}
    bench.answer_without_harm()
    process = bench.program.start(
        "update", "install", "--adb", bench.phone.serial, bench.file(big()), "--yes", "--json"
    )
    until(lambda: bench.record().get("versionCode") == "2", process)
    bench.phone.kill_adbd()
    process.communicate(timeout=60)
    bench.phone.start_adbd()
    back(bench)
    settled = bench.install("--json")
    line = app_line(settled)
    assert (settled.code, line["outcome"]) == (4, "lost"), line
    assert line["snapshot_after_loss"]


def kill_when(bench: Bench, update: Path, happened: Callable[[], bool]) -> None:
    """Type the app's name, wait until something happened on the phone, and kill the program with -9."""
    pid, terminal_end = pty.fork()
    if pid == 0:
        words = ["phoneward", "update", "install", "--adb", bench.phone.serial, str(update)]
        os.execve(PROGRAM, words, {**bench.program.env, "TERM": "xterm", "COLUMNS": "160"})  # noqa: S606
    screen = b""
    try:
        while f"type “{APP}”".encode() not in screen:
            screen += os.read(terminal_end, 65536)
        os.write(terminal_end, APP.encode() + b"\n")
        until(happened)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal_end)


def test_a_program_that_is_killed_between_removing_and_installing_is_finished_by_the_next_run(bench: Bench) -> None:
    update = bench.file(other(), "other.apk")
    bench.phone.proxy.pace("up", 100_000)
    kill_when(bench, update, lambda: not bench.record())
    bench.phone.proxy.clear()
    update.unlink()
    (private,) = (bench.program.home / "state/installs").rglob("copy-*")
    assert private.stat().st_mode & 0o077 == 0
    settled = bench.install("--json")
    line = app_line(settled)
    assert (settled.code, line["outcome"]) == (0, "wiped"), line
    assert bench.record()["versionCode"] == "2"
    assert not list((bench.program.home / "state/installs").rglob("copy-*"))
    assert bench.install("--json").documents[0]["message_type"] == "summary", "it is settled"


@pytest.mark.parametrize("damage", ["gone", "another"])
def test_where_the_copy_is_gone_or_another_too_the_old_version_is_offered(bench: Bench, damage: str) -> None:
    another = apk(9, by=SECOND, debuggable=True)
    bench.file(another, "another.apk")
    bench.phone.proxy.pace("up", 100_000)
    kill_when(bench, bench.file(other(), "other.apk"), lambda: not bench.record())
    bench.phone.proxy.clear()
    (folder,) = (bench.program.home / "state/installs").rglob("copy-*")
    if damage == "gone":
        shutil.rmtree(folder)
    else:
        (folder / "base.apk").write_bytes(another.data)  # which the phone would take
    script = bench.install("--json")
    assert (script.code, app_line(script)["outcome"]) == (4, "removed")
    assert bench.record() == {}, "nobody agreed to anything"
    talk = bench.talk([], [("Put the version of", "yes"), ("Put back onto", "yes")])
    assert talk.code == 4, talk.screen
    assert "is gone" in talk.screen
    assert bench.record()["versionCode"] == "1"
    assert bench.has_data()


def test_a_cable_that_is_pulled_after_the_removing_is_said_and_the_next_run_goes_on(bench: Bench) -> None:
    update = bench.file(other(), "other.apk")

    def pull(_screen: str) -> str:
        bench.phone.proxy.cut("up", 200_000)
        return APP

    talk = bench.talk([update], [(f"type “{APP}”", pull)])
    assert talk.code == 1, talk.screen
    assert "removed, as you agreed" in talk.screen
    back(bench)
    assert bench.record() == {}
    checked = bench.install("--json")
    assert (checked.code, app_line(checked)["outcome"]) == (0, "wiped")
    assert bench.record()["versionCode"] == "2"


@pytest.mark.parametrize("phase", ["inventory", "list", "store", "install"])
def test_a_program_that_is_killed_at_any_step_leaves_nothing_half_done(bench: Bench, phase: str) -> None:
    words = ("update", "install", "--adb", bench.phone.serial, bench.file(big()), "--yes", "--json", "--verbose")
    process = bench.program.start(*words)
    assert process.stdout is not None
    for line in process.stdout:
        if f'"{phase}"'.encode() in line:
            process.kill()
            break
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, "it was killed at that step"
    settled = bench.install("--json")
    assert settled.code == 0, settled.stdout
    assert bench.has_data()
    assert bench.record()["versionCode"] in {"1", "2"}
    again = bench.install(bench.file(big()), "--yes", "--json")
    assert (again.code, app_line(again)["outcome"] in {"kept", "same"}) == (0, True)
    assert not list((bench.program.home / "state/installs").rglob("copy-*"))
