"""Cuts and kills at random moments in a row: after each, restic reads every byte; at the end all is there."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from phoneward.phones import PhoneError
from phoneward.snapshots import BackupCutShortError
from tests.phone import state, trees
from tests.phone.testphone import TestPhone
from tests.phone.trees import tree_digest
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault, settle

FAULTS = 4


def cut_the_cable(vault: Vault, phone: TestPhone, at: int, chance: random.Random) -> None:
    phone.proxy.cut("down", at, chance.choice(["rst", "fin"]))
    try:
        vault.backup(adb_phone(phone))
    except (PhoneError, BackupCutShortError):
        pass
    finally:
        phone.proxy.clear()
        phone.connect()


def kill_the_process(vault: Vault, phone: TestPhone, checkpoints: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.snapshots.killable", "adb", phone.serial, str(vault.folder)],
        env={**phone.environment(), "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    for _number in range(checkpoints):
        process.stdout.readline()
    process.kill()
    process.communicate()
    vault.restic().run("unlock")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_random_cuts_and_kills(tmp_path: Path, phone: TestPhone, seed: int) -> None:
    chance = random.Random(seed)
    phone.answer_with(state.SMALL)
    for number in range(150):
        size = chance.choice([0, 500, 40_000, 200_000, 1_500_000])
        trees.put(phone.storage, f"DCIM/{number // 30}/{number:04}.jpg", trees.content(f"{number}", size))
    for number in (17, 71, 130):  # long enough that a cut within them is gone on from
        trees.put(phone.storage, f"DCIM/{number // 30}/{number:04}.mp4", trees.content(f"film {number}", 15_000_000))
    trees.give_to_phone(phone.storage)
    settle()
    whole = sum(path.stat().st_size for path in phone.storage.rglob("*") if path.is_file())
    vault = Vault.make(tmp_path)
    for _number in range(FAULTS):
        if chance.random() < 0.5:
            cut_the_cable(vault, phone, chance.randrange(1000, whole // 2), chance)
        else:
            kill_the_process(vault, phone, chance.randrange(4))
        vault.check()
    result = vault.backup(adb_phone(phone))
    assert result.complete, result.coverage and result.coverage.gaps
    vault.check()
    held = tree_digest(vault.restored_by_restic("latest") / "shared")
    assert {name: (d.kind, d.mtime_ns, d.content) for name, d in held.items()} == {
        name: (d.kind, d.mtime_ns, d.content) for name, d in tree_digest(phone.storage).items()
    }
