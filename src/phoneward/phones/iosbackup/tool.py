"""libimobiledevice's programs, where they are installed: which iPhones are attached, and have one make a backup.

They are other people's programs, run as such (GPL and LGPL; never imported). Their names and options:
`tools/idevice_id.c`, `ideviceinfo.c` and `idevicebackup2.c` of github.com/libimobiledevice/libimobiledevice. No iPhone
was there when this was written: only the programs without one, and stand-ins, were run.
"""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.phones.iosbackup.errors import IphoneToolError, IphoneToolUnfinishedError
from phoneward.phones.iosbackup.facts import is_udid

NAME: Final = "idevicebackup2"
_LISTING, _ASKING = "idevice_id", "ideviceinfo"
_SECONDS: Final = 20
_MAX_ANSWER: Final = 64 << 10
_NAMED: Final = re.compile(r"[^\r\n]{1,200}")
_DOMAIN: Final = "com.apple.mobile.backup"


@dataclass(frozen=True, slots=True)
class AttachedIphone:
    """An iPhone on this computer's USB.

    Attributes:
        name: as its owner calls it; empty where it does not say (it is locked, or does not trust the computer).
        encrypts: whether it encrypts its backups; None where it does not say.
    """

    udid: str
    name: str = ""
    encrypts: bool | None = None


class BackupTool:
    """The programs of this computer."""

    def __init__(self, program: Path) -> None:
        self.program = program

    @classmethod
    def found(cls) -> "BackupTool | None":
        """Return them; None where they are not installed."""
        program, listing = shutil.which(NAME), shutil.which(_LISTING)
        return cls(Path(program)) if program and listing else None

    def attached(self) -> list[AttachedIphone]:
        """Return the iPhones that are attached by USB.

        Raises:
            IphoneToolError: the program does not answer.
        """
        udids = [line for line in _answer(_LISTING, "-l").split() if is_udid(line)]
        return [self._asked(udid) for udid in dict.fromkeys(udids)]

    @staticmethod
    def _asked(udid: str) -> AttachedIphone:
        if shutil.which(_ASKING) is None:
            return AttachedIphone(udid)
        try:
            name = _NAMED.match(_answer(_ASKING, "-u", udid, "-k", "DeviceName"))
            encrypts = _answer(_ASKING, "-u", udid, "-q", _DOMAIN, "-k", "WillEncrypt").strip()
        except IphoneToolError:  # locked, or not trusted yet: the backup itself says so
            return AttachedIphone(udid)
        return AttachedIphone(udid, name[0] if name else "", {"true": True, "false": False}.get(encrypts))

    def back_up(self, iphone: AttachedIphone, folder: Path) -> Path:
        """Have an iPhone make a backup; what the program says goes to standard error. Returns the backup's folder.

        Args:
            iphone: which.
            folder: where backups lie; nobody else may enter it. What an earlier backup left there is used again.

        Raises:
            IphoneToolError: the folder cannot be made, or the program not run.
            IphoneToolUnfinishedError: the program ended with an error.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
            command = [str(self.program), "-u", iphone.udid, "backup", str(folder)]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=2, check=False)
        except OSError as error:
            raise IphoneToolError(program=NAME, detail=readable(error.strerror or str(error))) from error
        if done.returncode:
            raise IphoneToolUnfinishedError(program=NAME, code=done.returncode)
        return folder / iphone.udid


def _answer(program: str, *arguments: str) -> str:
    try:
        done = subprocess.run(
            [program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise IphoneToolError(program=program, detail=readable(str(error))) from error
    answer = done.stdout[:_MAX_ANSWER].decode("utf-8", "replace")
    # "No device found" is told with an error, and with nothing on standard output.
    if done.returncode and program != _LISTING:
        raise IphoneToolError(program=program, detail=readable(done.stderr[:300]))
    return answer
