"""A `phoneward` that has loaded everything and waits: a copy of it is made for each order, and becomes that run.

Started by `warm.py` with the number of a socket; see there. A copy (fork) is a process as any other, with the standard
streams, the environment and the folder of its order; only loading two thousand modules is spared.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import runpy
import selectors
import socket
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import phoneward

PROGRAM: Final = Path(sys.executable).parent / "phoneward"
SOURCE: Final = Path(__file__).resolve().parents[2] / "src"
READY: Final = b"ready"
_LEFT_OUT: Final = ("phoneward.__main__", "phoneward.media", "phoneward.watch")
"""What starts threads when it is loaded (numpy): a copy would not have them."""


@dataclass(frozen=True, slots=True)
class _Run:
    """A copy that is at work, and where its end is told."""

    pid: int
    told: socket.socket


def load_everything() -> None:
    """Import the whole program. What belongs to one run (threads, where temporary files go) must not be there yet."""
    for module in pkgutil.walk_packages(phoneward.__path__, "phoneward."):
        if not module.name.startswith(_LEFT_OUT):
            importlib.import_module(module.name)
    assert "numpy" not in sys.modules
    assert threading.active_count() == 1 == len(os.listdir("/proc/self/task"))
    assert tempfile.tempdir is None
    gc.collect()
    gc.freeze()


def wait_for_orders(control: socket.socket) -> None:
    """Make a copy for each order and tell how it ended. Returns in the copies only."""
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        while True:
            for key, _events in selector.select():
                if key.fileobj is not control:
                    selector.unregister(key.fileobj)
                    _tell_end(key.fd, key.data)
                    continue
                _message, numbers, *_rest = socket.recv_fds(control, 1, 5)
                if not numbers:
                    raise SystemExit(0)
                told = socket.socket(fileno=numbers.pop())
                pid = os.fork()
                if pid == 0:
                    told.close()
                    control.close()
                    _forget(selector)
                    _become(*numbers)
                    return
                for number in numbers:
                    os.close(number)
                told.send(str(pid).encode())
                selector.register(os.pidfd_open(pid), selectors.EVENT_READ, _Run(pid, told))


def _tell_end(pidfd: int, run: _Run) -> None:
    os.close(pidfd)
    _pid, status = os.waitpid(run.pid, 0)
    with run.told, contextlib.suppress(OSError):
        run.told.send(str(os.waitstatus_to_exitcode(status)).encode())


def _forget(selector: selectors.BaseSelector) -> None:
    """Let go, in a copy, of what belongs to the others."""
    for key in list(selector.get_map().values()):
        if isinstance(key.data, _Run):
            os.close(key.fd)
            key.data.told.close()


def _become(order: int, *streams: int) -> None:
    """Take what an order says in place of what this process was started with."""
    with open(order, encoding="ascii") as file:
        wanted: dict[str, Any] = json.load(file)
    for target, number in enumerate(streams):
        os.dup2(number, target)
        os.close(number)
    os.environ.clear()
    os.environ.update(wanted["env"])
    time.tzset()
    os.chdir(wanted["cwd"])
    sys.argv = [str(PROGRAM), *wanted["words"]]


def run_and_leave() -> None:
    """Run the console script, then end as Python does, but for taking two thousand modules apart.

    Any other end than one with a number (a traceback, a signal) goes Python's own way.
    """
    try:
        runpy.run_path(str(PROGRAM), run_name="__main__")
    except SystemExit as end:
        if not isinstance(end.code, int):
            raise
        code = end.code
    else:
        return
    threading._shutdown()  # type: ignore[attr-defined]  # joins threads; the interpreter calls it by this name
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        return  # Python tries again, complains and gives the exit code for it
    os._exit(code)


if __name__ == "__main__":
    sys.path[0] = str(PROGRAM.parent)
    orders = socket.socket(fileno=int(sys.argv[1]))
    load_everything()
    orders.send(READY)
    wait_for_orders(orders)
    run_and_leave()
