"""Linux: take away the system calls a parser has no use for (seccomp(2), a classic BPF filter).

A worker that was taken over can then still compute, and read what this user may read, but it cannot start programs,
open sockets, change a file, or signal or trace other processes. A list of what is refused, not of what is allowed: a
new libc or interpreter must not break old parsers. Numbers: Linux arch/x86/entry/syscalls/syscall_64.tbl and
include/uapi/asm-generic/unistd.h (aarch64); calls above 424 have the same number everywhere.
"""

import ctypes
import errno
import os
import platform
import struct
from dataclasses import dataclass, field

_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_RET_ALLOW = 0x7FFF_0000
_RET_KILL_PROCESS = 0x8000_0000
_RET_ERRNO = 0x0005_0000

# Classic BPF opcodes (linux/bpf_common.h): load a word at an absolute offset, three jumps, return a constant.
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
# struct seccomp_data (linux/seccomp.h): nr at 0, arch at 4, six 64-bit arguments from 16.
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16

_X32_BIT = 0x4000_0000
_CLONE_THREAD = 0x0001_0000
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC

_EVERYWHERE = {
    "pidfd_send_signal": 424, "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432,
    "pidfd_getfd": 438, "mount_setattr": 442, "fchmodat2": 452, "setxattrat": 463, "removexattrat": 466,
}  # fmt: skip
# "No such call" sends libraries back to the older call, whose arguments a filter can see.
_PRETEND_ABSENT = {"io_uring_setup": 425, "clone3": 435, "openat2": 437}


@dataclass(frozen=True, slots=True)
class _Machine:
    """System-call numbers of one architecture; `refused` by name so that a reader can check them."""

    audit_arch: int
    openat: int
    clone: int
    kill: int
    tgkill: int
    prlimit64: int
    refused: dict[str, int]
    open: int | None = None
    has_x32: bool = field(default=False)


MACHINES = {
    "x86_64": _Machine(
        audit_arch=0xC000_003E, open=2, openat=257, clone=56, kill=62, tgkill=234, prlimit64=302, has_x32=True,
        refused={
            "shmget": 29, "socket": 41, "connect": 42, "accept": 43, "bind": 49, "listen": 50, "socketpair": 53,
            "fork": 57, "vfork": 58, "execve": 59, "msgget": 68, "truncate": 76, "ftruncate": 77, "rename": 82,
            "mkdir": 83, "rmdir": 84, "creat": 85, "link": 86, "unlink": 87, "symlink": 88, "chmod": 90, "fchmod": 91,
            "chown": 92, "fchown": 93, "lchown": 94, "ptrace": 101, "rt_sigqueueinfo": 129, "utime": 132, "mknod": 133,
            "personality": 135, "pivot_root": 155, "chroot": 161, "mount": 165, "umount2": 166, "reboot": 169,
            "init_module": 175, "setxattr": 188, "lsetxattr": 189, "fsetxattr": 190, "removexattr": 197,
            "lremovexattr": 198, "fremovexattr": 199, "tkill": 200, "utimes": 235, "mq_open": 240, "add_key": 248,
            "request_key": 249, "keyctl": 250, "mkdirat": 258, "mknodat": 259, "fchownat": 260, "futimesat": 261,
            "unlinkat": 263, "renameat": 264, "linkat": 265, "symlinkat": 266, "fchmodat": 268, "unshare": 272,
            "utimensat": 280, "accept4": 288, "rt_tgsigqueueinfo": 297, "perf_event_open": 298, "setns": 308,
            "process_vm_readv": 310, "process_vm_writev": 311, "finit_module": 313, "renameat2": 316, "bpf": 321,
            "execveat": 322, "userfaultfd": 323,
        },
    ),
    "aarch64": _Machine(
        audit_arch=0xC000_00B7, openat=56, clone=220, kill=129, tgkill=131, prlimit64=261,
        refused={
            "setxattr": 5, "lsetxattr": 6, "fsetxattr": 7, "removexattr": 14, "lremovexattr": 15, "fremovexattr": 16,
            "mknodat": 33, "mkdirat": 34, "unlinkat": 35, "symlinkat": 36, "linkat": 37, "renameat": 38, "umount2": 39,
            "mount": 40, "pivot_root": 41, "truncate": 45, "ftruncate": 46, "chroot": 51, "fchmod": 52, "fchmodat": 53,
            "fchownat": 54, "fchown": 55, "utimensat": 88, "personality": 92, "unshare": 97, "init_module": 105,
            "ptrace": 117, "tkill": 130, "rt_sigqueueinfo": 138, "reboot": 142, "mq_open": 180, "msgget": 186,
            "shmget": 194, "socket": 198, "socketpair": 199, "bind": 200, "listen": 201, "accept": 202, "connect": 203,
            "add_key": 217, "request_key": 218, "keyctl": 219, "execve": 221, "rt_tgsigqueueinfo": 240,
            "perf_event_open": 241, "accept4": 242, "setns": 268, "process_vm_readv": 270, "process_vm_writev": 271,
            "finit_module": 273, "renameat2": 276, "bpf": 280, "execveat": 281, "userfaultfd": 282,
        },
    ),
}  # fmt: skip


