"""The story keeps its promises, and says so when it does not."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoneward import texts
from phoneward.demo import STEPS, FolderSample, Told, tell


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    texts.activate(["en"])
    yield
    texts.activate()


@pytest.fixture
def story(tmp_path: Path) -> tuple[Iterator[Told], Path]:
    phone = tmp_path / "phone"
    phone.mkdir()
    return tell(FolderSample(phone), tmp_path), tmp_path


def test_from_beginning_to_end(story: tuple[Iterator[Told], Path]) -> None:
    told = list(story[0])
    assert [step.step for step in told] == list(STEPS)
    assert all(step.good for step in told)
    facts = {step.step: step.facts for step in told}
    assert facts["second-snapshot"]["files_sent"] == 3
    assert facts["copies"]["paths"] == ["/shared/Android/data/com.example.finance/files/.cache/3f9a1c"]
    said = str(next(step for step in told if step.step == "copies").sentences[0])
    assert "com.example.finance keeps an exact copy of your screenshot" in said
    assert "written 4 seconds later" in said
    assert facts["compare"]["files"] == facts["second-snapshot"]["files"]
    assert facts["restore"]["verified"] == facts["restore"]["files"]
    assert [path for path in (story[1] / "vault" / "snapshots").iterdir() if path.name == facts["restore"]["proof"]]
    command = ["sh", "-c", "cat SHA256SUMS/* | sha256sum --strict -c --quiet"]
    assert subprocess.run(command, cwd=story[1] / "restored", check=False).returncode == 0
    states = {app.package: str(app.state) for app in told[3].coverage.apps} if told[3].coverage else {}
    assert states == {
        "com.tencent.mm": "kept in part",
        "com.whatsapp": "kept by its own backup",
        "org.thoughtcrime.securesms": "out of reach",
        "com.eg.android.AlipayGphone": "out of reach",
        "org.tasks": "kept",
        "com.example.finance": "kept in part",
        "com.android.settings": "out of reach",
        "com.android.deskclock": "out of reach",
    }


def test_a_restored_file_that_differs_fails_it(story: tuple[Iterator[Told], Path]) -> None:
    steps, folder = story
    for told in steps:
        if told.step == "restore":
            target = folder / "restored" / "shared" / "Documents" / "notes.txt"
            status = target.stat()
            target.write_bytes(target.read_bytes().replace(b"Anna", b"Anne"))
            os.utime(target, ns=(status.st_mtime_ns, status.st_mtime_ns))
        if told.step == "compare":
            assert not told.good
            assert "NOT the same" in str(told.sentences[0])
            assert str(told.sentences[1]) == "Documents/notes.txt: with other content"


def test_a_damaged_vault_fails_it(story: tuple[Iterator[Told], Path]) -> None:
    steps, folder = story
    for told in steps:
        if told.step == "second-snapshot":
            packs = [path for path in (folder / "vault" / "data").rglob("*") if path.is_file()]
            target = max(packs, key=lambda path: path.stat().st_size)
            content = bytearray(target.read_bytes())
            content[len(content) // 3] ^= 16
            target.chmod(0o600)
            target.write_bytes(content)
        if told.step == "check":
            assert not told.good
            return
