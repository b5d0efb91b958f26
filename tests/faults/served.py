"""Real servers with room for vaults, for the runs that cut the way to them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from phoneward.vaultplace import RemoteKind, RemotePlace
from tests.tools.rclone import serve_restic


@dataclass
class ServedRest:
    """`rclone serve restic`."""

    port: int
    access: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def running(cls, folder: Path) -> Iterator[Self]:
        folder.mkdir(parents=True)
        with serve_restic(folder) as port:
            yield cls(port)

    @staticmethod
    def place(name: str, port: int) -> RemotePlace:
        return RemotePlace(RemoteKind.REST, f"http://127.0.0.1:{port}/{name}/")
