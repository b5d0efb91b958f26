"""The same over the wire: a real server of restic's protocol behind a link with a delay."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from phoneward.vault import (
    BlobType,
    LocalStorage,
    Repository,
    check,
    init_repository,
    iter_tree,
    load_snapshots,
    open_repository,
    open_storage,
    restore_tree,
)
from phoneward.vault.storage import Storage, requests_at_once
from phoneward.vaultplace import parse_place
from tests.tools.rclone import serve_restic
from tests.tools.restic import ALL_RESTICS, Restic, restic
from tests.tools.slowlink import slow_link
from tests.vault.cheap import insecure_test_cost
from tests.vault.test_far_vaults import DAYS, fill
from tests.vault.test_far_writing import back_up, id_of, noise


@pytest.fixture
def place(tmp_path: Path) -> Path:
    init_repository(LocalStorage(tmp_path / "vault"), "secret", kdf=insecure_test_cost())
    return tmp_path / "vault"


@pytest.fixture
def far(place: Path) -> Iterator[Storage]:
    with serve_restic(place) as port, slow_link(port, delay_ms=5, rate=50e6) as away:
        yield open_storage(parse_place(f"rest:http://127.0.0.1:{away}/"), {})


def test_a_distant_vault_is_read_whole_and_the_second_time_from_here(far: Storage, place: Path, tmp_path: Path) -> None:
    assert requests_at_once(far) > 8
    fill(open_repository(LocalStorage(place), "secret"))
    near = open_repository(LocalStorage(place), "secret")
    near.load_index()
    whole = [list(iter_tree(near, snapshot.tree)) for snapshot in load_snapshots(near)]
    assert len(whole) == DAYS
    for _turn in ("cold", "warm"):
        repo = open_repository(far, "secret", cache=tmp_path / "cache")
        repo.load_index()
        assert [list(iter_tree(repo, snapshot.tree)) for snapshot in load_snapshots(repo)] == whole
    last = open_repository(far, "secret", cache=tmp_path / "cache")
    last.load_index()
    assert check(last, read_data=True).ok
    report = restore_tree(last, load_snapshots(last)[-1].tree, tmp_path / "restored")
    assert report.complete
    assert len([path for path in (tmp_path / "restored").rglob("*") if path.is_file()]) == report.files


def test_what_was_sent_in_several_packs_at_once_is_restics_too(far: Storage, place: Path, tmp_path: Path) -> None:
    repo: Repository = open_repository(far, "secret")
    repo.load_index()
    back_up(repo, 60)
    judge = Restic(restic(ALL_RESTICS[-1]), place, "secret", tmp_path / "restic-cache")
    assert "no errors were found" in judge.check()
    near = open_repository(LocalStorage(place), "secret")
    near.load_index()
    assert all(near.load_blob(BlobType.DATA, id_of(noise(number))) == noise(number) for number in range(60))
