"""A vault in a bucket, from the command line; restic looks at the same place. moto's server is an emulator."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from obstore.store import S3Store

from phoneward.errors import ExitCode
from phoneward.vault import init_repository, open_storage
from phoneward.vaultplace import parse_place
from tests.cli.program import Program
from tests.phone import trees
from tests.snapshots.bench import photograph
from tests.tools.moto import KEYS, MotoServer, adding_only, moto_server
from tests.tools.restic import ALL_RESTICS, Restic, restic
from tests.vault.cheap import insecure_test_cost

PASSWORD = "correct horse"
_numbers = itertools.count()


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MotoServer]:
    with moto_server(tmp_path_factory.mktemp("moto") / "log") as server:
        yield server


@pytest.fixture
def bucket(moto: MotoServer) -> str:
    name = f"my.bucket.{next(_numbers)}"
    moto.make_bucket(name)
    return name


@pytest.fixture
def phone(tmp_path: Path) -> Path:
    phone = tmp_path / "小米手机"
    for number in range(3):
        trees.put(phone, f"DCIM/{number}.jpg", trees.content(f"{number}", 90_000))
    return phone


def at(program: Program, address: str, keys: dict[str, str] = KEYS) -> Program:
    return program.with_(PHONEWARD_REPOSITORY=address, PHONEWARD_PASSWORD=PASSWORD, **keys)


def judge(address: str, tmp_path: Path, keys: dict[str, str] = KEYS) -> Restic:
    return Restic(restic(ALL_RESTICS[-1]), address, PASSWORD, tmp_path / "restic-cache", keys)


def made_cheaply(address: str) -> None:
    init_repository(open_storage(parse_place(address), KEYS), PASSWORD, kdf=insecure_test_cost())


def address_of(moto: MotoServer, bucket: str, name: str) -> str:
    return f"s3:http://127.0.0.1:{moto.port}/{bucket}/{name}"


def test_a_life_of_a_vault_in_a_bucket_that_keeps_versions(
    program: Program, moto: MotoServer, bucket: str, phone: Path, tmp_path: Path
) -> None:
    """A removal only adds a marker there: the vault is cleaned as anywhere, and the provider still has all of it."""
    moto.keep_versions(bucket)
    address = address_of(moto, bucket, "life")
    ours = at(program, address)
    made_cheaply(address)
    first = ours.run("backup", "--folder", phone, "--json").document["snapshot_id"]
    trees.put(phone, "DCIM/new.jpg", trees.content("new", 50_000))
    second = ours.run("backup", "--folder", phone, "--json").document["snapshot_id"]
    assert ours.run("check", "--read-data").code == ExitCode.DONE
    assert ours.run("restore", "latest", "--target", tmp_path / "out").code == ExitCode.DONE
    assert photograph(tmp_path / "out" / "shared") == photograph(phone)

    theirs = judge(address, tmp_path)
    theirs.check()
    theirs.restore(first, tmp_path / "by restic")
    assert not (tmp_path / "by restic" / "shared" / "DCIM" / "new.jpg").exists()
    made = theirs.backup("DCIM", cwd=phone)["snapshot_id"]

    copied = ours.with_(PHONEWARD_TO_PASSWORD="other").run("copy", "--to", address_of(moto, bucket, "copy"), "--init")
    assert copied.code == ExitCode.DONE, copied.stderr
    before = set(moto.keys(bucket))
    assert ours.run("forget", first, second, "--prune", "--yes").code == ExitCode.DONE
    assert {one["id"] for one in theirs.snapshots()} & {first, second, made} == {made}
    theirs.check()
    gone = before - set(moto.keys(bucket))
    assert any("/data/" in key for key in gone)
    assert gone <= {key for key, _version in moto.all_versions(bucket)}


@pytest.mark.parametrize("version", [ALL_RESTICS[0], ALL_RESTICS[-1]])
def test_a_vault_that_restic_made_at_the_top_of_a_bucket(
    program: Program, moto: MotoServer, phone: Path, tmp_path: Path, version: str
) -> None:
    moto.make_bucket(f"restic.{version}")
    address = address_of(moto, f"restic.{version}", "")
    theirs = Restic(restic(version), address, PASSWORD, tmp_path / "restic-cache", KEYS)
    theirs.init()
    made = theirs.backup("DCIM", cwd=phone)["snapshot_id"]
    ours = at(program, address)
    assert ours.run("restore", made, "--target", tmp_path / "out").code == ExitCode.DONE
    assert photograph(tmp_path / "out" / "DCIM") == photograph(phone / "DCIM")
    theirs.check()


def test_a_stolen_key_cannot_empty_a_bucket_that_keeps_versions(
    program: Program, bucket: str, phone: Path, tmp_path: Path
) -> None:
    """Somebody takes over the computer: has the vault's password, the key of the bucket, and restic."""
    with moto_server(tmp_path / "log") as moto:
        moto.make_bucket(bucket)
        moto.keep_versions(bucket)
        address = address_of(moto, bucket, "kept")
        made_cheaply(address)
        keys = moto.keys_for(adding_only(bucket, "kept"))
        ours = at(program, address, keys)
        moto.ask_for_rights(on=True)
        snapshot = ours.run("backup", "--folder", phone, "--json").document["snapshot_id"]
        moto.ask_for_rights(on=False)
        content = moto.content(bucket)
        assert not any("/locks/" in key for key in content), "locks may be removed, or no backup would end"
        versions = moto.all_versions(bucket)
        moto.ask_for_rights(on=True)
        for words in (("forget", snapshot, "--prune", "--yes"), ("prune",)):
            ran = ours.run(*words, "--json")
            assert (ran.code, ran.complaint["code"]) == (ExitCode.FAILED, "append-only"), (words, ran.stderr)
        thief = judge(address, tmp_path, keys)
        for attempt in (("forget", snapshot, "--prune"), ("prune", "--max-unused", "0"), ("unlock", "--remove-all")):
            thief.attempt(*attempt)
        wrong = ours.with_(AWS_SECRET_ACCESS_KEY="x").run("snapshots", "--json")
        assert (wrong.code, wrong.complaint["code"]) == (ExitCode.FAILED, "storage-access")
        thief.restore(snapshot, tmp_path / "out")
        assert photograph(tmp_path / "out" / "shared") == photograph(phone)
        # A key that may write may write over, too; then the version before is still there.
        pack = next(key for key in content if "/data/" in key)
        write_over(moto, bucket, pack, keys)
        moto.ask_for_rights(on=False)
        after = moto.content(bucket)
        assert after.pop(pack) == b"rubbish"
        assert all(after[key] == data for key, data in content.items() if key != pack)
        assert moto.all_versions(bucket).items() >= versions.items()


def write_over(moto: MotoServer, bucket: str, key: str, keys: dict[str, str]) -> None:
    """Do what a thief does who has the key."""
    store = S3Store(
        bucket,
        endpoint=f"http://127.0.0.1:{moto.port}",
        region="us-east-1",
        access_key_id=keys["AWS_ACCESS_KEY_ID"],
        secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
        client_options={"allow_http": True},
    )
    store.put(key, b"rubbish")
