"""tshark (Wireshark's program for the terminal): found, asked for its version, run with as little as it needs.

It reads a pipe and writes to one; its settings are an empty folder but for the list of dissectors turned off, so that
no plug-in, no saved preference and none of its 2,900 other dissectors takes part. Nothing is written to disk.
"""

import contextlib
import functools
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from phoneward.watch.captures.pcap import restrained
from phoneward.watch.captures.pcap.feeding import FIELDS, FILTER, PROTOCOLS

OLDEST = (4, 0)
"""Tried from this version on."""
MEMORY = 4 << 30
PROCESSOR_SECONDS = 4 * 3600
PATIENCE_SECONDS = 120.0
"""Without any sign of life for so long it is ended."""
_ASK_SECONDS = 60
_PIECE = 1 << 18
_PIECES = 16
_PLACES = (
    "/usr/bin/tshark",
    "/usr/sbin/tshark",
    "/usr/local/bin/tshark",
    "/opt/homebrew/bin/tshark",
    "/Applications/Wireshark.app/Contents/MacOS/tshark",
    r"C:\Program Files\Wireshark\tshark.exe",
    r"C:\Program Files (x86)\Wireshark\tshark.exe",
)


@dataclass(frozen=True, slots=True)
class Tshark:
    """The program.

    Attributes:
        path: absolute.
        version: (major, minor).
    """

    path: Path
    version: tuple[int, int]

    @property
    def is_usable(self) -> bool:
        """It is not too old."""
        return self.version >= OLDEST


def find_tshark() -> Tshark | None:
    """Return tshark: the first on PATH, else where installers put it; None where there is none that runs."""
    on_path = shutil.which("tshark")
    for place in (on_path, *_PLACES):
        if place and os.access(place, os.X_OK) and (found := _ask_version(str(Path(place).absolute()))):
            return found
    return None


@functools.lru_cache(maxsize=8)
def _ask_version(path: str) -> Tshark | None:
    with tempfile.TemporaryDirectory(prefix="phoneward-tshark-") as folder:
        answer = _ask(path, ["--version"], folder)
    found = re.search(rb"TShark[^\n]*? (\d{1,4})\.(\d{1,4})", answer)
    return Tshark(Path(path), (int(found[1]), int(found[2]))) if found else None


@functools.lru_cache(maxsize=8)
def _protocols(path: str) -> tuple[str, ...]:
    """Return the names of all dissectors of this tshark."""
    with tempfile.TemporaryDirectory(prefix="phoneward-tshark-") as folder:
        lines = _ask(path, ["-G", "protocols"], folder).decode("utf-8", "replace").splitlines()
    return tuple(parts[2] for line in lines if len(parts := line.split("\t")) >= 3)


