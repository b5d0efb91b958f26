"""A vault on a real server, the way to it cut at random bytes of a backup; then looked at, and gone on."""

import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, Protocol

from phoneward.errors import PhonewardError
from phoneward.phones import open_folder
from phoneward.snapshots import BackupResult, backup
from phoneward.vault import Repository, Storage, check, init_repository, load_snapshot, open_repository, open_storage
from phoneward.vault.storage.retrying import Patience, RetryingStorage
from phoneward.vaultplace import RemotePlace
from tests.faults.promises import PASSWORD, BrokenPromiseError, Content, content_of, held_by, small_constants
from tests.phone import trees
from tests.phone.faultproxy import Direction, FaultProxy
from tests.snapshots.bench import settle
from tests.tools.restic import ALL_RESTICS, Restic, restic
from tests.vault.cheap import insecure_test_cost

_QUICK: Final = Patience(first_wait_s=0.01, longest_wait_s=0.05, total_s=20.0, first_contact_s=20.0)
_HOPELESS: Final = Patience(first_wait_s=0.01, longest_wait_s=0.05, total_s=0.3, first_contact_s=0.3)
_BOUND_S: Final = 60.0


class Served(Protocol):
    """A running server with room for vaults."""

    port: int
    access: Mapping[str, str]
    """Who may enter: restic's variables."""

    def place(self, name: str, port: int) -> RemotePlace:
        """Return the place of a vault of this name, spoken to through a port of 127.0.0.1."""


