"""moto's server, an emulator, with room for vaults, for the runs that cut the way to them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from phoneward.vaultplace import RemoteKind, RemotePlace
from tests.tools.moto import KEYS, moto_server


@dataclass
class ServedS3:
    """One bucket, each vault in a folder of it."""

    port: int
    access: Mapping[str, str] = field(default_factory=lambda: KEYS)

    @classmethod
    @contextmanager
    def running(cls, folder: Path) -> Iterator[Self]:
        folder.mkdir(parents=True)
        with moto_server(folder / "log") as server:
            server.make_bucket("bucket")
            yield cls(server.port)

    @staticmethod
    def place(name: str, port: int) -> RemotePlace:
        return RemotePlace(RemoteKind.S3, f"http://127.0.0.1:{port}/bucket/{name}")
