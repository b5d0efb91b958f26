"""The adb program, which runs the adb server. Everything else is said to that server directly."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from phoneward.errors import readable
from phoneward.phones.errors import AdbMissingError, AdbServerError

OVERRIDE = "PHONEWARD_ADB"
_START_SECONDS = 30


def find_adb() -> Path:
    """Return the adb to use: `PHONEWARD_ADB`, else the first on PATH, else the one that adbutils brings along.

    Raises:
        AdbMissingError: there is none.
    """
    chosen = os.environ.get(OVERRIDE)
    if chosen:
        if not os.access(chosen, os.X_OK):
            raise AdbMissingError
        return Path(chosen)
    on_path = shutil.which("adb")
    if on_path:
        return Path(on_path)
    return _bundled_adb()


def _bundled_adb() -> Path:
    try:
        import adbutils
    except ImportError as error:
        raise AdbMissingError from error
    folder = Path(adbutils.__file__).parent / "binaries"
    path = folder / ("adb.exe" if os.name == "nt" else "adb")
    if not os.access(path, os.X_OK):
        raise AdbMissingError
    return path


def start_server() -> None:
    """Start the adb server where adb itself would: it reads the same variables of the environment.

    Raises:
        AdbMissingError: there is no adb.
        AdbServerError: it would not start.
    """
    adb = find_adb()
    # A file, not a pipe: the server that stays behind may keep the other end open, and we would wait for its end.
    with tempfile.TemporaryFile() as complaint:
        try:
            done = subprocess.run(
                [str(adb), "start-server"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=complaint,
                timeout=_START_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise AdbServerError(detail=readable(str(error))) from error
        if done.returncode != 0:
            complaint.seek(0)
            lines = complaint.read(64 * 1024).strip().splitlines() or [b""]
            raise AdbServerError(detail=readable(lines[-1][:300]))
