"""Several programs on one vault at once: two writers, a writer and a pruner, restic among them, locks torn away.

`python -m tests.interop.concurrently --minutes N [--seed S]`     rounds until the time is over, restic after each
`python -m tests.interop.concurrently work WORD…`                 the real command line with small constants, as a
                                                                  process of a round; see `work`
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from phoneward.cli import main as phoneward
from phoneward.phones import open_folder
from phoneward.snapshots import backup, passes
from phoneward.vault import (
    FileId,
    FileType,
    LocalStorage,
    LockTiming,
    Repository,
    Snapshot,
    check,
    init_repository,
    load_snapshots,
    open_repository,
    restore_tree,
    save_snapshot_held,
)
from phoneward.vault.forget import remove_snapshots
from phoneward.vault.locks import HeldLock
from tests.faults.promises import Content, content_of, small_constants
from tests.phone import trees
from tests.tools.restic import ALL_RESTICS, Restic, restic
from tests.vault.cheap import insecure_test_cost

PASSWORD = "correct horse"
LOCKED = 11
"""restic's exit code, and ours, for a vault that somebody else has locked."""
FILES = 60
POOL = 90
"""So many different contents: what one phone has, another has too, and what was pruned comes again."""
TIMEOUT_S = 120
LONG_AGO_NS = 1_600_000_000_123_456_789
STOP = "PHONEWARD_TEST_STOP"
HASTE = "PHONEWARD_TEST_HASTE"


class BrokenError(AssertionError):
    """Something that must hold with several at work does not."""


# -- a process of a round ----------------------------------------------------------------------------------------


def work(words: Sequence[str]) -> None:
    """Be the command line, with small packs, index files and checkpoints.

    The environment may say: `PHONEWARD_TEST_STOP`: stop oneself (SIGSTOP) once. `look`: before a backup looks for its
    lock for the last time; `index`, `snapshot`: after such a look, just before the first file of that kind is stored.
    `PHONEWARD_TEST_HASTE`: locks go stale in two seconds.
    """
    sys.argv[1:] = words
    with small_constants(pack_size=120_000, index_blobs=30, checkpoint_files=20, settle=True), _hasty(), _stopping():
        phoneward()


@contextmanager
def _hasty() -> Iterator[None]:
    times = (0.2, 0.4, 1.5, 2.0, time.time)
    usual = LockTiming.__init__.__defaults__
    if os.environ.get(HASTE):
        LockTiming.__init__.__defaults__ = times
    try:
        yield
    finally:
        LockTiming.__init__.__defaults__ = usual


@contextmanager
def _stopping() -> Iterator[None]:
    where = os.environ.get(STOP)
    save, save_held, stopped = Repository.save_unpacked, save_snapshot_held, list[str]()

    def stop(here: str) -> None:
        if here == where and not stopped:
            stopped.append(here)
            os.kill(os.getpid(), signal.SIGSTOP)

    def saved(repo: Repository, file_type: FileType, plaintext: bytes) -> FileId:
        stop({FileType.INDEX: "index", FileType.SNAPSHOT: "snapshot"}.get(file_type, ""))
        return save(repo, file_type, plaintext)

    def saved_held(repo: Repository, lock: HeldLock, snapshot: Snapshot) -> FileId:
        stop("look")
        return save_held(repo, lock, snapshot)

    with (
        mock.patch.object(Repository, "save_unpacked", saved),
        mock.patch.object(passes, "save_snapshot_held", saved_held),
    ):
        yield


# -- the bench ---------------------------------------------------------------------------------------------------


