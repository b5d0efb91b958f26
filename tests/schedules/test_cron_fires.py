"""The line for cron in the hands of a real cron (Debian's, in a mount namespace with crontabs of its own)."""

import datetime as dt
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import msgspec

from phoneward import schedules
from tests.cli.program import SOURCE, Program, make_vault
from tests.phone import trees
from tests.tools import debian

PASSWORD = "Tulpe-Regen-77"
WAIT_S = 200
"""cron looks once a minute; then the backup itself."""
_START = """
mount -t tmpfs tmpfs /var/spool && mkdir -p -m 1730 /var/spool/cron/crontabs && mount -t tmpfs tmpfs /run &&
cp "$1" "/var/spool/cron/crontabs/$(id -un)" && chmod 600 /var/spool/cron/crontabs/* && exec "$0" -f
"""


def test_cron_calls_and_finds_what_is_due(tmp_path: Path) -> None:
    make_vault(tmp_path / "vault", PASSWORD)
    folder = tmp_path / "100% 小米"  # cron takes a bare percent sign for a line end
    trees.put(folder, "DCIM/一张照片.jpg", trees.content("photo", 3_000))
    (tmp_path / "password").write_text(PASSWORD)
    state = tmp_path / "state of 100% $HOME"
    ready = Program(tmp_path, {"PHONEWARD_REPOSITORY": str(tmp_path / "vault"), "PHONEWARD_STATE_DIR": str(state)})
    # The next full minute that a cron which is still to be started can meet.
    soon = dt.datetime.now().astimezone() + dt.timedelta(seconds=90)
    (line,) = ready.run(
        *("schedule", "set", "--folder", folder, "--password-file", tmp_path / "password"),
        *("--at", f"{soon:%H:%M}", "--read-data", "never", "--json"),
    ).document["lines"]
    schedule = schedules.load_schedule(state)
    past = dt.timedelta(days=3)
    schedules.save_schedule(
        state, msgspec.structs.replace(schedule, first=schedule.first - past, set_at=schedule.set_at - past)
    )
    table = tmp_path / "crontab"
    table.write_text(f"HOME={tmp_path}\nPYTHONPATH={SOURCE}\n{line}\n")
    cron = debian.unpacked("cron", debian.BASE_SUITE) / "usr/sbin/cron"
    running = subprocess.Popen(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", _START, str(cron), str(table)],
        env={"PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        give_up = time.monotonic() + WAIT_S
        runs: list[dict[str, Any]] = []
        while not runs and time.monotonic() < give_up:
            assert running.poll() is None, "cron has ended"
            time.sleep(1)
            shown = ready.run("schedule", "status", "--json").document["runs"]
            runs = [run for run in shown if run["exit_code"] is not None]
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        running.wait(30)
    (run,) = runs
    assert (run["by"], run["exit_code"]) == ("timer", 0)
    (job,) = run["jobs"]
    assert (job["job"], job["outcome"]) == ("backup", "done")
