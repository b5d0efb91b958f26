"""A real PostgreSQL server for tests, on a socket in a folder of its own; as another user where tests run as root."""

import contextlib
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: int(place.parent.name))


@dataclass
class Server:
    """A running server.

    Attributes:
        folder: its data and its socket.
    """

    folder: Path
    durable: bool = False
    _names: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def fresh(self) -> str:
        """How to connect to tables that are there for nobody else."""
        name = f"test_{os.getpid()}_{next(self._names)}"
        with psycopg.connect(self.plain, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}".encode())
        return f"{self.plain} options='-c search_path={name}'"

    @property
    def plain(self) -> str:
        return f"host={self.folder} user=postgres dbname=postgres"

    def start(self) -> None:
        settings = f"-c listen_addresses='' -k {self.folder} -c max_connections=60"
        if not self.durable:
            settings += " -c fsync=off -c full_page_writes=off"
        _run("pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log", "-o", settings, "start")

    def stop(self, how: str = "fast") -> None:
        _run("pg_ctl", "-D", self.folder / "data", "-w", "-m", how, "stop")


@contextlib.contextmanager
def server(*, durable: bool = False) -> Iterator[Server]:
    """Start a server; `durable`: it waits for the disk as in real life."""
    folder = Path(
        tempfile.mkdtemp(prefix="pg-", dir="/dev/shm" if Path("/dev/shm").is_dir() and not durable else "/tmp")
    )  # a socket's path is short
    try:
        if os.geteuid() == 0:
            owner = _user()
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        _run("initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        running = Server(folder, durable)
        running.start()
        try:
            yield running
        finally:
            running.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> pwd.struct_passwd:
    """The server refuses to be root."""
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise AssertionError("no user to run PostgreSQL as")


def _run(program: str, *words: str | Path) -> None:
    become: list[str] = []
    if os.geteuid() == 0:
        owner = _user()
        become = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
    done = subprocess.run(
        [*become, str(_PROGRAMS[-1] / program), *map(str, words)],
        cwd="/",
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,  # the server would keep a pipe open
        stderr=subprocess.STDOUT,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, (program, done.stdout)
