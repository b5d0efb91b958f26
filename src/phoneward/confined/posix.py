"""What a worker on Linux and macOS gives up before it sees hostile input (setrlimit(2), prctl(2), unshare(2))."""

import ctypes
import os
import resource
import signal
import sys

if sys.platform == "win32":
    msg = "these limits are not a part of Windows"
    raise ImportError(msg)

_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x1000_0000
_CLONE_NEWNET = 0x4000_0000


def confine(*, memory_bytes: int, open_files: int) -> list[str]:
    """Give up what is not needed, for good.

    Args:
        memory_bytes: what may be allocated beyond what is allocated now.
        open_files: number of file descriptors.

    Returns:
        The names of the measures in force, for tests and for the honest report.

    Raises:
        OSError: a limit that must hold could not be set.
    """
    measures = ["open-files", "no-file-growth", "no-core", "cpu-time"]
    if sys.platform == "linux":
        measures += _confine_linux()
        _limit(resource.RLIMIT_AS, address_space() + memory_bytes)
        measures.append("address-space")
    _limit(resource.RLIMIT_DATA, memory_bytes + _data_in_use())
    _limit(resource.RLIMIT_NOFILE, open_files)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    return measures


def _limit(kind: int, wanted: int) -> None:
    """Lower a limit, soft and hard; never above what this process was given."""
    _soft, hard = resource.getrlimit(kind)
    value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(kind, (value, value))


def renew_cpu_time(seconds: int) -> None:
    """Allow this many more seconds of processor time; SIGXCPU ends the process after them.

    The soft limit counts from the start of the process, so it moves with every call.
    """
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = int(usage.ru_utime + usage.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def kill_when_closed(lifeline: int) -> bool:
    """Ask the kernel to kill this process as soon as the other end of a pipe closes.

    Not prctl(PR_SET_PDEATHSIG): that fires when the *thread* that started the worker ends, however alive the parent
    is (prctl(2)). A pipe's end closes with the parent's last thread. fcntl(2): F_SETSIG, O_ASYNC.

    Returns:
        False where the system has no such call; a thread has to wait on the pipe then.
    """
    if sys.platform != "linux":
        return False
    import fcntl

    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC | os.O_NONBLOCK)
    try:
        closed_already = os.read(lifeline, 1) == b""
    except BlockingIOError:
        closed_already = False
    if closed_already:
        os._exit(1)
    return True


def address_space() -> int:
    """Return the bytes of address space this process has mapped, or 0 where it cannot be told."""
    return _statm(0)


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process in bytes; 0 when it is gone or cannot be asked."""
    if sys.platform == "linux":
        return _statm(1, str(pid))
    return _task_resident_bytes(pid)


def _statm(field: int, pid: str = "self") -> int:
    """proc(5): /proc/[pid]/statm counts pages: size, resident, shared, text, lib, data, dt."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[field]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0


def _data_in_use() -> int:
    """Bytes of data segment in use: private writable memory on Linux since 4.7; macOS counts only the old heap."""
    return _statm(5)


def _task_resident_bytes(pid: int) -> int:
    """macOS: proc_pidinfo(PROC_PIDTASKINFO) fills struct proc_taskinfo, whose second field is the resident size.

    <sys/proc_info.h>: PROC_PIDTASKINFO is 4, the structure takes 96 bytes.
    """
    try:
        libproc = ctypes.CDLL("/usr/lib/libproc.dylib", use_errno=True)
    except OSError:
        return 0
    info = (ctypes.c_uint64 * 12)()
    filled: int = libproc.proc_pidinfo(pid, 4, ctypes.c_uint64(0), ctypes.byref(info), ctypes.sizeof(info))
    return int(info[1]) if filled == ctypes.sizeof(info) else 0


if sys.platform == "linux":

    def _confine_linux() -> list[str]:
        from phoneward.confined import seccomp

        libc = ctypes.CDLL(None, use_errno=True)
        measures = []
        # Without root or CAP_SYS_ADMIN a new user namespace is needed too; many systems refuse it, hence "best effort".
        if libc.unshare(_CLONE_NEWNET) == 0 or libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0:
            measures.append("no-network")
        # After the namespaces: a process that is not dumpable cannot map its user ids. It keeps other processes of
        # this user from reading its memory.
        libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
            measures.append("no-new-privileges")
            if seccomp.install():
                measures.append("system-calls")
        return measures
