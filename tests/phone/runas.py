"""The stand-in for Android's run-as: a small program, since a script cannot change its user."""

import hashlib
import os
import subprocess
from pathlib import Path

from tests.tools import debian

_SOURCE = Path(__file__).with_name("standins") / "run-as.c"
_SHELL = 2000


def install(folder: Path) -> None:
    """Put it among a phone's commands: of root and the shell group, mode 4750 (on a phone: 0750 with capabilities)."""
    place = folder / "run-as"
    place.write_bytes(_program().read_bytes())
    os.chown(place, 0, _SHELL)
    place.chmod(0o4750)


def _program() -> Path:
    place = debian.cache_dir() / "run-as" / hashlib.sha256(_SOURCE.read_bytes()).hexdigest()[:16]

    def build(work: Path) -> None:
        command = ["cc", "-O1", "-static", "-D_GNU_SOURCE", "-o", str(work / "run-as"), str(_SOURCE)]
        subprocess.run(command, capture_output=True, check=True)

    return debian.build_once(place, build) / "run-as"
