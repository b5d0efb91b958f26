"""A real systemd that manages one person's units, without one as process 1: `systemd --user` in a mount namespace.

systemd looks for `/run/systemd/system` to learn whether the machine was booted with it (sd_booted(3)); an own `/run`
in a namespace has it. Timers, stamps and services are then systemd's own; `systemctl --user` reaches it by its private
socket.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

RUNTIME = "/run/phoneward-test"
_START = f"""
mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system {RUNTIME} && chmod 700 {RUNTIME} &&
exec /lib/systemd/systemd --user --log-target=console --log-level=info
"""
_START_S = 30


@dataclass(frozen=True)
class Manager:
    """A running systemd of one person.

    Attributes:
        pid: its process.
        environment: what the manager was started with, and so what its services inherit.
    """

    pid: int
    environment: Mapping[str, str]

    def run(self, *words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command as in that person's session: it sees the manager's `/run`."""
        return subprocess.run(
            ["nsenter", f"--mount=/proc/{self.pid}/ns/mnt", "--wdns=/", "--", *map(str, words)],
            env={**self.environment, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def ctl(self, *words: str) -> str:
        """Ask `systemctl --user`; its answer without the last line break."""
        return self.run("systemctl", "--user", "--no-pager", *words).stdout.strip()


@contextlib.contextmanager
def manager(home: Path, log: Path, **more: str) -> Iterator[Manager]:
    """Start systemd for the person whose home this is, as after a log-in; end it as a log-out does.

    Args:
        home: their home; units, links and stamps lie there, and outlive the manager.
        log: gets what it says.
        more: further variables of its environment.
    """
    environment = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "XDG_RUNTIME_DIR": RUNTIME,
        **more,
    }
    with log.open("ab") as said:
        process = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", _START],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    running = Manager(process.pid, environment)
    try:
        _wait_until_up(running, process, log)
        yield running
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)  # a user manager then stops its units and exits
        try:
            process.wait(_START_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_up(running: Manager, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + _START_S
    while time.monotonic() < give_up:
        assert process.poll() is None, log.read_text(errors="replace")[-2000:]
        if running.ctl("show", "--property=Version").startswith("Version="):
            return
        time.sleep(0.1)
    raise TimeoutError(log.read_text(errors="replace")[-2000:])
