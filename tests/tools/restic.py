"""The real restic in three versions: the judge of our repositories."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.tools import debian

_SUITES = {"0.14": "bookworm", "0.18": "trixie", "0.19": "sid"}
ALL_RESTICS = tuple(_SUITES)
"""Oldest first. The last one comes from Debian's rolling release: it is this version or a later one."""


def restic(version: str) -> Path:
    """Return the path of restic's program, fetched on first use.

    Args:
        version: one of `ALL_RESTICS`.

    Raises:
        KeyError: another version was asked for.
        DebianPackagesError: it could not be fetched.
    """
    return debian.unpacked("restic", _SUITES[version]) / "usr" / "bin" / "restic"


class ResticError(RuntimeError):
    """restic did not answer 0."""

    def __init__(self, command: Sequence[str], returncode: int, stdout: str, stderr: str) -> None:
        self.returncode = returncode
        self.stdout = stdout
        self.stderr = stderr
        super().__init__(f"{' '.join(command)}\nexit {returncode}\n{stdout}{stderr}")


@dataclass(frozen=True, slots=True)
class Restic:
    """One restic, one repository, one password, a cache of its own.

    Args:
        program: what `restic(version)` returned.
        repository: path or address; need not exist yet (`init`).
        cache: a folder for restic's cache, of this test only.
    """

    program: Path
    repository: Path | str
    password: str
    cache: Path
    extra_env: dict[str, str] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        """The environment restic runs in: nothing of ours reaches it but PATH and HOME."""
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": str(self.cache),
            "RESTIC_REPOSITORY": str(self.repository),
            "RESTIC_PASSWORD": self.password,
            "RESTIC_CACHE_DIR": str(self.cache),
            **self.extra_env,
        }

    def attempt(
        self, *args: str | Path, cwd: Path | None = None, stdin: bytes | None = None, timeout: float = 280
    ) -> subprocess.CompletedProcess[bytes]:
        """Run restic and return what happened, whatever it was."""
        self.cache.mkdir(parents=True, exist_ok=True)
        return subprocess.run(
            [str(self.program), *map(str, args)],
            cwd=cwd,
            env=self.env,
            input=b"" if stdin is None else stdin,
            capture_output=True,
            check=False,
            timeout=timeout,
        )

    def run(self, *args: str | Path, cwd: Path | None = None, stdin: bytes | None = None, timeout: float = 280) -> str:
        """Run restic and return its standard output.

        Raises:
            ResticError: it exited with anything but 0; the text holds both outputs.
        """
        done = self.attempt(*args, cwd=cwd, stdin=stdin, timeout=timeout)
        stdout, stderr = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        if done.returncode != 0:
            raise ResticError([self.program.name, *map(str, args)], done.returncode, stdout, stderr)
        return stdout

    def json(self, *args: str | Path, cwd: Path | None = None) -> Any:
        """Run with `--json` and return the parsed answer; several lines of JSON become a list."""
        out = self.run("--json", *args, cwd=cwd)
        try:
            return json.loads(out)
        except json.JSONDecodeError:
            return [json.loads(line) for line in out.splitlines() if line.strip()]

    def init(self, *args: str) -> None:
        """Create the repository (format 2, restic's default since 0.14)."""
        self.run("init", *args)

    def check(self, *, read_data: bool = True) -> str:
        """Run `restic check`, by default with every byte read."""
        return self.run("check", *(["--read-data"] if read_data else []))

    def backup(self, *paths: str | Path, cwd: Path | None = None, args: Sequence[str] = ()) -> dict[str, Any]:
        """Back up; return restic's summary message (it holds `snapshot_id`)."""
        lines = self.json("backup", *args, *paths, cwd=cwd)
        messages = lines if isinstance(lines, list) else [lines]
        summary: dict[str, Any] = next(m for m in reversed(messages) if m.get("message_type") == "summary")
        return summary

    def restore(self, snapshot: str, target: Path, *args: str) -> str:
        """Restore a snapshot below `target`."""
        return self.run("restore", snapshot, "--target", target, *args)

    def snapshots(self) -> list[dict[str, Any]]:
        """Return all snapshots, oldest first."""
        found: list[dict[str, Any]] = self.json("snapshots")
        return found

    def cat(self, *args: str) -> Any:
        """Return a repository object's JSON (`restic cat`)."""
        return json.loads(self.run("cat", *args))
