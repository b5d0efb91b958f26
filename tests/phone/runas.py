"""Programs of the test phone that change their user, since a script cannot: run-as, and the package manager's side."""

import hashlib
import os
import subprocess
from pathlib import Path

from tests.tools import debian

_STANDINS = Path(__file__).with_name("standins")
_PROGRAMS = ("run-as", "as-system")
_SHELL = 2000


def install(folder: Path) -> None:
    """Put them among a phone's commands: of root and the shell group, mode 4750 (a phone's run-as has 0750)."""
    for name in _PROGRAMS:
        put(folder, name, name, mode=0o4750)


def put(folder: Path, program: str, name: str, *, mode: int) -> None:
    """Put one program of `standins/` among a phone's commands, of root and the shell group."""
    place = folder / name
    fresh = place.with_name(name + ".new")  # a program that runs is not written over
    fresh.write_bytes(_program(program).read_bytes())
    os.chown(fresh, 0, _SHELL)
    fresh.chmod(mode)
    fresh.replace(place)


def _program(name: str) -> Path:
    source = _STANDINS / f"{name}.c"
    place = debian.cache_dir() / name / hashlib.sha256(source.read_bytes()).hexdigest()[:16]

    def build(work: Path) -> None:
        command = ["cc", "-O1", "-static", "-D_GNU_SOURCE", "-o", str(work / name), str(source)]
        subprocess.run(command, capture_output=True, check=True)

    return debian.build_once(place, build) / name
