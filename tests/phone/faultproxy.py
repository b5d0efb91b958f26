"""The fault proxy as a Python object: breaks a TCP stream on purpose, at an exact byte (see faultproxy.c)."""

import contextlib
import hashlib
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeAlias

from tests.tools import debian

Direction: TypeAlias = Literal["up", "down"]
"""`up` runs from the client to the phone, `down` from the phone to the client."""
Ending: TypeAlias = Literal["rst", "fin"]

_SOURCE = Path(__file__).with_name("faultproxy.c")
_COMPILER = ("cc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror")


class FaultProxyError(RuntimeError):
    """The proxy could not be built, started or told something."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the proxy has seen since it started.

    Attributes:
        up, down: bytes handed on in each direction.
        open: connections now; accepted: connections ever.
        fired: armed faults that happened; stalled: directions that stand still now.
    """

    up: int
    down: int
    open: int
    accepted: int
    fired: int
    stalled: int


def program() -> Path:
    """Return the compiled proxy; it is built once for each version of its source."""
    source = _SOURCE.read_bytes() + _SOURCE.with_name("adb_banner.h").read_bytes()
    place = debian.cache_dir() / "faultproxy" / hashlib.sha256(source).hexdigest()[:16]

    def build(work: Path) -> None:
        try:
            done = subprocess.run(
                [*_COMPILER, "-o", str(work / "faultproxy"), str(_SOURCE)], capture_output=True, text=True, check=False
            )
        except FileNotFoundError as error:
            raise FaultProxyError("the fault proxy is compiled by `cc`: install gcc and libc6-dev") from error
        if done.returncode != 0:
            raise FaultProxyError(done.stderr)

    return debian.build_once(place, build) / "faultproxy"


class FaultProxy:
    """A running proxy: clients connect to 127.0.0.1:`port`, the phone is 127.0.0.1:`target_port` in its own network.

    Offsets count from the moment of the call, over all connections; with one connection (adb has one) they are exact.
    Several faults may be armed at once. The proxy dies with this process, whatever happens to it.

    Args:
        target_port: where the phone listens.
        netns: the phone's network namespace (`/proc/PID/ns/net`); None for this machine's own.
    """

    def __init__(self, target_port: int, netns: Path | None = None) -> None:
        command = [str(program()), "--port", str(target_port)]
        if netns is not None:
            command += ["--netns", str(netns)]
        self._lock = threading.Lock()
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        word, _, number = self._read_line().partition(" ")
        if word != "port":
            raise FaultProxyError(f"the proxy said {word!r}")
        self.port = int(number)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The proxy's process id, to measure what it costs."""
        return self._process.pid

    def close(self) -> None:
        """End the proxy and with it all connections."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        # Said aloud, too: a forked child of the tests may hold a copy of the pipe, and then its end never comes.
        with contextlib.suppress(OSError, FaultProxyError):
            self._tell("quit")
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def cut(self, direction: Direction, at: int, how: Ending = "rst") -> None:
        """End the connection once `at` more bytes of this direction are delivered."""
        self._tell(f"cut {direction} {at} {how}")

    def stall(self, direction: Direction, at: int, seconds: float | None = None) -> None:
        """Stand still before byte `at`, for a time or (None) until `clear`."""
        self._tell(f"stall {direction} {at} {-1 if seconds is None else seconds}")

    def flip(self, direction: Direction, at: int, bit: int = 0) -> None:
        """Invert one bit of byte `at`."""
        self._tell(f"flip {direction} {at} {bit}")

    def pace(self, direction: Direction, bytes_per_second: float) -> None:
        """Let at most this much through (all connections together); 0 lifts the limit."""
        self._tell(f"pace {direction} {bytes_per_second}")

    def hide_features(self, *names: str) -> None:
        """Take these adb features out of the banners of later connections, both sides; none: hide nothing."""
        self._tell(f"hide {','.join(names) or '-'}")

    def refuse(self, *, on: bool) -> None:
        """Turn new connections away, as while the cable is out."""
        self._tell(f"refuse {int(on)}")

    def drop(self, how: Ending = "rst") -> None:
        """End all connections now."""
        self._tell(f"drop {how}")

    def clear(self) -> None:
        """Forget armed faults and end stalls; pace, hidden features and refusal stay."""
        self._tell("clear")

    def target_answers(self) -> bool:
        """Say whether the phone's port takes connections right now."""
        return self._tell("probe") == "1"

    def status(self) -> Status:
        """Return the counters."""
        return Status(*map(int, self._tell("status").split()))

    def _tell(self, command: str) -> str:
        with self._lock:
            assert self._process.stdin is not None
            try:
                self._process.stdin.write(command + "\n")
                self._process.stdin.flush()
            except (OSError, ValueError) as error:  # ValueError: closed by `close`
                raise FaultProxyError(f"the proxy is gone (exit {self._process.poll()})") from error
            word, _, rest = self._read_line().partition(" ")
        if word != "ok":
            raise FaultProxyError(f"{command}: {word} {rest}")
        return rest

    def _read_line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise FaultProxyError(f"the proxy ended (exit {self._process.wait()})")
        return line.strip()
