import hashlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phoneward.vault import (
    BlobId,
    BlobMissingError,
    BlobType,
    DamagedError,
    FileId,
    FileMissingError,
    FileType,
    LocalStorage,
    NoRepositoryError,
    Repository,
    RepositoryExistsError,
    SealError,
    VaultError,
    WrongPasswordError,
    init_repository,
    open_repository,
)
from phoneward.vault.blobs import MAX_BLOB_SIZE
from phoneward.vault.compression import compress
from phoneward.vault.config import Config, seal_config
from phoneward.vault.index import IndexedPack, encode_index
from phoneward.vault.keys import NewKeyCost
from phoneward.vault.packs import PackEntry
from tests.vault.cheap import insecure_test_cost
from tests.vault.storage.recorder import RecordedSystem

CHEAP = insecure_test_cost()
DATA = BlobType.DATA


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return init_repository(LocalStorage(tmp_path), "secret", kdf=CHEAP)


def reopened(repo: Repository) -> Repository:
    again = open_repository(repo.storage, "secret")
    again.load_index()
    return again


def put(repo: Repository, *blobs: bytes) -> list[BlobId]:
    with repo.writer() as writer:
        pending = [writer.put(DATA, blob) for blob in blobs]
    return [one.result() for one in pending]


def only_pack(tmp_path: Path) -> Path:
    [pack] = (tmp_path / "data").glob("*/*")
    return pack


