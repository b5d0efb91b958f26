"""Which disks this computer has, as far as the standard library and the system's own calls tell."""

import os
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from phoneward.errors import readable

_MOUNTS: Final = Path("/proc/self/mounts")
_VOLUMES: Final = Path("/Volumes")
_MAX_MOUNTS: Final = 1 << 20
_MAX_DISKS: Final = 64

_LINUX_PLACES: Final = ("/media/", "/run/media/", "/mnt/")
"""Where desktops (udisks: `/run/media/USER`, `/media/USER`) and people mount external disks (FHS 3.0, /media, /mnt)."""

_FAT: Final = frozenset({"vfat", "msdos", "fat", "fat32", "msdosfs"})

DRIVE_REMOVABLE, DRIVE_FIXED, DRIVE_REMOTE = 2, 3, 4
"""Windows' GetDriveTypeW (winbase.h)."""


@dataclass(frozen=True, slots=True)
class Disk:
    """A mounted disk.

    Attributes:
        root: where it is mounted.
        label: its name, readable; may be empty.
        free: bytes; None where it does not say.
        is_external: one that can be unplugged, or a second one: not the disk that the computer runs from.
        file_system: the system's word, small letters; empty where unknown.
    """

    root: Path
    label: str = ""
    free: int | None = None
    is_external: bool = False
    is_read_only: bool = False
    file_system: str = ""

    @property
    def is_fat(self) -> bool:
        """Whether files end at 4 GiB. The vault's own are of about 16 MB."""
        return self.file_system in _FAT


def free_bytes(path: Path) -> int | None:
    """Return the bytes free where a folder is or will be; None where the system does not say."""
    for place in (path, *path.parents):
        try:
            return shutil.disk_usage(place).free
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, ValueError):  # ValueError: a name with a NUL in it
            return None
    return None


def external_disks(platform: str = sys.platform) -> list[Disk]:
    """Return the external disks that are mounted, at most 64, in the system's order; none where it does not tell."""
    try:
        if platform == "win32":
            return windows_disks(WindowsCalls())
        if platform == "darwin":
            return mac_disks(_VOLUMES)
        return linux_disks(_MOUNTS)
    except (OSError, AttributeError):  # AttributeError: ctypes without the system's library
        return []


def disk_of(path: Path, disks: Iterable[Disk]) -> Disk | None:
    """Return which of some disks a path lies on: the one mounted deepest above it."""
    place = Path(os.path.realpath(path))
    above = [disk for disk in disks if place == disk.root or disk.root in place.parents]
    return max(above, key=lambda disk: len(disk.root.parts), default=None)


# -- Linux -------------------------------------------------------------------------------------------------------------


def linux_disks(mounts: Path) -> list[Disk]:
    r"""Return the external disks of a mount table (proc(5): six fields a line, `\040` for a space)."""
    with mounts.open("rb") as stream:
        table = stream.read(_MAX_MOUNTS)
    found: dict[str, Disk] = {}
    for line in table.split(b"\n"):
        fields = line.split(b" ")
        if len(fields) < 4:
            continue
        root = os.fsdecode(_unescaped(fields[1]))
        file_system = readable(fields[2]).lower()
        is_device = fields[0].startswith(b"/dev/") or file_system.startswith("fuse")
        if is_device and root.startswith(_LINUX_PLACES) and len(found) < _MAX_DISKS:
            read_only = b"ro" in fields[3].split(b",")
            label = readable(root.rstrip("/").rpartition("/")[2])
            found[root] = Disk(
                Path(root),
                label,
                free_bytes(Path(root)),
                is_external=True,
                is_read_only=read_only,
                file_system=file_system,
            )
    return list(found.values())


def _unescaped(field: bytes) -> bytes:
    pieces = field.split(b"\\")
    whole = pieces[0]
    for piece in pieces[1:]:
        number = piece[:3]
        octal = len(number) == 3 and all(digit in b"01234567" for digit in number) and number[0] in b"0123"
        whole += bytes([int(number, 8)]) + piece[3:] if octal else b"\\" + piece
    return whole


# -- macOS -------------------------------------------------------------------------------------------------------------


def mac_disks(volumes: Path) -> list[Disk]:
    """Return what is mounted under /Volumes; the disk that the computer runs from is a link to `/` there."""
    found = []
    for root in sorted(volumes.iterdir())[:_MAX_DISKS]:
        if root.is_symlink() or not root.is_dir() or root.name.startswith((".", "com.apple.")):
            continue
        found.append(
            Disk(
                root, readable(root.name), free_bytes(root), is_external=True, is_read_only=not os.access(root, os.W_OK)
            )
        )
    return found


# -- Windows -----------------------------------------------------------------------------------------------------------


class WindowsCalls:
    """The calls of Windows that tell of drives; tests give their own.

    Attributes:
        system_drive: the letter that Windows runs from.
    """

    def __init__(self) -> None:
        self.system_drive = os.environ.get("SystemDrive", "C:")[:1].upper()  # noqa: SIM112 - Windows' spelling

    def drives(self) -> list[str]:
        """Return the letters in use (GetLogicalDrives: a bit for each)."""
        bits = int(_kernel().GetLogicalDrives())
        return [chr(ord("A") + number) for number in range(26) if bits >> number & 1]

    def kind(self, letter: str) -> int:
        """Return GetDriveTypeW."""
        return int(_kernel().GetDriveTypeW(f"{letter}:\\"))

    def label_and_file_system(self, letter: str) -> tuple[str, str]:
        """Return GetVolumeInformationW's name and file system; empty where the drive holds no disk."""
        import ctypes

        name, system = ctypes.create_unicode_buffer(261), ctypes.create_unicode_buffer(261)
        answered = _kernel().GetVolumeInformationW(f"{letter}:\\", name, 261, None, None, None, system, 261)
        return (name.value, system.value) if answered else ("", "")


def _kernel() -> Any:  # noqa: ANN401 - ctypes makes its functions as they are asked for
    import ctypes

    return getattr(ctypes, "windll").kernel32  # noqa: B009 - not there for mypy on other systems


def windows_disks(calls: WindowsCalls, free: Callable[[Path], int | None] = free_bytes) -> list[Disk]:
    """Return removable drives that hold a disk, and fixed ones that Windows does not run from.

    A USB hard disk says that it is fixed, as a second disk inside does: both outlive the system disk.
    """
    found = []
    for letter in calls.drives():
        kind = calls.kind(letter)
        if letter == calls.system_drive or kind not in {DRIVE_REMOVABLE, DRIVE_FIXED}:
            continue
        label, file_system = calls.label_and_file_system(letter)
        if file_system:  # an empty card reader has a letter and no file system
            root = Path(f"{letter}:\\")
            found.append(Disk(root, readable(label), free(root), is_external=True, file_system=file_system.lower()))
    return found
