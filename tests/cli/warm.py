"""Runs of the program without the third of a second that loading it takes: copies of one that has loaded everything.

A run is still a process of its own, with pipes for its standard streams, an environment and a folder; the console
script itself is what runs in it. What may depend on how Python starts, or on what a command loads, is started as a
person starts it: every command's first run in each process of the tests, any run with variables that Python or its
libraries read as they are loaded, any at a terminal or that is sent signals (`Program.start`), and all of them where
`PHONEWARD_TEST_COLD` is set.
"""

import contextlib
import functools
import io
import itertools
import json
import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.cli.warmed import READY, SOURCE

_SERVER: Final = Path(__file__).with_name("warmed.py")
_AT_LOADING: Final = ("LANG", "LC_", "LD_", "MALLOC_", "OPENSSL_", "PYTHON")
_NAME: Final = re.compile(rb"[a-z][a-z-]*")
_PIECE: Final = 1 << 16
_started_cold: set[tuple[bytes, ...]] = set()


def may_run(words: Sequence[bytes], env: Mapping[str, str]) -> bool:
    """Tell whether a warm program's run would be as that of a program started for it."""
    if sys.platform != "linux" or "PHONEWARD_TEST_COLD" in os.environ:
        return False
    command = tuple(itertools.takewhile(_NAME.fullmatch, words[:3]))
    if command not in _started_cold:
        _started_cold.add(command)
        return False
    at_loading = {name: value for name, value in env.items() if name.startswith(_AT_LOADING)}
    return at_loading == _warm().at_loading and _warm().state == _state()


def run(
    words: Sequence[bytes], *, env: Mapping[str, str], stdin: bytes, cwd: Path | None, timeout: float
) -> "subprocess.CompletedProcess[bytes]":
    """Run the program as `subprocess.run(…, capture_output=True)` does.

    Raises:
        subprocess.TimeoutExpired: it had not ended after `timeout` seconds; it was killed.
    """
    return _warm().run(words, env=env, stdin=stdin, cwd=cwd, timeout=timeout)


def _state() -> tuple[str, ...]:
    """Return what a started program inherits beside environment, folder and streams."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    kept = ("Umask:", "Uid:", "Gid:", "Groups:", "SigBlk:", "SigIgn:", "CapEff:", "NoNewPrivs:", "Seccomp:")
    return Path("/proc/self/limits").read_text(encoding="ascii"), *(line for line in status if line.startswith(kept))


@functools.cache
def _warm() -> "_Warm":
    return _Warm()


class _Warm:
    """The program that waits for orders; it ends with this process."""

    def __init__(self) -> None:
        self.state = _state()
        self.at_loading = {"LANG": "C.UTF-8", "PYTHONPATH": str(SOURCE)}
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # Pipes as every run has them: Python finds out what its streams are when it starts.
        self._process = subprocess.Popen(
            [sys.executable, str(_SERVER), str(theirs.fileno())],
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), **self.at_loading},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(theirs.fileno(),),
        )
        theirs.close()
        if self._control.recv(len(READY)) != READY:
            _out, errors = self._process.communicate()
            raise RuntimeError(errors.decode())

    def run(
        self, words: Sequence[bytes], *, env: Mapping[str, str], stdin: bytes, cwd: Path | None, timeout: float
    ) -> "subprocess.CompletedProcess[bytes]":
        line = [os.fsdecode(word) for word in words]
        wanted = json.dumps({"words": line, "env": dict(env), "cwd": str(cwd or Path.cwd())})
        (read_in, write_in), (read_out, write_out), (read_err, write_err) = os.pipe(), os.pipe(), os.pipe()
        told, teller = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with told, open(write_in, "wb", 0) as to, open(read_out, "rb", 0) as out, open(read_err, "rb", 0) as err:
            with teller, open(os.memfd_create("order"), "wb") as order:
                order.write(wanted.encode())
                order.seek(0)
                given = (order.fileno(), read_in, write_out, write_err)
                socket.send_fds(self._control, [b"!"], [*given, teller.fileno()])
            for number in given[1:]:
                os.close(number)
            pid = int(told.recv(_PIECE))
            try:
                said, complained = _talk(stdin, to, out, err, seconds=timeout)
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                told.recv(_PIECE)
                raise subprocess.TimeoutExpired(line, timeout) from None
            return subprocess.CompletedProcess(line, int(told.recv(_PIECE)), said, complained)


def _talk(given: bytes, to: io.FileIO, out: io.FileIO, err: io.FileIO, *, seconds: float) -> tuple[bytes, bytes]:
    """Write and read a run's pipes until it has closed them.

    Raises:
        TimeoutError: it had not after so many seconds.
    """
    give_up = time.monotonic() + seconds
    said: list[bytes] = []
    complained: list[bytes] = []
    left = memoryview(given)
    os.set_blocking(to.fileno(), False)
    with selectors.DefaultSelector() as selector:
        selector.register(to, selectors.EVENT_WRITE)
        selector.register(out, selectors.EVENT_READ, said)
        selector.register(err, selectors.EVENT_READ, complained)
        while selector.get_map():
            ready = selector.select(max(0.0, give_up - time.monotonic()))
            if not ready:
                raise TimeoutError
            for key, _events in ready:
                if key.fileobj is to:
                    with contextlib.suppress(BrokenPipeError):  # it reads no more
                        left = left[to.write(left) :]
                        if left:
                            continue
                elif piece := os.read(key.fd, _PIECE):
                    key.data.append(piece)
                    continue
                selector.unregister(key.fileobj)
                if key.fileobj is to:
                    to.close()
    return b"".join(said), b"".join(complained)
