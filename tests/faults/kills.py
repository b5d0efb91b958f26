"""The real command line, killed at random moments; then looked at, and run again."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from phoneward.phones import open_folder
from phoneward.snapshots import backup
from phoneward.snapshots.journal import Head, read_batches
from phoneward.vault import BlobType, FileId, LocalStorage, Repository, init_repository, open_repository
from phoneward.vault.forget import remove_snapshots
from tests.faults.disk import Image
from tests.faults.promises import (
    PASSWORD,
    VAULT,
    BrokenPromiseError,
    Content,
    Judge,
    Promise,
    content_of,
    restic_checks,
    small_constants,
)
from tests.phone import trees
from tests.vault.cheap import insecure_test_cost

FILES = 240
LONG_AGO_NS = 1_600_000_000_123_456_789
TIMEOUT_S = 60
SETTLED_S = 2.2
"""What changed less than two seconds before a listing is read again the next time, whatever its time says."""


class Contents(dict[FileId, Content]):
    """What snapshots hold; one of a name not known yet is of the phone as it is now."""

    def __init__(self, known: Mapping[FileId, Content], now: Content) -> None:
        super().__init__(known)
        self._now = now

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: FileId) -> Content:
        return self._now


@dataclass
class Bench:
    """A vault with a history, and a phone with news for it, made once and copied for each kill.

    Attributes:
        whole: snapshots that nobody may touch; old: those that `forget` may take.
    """

    folder: Path
    contents: dict[FileId, Content] = field(default_factory=dict)
    whole: frozenset[FileId] = frozenset()
    old: frozenset[FileId] = frozenset()

    @property
    def phone(self) -> Path:
        return self.folder / "phone"

    @classmethod
    def make(cls, folder: Path) -> "Bench":
        """Three snapshots, the first of them forgotten: there is something to prune; and then a changed phone."""
        bench = cls(folder)
        made = []
        with small_constants(pack_size=150_000, index_blobs=40):
            init_repository(LocalStorage(folder / "template" / VAULT), PASSWORD, kdf=insecure_test_cost())
            for stage in range(3):
                bench.fill(stage)
                time.sleep(SETTLED_S if stage == 2 else 0)
                with open_folder(bench.phone) as phone:
                    result = backup(phone, bench.open("template"), state_dir=folder / "template/state")
                assert result.snapshot_id is not None
                made.append(result.snapshot_id)
                bench.contents[result.snapshot_id] = content_of(bench.phone)
            repo = bench.open("template")
            with repo.lock(exclusive=True) as lock:
                remove_snapshots(repo, made[:1], lock)
        bench.whole, bench.old = frozenset(made[2:]), frozenset(made[1:2])
        bench.fill(3)
        time.sleep(SETTLED_S)
        return bench

    def fill(self, stage: int) -> None:
        """Change a third of the phone's files."""
        dice = random.Random(stage)
        for number in range(FILES):
            if stage == 0 or number % 3 == stage % 3:
                path = self.phone / f"DCIM/{number // 40}/{number:04}.jpg"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(trees.content(f"{number} {stage}", dice.choice([200, 5_000, 20_000, 60_000])))
                os.utime(path, ns=(LONG_AGO_NS + stage, LONG_AGO_NS + stage))

    def news(self) -> int:
        """Return the bytes of the phone's files that the last snapshot does not have."""
        held = self.contents[max(self.whole)]
        changed = (path for path, seen in content_of(self.phone).items() if held.get(path) != seen)
        return sum((self.phone / os.fsdecode(path)).stat().st_size for path in changed)

    def open(self, where: Path | str) -> Repository:
        """Open the vault in a folder of the bench, or in any other."""
        repo = open_repository(LocalStorage(self.folder / where / VAULT), PASSWORD)
        repo.load_index()
        return repo


COMMANDS: dict[str, list[str]] = {
    "backup": ["backup", "--folder", "{phone}"],
    "forget": ["forget", "--keep-last", "1", "--prune"],
    "prune": ["prune", "--max-unused", "0", "--repack-small"],
    "repair": ["repair", "index", "--read-all-packs"],
    "restore": ["restore", "latest", "--target", "{target}"],
}


