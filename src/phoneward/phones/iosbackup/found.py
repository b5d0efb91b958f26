r"""The places in which programs leave iPhone backups on a computer.

Source: Apple, "Locate backups of your iPhone, iPad and iPod touch stored on your computer":
`~/Library/Application Support/MobileSync/Backup/` on a Mac, `%appdata%` or `%userprofile%` with
`Apple Computer\MobileSync\Backup` or `Apple\MobileSync\Backup` on Windows. No program has such a place on Linux.
"""

import datetime as dt
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from phoneward.errors import PhonewardError
from phoneward.phones.iosbackup.backup import Backup, backups_in


@dataclass(frozen=True, slots=True)
class FoundBackup:
    """A backup that lies in one of the usual places.

    Attributes:
        trouble: why it cannot be opened, in the reader's language; empty where it can, or where only its password is
            lacking.
    """

    path: Path
    name: str = ""
    ios: str = ""
    made: dt.datetime | None = None
    is_encrypted: bool | None = None
    trouble: str = ""


def places(platform: str, home: Path, environment: Mapping[str, str]) -> list[Path]:
    """Return the folders in which backups lie on such a computer, whether they are there or not."""
    if platform == "darwin":
        return [home / "Library" / "Application Support" / "MobileSync" / "Backup"]
    if platform == "win32":
        tops = [environment.get("APPDATA", ""), environment.get("USERPROFILE", "")]
        makers = ("Apple Computer", "Apple")
        return [Path(top) / maker / "MobileSync" / "Backup" for top in tops if top for maker in makers]
    return []


def places_here() -> list[Path]:
    """Return those of this computer."""
    return places(sys.platform, Path.home(), os.environ)


def backups_here(folders: list[Path] | None = None) -> list[FoundBackup]:
    """Return the backups in the usual places of this computer, the newest first.

    Args:
        folders: other places than the usual.
    """
    found = []
    for place in places_here() if folders is None else folders:
        for path in backups_in(place):
            try:
                backup = Backup(path)
            except PhonewardError as error:
                found.append(FoundBackup(path, trouble=error.sentence()))
                continue
            facts = backup.facts
            backup.close()
            found.append(FoundBackup(path, facts.name, facts.ios, facts.made, facts.is_encrypted))
    return found
