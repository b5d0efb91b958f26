"""The way to an SFTP server: two streams of bytes that the system's own `ssh` carries."""

import io
import os
import subprocess
import sys
import threading
from contextlib import suppress
from typing import IO, Final, Protocol, cast

from phoneward.vault.storage.sftp.addresses import SftpAddress

_BUFFER: Final = 256 * 1024
_PIPE: Final = 1024 * 1024
_KEPT_WORDS: Final = 16 * 1024
_OPTIONS: Final = {
    "BatchMode": "yes",  # never a question in the middle of a job
    "StrictHostKeyChecking": "yes",
    "ForwardAgent": "no",
    "ForwardX11": "no",
    "ClearAllForwardings": "yes",
    "PermitLocalCommand": "no",
    "ControlMaster": "no",  # a connection that is open already is used, none is left behind
    "ServerAliveInterval": "15",
    "ServerAliveCountMax": "3",
    "LogLevel": "ERROR",
}
"""Over whatever ~/.ssh/config says; all the rest of it counts (HostName, Port, User, IdentityFile, ProxyJump, …)."""


class Link(Protocol):
    """A stream in each direction. One thread reads, one at a time writes; any may close."""

    def read(self, size: int) -> bytes:
        """Return so many bytes, fewer only at the end. Raises OSError."""

    def write(self, data: bytes) -> None:
        """Send all of it; waits while the way is full. Raises OSError."""

    def end(self) -> None:
        """End it now; whoever reads or writes is woken."""

    def release(self) -> None:
        """Give back what it holds, once it has ended and nobody reads or writes."""

    def last_words(self) -> str:
        """Return what was said about why it ended."""


class SshProgramLink:
    """The system's `ssh` with the subsystem `sftp`, as restic does it: its keys, agent, jump hosts and hardware keys.

    Args:
        program: the path of ssh.
        address: the account.
        connect_s: how long a connection may take, seconds.

    Raises:
        OSError: the program cannot be started.
    """

    def __init__(self, program: str, address: SftpAddress, connect_s: float) -> None:
        command = [program, "-T"]
        for name, value in (_OPTIONS | {"ConnectTimeout": str(max(1, round(connect_s)))}).items():
            command += ["-o", f"{name}={value}"]
        if address.port is not None:
            command += ["-p", str(address.port)]
        if address.user:
            command += ["-l", address.user]
        command += ["-s", "--", address.host, "sftp"]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env={**os.environ, "SSH_ASKPASS_REQUIRE": "never"},  # jump hosts are entered without BatchMode
            start_new_session=True,  # Ctrl-C is ours to handle; and ssh finds no terminal to ask on
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0)
            | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._in = cast("io.FileIO", self._process.stdin)
        self._out = io.BufferedReader(cast("io.FileIO", self._process.stdout), _BUFFER)
        for stream in (self._in, self._out):
            _widen(stream)
        self._words = bytearray()
        self._listener = threading.Thread(
            target=self._listen, args=(cast("IO[bytes]", self._process.stderr),), daemon=True
        )
        self._listener.start()

    def read(self, size: int) -> bytes:
        """Read from the pipe."""
        return self._out.read(size)

    def write(self, data: bytes) -> None:
        """Write to the pipe."""
        view = memoryview(data)
        while view:
            view = view[self._in.write(view) :]

    def end(self) -> None:
        """End the program; the pipes' ends wake those who wait."""
        self._process.kill()
        self._process.wait()

    def release(self) -> None:
        """Close the pipes."""
        with suppress(OSError):
            self._in.close()
        self._out.close()

    def last_words(self) -> str:
        """What ssh wrote to its error stream."""
        self._listener.join(1)  # a master connection of the person's own may hold the stream open
        return bytes(self._words).decode(errors="replace")

    def _listen(self, stream: IO[bytes]) -> None:
        with stream:
            while data := stream.read(4096):
                self._words += data
                del self._words[:-_KEPT_WORDS]


def _widen(pipe: IO[bytes]) -> None:
    """Let more lie in the pipe, so that each side runs longer before the other has to."""
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE)