@dataclass
class WireCutter:
    """Cuts the way to one server again and again, each time with a fresh vault.

    Half of the cuts are followed by nothing worse, and the same run goes on; of the others, half end the run at its
    first failure, and half take the whole way away until the run has given up.

    Attributes:
        cuts: how many happened; late: how many came after the run's end.
        went_on: runs that a cut did not end; ended: runs that it did, with an error that has a name.
        acknowledged: snapshots that had been acknowledged before a cut or after it, all looked at.
    """

    served: Served
    folder: Path
    dice: random.Random
    cuts: int = 0
    late: int = 0
    went_on: int = 0
    ended: int = 0
    errors: dict[str, int] = field(default_factory=dict)
    acknowledged: int = 0
    resumed_bytes: int = 0
    whole: dict[Direction, int] = field(default_factory=dict)
    _number: int = 0

    def prepare(self) -> None:
        """Make the phone as it is before and after, and measure what a whole second backup moves over the wire."""
        for number in range(30):
            for phone in (self._before, self._after):
                trees.put(phone, f"DCIM/0/{number:03}.jpg", trees.content(f"{number}", 9_000 + 700 * number))
        for number in range(50):
            trees.put(self._after, f"DCIM/1/{number:03}.jpg", trees.content(f"new {number}", 5_000 + 900 * number))
        trees.put(self._after, "DCIM/film.mp4", trees.content("film", 900_000))
        settle()
        with FaultProxy(self.served.port) as proxy, self._small():
            self._first()
            status = proxy.status()
            self._backup(RetryingStorage(self._raw(proxy.port), patience=_QUICK))
            self.whole = {"up": proxy.status().up - status.up, "down": proxy.status().down - status.down}

    @property
    def _before(self) -> Path:
        return self.folder / "before"

    @property
    def _after(self) -> Path:
        return self.folder / "after"

    def run(self, *, with_restic: bool) -> None:
        """Cut once, look, let the next run finish, and look again.

        Raises:
            BrokenPromiseError: something does not hold.
        """
        with FaultProxy(self.served.port) as proxy, self._small():
            acknowledged = self._first()
            outcome = self._cut(proxy)
            acknowledged |= self._seen(outcome)
            self._look(acknowledged, with_restic=with_restic)
            result = self._backup(RetryingStorage(self._raw(proxy.port), patience=_QUICK))
            if not result.complete:
                raise BrokenPromiseError("the next run is not complete")
            self.resumed_bytes += result.stats.bytes_resumed
            acknowledged |= self._seen(result)
            self._look(acknowledged, with_restic=with_restic)
            self.acknowledged += len(acknowledged)

    def _cut(self, proxy: FaultProxy) -> BackupResult | None:
        mode: Literal["goes on", "first failure", "all gone"] = self.dice.choice(
            ("goes on", "goes on", "first failure", "all gone")
        )
        direction: Direction = self.dice.choice(("up", "down"))
        proxy.cut(direction, self.dice.randrange(self.whole[direction]), self.dice.choice(("rst", "fin")))
        raw = self._raw(proxy.port)
        storage: Storage = raw
        if mode != "first failure":
            storage = RetryingStorage(raw, patience=_QUICK if mode == "goes on" else _HOPELESS)
        start = time.monotonic()
        result = None
        try:
            with _all_gone(proxy, on=mode == "all gone"):
                result = self._backup(storage)
        except PhonewardError as error:
            if mode == "goes on":
                raise BrokenPromiseError(f"a single cut ended the run: {error.sentence()}") from error
            self.ended += 1
            self.errors[type(error).__name__] = self.errors.get(type(error).__name__, 0) + 1
        finally:
            fired = proxy.status().fired
            proxy.clear()
            proxy.refuse(on=False)
        if time.monotonic() - start > _BOUND_S:
            raise BrokenPromiseError("the run took too long")
        self.cuts += bool(fired)
        self.late += not fired
        self.went_on += bool(fired) and result is not None
        return result

    def _first(self) -> dict[str, Content]:
        """Make a vault with one acknowledged snapshot."""
        self._number += 1
        storage = self._direct()
        init_repository(storage, PASSWORD, kdf=insecure_test_cost())
        result = self._backup(storage, self._before)
        assert result.snapshot_id is not None
        return {result.snapshot_id: content_of(self._before)}

    def _seen(self, result: BackupResult | None) -> dict[str, Content]:
        return {} if result is None or result.snapshot_id is None else {result.snapshot_id: content_of(self._after)}

    def _backup(self, storage: Storage, phone: Path | None = None) -> BackupResult:
        repo = _opened(storage)
        with open_folder(phone or self._after) as opened:
            return backup(opened, repo, state_dir=self.folder / f"state-{self._number}")

    def _look(self, acknowledged: Mapping[str, Content], *, with_restic: bool) -> None:
        repo = _opened(self._direct())
        report = check(repo, read_data=True)
        if not report.ok:
            raise BrokenPromiseError(report.errors[0].sentence)
        for name, content in acknowledged.items():
            if held_by(repo, load_snapshot(repo, name).tree) != content:  # type: ignore[arg-type]  # a FileId
                raise BrokenPromiseError("an acknowledged snapshot holds other files")
        if with_restic:
            self._ask_restic(acknowledged)

    def _ask_restic(self, acknowledged: Mapping[str, Content]) -> None:
        address = str(self.served.place(f"v{self._number}", self.served.port))
        access = dict(self.served.access)
        judge = Restic(restic(ALL_RESTICS[-1]), address, PASSWORD, self.folder / "restic-cache", access)
        judge.run("check", "--read-data", "--no-lock", "--no-cache")
        for name, content in acknowledged.items():
            target = self.folder / f"restored-{self._number}-{name}-{len(acknowledged)}"
            judge.run("restore", name, "--target", target, "--no-lock", "--no-cache")
            if content_of(target / "shared") != content:
                raise BrokenPromiseError("restic restores other files")

    def _raw(self, port: int) -> Storage:
        storage = open_storage(self.served.place(f"v{self._number}", port), self.served.access)
        assert isinstance(storage, RetryingStorage)
        return storage.raw

    def _direct(self) -> Storage:
        return self._raw(self.served.port)

    @staticmethod
    @contextmanager
    def _small() -> Iterator[None]:
        with small_constants(pack_size=120_000, index_blobs=20, checkpoint_files=10):
            yield

    def report(self, seed: int) -> str:
        """Say what was done, for the end of the run."""
        errors = ", ".join(f"{name} {count}" for name, count in sorted(self.errors.items()))
        return (
            f"wire cut, seed {seed}: {self.cuts} cuts at random bytes of {self.whole['up']:,} up and"
            f" {self.whole['down']:,} down ({self.late} too late); {self.went_on} runs went on, {self.ended} ended"
            f" ({errors}) and were resumed with {self.resumed_bytes:,} bytes not sent again; {self.acknowledged}"
            " acknowledged snapshots restored"
        )


def _opened(storage: Storage) -> Repository:
    repo = open_repository(storage, PASSWORD)
    repo.load_index()
    return repo


@contextmanager
def _all_gone(proxy: FaultProxy, *, on: bool) -> Iterator[None]:
    """Take the whole way away as soon as it is cut."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.002):
            if proxy.status().fired:
                proxy.refuse(on=True)
                proxy.drop("rst")
                return

    watcher = threading.Thread(target=watch)
    if on:
        watcher.start()
    try:
        yield
    finally:
        over.set()
        if on:
            watcher.join()
