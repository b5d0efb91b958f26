"""A real OpenSSH server of this user's own on loopback: own host key, own client key, nothing of the person's."""

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.tools.ports import free_port

_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"

_QUICK = "curve25519-sha256,curve25519-sha256@libssh.org"
"""How keys are agreed on: what is meant to last for decades takes longer."""


class SshServerError(RuntimeError):
    """The server did not start."""


class SshServer:
    """sshd in a folder, with SFTP; ends with the `with`.

    Args:
        folder: empty, of this test only.
        sftp_server: the subsystem's command; OpenSSH's own where nothing is given; None: there is none.

    Attributes:
        port: of 127.0.0.1.
        client: a folder with `ssh`, `sftp` and `scp`, which use the client's key and known hosts; put it first in PATH.
        home: a home folder whose `.ssh` has the same, for other programs.
    """

    def __init__(self, folder: Path, *, sftp_server: str | None = "internal-sftp") -> None:
        self.folder = folder
        self.port = free_port()
        self.client = folder / "bin"
        self.home = folder / "home"
        (self.home / ".ssh").mkdir(mode=0o700, parents=True)
        self.user = getpass.getuser()
        folder.chmod(0o700)
        for key in ("host", "client"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", str(folder / key)]
            subprocess.run(command, check=True)
        shutil.copy(folder / "client.pub", folder / "authorized")
        self.know_host(self.port)
        self._config = folder / "sshd_config"
        self._config.write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {folder / 'host'}\n"
            f"AuthorizedKeysFile {folder / 'authorized'}\nPidFile none\nUsePAM no\nStrictModes no\n"
            f"PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n"
            f"MaxStartups 100\nKexAlgorithms {_QUICK}\n" + (f"Subsystem sftp {sftp_server}\n" if sftp_server else "")
        )
        self._write_client()
        self._process: subprocess.Popen[bytes] | None = None

    def know_host(self, port: int, key: str = "host") -> None:
        """Have the client know the server at a port, such as that of a proxy."""
        public = (self.folder / f"{key}.pub").read_text()
        with self.known_hosts.open("a") as known:
            known.write(f"[127.0.0.1]:{port} {public}")

    def address(self, path: Path | str, port: int | None = None) -> str:
        """Return restic's address of a folder of the server."""
        return f"sftp://{self.user}@127.0.0.1:{port or self.port}/{path}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        program = shutil.which("sshd", path=_PATH)
        if program is None:
            raise SshServerError("sshd is missing: install openssh-server")
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # its own cage, which the package makes on starting
        self._process = subprocess.Popen(
            [program, "-D", "-e", "-f", str(self._config)], stderr=(self.folder / "log").open("wb")
        )
        try:
            wait_for(self.port)
        except SshServerError as error:
            raise SshServerError((self.folder / "log").read_text(errors="replace")) from error

    def stop(self) -> None:
        """End it; connections that are open go on."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def known_hosts(self) -> Path:
        """The file of the servers that the client knows."""
        return self.home / ".ssh" / "known_hosts"

    @property
    def client_config(self) -> Path:
        """The client's settings; what is added at the end counts where nothing before says otherwise."""
        return self.home / ".ssh" / "config"

    def _write_client(self) -> None:
        self.client.mkdir()
        self.client_config.write_text(
            f"Host *\n  IdentityFile {self.folder / 'client'}\n  IdentitiesOnly yes\n"
            f"  UserKnownHostsFile {self.known_hosts}\n  GlobalKnownHostsFile /dev/null\n"
        )
        for name in ("ssh", "sftp", "scp"):
            script = self.client / name
            script.write_text(f'#!/bin/sh\nexec {shutil.which(name)} -F {self.client_config} "$@"\n')
            script.chmod(0o755)


def wait_for(port: int) -> None:
    """Return as soon as somebody listens there."""
    for _try in range(500):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise SshServerError("nobody listens")
