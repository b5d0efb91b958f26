"""Compares the vault with what the phone itself computes: SHA-256 sums made on the phone, while files are still sent.

A thread asks the phone, over a connection of its own, and keeps the answers by folder. What the answers mean is decided
when everything came over and the phone was asked again what each file looks like: only a file that did not change
meanwhile can be said to differ.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec

from phoneward.errors import PhonewardError
from phoneward.phones import Hashes, HashPlace, Phone
from phoneward.snapshots.rows import RowStore, Sealer

SAMPLE_FILES: Final = 64
SAMPLE_BYTES: Final = 64 << 20
"""Of the files that were there before, so much is asked for in each backup, least recently compared first."""

QUICK_FILES: Final = 4_000
QUICK_BYTES: Final = 64 << 20
"""When no more than this is left, the phone will be through soon, and is waited for."""

WAIT_SHARE: Final = 0.05
"""Else no longer than this part of the time that the backup took until then: what is left stays for later."""

MOST_SECONDS: Final = 30.0
"""For what should be quick."""

_POLL: Final = 0.05


class Told(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The phone's answer about a file.

    Attributes:
        digest: SHA-256, or empty where it has none.
        size: as listed.
        expected: the vault's SHA-256 of a file that was there before; empty for one that this run sends.
    """

    name: bytes
    digest: bytes
    size: int
    expected: bytes


class Wanted(NamedTuple):
    """A file to ask for.

    Attributes:
        folder, name: which, in the snapshot to be.
        path: on the phone.
        size: as listed.
        expected: the vault's SHA-256, for a file that was there before; empty for one that this run sends.
    """

    folder: int
    name: bytes
    path: bytes
    size: int
    expected: bytes = b""


@dataclass(slots=True)
class Asking:
    """One round of questions, and the thread that asks them.

    Args:
        phone: one that can compute SHA-256.
        wanted: files, in the order of the questions; taken by the thread.
        sealer: for answers that do not fit in memory.
        patient: wait for all of them, however long it takes.
        files_left, bytes_left: of files that this run sends: what is still to be answered.
    """

    phone: Phone
    wanted: Iterable[Wanted]
    sealer: Sealer
    patient: bool
    files_left: int = 0
    bytes_left: int = 0
    clock: Callable[[], float] = time.monotonic
    trouble: BaseException | None = None
    told: RowStore[Told] = field(init=False)
    _run: Hashes | None = None
    _thread: threading.Thread | None = None
    _stopped: bool = False

    def __post_init__(self) -> None:
        self.told = RowStore(Told, self.sealer)

    def start(self) -> None:
        """Begin to ask."""
        asked: deque[Wanted] = deque()
        self._run = self.phone.hash(self._paths(asked))
        self._thread = threading.Thread(target=self._ask, args=(self._run, asked), name="phoneward-match", daemon=True)
        self._thread.start()

    def _paths(self, asked: "deque[Wanted]") -> Iterator[tuple[bytes, int]]:
        for item in self.wanted:
            if self._stopped:
                return
            asked.append(item)
            yield item.path, item.size

    def _ask(self, run: Hashes, asked: "deque[Wanted]") -> None:
        try:
            for answer in run:
                item = asked.popleft()
                if answer.path != item.path or self._stopped:
                    return
                self.told.add(item.folder, Told(item.name, answer.digest or b"", item.size, item.expected))
                if not item.expected:
                    self.files_left -= 1
                    self.bytes_left -= item.size
        except PhonewardError as error:
            self.trouble = None if self._stopped else error
        except BaseException as error:  # noqa: BLE001 - carried to the owner's thread
            self.trouble = error

    def wait(self, elapsed: float, check: Callable[[], None]) -> None:
        """Wait until the phone is through, or for as long as it is worth.

        Args:
            elapsed: seconds that the backup took until now.
            check: called again and again; what it raises ends the waiting.

        Raises:
            BaseException: what went wrong in the thread and is no trouble of the phone's.
        """
        begun = self.clock()
        thread = self._thread
        try:
            while thread is not None and thread.is_alive():
                thread.join(_POLL)
                check()
                if not self.patient and self.clock() - begun >= self._bearable(elapsed):
                    break
        finally:
            self.stop()
        if self.trouble is not None and not isinstance(self.trouble, PhonewardError):
            raise self.trouble

    def _bearable(self, elapsed: float) -> float:
        if self.files_left <= 0:
            return elapsed * WAIT_SHARE  # only the sample is left
        quick = self.files_left <= QUICK_FILES and self.bytes_left <= QUICK_BYTES
        return MOST_SECONDS if quick else elapsed * WAIT_SHARE

    def stop(self) -> None:
        """End the questions. What was answered stays."""
        self._stopped = True
        thread, self._thread = self._thread, None
        if self._run is not None:
            self._run.stop()
        if thread is not None:
            thread.join(5.0)

    def close(self) -> None:
        """End it, and forget everything."""
        self.stop()
        self.told.close()


def can_compare(phone: Phone, *, everything: bool) -> bool:
    """Tell whether what is sent shall be compared.

    Where files are hashed by reading them again (a folder of this computer) that is done when it is asked for: there is
    no cable whose faults could show, and what was just read comes from the system's memory.
    """
    place = phone.hash_place
    return place is HashPlace.PHONE or (everything and place is HashPlace.HERE)
