"""The job object on Windows, by the calls it makes: a recorder stands in for kernel32.

Numbers and sizes come from winnt.h and the Microsoft documentation of each call, written out here a second time.
"""

import ctypes
import subprocess
import sys
import time
from typing import Any

import pytest

from phoneward.confined import windows
from phoneward.confined.channel import PipeChannel

JOB, PROCESS = 0x7FFF_FFFF_0000_0004, 0x88
COMMITTED = 23 << 20


class Kernel32Recorder:
    """Answers as kernel32 does where all goes well; `failing` names the one call that does not."""

    def __init__(self, failing: str = "") -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.failing = failing

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> int | None:
            self.calls.append((name, *map(self._plain, arguments)))
            if name == self.failing:
                return None if name in {"CreateJobObjectW", "OpenProcess"} else 0
            if name == "K32GetProcessMemoryInfo":
                counters = arguments[1]._obj
                assert arguments[2] == counters.size == ctypes.sizeof(counters) == 72
                counters.pagefile_usage = COMMITTED
            return {"CreateJobObjectW": JOB, "OpenProcess": PROCESS}.get(name, 1)

        return call

    @staticmethod
    def _plain(argument: Any) -> Any:
        return bytes(argument._obj) if hasattr(argument, "_obj") else argument

    def named(self, name: str) -> list[tuple[Any, ...]]:
        return [call for call in self.calls if call[0] == name]


def word(information: bytes, offset: int, size: int = 4) -> int:
    return int.from_bytes(information[offset : offset + size], "little")


def test_the_process_is_in_the_job_with_its_limits_before_it_is_used() -> None:
    kernel32 = Kernel32Recorder()
    windows.Job(4242, kernel32)
    names = [call[0] for call in kernel32.calls]
    assert names == [
        "CreateJobObjectW", "OpenProcess", "SetInformationJobObject", "SetInformationJobObject",
        "AssignProcessToJobObject",
    ]  # fmt: skip
    # PROCESS_TERMINATE 1, PROCESS_VM_READ 0x10, PROCESS_SET_QUOTA 0x100, PROCESS_QUERY_INFORMATION 0x400.
    assert kernel32.calls[1] == ("OpenProcess", 0x511, 0, 4242)
    _name, job, kind, limits, size = kernel32.calls[2]
    # JobObjectExtendedLimitInformation is 9; the structure takes 144 bytes; LimitFlags stand at 16, the limit of
    # active processes at 40. 0x2408: kill on close, die on unhandled exception, active processes.
    assert (job, kind, size, len(limits)) == (JOB, 9, 144, 144)
    assert word(limits, 16) == 0x2408
    assert word(limits, 40) == 1
    # JobObjectBasicUIRestrictions is 4.
    assert kernel32.calls[3] == ("SetInformationJobObject", JOB, 4, (0xFF).to_bytes(4, "little"), 4)
    assert kernel32.calls[4] == ("AssignProcessToJobObject", JOB, PROCESS)


def test_memory_is_bounded_beyond_what_is_committed() -> None:
    kernel32 = Kernel32Recorder()
    job = windows.Job(1, kernel32)
    job.limit_memory(100 << 20)
    limits = kernel32.named("SetInformationJobObject")[-1][3]
    # JOB_OBJECT_LIMIT_PROCESS_MEMORY is 0x100; ProcessMemoryLimit stands at 112.
    assert word(limits, 16) == 0x2508
    assert word(limits, 40) == 1
    assert word(limits, 112, 8) == COMMITTED + (100 << 20)


@pytest.mark.parametrize(
    ("failing", "closed"),
    [
        ("CreateJobObjectW", []),
        ("OpenProcess", [JOB]),
        ("SetInformationJobObject", [JOB, PROCESS]),
        ("AssignProcessToJobObject", [JOB, PROCESS]),
    ],
)
def test_a_refused_call_is_an_error_and_leaves_no_handle(failing: str, closed: list[int]) -> None:
    kernel32 = Kernel32Recorder(failing)
    with pytest.raises(OSError, match=f"{failing.removesuffix('W')} failed"):
        windows.Job(1, kernel32)
    assert [call[1] for call in kernel32.named("CloseHandle")] == closed


def test_a_memory_limit_that_cannot_be_set_is_an_error() -> None:
    kernel32 = Kernel32Recorder()
    job = windows.Job(1, kernel32)
    kernel32.failing = "K32GetProcessMemoryInfo"
    with pytest.raises(OSError, match="GetProcessMemoryInfo failed"):
        job.limit_memory(1)


def test_handles_are_closed_once_and_a_closed_job_ends_nothing() -> None:
    kernel32 = Kernel32Recorder()
    job = windows.Job(1, kernel32)
    job.terminate()
    assert kernel32.named("TerminateJobObject") == [("TerminateJobObject", JOB, 1)]
    job.close()
    job.close()
    job.terminate()
    assert [call[1] for call in kernel32.named("CloseHandle")] == [JOB, PROCESS]
    assert len(kernel32.named("TerminateJobObject")) == 1


def test_kernel32_is_asked_for_on_windows_only() -> None:
    with pytest.raises(OSError, match="a part of Windows"):
        windows.load_kernel32()


class TestPipeChannel:
    """The wire that Windows uses, between real processes here."""

    @staticmethod
    def start(code: str) -> tuple["subprocess.Popen[bytes]", PipeChannel]:
        process = subprocess.Popen([sys.executable, "-I", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdin is not None
        assert process.stdout is not None
        return process, PipeChannel(process.stdin, process.stdout, process.kill)

    def test_frames_go_both_ways(self) -> None:
        echo = "import sys; d = sys.stdin.buffer.read(9); sys.stdout.buffer.write(d); sys.stdout.flush()"
        process, channel = self.start(echo)
        with process:
            channel.send(b"hello", _soon(20))
            assert channel.receive(5, _soon(20)) == b"hello"
            channel.close()

    def test_a_silent_worker_is_ended_at_the_deadline(self) -> None:
        process, channel = self.start("import time; time.sleep(60)")
        with process:
            with pytest.raises(TimeoutError):
                channel.receive(5, _soon(0.2))
            channel.close()
        assert process.returncode != 0

    def test_a_worker_that_does_not_listen_is_ended_at_the_deadline(self) -> None:
        process, channel = self.start("import time; time.sleep(60)")
        with process:
            with pytest.raises(TimeoutError):
                channel.send(bytes(1 << 20), _soon(0.2))
            channel.close()

    def test_a_worker_that_left_is_the_end_of_the_wire(self) -> None:
        process, channel = self.start("")
        with process:
            process.wait(20)
            with pytest.raises(EOFError):
                channel.receive(5, _soon(20))
            with pytest.raises(EOFError):
                channel.send(bytes(1 << 20), _soon(20))
            channel.close()


def _soon(seconds: float) -> float:
    return time.monotonic() + seconds
