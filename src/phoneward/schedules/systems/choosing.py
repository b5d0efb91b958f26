"""Which timer this computer has."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import platformdirs

from phoneward.schedules.settings_file import Schedule
from phoneward.schedules.systems import crontab, launchd, systemd, windows
from phoneward.schedules.systems.base import Call, Timer, this_program
from phoneward.settings import APP_NAME

_SECONDS: Final = 20


def call_for(schedule: Schedule, state_dir: Path) -> Call:
    """Return what the system shall start for a schedule."""
    usual = platformdirs.user_state_dir(APP_NAME, appauthor=False)
    place = str(state_dir)
    suffix = "" if place == usual else f"-{hashlib.sha256(os.fsencode(place)).hexdigest()[:8]}"
    return Call(this_program(), state_dir, schedule.time_of_day.minute, schedule.on_plug_in, Path.home(), suffix)


def timer_for(call: Call, environ: Mapping[str, str]) -> Timer:
    """Return how this computer keeps a schedule: by its own timer, else by a line that the person adds to cron.

    Args:
        call: what to start.
        environ: this process's environment.
    """
    if sys.platform == "win32":
        domain, name = environ.get("USERDOMAIN", ""), environ.get("USERNAME", "")
        return windows.timer(call, f"{domain}\\{name}" if domain else name)
    if sys.platform == "darwin":
        return launchd.timer(call, launchd.current_user())
    return systemd.timer(call, environ) if _has_systemd() else crontab.timer(call)


def _has_systemd() -> bool:
    """Tell whether systemd manages this person's session: it must answer."""
    try:
        asked = subprocess.run(
            ["systemctl", "--user", "show", "--property=Version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0