class _Program(ctypes.Structure):
    """struct sock_fprog (linux/filter.h)."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def install() -> bool:
    """Put the filter on this process and all its threads to come. Needs no_new_privs; cannot be undone.

    Returns:
        False where the kernel or this kind of processor has no such filter: the other measures stand alone.
    """
    machine = MACHINES.get(platform.machine())
    if machine is None or struct.calcsize("P") != 8:
        return False
    code = program(machine, os.getpid())
    fprog = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(fprog), 0, 0) == 0)


def program(machine: _Machine, pid: int) -> bytes:
    """Return the filter as 8-byte instructions (struct sock_filter)."""
    code = [_op(_LOAD, _ARCH), _op(_EQUAL, machine.audit_arch, 1, 0), _op(_RETURN, _RET_KILL_PROCESS)]
    code.append(_op(_LOAD, _NUMBER))
    refuse = _op(_RETURN, _RET_ERRNO | errno.EPERM)
    if machine.has_x32:
        code += [_op(_AT_LEAST, _X32_BIT, 0, 1), refuse]
    for number in (*machine.refused.values(), *_EVERYWHERE.values()):
        code += [_op(_EQUAL, number, 0, 1), refuse]
    for number in _PRETEND_ABSENT.values():
        code += [_op(_EQUAL, number, 0, 1), _op(_RETURN, _RET_ERRNO | errno.ENOSYS)]
    # Whole processes are refused, threads are not; files open for reading only; signals and limits for itself only.
    code += _argument_rule(machine.clone, 0, _op(_ANY_BIT, _CLONE_THREAD, 1, 0))
    code += _argument_rule(machine.openat, 2, _op(_ANY_BIT, _WRITING, 0, 1))
    if machine.open is not None:
        code += _argument_rule(machine.open, 1, _op(_ANY_BIT, _WRITING, 0, 1))
    code += _argument_rule(machine.kill, 0, _op(_EQUAL, pid, 1, 0))
    code += _argument_rule(machine.tgkill, 0, _op(_EQUAL, pid, 1, 0))
    code += _argument_rule(machine.prlimit64, 0, _op(_EQUAL, 0, 1, 0))
    code.append(_op(_RETURN, _RET_ALLOW))
    return b"".join(code)


def _argument_rule(number: int, argument: int, test: bytes) -> list[bytes]:
    """For one system call, refuse unless `test` on the low half of an argument jumps over the refusal."""
    refuse = _op(_RETURN, _RET_ERRNO | errno.EPERM)
    load = _op(_LOAD, _ARGUMENTS + 8 * argument)
    return [_op(_EQUAL, number, 0, 4), load, test, refuse, _op(_RETURN, _RET_ALLOW)]


def _op(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
