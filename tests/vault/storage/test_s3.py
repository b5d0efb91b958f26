"""Vaults in S3-compatible storage. moto's server stands in for it: an emulator, no proof of what a provider does."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from phoneward.vault import Storage
from phoneward.vault.storage.s3 import S3Storage
from phoneward.vaultplace import RemotePlace, parse_place
from tests.tools.moto import KEYS, MotoServer, moto_server
from tests.vault.storage.suite import StorageSuite
from tests.vault.storage.wiresuite import TIMEOUT_S, WireSuite

_numbers = itertools.count()


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MotoServer]:
    with moto_server(tmp_path_factory.mktemp("moto") / "log") as server:
        yield server


def place_of(text: str) -> RemotePlace:
    place = parse_place(text)
    assert isinstance(place, RemotePlace)
    return place


@dataclass(frozen=True, slots=True)
class Bucket:
    """An empty bucket of a test's own, with a vault in a folder of it."""

    moto: MotoServer
    name: str

    @property
    def port(self) -> int:
        return self.moto.port

    def storage(self, port: int) -> S3Storage:
        return S3Storage(place_of(f"s3:http://127.0.0.1:{port}/{self.name}/my/vault"), KEYS, silence_s=TIMEOUT_S)

    def kept(self) -> dict[str, bytes]:
        return {key.removeprefix("my/vault/"): data for key, data in self.moto.content(self.name).items()}


@pytest.fixture
def bucket(moto: MotoServer) -> Bucket:
    name = f"bucket.with-dots.{next(_numbers)}"
    moto.make_bucket(name)
    return Bucket(moto, name)


class TestS3Storage(StorageSuite):
    @pytest.fixture
    def storage(self, bucket: Bucket) -> Storage:
        storage = bucket.storage(bucket.port)
        storage.create()
        return storage


class TestS3Wire(WireSuite):
    @pytest.fixture
    def wire(self, bucket: Bucket) -> Bucket:
        return bucket
