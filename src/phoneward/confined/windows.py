"""Windows: a job object holds the worker (Microsoft, "Job Objects"; winnt.h for structures and numbers).

One process, no more; its committed memory bounded; the system ends it when the last handle of the job closes, so also
when the parent dies in any way. Its reach into the desktop (clipboard, other windows, logging off) is taken away.
"""

import ctypes
import sys
from typing import Any

ACTIVE_PROCESS = 0x0008
PROCESS_MEMORY = 0x0100
DIE_ON_UNHANDLED_EXCEPTION = 0x0400
KILL_ON_JOB_CLOSE = 0x2000
EXTENDED_LIMIT_INFORMATION = 9
BASIC_UI_RESTRICTIONS = 4
ALL_UI_RESTRICTIONS = 0xFF
_PROCESS_TERMINATE, _PROCESS_SET_QUOTA, _PROCESS_QUERY_INFORMATION, _PROCESS_VM_READ = 0x1, 0x100, 0x400, 0x10
PROCESS_RIGHTS = _PROCESS_TERMINATE | _PROCESS_SET_QUOTA | _PROCESS_QUERY_INFORMATION | _PROCESS_VM_READ


class _BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

    _fields_ = (
        ("per_process_user_time", ctypes.c_int64),
        ("per_job_user_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("minimum_working_set", ctypes.c_size_t),
        ("maximum_working_set", ctypes.c_size_t),
        ("active_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority_class", ctypes.c_uint32),
        ("scheduling_class", ctypes.c_uint32),
    )


class ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION: 144 bytes on 64-bit systems."""

    _fields_ = (
        ("basic", _BasicLimits),
        ("io_counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


class MemoryCounters(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS (psapi.h); `pagefile_usage` is the committed memory."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("page_faults", ctypes.c_uint32),
        ("peak_working_set", ctypes.c_size_t),
        ("working_set", ctypes.c_size_t),
        ("peak_paged_pool", ctypes.c_size_t),
        ("paged_pool", ctypes.c_size_t),
        ("peak_nonpaged_pool", ctypes.c_size_t),
        ("nonpaged_pool", ctypes.c_size_t),
        ("pagefile_usage", ctypes.c_size_t),
        ("peak_pagefile_usage", ctypes.c_size_t),
    )


def load_kernel32() -> Any:  # noqa: ANN401 - made at run time by ctypes
    """Return kernel32 with the signatures used here, so that handles are not cut to 32 bits.

    `Any` because ctypes makes the functions at run time; tests hand in a recorder instead.
    """
    if sys.platform != "win32":
        msg = "kernel32 is a part of Windows"
        raise OSError(msg)
    kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    handle, word, yes = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int
    for name, result, arguments in (
        ("CreateJobObjectW", handle, [ctypes.c_void_p, ctypes.c_wchar_p]),
        ("SetInformationJobObject", yes, [handle, ctypes.c_int, ctypes.c_void_p, word]),
        ("OpenProcess", handle, [word, yes, word]),
        ("AssignProcessToJobObject", yes, [handle, handle]),
        ("TerminateJobObject", yes, [handle, ctypes.c_uint]),
        ("K32GetProcessMemoryInfo", yes, [handle, ctypes.c_void_p, word]),
        ("CloseHandle", yes, [handle]),
    ):
        function = getattr(kernel32, name)
        function.restype, function.argtypes = result, arguments
    return kernel32


class Job:
    """A job object that holds one process.

    Args:
        pid: a process that has not been given anything hostile yet, and whose Popen object is alive (so that the
            number cannot mean another process).
        kernel32: see `load_kernel32`.

    Raises:
        OSError: the system refused; the caller must not use the process.
    """

    def __init__(self, pid: int, kernel32: Any) -> None:  # noqa: ANN401 - made at run time by ctypes
        self._kernel32 = kernel32
        self._process: int | None = None
        self._job: int | None = self._must(kernel32.CreateJobObjectW(None, None), "CreateJobObject")
        try:
            self._process = self._must(kernel32.OpenProcess(PROCESS_RIGHTS, 0, pid), "OpenProcess")
            self._set_limits(ExtendedLimits(), 0)
            restrictions = ctypes.c_uint32(ALL_UI_RESTRICTIONS)
            self._set(BASIC_UI_RESTRICTIONS, restrictions)
            self._must(kernel32.AssignProcessToJobObject(self._job, self._process), "AssignProcessToJobObject")
        except OSError:
            self.close()
            raise

    def limit_memory(self, more_bytes: int) -> None:
        """Let the process commit this much more than it has now.

        Raises:
            OSError: the system refused.
        """
        counters = MemoryCounters()
        counters.size = ctypes.sizeof(counters)
        self._must(
            self._kernel32.K32GetProcessMemoryInfo(self._process, ctypes.byref(counters), counters.size),
            "GetProcessMemoryInfo",
        )
        limits = ExtendedLimits()
        limits.process_memory = int(counters.pagefile_usage) + more_bytes
        self._set_limits(limits, PROCESS_MEMORY)

    def terminate(self) -> None:
        """End every process in the job at once."""
        if self._job is not None:
            self._kernel32.TerminateJobObject(self._job, 1)

    def close(self) -> None:
        """Close the handles; a process still in the job ends."""
        for handle in (self._job, self._process):
            if handle is not None:
                self._kernel32.CloseHandle(handle)
        self._job = self._process = None

    def _set_limits(self, limits: ExtendedLimits, more_flags: int) -> None:
        limits.basic.flags = KILL_ON_JOB_CLOSE | ACTIVE_PROCESS | DIE_ON_UNHANDLED_EXCEPTION | more_flags
        limits.basic.active_processes = 1
        self._set(EXTENDED_LIMIT_INFORMATION, limits)

    def _set(self, kind: int, information: ctypes.Structure | ctypes.c_uint32) -> None:
        size = ctypes.sizeof(information)
        done = self._kernel32.SetInformationJobObject(self._job, kind, ctypes.byref(information), size)
        self._must(done, "SetInformationJobObject")

    @staticmethod
    def _must(result: int | None, call: str) -> int:
        if not result:
            msg = f"{call} failed with Windows error {_last_error()}"
            raise OSError(msg)
        return result


def _last_error() -> int:
    if sys.platform == "win32":
        return ctypes.get_last_error()
    return 0
