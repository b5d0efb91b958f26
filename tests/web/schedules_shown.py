"""A schedule with a life: hostile names, what was missed, a run that failed, one that was cut off. For all looks."""

import datetime as dt
from pathlib import Path

from phoneward.schedules.log import Log, Note, Result, Run, save_log
from phoneward.schedules.settings_file import Password, Schedule, Target, save_schedule

HOSTILE = "<script>alert(1)</script>\u202e" + "x" * 60


def schedule_shown(state_dir: Path, vault: Path) -> None:
    """Have one set for a vault, whose last runs went as badly as they can."""
    now = dt.datetime.now(dt.UTC)
    targets = (Target(device="fedcba9876543210", name=HOSTILE), Target(folder="/media/card/" + "深" * 60, name="card"))
    since = now - dt.timedelta(days=40)
    save_schedule(
        state_dir,
        Schedule(
            vault=str(vault),
            every_days=3,
            at="20:00",
            first=since.date(),
            set_at=since,
            targets=targets,
            password=Password("keyring"),
            on_plug_in=True,
            copy_to="/media/disk2/vault",
        ),
    )
    failed = Result("backup", "failed", f"{HOSTILE} is gone.", targets[0].key, HOSTILE, "Plug it in.", "phone-gone")
    made_up = Result("backup", "done", "Snapshot.", targets[1].key, "card", missed=4, missed_since=since)
    runs = (Run(since, "timer"), Run(now - dt.timedelta(days=30), "hand", 75.5, 1, (failed, made_up)))
    notes = {f"backup:{targets[1].key}": Note(now - dt.timedelta(days=30)), "copy": Note(failing_since=since)}
    save_log(state_dir, Log(notes, runs, called=now, vault=str(vault), copy_to="/media/disk2/vault"))
