r"""Where people's folders are on this computer: the places at which paths of the data begin.

What is asked of the system are paths. Of WeChat's own settings only those small files are looked at that hold one path
and nothing else (`%APPDATA%\Tencent\xwechat\config\*.ini`, as public programs that look for its folder do).
"""

import contextlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from phoneward.phones.appbackups.data import System

BASES: Final = ("home", "documents", "downloads", "desktop", "drives", "wechat-chosen")
"""Names of the places."""

_MAX_SETTING: Final = 1024
"""Bytes of a settings file that are read: a path."""
_MAX_SETTINGS: Final = 50
_FIXED: Final = 3
"""Windows' number for a disk that is built in or plugged in, not a network's (winbase.h, DRIVE_FIXED)."""


@dataclass(frozen=True, slots=True)
class Computer:
    """A computer, as far as it matters where apps put their backups.

    Attributes:
        known: what the system itself says of documents, downloads and the desktop, by name of the place.
        drives: roots of its disks (Windows).
        environ: the environment.
    """

    system: System
    home: Path
    known: Mapping[str, Path] = field(default_factory=dict)
    drives: tuple[Path, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)

    def base(self, name: str) -> list[Path]:
        """Return the folders that a place may be, each once; they need not be there."""
        found: list[Path] = []
        if name == "home":
            found = [self.home]
        elif name == "drives":
            found = [place for drive in self.drives for place in (drive, drive / "Documents")]
        elif name == "wechat-chosen":
            found = self._chosen_for_wechat()
        else:
            plain = name.capitalize()
            clouds = [self.environ[one] for one in ("OneDrive", "OneDriveConsumer") if self.environ.get(one)]
            found = [self.known[name]] if name in self.known else []
            found += [self.home / plain, *(Path(cloud) / plain for cloud in clouds)]
        return list(dict.fromkeys(found))

    def _chosen_for_wechat(self) -> list[Path]:
        roaming = self.environ.get("APPDATA")
        if self.system != "windows" or not roaming:
            return []
        found: list[Path] = []
        with contextlib.suppress(OSError):
            settings = sorted((Path(roaming) / "Tencent" / "xwechat" / "config").glob("*.ini"))
            for path in settings[:_MAX_SETTINGS]:
                chosen = _one_path(path)
                if chosen is not None:
                    found += [chosen, chosen.parent]
        return found


def _one_path(path: Path) -> Path | None:
    """Return the folder that a settings file names, where it is one line that names a folder and nothing else."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_SETTING + 1).strip()
        text = _decoded(data)
        if len(data) > _MAX_SETTING or text is None or not text.isprintable():
            return None
        named = Path(text)
        return named if named.is_absolute() and named.is_dir() else None
    except (OSError, ValueError):
        return None


def _decoded(data: bytes) -> str | None:
    for encoding in ("utf-8", "gbk"):
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode(encoding)
    return None


def this_computer() -> Computer:
    """Return the computer that this runs on."""
    import platformdirs

    system: System = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")  # type: ignore[assignment]
    known: dict[str, Path] = {}
    for name, ask in (
        ("documents", platformdirs.user_documents_path),  # also where Windows or OneDrive moved it
        ("downloads", platformdirs.user_downloads_path),
        ("desktop", platformdirs.user_desktop_path),
    ):
        with contextlib.suppress(OSError, RuntimeError):
            known[name] = ask()
    return Computer(system, Path.home(), known, _drives(), dict(os.environ))


def _drives() -> tuple[Path, ...]:
    if sys.platform != "win32":
        return ()
    import ctypes

    kernel = ctypes.windll.kernel32
    present = kernel.GetLogicalDrives()
    letters = [chr(ord("A") + number) for number in range(26) if present >> number & 1]
    return tuple(Path(f"{one}:\\") for one in letters if kernel.GetDriveTypeW(f"{one}:\\") == _FIXED)