def overwrite(path: Path, data: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(data)


def save_as(repo: Repository, file_type: FileType, raw: bytes) -> FileId:
    name = FileId(hashlib.sha256(raw).hexdigest())
    repo.storage.save(file_type, name, [raw])
    return name


# -- making and opening -------------------------------------------------------------------------------------------


def test_key_then_config_and_both_durable(tmp_path: Path) -> None:
    system = RecordedSystem(str(tmp_path))
    init_repository(LocalStorage(tmp_path, system=system), "x", kdf=CHEAP)
    renamed = [record[2].split("/")[0] for record in system.records if record[0] == "rename"]
    assert renamed == ["keys", "config"]
    key_durable = system.records.index(("flush_dir", "keys"), [r[0] for r in system.records].index("rename"))
    assert key_durable < system.records.index(("create_file", "config.tmp"))


def test_production_init_has_a_production_cost(tmp_path: Path) -> None:
    init_repository(LocalStorage(tmp_path), "x")
    [key] = (tmp_path / "keys").iterdir()
    document = json.loads(key.read_bytes())
    assert document["N"] >= 32768
    assert document["r"] == 8


def test_opening(repo: Repository) -> None:
    again = open_repository(repo.storage, "secret")
    assert again.config == repo.config
    assert again.key.encrypt == repo.key.encrypt


def test_wrong_password(repo: Repository) -> None:
    with pytest.raises(WrongPasswordError):
        open_repository(repo.storage, "Secret")


def test_no_repository(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none"):
        with pytest.raises(NoRepositoryError) as caught:
            open_repository(LocalStorage(place), "x")
        assert caught.value.exit_code == 10
        assert str(place) in caught.value.sentence()


def test_init_never_writes_over_anything(repo: Repository, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(RepositoryExistsError):
        init_repository(repo.storage, "other", kdf=CHEAP)
    (tmp_path / "config").unlink()
    with pytest.raises(RepositoryExistsError):
        init_repository(repo.storage, "other", kdf=CHEAP)
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert after == {path: data for path, data in before.items() if path.name != "config"}


def test_an_init_that_was_cut_off_goes_on_with_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a key alone, which may be the first of a vault that is still being copied here, is never removed."""
    init_repository(LocalStorage(tmp_path), "secret", kdf=CHEAP)
    (tmp_path / "config").unlink()
    (key,) = (tmp_path / "keys").iterdir()
    before = key.read_bytes()
    with pytest.raises(RepositoryExistsError):
        init_repository(LocalStorage(tmp_path), "secret", kdf=CHEAP)  # another init may be at work
    monkeypatch.setattr("phoneward.vault.repository.UNFINISHED_AFTER_S", 0)
    with pytest.raises(RepositoryExistsError):
        init_repository(LocalStorage(tmp_path), "other", kdf=CHEAP)
    assert not (tmp_path / "config").exists()
    made = init_repository(LocalStorage(tmp_path), "secret", kdf=CHEAP)
    assert [path.name for path in (tmp_path / "keys").iterdir()] == [made.key_name] == [key.name]
    assert key.read_bytes() == before
    assert open_repository(LocalStorage(tmp_path), "secret").config == made.config


def test_two_that_init_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = LocalStorage(tmp_path)
    storage.create()
    calibrated = NewKeyCost.calibrated

    def meanwhile() -> NewKeyCost:
        monkeypatch.setattr(NewKeyCost, "calibrated", calibrated)
        init_repository(LocalStorage(tmp_path), "other", kdf=CHEAP)
        return CHEAP

    monkeypatch.setattr(NewKeyCost, "calibrated", meanwhile)
    with pytest.raises(RepositoryExistsError):
        init_repository(storage, "mine")
    assert open_repository(storage, "other").config.version == 2
    with pytest.raises(WrongPasswordError):
        open_repository(storage, "mine")


def test_a_second_password(repo: Repository) -> None:
    repo.add_key("another", kdf=CHEAP)
    for password in ("secret", "another"):
        assert open_repository(repo.storage, password).config == repo.config


# -- unpacked files -----------------------------------------------------------------------------------------------


def test_unpacked_files_come_back(repo: Repository, tmp_path: Path) -> None:
    text = b'{"a":1}' * 100
    name = repo.save_unpacked(FileType.SNAPSHOT, text)
    stored = (tmp_path / "snapshots" / name).read_bytes()
    assert hashlib.sha256(stored).hexdigest() == name
    assert repo.key.open(stored)[:1] == b"\x02"
    assert reopened(repo).load_unpacked(FileType.SNAPSHOT, name) == text
    assert [file.name for file in repo.list_files(FileType.SNAPSHOT)] == [name]
    repo.remove_unpacked(FileType.SNAPSHOT, name)
    with pytest.raises(FileMissingError):
        repo.load_unpacked(FileType.SNAPSHOT, name)


@pytest.mark.parametrize("text", [b'{"from":"version 1"}', b"[1]"])
def test_uncompressed_files_of_version_1_are_read(repo: Repository, text: bytes) -> None:
    assert repo.load_unpacked(FileType.INDEX, save_as(repo, FileType.INDEX, repo.key.seal(text))) == text


@pytest.mark.parametrize(
    "plain",
    [b"", b"\x01{}", b"\x02", b"\x02{}", b"x{}", b"\x02" + compress(b"{}")[:-1], b"\x02" + compress(b"{}") + b"x"],
)
def test_hostile_unpacked_files(repo: Repository, plain: bytes) -> None:
    name = save_as(repo, FileType.SNAPSHOT, repo.key.seal(plain))
    with pytest.raises(DamagedError, match=f"snapshots/{name}"):
        repo.load_unpacked(FileType.SNAPSHOT, name)


def test_a_bomb_is_refused(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phoneward.vault.repository.MAX_UNPACKED_SIZE", 10_000)
    name = save_as(repo, FileType.SNAPSHOT, repo.key.seal(b"\x02" + compress(b"{" + bytes(10_000))))
    with pytest.raises(DamagedError):
        repo.load_unpacked(FileType.SNAPSHOT, name)
    name = save_as(repo, FileType.SNAPSHOT, repo.key.seal(b"{" + bytes(10_000)))
    with pytest.raises(DamagedError, match="too long"):
        repo.load_unpacked(FileType.SNAPSHOT, name)


@given(st.binary(max_size=100), st.integers(min_value=0), st.integers(0, 7))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_flipped_bit_is_noticed(repo: Repository, tmp_path: Path, text: bytes, place: int, bit: int) -> None:
    name = repo.save_unpacked(FileType.SNAPSHOT, text)
    path = tmp_path / "snapshots" / name
    raw = bytearray(path.read_bytes())
    raw[place % len(raw)] ^= 1 << bit
    overwrite(path, bytes(raw))
    with pytest.raises(DamagedError):
        repo.load_unpacked(FileType.SNAPSHOT, name)


def test_a_file_under_anothers_name_is_noticed(repo: Repository, tmp_path: Path) -> None:
    one = repo.save_unpacked(FileType.SNAPSHOT, b'{"one":1}')
    two = repo.save_unpacked(FileType.SNAPSHOT, b'{"two":2}')
    overwrite(tmp_path / "snapshots" / one, (tmp_path / "snapshots" / two).read_bytes())
    with pytest.raises(DamagedError):
        repo.load_unpacked(FileType.SNAPSHOT, one)


# -- blobs --------------------------------------------------------------------------------------------------------


def test_blobs_come_back(repo: Repository) -> None:
    blobs = [b"", b"a", b"text " * 10_000, os.urandom(200_000)]
    again, ids = None, put(repo, *blobs)
    assert ids == [hashlib.sha256(blob).digest() for blob in blobs]
    for again in (repo, reopened(repo)):
        for blob_id, blob in zip(ids, blobs, strict=True):
            assert again.load_blob(DATA, blob_id) == blob
            assert again.blob_size(DATA, blob_id) == len(blob)
            assert again.has_blob(DATA, blob_id)
            assert not again.has_blob(BlobType.TREE, blob_id)


def test_an_unknown_blob(repo: Repository) -> None:
    with pytest.raises(BlobMissingError, match="ab" * 32):
        repo.load_blob(DATA, BlobId(b"\xab" * 32))


def test_every_flipped_byte_in_a_pack_is_noticed(repo: Repository, tmp_path: Path) -> None:
    [blob_id] = put(repo, b"some text, some text, some text")
    pack = only_pack(tmp_path)
    raw = pack.read_bytes()
    name = FileId(pack.name)
    entries = repo.read_pack_header(name)
    for place in range(len(raw)):
        broken = bytearray(raw)
        broken[place] ^= 0x40
        overwrite(pack, bytes(broken))
        part = repo.load_blob if place < entries[0].length else lambda *_: repo.read_pack_header(name)
        with pytest.raises(VaultError, match=name):
            part(DATA, blob_id)
    overwrite(pack, raw)
    assert repo.read_pack_header(name) == entries


def test_a_pack_cut_short_or_gone(repo: Repository, tmp_path: Path) -> None:
    [blob_id] = put(repo, os.urandom(1000))
    pack = only_pack(tmp_path)
    raw = pack.read_bytes()
    for length in (0, 10, 1031):
        overwrite(pack, raw[:length])
        with pytest.raises(DamagedError, match=pack.name):
            repo.load_blob(DATA, blob_id)
    pack.unlink()
    with pytest.raises(FileMissingError, match=pack.name):
        repo.load_blob(DATA, blob_id)


def test_another_copy_is_used_where_one_is_damaged(repo: Repository, tmp_path: Path) -> None:
    [blob_id] = put(repo, b"precious")
    blank = open_repository(repo.storage, "secret")  # its index is not loaded: it stores the blob again
    put(blank, b"precious")
    both = reopened(repo)
    for victim in (tmp_path / "data").glob("*/*"):
        raw = victim.read_bytes()
        overwrite(victim, bytes([raw[20] ^ 1]) + raw[1:])
        assert both.load_blob(DATA, blob_id) == b"precious"
        overwrite(victim, raw)


def with_index(repo: Repository, pack: FileId, *entries: PackEntry) -> Repository:
    repo.save_unpacked(FileType.INDEX, encode_index([IndexedPack(pack, entries)]))
    return reopened(repo)


@pytest.mark.parametrize(
    ("offset", "length", "uncompressed"),
    [
        (10**6, 100, 0),
        (2**32 - 101, 100, 0),
        (0, 2**31, 0),
        (0, 2**32 - 1, 0),
        (0, 50, 2**32 - 1),
        (0, 32, 0),
        (1, 60, 0),
        (0, 60, 5),
    ],
)
def test_a_hostile_index_gives_clear_errors(
    repo: Repository, tmp_path: Path, offset: int, length: int, uncompressed: int
) -> None:
    put(repo, os.urandom(500))
    pack = FileId(only_pack(tmp_path).name)
    blob_id = BlobId(os.urandom(32))
    hostile = with_index(repo, pack, PackEntry(DATA, blob_id, offset, length, uncompressed))
    with pytest.raises(DamagedError, match=pack):
        hostile.load_blob(DATA, blob_id)


def test_an_index_that_points_at_another_blob(repo: Repository) -> None:
    [true_id] = put(repo, b"x" * 500)
    [place] = repo.index.lookup(DATA, true_id)
    false_id = BlobId(os.urandom(32))
    hostile = with_index(
        repo, place.pack, PackEntry(DATA, false_id, 0, place.entry.length, place.entry.uncompressed_length)
    )
    with pytest.raises(DamagedError, match="not what it claims"):
        hostile.load_blob(DATA, false_id)


def test_a_pack_bomb_is_not_unpacked(repo: Repository) -> None:
    bomb = compress(bytes(MAX_BLOB_SIZE[DATA] + 1))
    sealed = repo.key.seal(bomb)
    pack = save_as(repo, FileType.PACK, sealed)
    blob_id = BlobId(os.urandom(32))
    for claimed in (100, MAX_BLOB_SIZE[DATA], MAX_BLOB_SIZE[DATA] + 1):
        entry = PackEntry(DATA, blob_id, 0, len(sealed), claimed)
        with pytest.raises(DamagedError):
            repo.open_blob(pack, entry, sealed)


def test_a_huge_claim_is_refused_before_it_is_read(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    pack, blob_id = FileId("ab" * 32), BlobId(os.urandom(32))
    hostile = with_index(repo, pack, PackEntry(DATA, blob_id, 0, 2**31, 5))
    monkeypatch.setattr(hostile.storage, "load", lambda *_args: pytest.fail("read two gigabytes"))
    with pytest.raises(DamagedError, match="far too large"):
        hostile.load_blob(DATA, blob_id)


@pytest.mark.parametrize("document", [b"{}", b'{"packs":5}', b"[]"])
def test_an_index_file_that_makes_no_sense_is_named(repo: Repository, document: bytes) -> None:
    name = repo.save_unpacked(FileType.INDEX, document)
    with pytest.raises(DamagedError, match=f"index/{name}"):
        reopened(repo)


def test_an_index_replaced_meanwhile_is_left_out(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    [blob_id] = put(repo, b"a")
    name = repo.save_unpacked(FileType.INDEX, b'{"packs":[]}')
    again = open_repository(repo.storage, "secret")
    load = again.load_unpacked

    def racing(file_type: FileType, wanted: FileId) -> bytes:
        if wanted == name:
            repo.storage.remove(file_type, wanted)
        return load(file_type, wanted)

    monkeypatch.setattr(again, "load_unpacked", racing)
    again.load_index()
    assert again.load_blob(DATA, blob_id) == b"a"


def test_a_version_1_repository_is_read_and_written(tmp_path: Path) -> None:
    made = init_repository(LocalStorage(tmp_path), "secret", kdf=CHEAP)
    (tmp_path / "config").unlink()
    old = Config(version=1, id=made.config.id, chunker_polynomial=made.config.chunker_polynomial)
    made.storage.save(FileType.CONFIG, FileId(""), [seal_config(old, made.key)])
    repo = open_repository(made.storage, "secret")
    [blob_id] = put(repo, b"text " * 1000)
    [place] = repo.index.lookup(DATA, blob_id)
    assert place.entry.uncompressed_length == 0
    [index] = (tmp_path / "index").iterdir()
    assert repo.key.open(index.read_bytes())[:1] == b"{"
    assert reopened(repo).load_blob(DATA, blob_id) == b"text " * 1000


# -- outside ------------------------------------------------------------------------------------------------------


def test_things_sealed_outside_are_no_part_of_the_repository(repo: Repository) -> None:
    sealed = repo.seal(b"journal")
    assert open_repository(repo.storage, "secret").open_sealed(sealed) == b"journal"
    with pytest.raises(SealError):
        repo.key.open(sealed)
    with pytest.raises(SealError):
        repo.open_sealed(repo.key.seal(b"x"))
    with pytest.raises(SealError):
        repo.open_sealed(sealed[:-1])


def test_an_index_that_was_pruned_since_counts_no_more(repo: Repository) -> None:
    """What another process removed meanwhile must not pass for known: a backup would leave it out."""
    mine, other = reopened(repo), reopened(repo)
    with other.writer() as writer:
        gone, kept = writer.put(DATA, b"gone").result(), writer.put(DATA, b"kept").result()
    mine.load_index()
    assert mine.has_blob(DATA, gone)
    (old,) = (file.name for file in repo.list_files(FileType.INDEX))
    repo.save_unpacked(
        FileType.INDEX, encode_index([IndexedPack(FileId("ab" * 32), [PackEntry(DATA, kept, 0, 36, 0)])])
    )
    repo.remove_unpacked(FileType.INDEX, old)
    mine.load_index()
    assert not mine.has_blob(DATA, gone)
    assert mine.has_blob(DATA, kept)