def _ask(path: str, arguments: list[str], folder: str) -> bytes:
    try:
        return subprocess.run(
            _command(path, arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(folder),
            cwd=folder,
            timeout=_ASK_SECONDS,
            check=False,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return b""


def _command(path: str, arguments: list[str]) -> list[str]:
    if sys.platform == "win32":
        return [path, *arguments]
    own = [sys.executable, "-I", "-S", "-B", restrained.__file__, str(MEMORY), str(PROCESSOR_SECONDS)]
    return [*own, path, *arguments]


def _environment(folder: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH", "PATH") if name in os.environ}
    names = ("HOME", "XDG_CONFIG_HOME", "APPDATA", "WIRESHARK_CONFIG_DIR", "WIRESHARK_EXTCAP_DIR", "TMPDIR", "TEMP")
    return kept | dict.fromkeys(names, folder) | {"LC_ALL": "C.UTF-8"}


class Running:
    """tshark at work: packets go in, lines come out.

    Args:
        program: a usable one.

    Raises:
        OSError: it could not be started.
    """

    def __init__(self, program: Tshark) -> None:
        self._cleanup = contextlib.ExitStack()
        folder = self._cleanup.enter_context(tempfile.TemporaryDirectory(prefix="phoneward-tshark-"))
        others = [name for name in _protocols(str(program.path)) if name not in PROTOCOLS]
        Path(folder, "disabled_protos").write_text("\n".join(others) + "\n", encoding="utf-8")
        fields = [part for name in FIELDS for part in ("-e", name)]
        arguments = ["-n", "-l", "-r", "-", "-T", "fields", "-Y", FILTER, *fields]
        try:
            self._process = subprocess.Popen(
                _command(str(program.path), arguments),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(folder),
                cwd=folder,
                bufsize=0,
            )
        except OSError:
            self._cleanup.close()
            raise
        self._in: queue.Queue[bytes | None] = queue.Queue(_PIECES)
        self._out: queue.Queue[bytes | None] = queue.Queue(_PIECES)
        self._is_stopped = False
        self._is_finished = False
        self._alive = time.monotonic()
        self.has_ended = False
        self.is_stuck = False
        for work, pipe in ((self._write, self._process.stdin), (self._read, self._process.stdout)):
            threading.Thread(target=work, args=(pipe,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def exchange(self, packets: bytes) -> bytes:
        """Hand packets over and return what was answered meanwhile."""
        answers = bytearray()
        for at in range(0, len(packets), _PIECE):
            while not self._offer(packets[at : at + _PIECE]):
                answers += self._take(0.05)
        answers += self._take(0)
        return bytes(answers)

    def finish(self) -> None:
        """Say that no more packets come. Then `rest` gives what is still answered."""
        if not self._is_finished:
            self._is_finished = True
            threading.Thread(target=self._put, args=(self._in, None), daemon=True).start()

    def rest(self) -> bytes:
        """Return the next answers, after waiting for them; empty at the end (`has_ended`)."""
        while not self.has_ended:
            if answers := self._take(0.2):
                return answers
        return b""

    @property
    def exit_code(self) -> int:
        """How it ended; 0: well."""
        try:
            return self._process.wait(5)
        except subprocess.TimeoutExpired:
            return -1

    def close(self) -> None:
        """End it, and both threads."""
        self._is_stopped = True
        self._process.kill()
        self._process.wait()
        self._cleanup.close()

    def _offer(self, piece: bytes) -> bool:
        if self.has_ended or self._is_stopped:
            return True
        try:
            self._in.put_nowait(piece)
        except queue.Full:
            return False
        return True

    def _take(self, seconds: float) -> bytes:
        taken = bytearray()
        try:
            while len(taken) < _PIECE * _PIECES:
                piece = self._out.get(timeout=seconds) if seconds and not taken else self._out.get_nowait()
                if piece is None:
                    self.has_ended = True
                    break
                taken += piece
        except queue.Empty:
            if not taken and time.monotonic() - self._alive > PATIENCE_SECONDS:
                self.is_stuck = True
                self._process.kill()
        return bytes(taken)

    def _put(self, place: "queue.Queue[bytes | None]", piece: bytes | None) -> bool:
        while not self._is_stopped:
            try:
                place.put(piece, timeout=0.2)
            except queue.Full:
                continue
            return True
        return False

    def _write(self, pipe: IO[bytes]) -> None:
        # It may end before it has read everything: then the rest counts as not understood.
        with contextlib.suppress(OSError), pipe:
            while not self._is_stopped:
                try:
                    piece = self._in.get(timeout=0.2)
                except queue.Empty:
                    continue
                if piece is None:
                    return
                view = memoryview(piece)
                while view:
                    view = view[pipe.write(view) :]
                    self._alive = time.monotonic()

    def _read(self, pipe: IO[bytes]) -> None:
        with contextlib.suppress(OSError), pipe:
            while piece := pipe.read(_PIECE):
                self._alive = time.monotonic()
                if not self._put(self._out, piece):
                    return
        self._put(self._out, None)
