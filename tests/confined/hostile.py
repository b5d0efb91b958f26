"""Functions that a confined worker is made for: what a parser does after hostile input has had its way with it."""

import ctypes
import mmap
import os
import socket
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

assert sys.platform != "win32"


@dataclass(frozen=True)
class Report:
    name: str
    sizes: list[int]
    raw: bytes


def add(first: int, second: int = 1) -> int:
    return first + second


def describe(report: Report) -> Report:
    return Report(report.name.upper(), [*report.sizes, sum(report.sizes)], report.raw[::-1])


def echo(data: bytes) -> bytes:
    return data


def size_of(path: bytes) -> int:
    with open(path, "rb") as file:
        return len(file.read())


def spin() -> int:
    while True:
        pass


def sleep(seconds: float) -> int:
    time.sleep(seconds)
    return 0


def sleep_holding_the_interpreter(seconds: float) -> int:
    ctypes.PyDLL(None).usleep(int(seconds * 1_000_000))
    return 0


def eat_memory(megabytes: int) -> int:
    return len([bytes(1 << 20) for _ in range(megabytes)])


def map_shared_memory(megabytes: int) -> int:
    """Memory that is not the process's own data, so that only a bound on address space catches it."""
    with mmap.mmap(-1, megabytes << 20) as shared:
        return len(shared) >> 20


_kept: list[bytearray] = []


def leak(megabytes: int) -> int:
    _kept.extend(bytearray(b"x" * (1 << 20)) for _ in range(megabytes))
    return len(_kept)


def segfault() -> int:
    return ctypes.string_at(0).__len__()


def leave() -> int:
    os._exit(7)


def ask_to_leave() -> int:
    sys.exit(3)


def interrupt() -> int:
    raise KeyboardInterrupt


def print_without_end() -> int:
    line = b"x" * 65536
    for _ in range(2000):
        os.write(1, line)
        os.write(2, line)
    sys.stdout.write("done\n")
    sys.stdout.flush()
    return 1


def answer_of(size: int) -> bytes:
    return bytes(size)


def says_int(what: str) -> int:
    answers: dict[str, object] = {"text": "seven", "list": [1], "nothing": None, "float": 1.5}
    return answers[what]  # type: ignore[return-value]


def not_data() -> int:
    return threading.Lock()  # type: ignore[return-value]


class OddError(Exception):
    def __str__(self) -> str:
        raise RuntimeError


def raise_odd() -> int:
    raise OddError


def raise_control_characters() -> int:
    msg = "bad name \x1b[2J\n\r\u202etxt.exe" + "z" * 10_000
    raise ValueError(msg)


def raise_surrogates() -> int:
    msg = "name \udcff\ud800"
    raise ValueError(msg)


def environment() -> dict[str, str]:
    return dict(os.environ)


def surroundings() -> tuple[bytes, list[bytes], list[int]]:
    here = os.getcwdb()
    return here, os.listdir(here), sorted(int(name) for name in os.listdir("/proc/self/fd"))


def write_file(path: bytes) -> int:
    with open(path, "wb") as file:
        return file.write(b"x" * 100)


def append_to_file(path: bytes) -> int:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    return os.write(descriptor, b"x")


def remove_file(path: bytes) -> int:
    os.unlink(path)
    return 0


def connect(port: int) -> int:
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        return 1


def fork_some(count: int) -> int:
    """Fork bomb with a bound: each child sleeps; says how many could be started."""
    started = 0
    for _ in range(count):
        try:
            child = os.fork()
        except OSError:
            break
        if child == 0:
            os.setsid()
            time.sleep(60)
            os._exit(0)
        started += 1
    return started


def run_program() -> int:
    os.execv("/bin/true", ["true"])  # noqa: S606 - it must be refused


def signal_parent() -> int:
    os.kill(os.getppid(), 0)
    return 1


def start_thread() -> int:
    answers: list[int] = []
    thread = threading.Thread(target=answers.append, args=(7,))
    thread.start()
    thread.join()
    return answers[0]


def abort() -> int:
    os.abort()


def speak_out_of_turn() -> int:
    """Find the wire and say something that is no frame of the protocol."""
    for name in sorted(os.listdir("/proc/self/fd"), key=int):
        if Path(f"/proc/self/fd/{name}").readlink().as_posix().startswith("socket:"):
            os.write(int(name), b"\xff\xff\xff\x7f" + b"garbage")
    return 1


def unannotated(value):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201 - what the test is about
    return value


def never() -> NoReturn:
    raise AssertionError


def burn(seconds: float) -> int:
    """Use processor time, with a bound of its own."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return 0


def leak_slowly(megabytes: int) -> int:
    for _ in range(megabytes):
        _kept.append(bytearray(b"x" * (1 << 20)))
        time.sleep(0.002)
    return len(_kept)


def fork_and_say() -> int:
    child = os.fork()
    if child == 0:
        time.sleep(60)
        os._exit(0)
    return child


def fork_hold_and_leave() -> int:
    """Leave a child in a session of its own that keeps the wire open for a short while, and go."""
    if os.fork() == 0:
        os.setsid()
        time.sleep(3)
        os._exit(0)
    os._exit(0)
