"""`rclone serve restic`: a real server of restic's REST protocol, over a folder of this computer."""

import contextlib
import os
import re
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

_SAYS_WHERE = re.compile(rb"Serving restic REST API on https?://127\.0\.0\.1:([0-9]+)/")


class RcloneError(RuntimeError):
    """It did not start."""


@contextlib.contextmanager
def serve_restic(
    folder: Path, *args: str, append_only: bool = False, user: str = "", password: str = "", port: int = 0
) -> Iterator[int]:
    """Serve a folder on loopback and yield the port.

    Args:
        folder: what it serves; vaults may lie in folders below.
        args: more of rclone's options, such as those of TLS.
        append_only: refuse to change or remove anything but locks.
        user, password: who may enter; empty for everybody.
        port: 0 for any that is free.
    """
    command = ["rclone", "serve", "restic", "--addr", f"127.0.0.1:{port}", *args]
    command += ["--append-only"] if append_only else []
    command += ["--user", user, "--pass", password] if user else []
    with _running([*command, str(folder)], folder) as process:
        yield _port_of(process)


@contextlib.contextmanager
def _running(command: Sequence[str], home: Path) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(home), "RCLONE_CONFIG": os.devnull}
    try:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    except FileNotFoundError as error:
        raise RcloneError("rclone is missing: see scripts/system-packages") from error
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _port_of(process: "subprocess.Popen[bytes]") -> int:
    assert process.stderr is not None
    said = b""
    for line in process.stderr:
        said += line
        if found := _SAYS_WHERE.search(line):
            threading.Thread(target=process.stderr.read, daemon=True).start()  # a full pipe would stop it
            return int(found[1])
    raise RcloneError(said.decode("utf-8", "replace"))