@dataclass
class Bench:
    """A vault that several work on, three folders that are backed up into it, and what must be in it.

    Attributes:
        folder: of all of it.
        seed: of everything that is chosen at random.
        snapshots: what each snapshot holds that a writer reported as done, and nobody was told to forget.
        ours: those that we made.
    """

    folder: Path
    seed: int
    snapshots: dict[FileId, Content] = field(default_factory=dict)
    ours: set[FileId] = field(default_factory=set)
    counted: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.vault = self.folder / "vault"
        self._tick = 0
        init_repository(LocalStorage(self.vault), PASSWORD, kdf=insecure_test_cost())
        for name in ("a", "b", "r"):
            self.change(name, everything=True)

    def change(self, name: str, *, everything: bool = False) -> None:
        """Change some of a folder's files, to contents that others may have as well."""
        for number in range(FILES):
            if not everything and self.dice.random() < 0.6:
                continue
            path = self.folder / name / f"DCIM/{number // 20}/{number:03}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            seed = self.dice.randrange(POOL)
            self._tick += 1
            path.write_bytes(trees.content(f"pool {seed}", 500 + 700 * seed))
            os.utime(path, ns=(LONG_AGO_NS + self._tick, LONG_AGO_NS + self._tick))

    def open(self) -> Repository:
        """Open the vault as a new process would."""
        repo = open_repository(LocalStorage(self.vault), PASSWORD)
        repo.load_index()
        return repo

    def restic(self, version: str = ALL_RESTICS[-1]) -> Restic:
        """Return one of the restics, with a cache of its own."""
        return Restic(restic(version), self.vault, PASSWORD, self.folder / f"restic-cache-{version}")

    def back_up(self, name: str) -> FileId:
        """Take a snapshot of a folder while nobody else is at work."""
        with open_folder(self.folder / name) as phone, small_constants(pack_size=120_000, index_blobs=30):
            made = backup(phone, self.open(), state_dir=self.folder / "state").snapshot_id
        assert made is not None
        self.note(made, name, ours=True)
        return made

    def note(self, snapshot: FileId, name: str, *, ours: bool) -> None:
        """Remember that a snapshot of a folder, as it is now, was reported as done."""
        self.snapshots[snapshot] = content_of(self.folder / name)
        if ours:
            self.ours.add(snapshot)

    def forget(self, snapshot: FileId) -> None:
        """Take a snapshot away, so that there is something to prune."""
        repo = self.open()
        with repo.lock(exclusive=True, timing=LockTiming(settle_s=0)) as lock:
            remove_snapshots(repo, [snapshot], lock)
        del self.snapshots[snapshot]

    def start(self, *words: str, **environment: str) -> "subprocess.Popen[bytes]":
        """Start our command line in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "tests.interop.concurrently", "work", *words, "--json"],
            env={
                "PATH": os.environ.get("PATH", ""),
                "HOME": str(self.folder),
                "LANG": "C.UTF-8",
                "PYTHONPATH": os.pathsep.join(sys.path),
                "PHONEWARD_REPOSITORY": str(self.vault),
                "PHONEWARD_PASSWORD": PASSWORD,
                "PHONEWARD_STATE_DIR": str(self.folder / "state"),
                "PHONEWARD_CACHE_DIR": str(self.folder / "cache"),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def start_restic(self, version: str, *words: str, name: str = ".") -> "subprocess.Popen[bytes]":
        """Start a restic in a folder of the bench."""
        judge = self.restic(version)
        judge.cache.mkdir(exist_ok=True)
        return subprocess.Popen(
            [judge.program, *words],
            env=judge.env,
            cwd=self.folder / name,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    # -- looking --------------------------------------------------------------------------------------------------

    def judge(self, *, with_restic: bool) -> None:
        """Look whether all is there.

        Raises:
            BrokenError: it is not; the text says what.
        """
        repo = self.open()
        left = [path.name for path in (self.vault / "locks").iterdir()]
        self._require(not left, f"locks are left: {left}")
        report = check(repo, read_data=True)
        self._require(report.ok, "; ".join(problem.sentence for problem in report.errors[:3]))
        there = {snapshot.id for snapshot in load_snapshots(repo)}
        self._require(set(self.snapshots) <= there, "a snapshot that was reported as done is gone")
        self._require(there <= set(self.snapshots), "a snapshot is there that nobody reported")
        judge = self.restic()
        if with_restic:
            judge.run("check", "--read-data", "--no-cache")
        for name, content in self.snapshots.items():
            target = self.folder / "restored"
            shutil.rmtree(target, ignore_errors=True)
            if with_restic:
                judge.restore(name, target)
            else:
                snapshot = next(s for s in load_snapshots(repo) if s.id == name)
                self._require(restore_tree(repo, snapshot.tree, target, durable=False).complete, "a restore has gaps")
            top = target / "shared" if name in self.ours else target
            self._require(content_of(top) == content, f"snapshot {name[:8]} restores to something else")

    def _require(self, holds: bool, otherwise: str) -> None:
        if not holds:
            raise BrokenError(f"seed {self.seed}: {otherwise}")

    def count(self, what: str) -> None:
        """Count something for the line at the end."""
        self.counted[what] = self.counted.get(what, 0) + 1

    def report(self) -> str:
        """Return what happened so far."""
        done = ", ".join(f"{count} {what}" for what, count in sorted(self.counted.items()))
        return f"several at work, seed {self.seed}: {done}"


# -- rounds ------------------------------------------------------------------------------------------------------


class Player(NamedTuple):
    """One of those at work: what it is called, how it is started, and the folder of which it takes a snapshot."""

    role: str
    start: Callable[[], "subprocess.Popen[bytes]"]
    folder: str = ""


def our_writer(bench: Bench, name: str) -> Player:
    """Our backup of a folder."""
    return Player("backup", lambda: bench.start("backup", "--folder", str(bench.folder / name)), name)


def our_pruner(bench: Bench) -> Player:
    """Our prune, which packs anew whatever it may."""
    return Player("prune", lambda: bench.start("prune", "--max-unused", "0", "--repack-small"))


def thief(bench: Bench) -> Player:
    """Who takes everybody's locks away, and prunes at once."""

    def start() -> "subprocess.Popen[bytes]":
        with bench.start("unlock", "--remove-all") as unlocking:
            unlocking.communicate(timeout=TIMEOUT_S)
        bench.count("lock thefts")
        return bench.start("prune", "--max-unused", "0", "--repack-small")

    return Player("prune", start)


