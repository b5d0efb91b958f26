"""Vaults in S3-compatible storage. moto's server stands in for it: an emulator, no proof of what a provider does."""

import itertools
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from phoneward.vault import FileType, Storage, open_storage
from phoneward.vault.errors import NameTakenError, RemotePartMissingError, TransientStorageError
from phoneward.vault.storage.retrying import RetryingStorage
from phoneward.vault.storage.s3 import S3Storage
from phoneward.vaultplace import RemotePlace, parse_place
from tests.phone.faultproxy import FaultProxy
from tests.tools.moto import KEYS, MotoServer, moto_server
from tests.vault.storage.suite import StorageSuite, name_of
from tests.vault.storage.wiresuite import QUICK, TIMEOUT_S, WireSuite

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


PACK = random.Random(5).randbytes(11 * 2**20)


def uploads(bucket: Bucket) -> list[str]:
    listing = bucket.moto.ask("GET", f"{bucket.name}?uploads").decode()
    return re.findall("<Upload>.*?<Key>(.*?)</Key>", listing)


def test_of_a_large_file_only_the_part_that_was_cut_is_sent_again(bucket: Bucket) -> None:
    with FaultProxy(bucket.port) as proxy:
        storage = bucket.storage(proxy.port)
        proxy.cut("up", 8_000_000)
        storage.save(FileType.PACK, name_of(PACK), [memoryview(PACK)[:100], memoryview(PACK)[100:]])
        assert proxy.status().fired == 1
        assert proxy.status().up < len(PACK) + 5 * 2**20
    assert bucket.kept() == {f"data/{name_of(PACK)[:2]}/{name_of(PACK)}": PACK}
    assert bucket.storage(bucket.port).holds(FileType.PACK, name_of(PACK), [PACK])
    assert uploads(bucket) == []
    with pytest.raises(NameTakenError):
        bucket.storage(bucket.port).save(FileType.PACK, name_of(PACK), [PACK])


@pytest.mark.parametrize("at", [0, 1, 2, 3, 4, 5])
def test_a_large_file_whose_answers_are_cut_is_whole_or_nothing(bucket: Bucket, at: int) -> None:
    """Among the answers is the last word, after which the file is there though nobody heard it."""
    with FaultProxy(bucket.port) as proxy:
        raw = bucket.storage(proxy.port)
        raw.exists(FileType.PACK, name_of(PACK))
        proxy.cut("down", 150 + at * 250)
        RetryingStorage(raw, patience=QUICK).save(FileType.PACK, name_of(PACK), [PACK])
        assert proxy.status().fired == 1
    assert bucket.kept() == {f"data/{name_of(PACK)[:2]}/{name_of(PACK)}": PACK}


def test_a_large_file_is_given_up_where_nobody_answers_any_more(bucket: Bucket) -> None:
    with FaultProxy(bucket.port) as proxy:
        storage = bucket.storage(proxy.port)
        proxy.stall("up", 7_000_000)
        start = time.monotonic()
        thread = threading.Timer(1, lambda: _take_away(proxy))
        thread.start()
        with pytest.raises(TransientStorageError):
            storage.save(FileType.PACK, name_of(PACK), [PACK])
        thread.join()
        assert time.monotonic() - start < 60
    assert bucket.kept() == {}
    # What the service has of it stays there unseen, and costs; the next cleaning removes it.
    (left,) = uploads(bucket)
    bucket.moto.ask("POST", f"{bucket.name}/my/vault/data/of-another-program?uploads")
    bucket.moto.ask("POST", f"{bucket.name}/elsewhere/{left}?uploads")
    assert bucket.storage(bucket.port).remove_leftovers(3600) == 1  # all of moto's were begun in 2010
    assert left not in uploads(bucket)
    assert len(uploads(bucket)) == 2


def _take_away(proxy: FaultProxy) -> None:
    proxy.refuse(on=True)
    proxy.drop()


def test_without_its_library_a_bucket_is_not_opened_and_the_part_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("phoneward.vault.storage.s3")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(RemotePartMissingError) as caught:
        open_storage(place_of("s3:host/bucket"), KEYS)
    assert "phoneward[remote]" in caught.value.advice()


def test_the_library_is_loaded_for_buckets_only() -> None:
    """It takes 13 ms of processor time and 7 MB."""
    code = "import sys, phoneward.vault, phoneward.cli; print('obstore' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
