"""A program killed while it writes: what it said was stored is stored, and the repository stays clean."""

import hashlib
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from phoneward.vault import BlobId, BlobType, FileType, LocalStorage, init_repository, open_repository
from tests.tools.restic import ALL_RESTICS, Restic, restic
from tests.vault.cheap import insecure_test_cost
from tests.vault.kill_me import blobs_of

ROOT = Path(__file__).parents[2]
KILLS = {"near": 10, "far": 6}


def run_and_kill(repo: Path, start: int, seconds: float, place: str) -> list[int]:
    """Start the program, kill it so long after its first word, and return the blocks it called stored."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    command = [sys.executable, "-m", "tests.vault.kill_me", str(repo), str(start), place]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=ROOT, text=True) as process:
        assert process.stdout is not None
        stored = [int(process.stdout.readline())]
        time.sleep(seconds)
        process.kill()
        stored += [int(line) for line in process.stdout.read().splitlines()]
    return stored


@pytest.mark.parametrize("place", ["near", "far"])
def test_what_was_called_stored_survives_every_kill(tmp_path: Path, place: str) -> None:
    seed = int(os.environ.get("PHONEWARD_TEST_SEED", "20261121"))
    dice = random.Random(seed)
    init_repository(LocalStorage(tmp_path / "repo"), "secret", kdf=insecure_test_cost())
    stored: list[int] = []
    for number in range(KILLS[place]):
        stored += run_and_kill(tmp_path / "repo", number * 100_000, dice.uniform(0, 0.15), place)
    repo = open_repository(LocalStorage(tmp_path / "repo"), "secret")
    repo.load_index()
    for block in stored:
        for data in blobs_of(block):
            assert repo.load_blob(BlobType.DATA, BlobId(hashlib.sha256(data).digest())) == data
    for found in repo.index:
        repo.load_blob(found.entry.type, found.entry.id)  # nothing an index names is missing or torn
    orphans = {file.name for file in repo.list_files(FileType.PACK)} - set(repo.index.packs())
    for pack in orphans:
        repo.read_pack_header(pack)  # a named file is whole, even one that no index names
    judge = Restic(restic(ALL_RESTICS[-1]), tmp_path / "repo", "secret", tmp_path / "cache")
    assert "no errors were found" in judge.check()
