"""What a killed restore leaves in its folder is cleared away by the next one; what others made stays."""

import os
import time
from pathlib import Path

import pytest

from phoneward.phones import open_folder
from phoneward.snapshots import backup, restore
from phoneward.vault import LocalStorage, Repository, init_repository, restore_leftovers
from tests.faults.promises import PASSWORD, content_of
from tests.vault.cheap import insecure_test_cost

PIECE = ".phoneward-0123456789abcdef.part"
NOT_OURS = [".phoneward-0123456789ABCDEF.part", ".phoneward-1.part", "x.part", ".phoneward-0123456789abcdef.part.jpg"]


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    repo = init_repository(LocalStorage(tmp_path / "vault"), PASSWORD, kdf=insecure_test_cost())
    (tmp_path / "phone/DCIM").mkdir(parents=True)
    (tmp_path / "phone/DCIM/a.jpg").write_bytes(b"a" * 5000)
    with open_folder(tmp_path / "phone") as phone:
        backup(phone, repo, state_dir=tmp_path / "state")
    repo.load_index()
    return repo


def leave(target: Path) -> list[Path]:
    """Leave pieces in the folder and below, and things that look almost like them."""
    folders = [target, target / "shared/DCIM"]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        for name in [PIECE, *NOT_OURS]:
            (folder / name).write_bytes(b"half of a pic")
    return [folder / PIECE for folder in folders]


def test_pieces_go_and_nothing_else(repo: Repository, tmp_path: Path) -> None:
    target = tmp_path / "restored"
    pieces = leave(target)
    (target / "shared" / PIECE).mkdir()  # a folder of that name is none of ours
    assert restore(repo, "latest", target).complete
    assert not any(piece.exists() for piece in pieces)
    assert (target / "shared" / PIECE).is_dir()
    for piece in pieces:
        assert all((piece.parent / name).exists() for name in NOT_OURS)
    assert content_of(target / "shared/DCIM")[b"a.jpg"] == content_of(tmp_path / "phone")[b"DCIM/a.jpg"]


def test_a_dry_run_removes_nothing(repo: Repository, tmp_path: Path) -> None:
    pieces = leave(tmp_path / "restored")
    restore(repo, "latest", tmp_path / "restored", dry_run=True)
    assert all(piece.exists() for piece in pieces)


def test_while_another_restore_works_there_only_old_pieces_go(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "restored"
    pieces = leave(target)
    descriptor, is_alone = restore_leftovers.claim(str(target))
    assert is_alone
    assert descriptor is not None
    restore(repo, "latest", target)
    assert all(piece.exists() for piece in pieces), "they may be the other's"
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 86_500)
    restore(repo, "latest", target)
    assert not any(piece.exists() for piece in pieces)
    os.close(descriptor)
