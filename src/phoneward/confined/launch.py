"""Start a worker process and hold it: the wire, its empty folder, and the means to end it with all its children."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from phoneward.confined.channel import Channel, PipeChannel, SocketChannel
from phoneward.confined.errors import WorkerStartError
from phoneward.errors import readable
from phoneward.texts import _

WATCH_MEMORY = sys.platform == "darwin"
"""macOS accepts RLIMIT_AS and does not enforce it: there the parent watches and ends the worker."""

_BOOT = "import sys; sys.path[:] = sys.argv[2:]; from phoneward.confined.worker import main; main(int(sys.argv.pop(1)))"
# What an interpreter may need to start at all. Nothing else goes over: no password, no home, no proxy.
_KEPT_VARIABLES = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
# A parser has one thread. OpenBLAS, which numpy brings, would start one for each processor as it is loaded, with memory
# of its own: a sixth of the processor time that loading numpy takes.
_SET_VARIABLES = {"OPENBLAS_NUM_THREADS": "1"}


class OutOfMemoryError(Exception):
    """The watched worker holds more memory than it may."""


class Running:
    """A worker process.

    Attributes:
        channel: the wire to it.
        pid: its process id.
    """

    channel: Channel

    def __init__(self) -> None:
        if getattr(sys, "frozen", False):
            raise WorkerStartError(problem=_("this build of the program carries no separate Python interpreter"))
        self._may_hold: int | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="phoneward-worker-"))
        self._cleanup = contextlib.ExitStack()
        self._cleanup.callback(shutil.rmtree, self._folder, ignore_errors=True)
        try:
            self._start()
        except OSError as error:
            self.stop()
            raise WorkerStartError(problem=readable(str(error))) from error

    def _command(self, executable: str, lifeline: int) -> list[str]:
        own = str(Path(__file__).parents[2])
        paths = [own, *(entry for entry in sys.path if entry and Path(entry).is_absolute() and entry != own)]
        return [executable, "-I", "-S", "-B", "-X", "utf8", "-c", _BOOT, str(lifeline), *paths]

    def _environment(self) -> dict[str, str]:
        return _SET_VARIABLES | {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}

    if sys.platform == "win32":

        def _start(self) -> None:
            from phoneward.confined import windows

            # A virtual environment's python.exe is a launcher that starts a second process: take the real one.
            executable = getattr(sys, "_base_executable", sys.executable)
            process = self._process = subprocess.Popen(
                self._command(executable, -1),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self._folder,
                env=self._environment(),
                creationflags=subprocess.CREATE_NO_WINDOW,
            )
            self._cleanup.callback(process.wait)
            self._cleanup.callback(process.kill)
            # The worker does nothing but import our own code until the first frame comes, so it is in the job in time.
            job = self._job = windows.Job(process.pid, windows.load_kernel32())
            self._cleanup.callback(job.close)
            self._cleanup.callback(job.terminate)
            if process.stdin is None or process.stdout is None:
                msg = "no pipes"
                raise OSError(msg)
            self.channel = PipeChannel(process.stdin, process.stdout, job.terminate)
            self._cleanup.callback(self.channel.close)

        def limit_memory(self, more_bytes: int) -> None:
            """Bound what the worker may take beyond what it has now (the job object does)."""
            self._job.limit_memory(more_bytes)

    else:

        def _start(self) -> None:
            ours, theirs = socket.socketpair()
            read_end, write_end = os.pipe()
            self._cleanup.callback(os.close, write_end)
            self._cleanup.callback(ours.close)
            try:
                process = self._process = subprocess.Popen(
                    self._command(sys.executable, read_end),
                    stdin=theirs.fileno(),
                    stdout=theirs.fileno(),
                    stderr=subprocess.DEVNULL,
                    pass_fds=(read_end,),
                    start_new_session=True,
                    cwd=self._folder,
                    env=self._environment(),
                )
            finally:
                theirs.close()
                os.close(read_end)
            self._cleanup.callback(process.wait)
            self._cleanup.callback(self._end_group)
            self.channel = SocketChannel(ours, self._check_memory if WATCH_MEMORY else None)

        def _end_group(self) -> None:
            # Not yet waited for, so the number still names this worker's group, dead or alive.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

        def limit_memory(self, more_bytes: int) -> None:
            """Bound what the worker may take beyond what it has now (where it could not bind itself)."""
            from phoneward.confined import posix

            if WATCH_MEMORY:
                self._may_hold = posix.resident_bytes(self.pid) + more_bytes

        def _check_memory(self) -> None:
            from phoneward.confined import posix

            if self._may_hold is not None and posix.resident_bytes(self.pid) > self._may_hold:
                raise OutOfMemoryError

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid

    def has_ended(self) -> bool:
        """Tell whether the process is gone."""
        return self._process.poll() is not None

    def end_code(self, patience: float) -> int | None:
        """Return the exit code (negative: a signal) of a worker that closed its wire; None if it still runs then."""
        try:
            return self._process.wait(patience)
        except subprocess.TimeoutExpired:
            return None

    @property
    def stop(self) -> Callable[[], None]:
        """End the worker and all its children, and remove its folder. May be called again."""
        return self._cleanup.close