@dataclass
class Killer:
    """Kills one command after the other, each on a fresh copy of the bench's vault, and judges what is left.

    Attributes:
        kills: how often a process was killed that still ran; by command.
        late: how often it had ended by then.
    """

    bench: Bench
    dice: random.Random
    kills: dict[str, int] = field(default_factory=dict)
    late: int = 0
    resumed_bytes: int = 0
    sent_bytes: int = 0
    resumes: int = 0
    takes_s: dict[str, float] = field(default_factory=dict)

    def run(self, *, with_restic: bool) -> None:
        """Kill once, or twice in a row; then look, then go on.

        Raises:
            BrokenPromiseError: something does not hold.
        """
        work = self.bench.folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(self.bench.folder / "template", work)
        name = self.dice.choice(list(COMMANDS))
        for _number in range(self.dice.choice([1, 1, 2])):
            self._kill(name, work)
        self.judge(name, work, with_restic=with_restic)
        self.go_on(name, work)
        self.judge(name, work, with_restic=False)

    def report(self, seed: int) -> str:
        """Say what was done, for the end of the run."""
        kills = ", ".join(f"{name} {count}" for name, count in sorted(self.kills.items()))
        return (
            f"kill -9, seed {seed}: {sum(self.kills.values())} ({kills}), {self.late} too late; {self.resumes} backups"
            f" resumed {self.resumed_bytes:,} bytes that were not sent again, and sent {self.sent_bytes:,}"
        )

    # -- killing -------------------------------------------------------------------------------------------------

    def start(self, name: str, work: Path) -> "subprocess.Popen[bytes]":
        """Start a command on the vault in a folder."""
        words = [w.format(phone=self.bench.phone, target=work / "restored") for w in COMMANDS[name]]
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(work),
            "LANG": "C.UTF-8",
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PHONEWARD_REPOSITORY": str(work / VAULT),
            "PHONEWARD_PASSWORD": PASSWORD,
            "PHONEWARD_STATE_DIR": str(work / "state"),
            "PHONEWARD_CACHE_DIR": str(work / "cache"),
        }
        return subprocess.Popen(
            [sys.executable, "-m", "tests.faults.program", *words, "--json"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def _kill(self, name: str, work: Path) -> None:
        if name not in self.takes_s:
            copy = work.with_name("measure")
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(work, copy)
            begin = time.monotonic()
            self._finish(name, copy)
            self.takes_s[name] = time.monotonic() - begin
        with self.start(name, work) as process:
            # The first half is Python's own start and the lock's moment of waiting.
            begin = time.monotonic()
            if name == "backup" and self.dice.random() < 0.7:
                while not any((work / "state").rglob("*.journal")) and process.poll() is None:
                    time.sleep(0.002)
                time.sleep(self.dice.uniform(0, 0.2))
            else:
                time.sleep(self.dice.uniform(0.45, 0.95) * self.takes_s[name])
            waited = time.monotonic() - begin
            ended = process.poll() is not None
            process.kill()
        if ended:  # the machine is quicker than when it was measured
            self.takes_s[name] = min(self.takes_s[name], waited)
        self.late += ended
        self.kills[name] = self.kills.get(name, 0) + (not ended)

    def _finish(self, name: str, work: Path) -> list[dict[str, Any]]:
        with self.start(name, work) as process:
            out, err = process.communicate(timeout=TIMEOUT_S)
        if process.returncode != 0:
            raise BrokenPromiseError(f"{name} after a kill ended with {process.returncode}: {err.decode()[-400:]}")
        return [json.loads(line) for line in out.splitlines()]

    # -- judging -------------------------------------------------------------------------------------------------

    def _promise(self, name: str) -> Promise:
        always = self.bench.whole if name == "forget" else self.bench.whole | self.bench.old
        return Promise(Contents(self.bench.contents, content_of(self.bench.phone)), always=always)

    def judge(self, name: str, work: Path, *, with_restic: bool) -> None:
        """Look whether the vault keeps what it promised."""
        promise = self._promise(name)
        image = Image.of(work)
        vault = Image(
            frozenset(f for f in image.files if f[0].startswith(f"{VAULT}/")),
            frozenset(f for f in image.folders if f.split("/")[0] == VAULT),
        )
        Judge(promise, self.bench.phone).check_promises(vault.visible)
        if with_restic:
            restic_checks(work / VAULT, promise.contents, PASSWORD, work)

    def go_on(self, name: str, work: Path) -> None:
        """Run the command again, to its end."""
        resumable = self._in_journal(work) if name == "backup" else (0, 0)
        snapshots = {path.name for path in (work / VAULT / "snapshots").iterdir() if "-tmp-" not in path.name}
        is_done = not snapshots <= set(self.bench.contents)  # killed after its last step
        documents = self._finish(name, work)
        if name == "backup":
            self._check_resumed(documents[-1], resumable, is_done=is_done)
        if name == "restore":
            target = work / "restored"
            snapshot = max(self.bench.whole)
            left = [path.name for path in target.rglob(".phoneward-*")]
            if left:
                raise BrokenPromiseError(f"a killed restore's pieces are still there: {left}")
            if content_of(target / "shared") != self.bench.contents[snapshot]:
                raise BrokenPromiseError("the second restore is not the snapshot")

    def _in_journal(self, work: Path) -> tuple[int, int]:
        """Return files and bytes that the journal names and the vault has: what must not be sent again."""
        repo = self.bench.open(work)
        files = size = 0
        for path in (work / "state").rglob("*.journal"):
            with path.open("rb") as stream:
                for batch, _end in read_batches(stream, repo, Head(2, repo.config.id, path.stem)):
                    for _folder, sent in batch.folders:
                        for file in sent:
                            if not all(repo.has_blob(BlobType.DATA, blob) for blob in file.blobs):
                                raise BrokenPromiseError("the journal names what the vault has not")
                            files, size = files + 1, size + file.size
        return files, size

    def _check_resumed(self, summary: Mapping[str, Any], resumable: tuple[int, int], *, is_done: bool) -> None:
        files, size = resumable
        if summary["files_resumed"] != files or summary["bytes_resumed"] != size:
            raise BrokenPromiseError(f"the journal holds {resumable}, resumed was {summary['files_resumed']} files")
        news = 0 if is_done else self.bench.news()
        if summary["bytes_sent"] != news - size:
            raise BrokenPromiseError(f"{news:,} bytes were new, {size:,} resumed, {summary['bytes_sent']:,} sent")
        self.resumes += files > 0
        self.resumed_bytes += size
        self.sent_bytes += summary["bytes_sent"]
