"""What it takes, per operating system, until a written file survives a power cut.

The steps follow restic's `backend/local/local.go`; the rules per system come from fsync(2) and rename(2) on Linux,
Apple's fsync(2) page (which says that fsync alone leaves data in the disk's cache, F_FULLFSYNC does not), and
Microsoft's documentation of FlushFileBuffers and MoveFileEx. Reasons: docs/decisions/0003-durability.md.
"""

import sys
from typing import Protocol

from phoneward.vault.storage.system import SystemCalls


class Durability(Protocol):
    """The rules of one operating system, spoken in `SystemCalls`."""

    def settle(self, system: SystemCalls, handle: int) -> None:
        """Have the content of an open temporary file on the disk, before it gets its name."""

    def publish(self, system: SystemCalls, temporary: str, final: str, folder: str) -> None:
        """Give a settled, closed file its final name, for good."""

    def remove(self, system: SystemCalls, path: str, folder: str) -> None:
        """Remove a published file for good."""

    def settle_dir(self, system: SystemCalls, folder: str) -> None:
        """Have the names in this folder on the disk."""


class LinuxDurability:
    """fsync the file, rename, then fsync the folder: the name is data of the folder."""

    def settle(self, system: SystemCalls, handle: int) -> None:
        """Call fsync."""
        system.flush(handle)

    def publish(self, system: SystemCalls, temporary: str, final: str, folder: str) -> None:
        """Guard, rename, fsync the folder. The guard comes first, so that a named file is never writable."""
        system.set_read_only(temporary, read_only=True)
        system.rename(temporary, final)
        self.settle_dir(system, folder)

    def remove(self, system: SystemCalls, path: str, folder: str) -> None:
        """Unlink and fsync the folder."""
        system.unlink(path)
        self.settle_dir(system, folder)

    def settle_dir(self, system: SystemCalls, folder: str) -> None:
        """Call fsync on the folder."""
        system.flush_dir(folder)


class MacDurability(LinuxDurability):
    """As on Linux, but the file needs F_FULLFSYNC: macOS's fsync stops at the disk's cache."""

    def settle(self, system: SystemCalls, handle: int) -> None:
        """Call F_FULLFSYNC."""
        system.full_flush(handle)


class WindowsDurability:
    """FlushFileBuffers, then MoveFileEx. Folders cannot be flushed; NTFS journals names in order."""

    def settle(self, system: SystemCalls, handle: int) -> None:
        """Call FlushFileBuffers."""
        system.flush(handle)

    def publish(self, system: SystemCalls, temporary: str, final: str, folder: str) -> None:  # noqa: ARG002 - protocol
        """Rename, then guard: another program (a virus scanner) may hold a file that is guarded before."""
        system.rename(temporary, final)
        system.set_read_only(final, read_only=True)

    def remove(self, system: SystemCalls, path: str, folder: str) -> None:  # noqa: ARG002 - protocol
        """Take the read-only attribute away first: Windows refuses to remove a guarded file."""
        system.set_read_only(path, read_only=False)
        system.unlink(path)

    def settle_dir(self, system: SystemCalls, folder: str) -> None:
        """There is nothing to call."""


def durability_of(platform: str = sys.platform) -> Durability:
    """Return the rules for this `sys.platform`; unknown systems get the Linux rules (POSIX promises them)."""
    if platform == "win32":
        return WindowsDurability()
    return MacDurability() if platform == "darwin" else LinuxDurability()
