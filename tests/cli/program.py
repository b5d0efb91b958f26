"""Run the installed `phoneward` as a person or a script does: another process, a clean environment."""

import json
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phoneward.vault import LocalStorage, init_repository
from tests.cli import warm, warmed
from tests.vault.cheap import insecure_test_cost

PROGRAM = warmed.PROGRAM
SOURCE = warmed.SOURCE
"""The code of this checkout, whichever one the environment was installed from."""
TIMEOUT_S = 120


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def documents(self) -> list[dict[str, Any]]:
        """Every line of standard output as JSON; fails where one is not."""
        assert self.stdout == "" or self.stdout.endswith("\n"), self.stdout[-200:]
        documents = [json.loads(line) for line in self.stdout.splitlines()]
        assert all(isinstance(document, dict) and "message_type" in document for document in documents)
        return documents

    @property
    def document(self) -> dict[str, Any]:
        """The only line of standard output."""
        (only,) = self.documents
        return only

    @property
    def complaint(self) -> dict[str, Any]:
        """The error on standard error, as JSON: its last line."""
        document: dict[str, Any] = json.loads(self.stderr.splitlines()[-1])
        assert document["message_type"] == "exit_error"
        return document


@dataclass(frozen=True, slots=True)
class Program:
    """The program with one environment.

    Attributes:
        home: HOME and everything Phoneward remembers.
        variables: beside PATH and HOME, all there is in its environment.
    """

    home: Path
    variables: Mapping[str, str]

    @property
    def env(self) -> dict[str, str]:
        """The whole environment: nothing of the person running the tests reaches the program."""
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(SOURCE),
            "PHONEWARD_STATE_DIR": str(self.home / "state"),
            "PHONEWARD_CACHE_DIR": str(self.home / "cache"),
            **self.variables,
        }

    def with_(self, **variables: str) -> "Program":
        """Return the same program with more variables."""
        return Program(self.home, {**self.variables, **variables})

    def run(self, *words: str | Path | bytes, stdin: bytes = b"", cwd: Path | None = None) -> Ran:
        """Run it without a terminal and wait."""
        line = [os.fsencode(word) for word in words]
        if warm.may_run(line, self.env):
            done = warm.run(line, env=self.env, stdin=stdin, cwd=cwd, timeout=TIMEOUT_S)
        else:
            done = subprocess.run(
                [os.fsencode(PROGRAM), *line],
                env=self.env,
                input=stdin,
                cwd=cwd,
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, *words: str | Path) -> subprocess.Popen[bytes]:
        """Start it with pipes and do not wait."""
        return subprocess.Popen(
            [str(PROGRAM), *map(str, words)],
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )


def make_vault(path: Path, password: str) -> None:
    """Make a vault whose key is cheap to derive: most tests open one a dozen times."""
    init_repository(LocalStorage(path), password, kdf=insecure_test_cost())


def wait_for_lock(vault: Path, process: subprocess.Popen[bytes], *, seconds: float = 30) -> None:
    """Return as soon as the vault holds a lock or the process has ended."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if any(len(path.name) == 64 for path in (vault / "locks").iterdir()) or process.poll() is not None:
            return
        time.sleep(0.002)
    raise TimeoutError("no lock")
