"""The system-call filter: its numbers against the kernel's headers, its program against an interpreter of our own."""

import errno
import platform
import re
import struct
from pathlib import Path

import pytest

from phoneward.confined import seccomp

ALLOW, KILL = 0x7FFF_0000, 0x8000_0000
EPERM, ENOSYS = 0x5_0000 | errno.EPERM, 0x5_0000 | errno.ENOSYS
PID = 4711


def run(program: bytes, number: int, arguments: tuple[int, ...] = (), arch: int = 0xC000_003E) -> int:
    """Interpret classic BPF as Documentation/networking/filter.rst describes it, with only what is used here."""
    data = struct.pack("<IIQ6Q", number, arch, 0, *(arguments + (0,) * 6)[:6])
    code = list(struct.iter_unpack("<HBBI", program))
    accumulator = position = 0
    while True:
        operation, if_true, if_false, value = code[position]
        position += 1
        match operation:
            case 0x20:
                (accumulator,) = struct.unpack_from("<I", data, value)
            case 0x06:
                return int(value)
            case _:
                test = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}
                position += if_true if test[operation] else if_false


@pytest.mark.parametrize(
    ("machine", "header"),
    [
        ("x86_64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        ("aarch64", "/usr/include/asm-generic/unistd.h"),
    ],
)
def test_the_numbers_are_the_kernels(machine: str, header: str) -> None:
    text = Path(header).read_text() if Path(header).exists() else ""
    official = {name: int(n) for name, n in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)}
    table = seccomp.MACHINES[machine]
    ours = {**table.refused, **seccomp._EVERYWHERE, **seccomp._PRETEND_ABSENT}
    ours |= {name: getattr(table, name) for name in ("openat", "clone", "kill", "tgkill", "prlimit64")}
    assert official or machine != platform.machine(), "the kernel's headers are missing (Debian: linux-libc-dev)"
    # A header older than a call does not know it.
    assert {name: n for name, n in ours.items() if official.get(name, n) != n} == {}
    assert len(ours) == len(set(ours.values()))


class TestProgram:
    program = seccomp.program(seccomp.MACHINES["x86_64"], PID)

    @pytest.mark.parametrize(
        ("number", "arguments", "verdict"),
        [
            (0, (), ALLOW),  # read
            (1, (), ALLOW),  # write
            (9, (), ALLOW),  # mmap
            (59, (), EPERM),  # execve
            (41, (2, 1), EPERM),  # socket
            (57, (), EPERM),  # fork
            (435, (), ENOSYS),  # clone3
            (437, (), ENOSYS),  # openat2
            (56, (17,), EPERM),  # clone with SIGCHLD: a process
            (56, (0x3D0F00,), ALLOW),  # clone with glibc's flags for a thread
            (257, (0, 0, 0o2000000), ALLOW),  # openat, O_RDONLY | O_CLOEXEC
            (257, (0, 0, 1), EPERM),  # O_WRONLY
            (257, (0, 0, 2), EPERM),  # O_RDWR
            (257, (0, 0, 0o100), EPERM),  # O_CREAT
            (257, (0, 0, 0o1000), EPERM),  # O_TRUNC
            (257, (0, 0, 0o20200000 | 2), EPERM),  # O_TMPFILE
            (2, (0, 1), EPERM),  # open, O_WRONLY
            (2, (0, 0), ALLOW),
            (62, (PID, 9), ALLOW),  # kill itself
            (62, (0, 9), EPERM),  # its whole group
            (62, (2**64 - 1, 9), EPERM),  # everybody
            (62, (1, 9), EPERM),
            (234, (PID, PID, 6), ALLOW),  # tgkill, as abort() does
            (234, (1, 1, 6), EPERM),
            (302, (0, 0), ALLOW),  # its own limits
            (302, (1, 0), EPERM),
            (0x4000_0000, (), EPERM),  # the x32 way to read
            (0x4000_0000 + 59, (), EPERM),
        ],
    )
    def test_verdicts(self, number: int, arguments: tuple[int, ...], verdict: int) -> None:
        assert run(self.program, number, arguments) == verdict

    def test_calls_of_another_architecture_kill(self) -> None:
        assert run(self.program, 0, arch=0x4000_0003) == KILL  # AUDIT_ARCH_I386

    def test_the_other_machine(self) -> None:
        program = seccomp.program(seccomp.MACHINES["aarch64"], PID)
        assert run(program, 63, arch=0xC000_00B7) == ALLOW  # read
        assert run(program, 221, arch=0xC000_00B7) == EPERM  # execve
        assert run(program, 220, (17,), arch=0xC000_00B7) == EPERM  # clone: a process
        assert run(program, 56, (0, 0, 0x241), arch=0xC000_00B7) == EPERM  # openat to write

    def test_an_unknown_machine_has_no_filter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("platform.machine", lambda: "riscv64")
        assert not seccomp.install()