def restic_writer(bench: Bench) -> Player:
    """One of the restics backs its folder up."""
    version = bench.dice.choice(ALL_RESTICS)
    words = ["--json", "backup", ".", "--host", "desk"]
    return Player(f"restic {version} backup", lambda: bench.start_restic(version, *words, name="r"), "r")


def restic_pruner(bench: Bench) -> Player:
    """One of the restics prunes."""
    version = bench.dice.choice(ALL_RESTICS)
    return Player(f"restic {version} prune", lambda: bench.start_restic(version, "prune", "--max-unused", "0"))


KINDS: dict[str, Callable[[Bench], list[Player]]] = {
    "two writers": lambda b: [our_writer(b, "a"), our_writer(b, "b")],
    "writer and pruner": lambda b: [our_writer(b, "a"), our_pruner(b)],
    "restic's writer and our pruner": lambda b: [restic_writer(b), our_pruner(b)],
    "our writer and restic's pruner": lambda b: [our_writer(b, "b"), restic_pruner(b)],
    "all": lambda b: [our_writer(b, "a"), our_writer(b, "b"), restic_writer(b), our_pruner(b), restic_pruner(b)],
    "lock thefts": lambda b: [our_writer(b, "a"), our_writer(b, "b"), thief(b), our_pruner(b)],
}


def play(bench: Bench, kind: str) -> None:
    """Let the players of a kind start at random moments, and note what each reports.

    Raises:
        BrokenError: one ended with anything but success or the word that the vault is locked.
    """
    for name in ("a", "b", "r"):
        bench.change(name)
    if len(bench.snapshots) > 3:
        bench.forget(bench.dice.choice(sorted(bench.snapshots)))
    players = KINDS[kind](bench)
    bench.dice.shuffle(players)
    within = bench.dice.choice([0.0, 0.3, 0.8])
    offsets = sorted(bench.dice.uniform(0, within) for _player in players)
    begin = time.monotonic()
    running = []
    for player, offset in zip(players, offsets, strict=True):
        time.sleep(max(0.0, begin + offset - time.monotonic()))
        running.append((player, player.start()))
    for player, process in running:
        with process:
            out, errors = process.communicate(timeout=TIMEOUT_S)
        _note(bench, player, process.returncode, out.decode(), errors.decode("utf-8", "replace"))
    bench.count("rounds")


def _note(bench: Bench, player: Player, code: int, out: str, errors: str) -> None:
    theirs = player.role.startswith("restic")
    refused = code == LOCKED or (theirs and code == 1 and "repository is already locked" in errors)  # 0.14 had no 11
    if not (refused or code == 0):
        raise BrokenError(f"seed {bench.seed}: {player.role} ended with {code}: {errors[-500:]}{out[-300:]}")
    lost = refused and "lost its hold" in errors
    bench.count(f"{player.role} {'lost its lock' if lost else 'refused' if refused else 'done'}")
    if code == 0 and player.folder:
        bench.note(_snapshot_id(bench, out), player.folder, ours=not theirs)


def _snapshot_id(bench: Bench, out: str) -> FileId:
    """Return the name that a writer reported; restic 0.14 reports the first digits only."""
    [told] = [document["snapshot_id"] for line in out.splitlines() if "snapshot_id" in (document := json.loads(line))]
    names = [path.name for path in (bench.vault / "snapshots").iterdir() if path.name.startswith(told)]
    if len(names) != 1:
        raise BrokenError(f"seed {bench.seed}: a snapshot that was reported as done is gone")
    return FileId(names[0])


def main() -> None:
    """Play rounds until the time is over, each kind in turn; real restic looks after each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**31))
    asked = parser.parse_args()
    end = time.monotonic() + 60 * asked.minutes
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), asked.seed)
        kinds = list(KINDS)
        while time.monotonic() < end:
            play(bench, kinds[bench.counted.get("rounds", 0) % len(kinds)])
            bench.judge(with_restic=True)
            sys.stdout.write(bench.report() + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        work(sys.argv[2:])
    else:
        main()
