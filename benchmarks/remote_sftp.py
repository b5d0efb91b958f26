"""Packs to and from an SSH server, near and 20 ms away; beside OpenSSH's sftp and scp, and whole backups beside restic.

    .venv/bin/python -m benchmarks.remote_sftp [--pairs 3] [--packs 12] [--only near|far] [--without-restic]

One real sshd on loopback serves all. `phoneward` stores files as a backup does (temporary name, flushed, named without
replacing); sftp's `put -f` flushes likewise; scp flushes nothing. Our storage runs in one thread and in four, since a
backup uses several; each process is timed with its connection. The delay comes from `benchmarks.delaying`.
"""

import argparse
import hashlib
import os
import random
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.delaying import delayed
from benchmarks.folder import PASSWORD
from benchmarks.sidebyside import Contender, compare, machine, once
from phoneward.vault import FileId, FileType, LocalStorage
from phoneward.vault.storage.sftp import SftpStorage
from phoneward.vaultplace import RemotePlace, parse_place
from tests.tools.restic import ALL_RESTICS, restic
from tests.tools.sshserver import SshServer

PACK = 16 * 2**20


def store(address: str, folder: Path, threads: int) -> None:
    """What `phoneward` does with packs that are ready."""
    storage = _storage(address)
    _spread(threads, folder, lambda path: storage.save(FileType.PACK, FileId(path.name), [path.read_bytes()]))


def fetch(address: str, folder: Path, threads: int) -> None:
    storage = _storage(address)
    _spread(threads, folder, lambda path: len(storage.load(FileType.PACK, FileId(path.name))))


def _spread(threads: int, folder: Path, work: Callable[[Path], object]) -> None:
    paths = sorted(folder.iterdir())

    def some(part: list[Path]) -> None:
        for path in part:
            work(path)

    running = [threading.Thread(target=some, args=(paths[number::threads],)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


def _storage(address: str) -> SftpStorage:
    place = parse_place(address)
    assert isinstance(place, RemotePlace)
    return SftpStorage(place)


@dataclass
class Bench:
    """One way to the server. `there` is where the server keeps what comes, `data` what is sent."""

    scratch: Path
    server: SshServer
    port: int
    packs: int
    pairs: int
    way: str

    @property
    def data(self) -> Path:
        return self.scratch / "packs"

    @property
    def there(self) -> Path:
        return self.scratch / "there"

    def make(self) -> None:
        self.data.mkdir(exist_ok=True)
        for number in range(self.packs):
            content = random.Random(number).randbytes(PACK)
            (self.data / hashlib.sha256(content).hexdigest()).write_bytes(content)

    def compare(self, work: str, contenders: list[Contender]) -> None:
        size = self.packs * PACK
        compare(f"{work}, {self.way}", contenders, pairs=self.pairs, size_bytes=size, files=self.packs)

    def run(self) -> None:
        self.make()
        remote = f"{self.server.user}@127.0.0.1"
        batch = self.scratch / "batch"
        got = self.scratch / "got"
        sftp = ["sftp", "-q", "-P", str(self.port), "-b", str(batch), remote]
        scp = ["scp", "-q", "-P", str(self.port)]

        def empty(line: str = "") -> Callable[[], None]:
            def prepare() -> None:
                shutil.rmtree(self.there, ignore_errors=True)
                self.there.mkdir()
                LocalStorage(self.there / "vault").create()
                batch.write_text(f"{line}\n")

            return prepare

        def ours(verb: str, threads: int, prepare: Callable[[], None]) -> Contender:
            command = [
                sys.executable,
                "-m",
                "benchmarks.remote_sftp",
                verb,
                self.address("there/vault"),
                str(self.data),
            ]
            return Contender(f"phoneward, {threads} threads", [*command, str(threads)], prepare)

        packs = [str(path) for path in sorted(self.data.iterdir())]
        self.compare(
            "store",
            [
                ours("store", 4, empty()),
                ours("store", 1, empty()),
                Contender("sftp put -f", sftp, empty(f"put -f {self.data}/* {self.there}/")),
                Contender("scp", [*scp, *packs, f"{remote}:{self.there}"], empty()),
            ],
        )
        once(ours("store", 4, empty()))

        def nothing(line: str = "") -> Callable[[], None]:
            def prepare() -> None:
                shutil.rmtree(got, ignore_errors=True)
                got.mkdir()
                batch.write_text(f"{line}\n")

            return prepare

        vault = self.there / "vault" / "data"
        self.compare(
            "fetch",
            [
                ours("fetch", 4, nothing()),
                ours("fetch", 1, nothing()),
                Contender("sftp get", sftp, nothing(f"get {vault}/*/* {got}/")),
                Contender("scp", [*scp, f"{remote}:{vault}/*/*", str(got)], nothing()),
            ],
        )

    def backups(self) -> None:
        program = str(restic(ALL_RESTICS[-1]))
        state = {"PHONEWARD_STATE_DIR": str(self.scratch / "state"), "PHONEWARD_CACHE_DIR": str(self.scratch / "cache")}
        our_env = {"PHONEWARD_REPOSITORY": self.address("ours"), "PHONEWARD_PASSWORD": PASSWORD, **state}
        their_env = {
            "RESTIC_REPOSITORY": self.address("theirs"),
            "RESTIC_PASSWORD": PASSWORD,
            "RESTIC_CACHE_DIR": str(self.scratch / "restic cache"),
        }
        us, them = [sys.executable, "-m", "phoneward"], [program]

        def fresh(place: str, command: list[str], env: dict[str, str]) -> Callable[[], None]:
            def prepare() -> None:
                for name in (place, "state", "cache", "restic cache"):
                    shutil.rmtree(self.scratch / name, ignore_errors=True)
                once(Contender("init", [*command, "init"], env=env))

            return prepare

        back = self.scratch / "back"

        def without_back() -> None:
            shutil.rmtree(back, ignore_errors=True)

        self.compare(
            "backup",
            [
                Contender(
                    "phoneward", [*us, "backup", "--folder", str(self.data)], fresh("ours", us, our_env), our_env
                ),
                Contender("restic", [*them, "backup", str(self.data)], fresh("theirs", them, their_env), their_env),
            ],
        )
        words = ["restore", "latest", "--target", str(back)]
        self.compare(
            "restore",
            [
                Contender("phoneward", [*us, *words], without_back, our_env),
                Contender("restic", [*them, *words], without_back, their_env),
            ],
        )

    def address(self, name: str) -> str:
        return self.server.address(self.scratch / name, self.port)


@contextmanager
def _way(server: SshServer, way: str) -> Iterator[int]:
    if way == "near":
        yield server.port
        return
    with delayed(server.port, 10) as port:
        server.know_host(port)
        yield port


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--packs", type=int, default=12)
    parser.add_argument("--only", choices=["near", "far"])
    parser.add_argument("--without-restic", action="store_true")
    arguments = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "sshd").mkdir()
        with SshServer(Path(scratch) / "sshd") as server:
            os.environ["PATH"] = f"{server.client}:{os.environ['PATH']}"
            for way in ("near", "far") if arguments.only is None else (arguments.only,):
                with _way(server, way) as port:
                    bench = Bench(Path(scratch), server, port, arguments.packs, arguments.pairs, way)
                    bench.run()
                    if not arguments.without_restic:
                        bench.backups()


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in {"store", "fetch"}:
        {"store": store, "fetch": fetch}[sys.argv[1]](sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
    else:
        main()
