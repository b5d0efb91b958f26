"""What a look at this computer found of apps' own backups, remembered for a while: pages ask for it again and again."""

import threading
import time
from pathlib import Path
from typing import Final

from phoneward.phones.appbackups import Computer, OnComputer, Searched, search_computer, search_folder, this_computer
from phoneward.snapshots import path_id

KEPT_S: Final = 600.0
SECONDS: Final = 10.0
"""How long a page may look."""


class ComputerSearch:
    """The last look at the usual places, and at one folder that the person named.

    Args:
        computer: this one; None asks the system when it is first looked at.
    """

    def __init__(self, computer: Computer | None = None) -> None:
        self._computer = computer
        self._lock = threading.Lock()
        self._usual: Searched | None = None
        self._named: Searched | None = None
        self._until = 0.0

    @property
    def computer(self) -> Computer:
        """This computer."""
        return self._computer or this_computer()

    def latest(self) -> Searched:
        """Return what was found, where that is a while ago looked for anew."""
        with self._lock:
            if self._usual is None or time.monotonic() > self._until:
                self._usual = search_computer(self.computer, seconds=SECONDS)
                self._until = time.monotonic() + KEPT_S
            return _joined(self._usual, self._named)

    def look_in(self, folder: Path) -> Searched:
        """Look in a folder that the person names, too; returns what is in it."""
        found = search_folder(folder, seconds=SECONDS)
        with self._lock:
            self._named = found
        return found

    def again(self) -> None:
        """Have the next one that asks look anew."""
        with self._lock:
            self._usual = self._named = None

    def named(self, wanted: str) -> OnComputer | None:
        """Return a backup that was found, by the short name of its path; None for any other: forms name no paths."""
        return next((one for one in self.latest().found if path_id(str(one.path)) == wanted), None)


def _joined(usual: Searched, named: Searched | None) -> Searched:
    if named is None:
        return usual
    known = {one.path for one in usual.found}
    found = (*usual.found, *(one for one in named.found if one.path not in known))
    return Searched(found, usual.whole and named.whole, (*usual.refused, *named.refused))
