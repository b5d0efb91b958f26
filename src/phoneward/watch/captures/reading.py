"""What every reader of a capture file notes while it reads: bytes that stayed closed, and what it could not look at."""

from pathlib import Path

from phoneward.texts import ngettext
from phoneward.watch.captures.exchange import Unread


class Reader:
    """A capture file that is being read; see `Capture`.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sent: dict[str, int] = {}
        self._problems: list[str] = []
        self._is_damaged = False
        self._bare = 0
        self._number = 0

    @property
    def unread(self) -> Unread:
        """What could not be read; whole when `exchanges` has ended."""
        problems = (*self._problems, *self._counted())
        return Unread(sent=dict(self._sent), problems=problems, is_damaged=self._is_damaged)

    def _counted(self) -> list[str]:
        """Return what was counted while reading, one sentence each."""
        if not self._bare:
            return []
        said = ngettext(
            "The capture holds {count} request whose content was not recorded.",
            "The capture holds {count} requests whose content was not recorded.",
            self._bare,
        )
        return [said.format(count=f"{self._bare:,}")]

    def _next(self) -> int:
        self._number += 1
        return self._number - 1
