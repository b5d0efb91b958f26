"""A real Secret Service: D-Bus and GNOME's keyring daemon, without a desktop and away from the person's own."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.tools import debian

SUITE = "bookworm"
LIBRARIES = ("libgck-1-0", "libgcr-base-3-1")


@contextlib.contextmanager
def secret_service(folder: Path) -> Iterator[dict[str, str]]:
    """Run one and yield the variables by which a program finds it.

    Args:
        folder: an empty one, for its home and its socket; its name must be short (sockets' names are).
    """
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder / "data"), "XDG_RUNTIME_DIR": str(runtime)}
    environment = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", **home}
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    daemon = None
    try:
        assert bus.stdout is not None
        address = {"DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().strip()}
        program = debian.unpacked("gnome-keyring", SUITE) / "usr/bin/gnome-keyring-daemon"
        libraries = [
            str(path) for one in LIBRARIES for path in debian.unpacked(one, SUITE).glob("usr/lib/*-linux-gnu*")
        ]
        daemon = subprocess.Popen(
            [program, "--foreground", "--unlock", "--components=secrets"],
            env={**environment, **address, "LD_LIBRARY_PATH": os.pathsep.join(libraries)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert daemon.stdin is not None
        assert daemon.stdout is not None
        daemon.stdin.write(b"login\n")
        daemon.stdin.close()
        daemon.stdout.readline()  # it says where it listens once it does
        yield {**address, "XDG_RUNTIME_DIR": str(runtime)}
    finally:
        for process in (daemon, bus):
            if process is not None:
                process.kill()
                process.wait()
