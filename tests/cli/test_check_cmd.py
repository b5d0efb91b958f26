"""`check`: a flipped byte is found, named, and exit 1; nothing is ever said to be checked that was not."""

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Stocked
from tests.cli.program import Program


@pytest.fixture
def copy(stocked: Stocked, tmp_path: Path) -> tuple[Program, Path]:
    vault = tmp_path / "copy"
    shutil.copytree(stocked.vault, vault)
    return stocked.program.with_(PHONEWARD_REPOSITORY=str(vault)), vault


def test_sound(copy: tuple[Program, Path]) -> None:
    program, vault = copy
    plain = program.run("check")
    assert plain.code == 0
    assert "No damage was found." in plain.stdout
    assert "was not read back" in plain.stdout
    full = program.run("check", "--read-data")
    assert full.code == 0
    assert "Read back in full" in full.stdout
    assert "was not read back" not in full.stdout
    document = program.run("check", "--read-data", "--json").document
    assert (document["ok"], document["num_errors"]) == (True, 0)
    assert document["packs_read"] == document["packs"] > 0
    assert list((vault / "locks").iterdir()) == []


def flip(vault: Path) -> str:
    pack = max((path for path in (vault / "data").rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    content = bytearray(pack.read_bytes())
    content[len(content) // 2] ^= 1
    pack.chmod(0o600)
    pack.write_bytes(content)
    return pack.name


def test_one_flipped_bit(copy: tuple[Program, Path]) -> None:
    program, vault = copy
    name = flip(vault)
    assert program.run("check").code == 0, "no byte of a pack is read without --read-data"
    ran = program.run("check", "--read-data")
    assert ran.code == 1
    assert name in ran.stdout
    assert "Do not delete anything." in ran.stdout
    assert "decrypted and compared" not in ran.stdout, "nothing sounds as if all were well"
    assert "What is damaged is named above." in ran.stdout
    *problems, summary = program.run("check", "--read-data-subset", "100%", "--json").documents
    lost = [problem for problem in problems if problem["severity"] == "lost"]
    assert {problem["kind"] for problem in lost} <= {"file-lost"}
    assert summary["num_lost"] == len(lost)
    problems = [problem for problem in problems if problem["severity"] == "error"]
    assert {problem["kind"] for problem in problems} == {"pack-damaged"}
    assert {problem["file"] for problem in problems} == {f"data/{name}"}
    assert (summary["ok"], summary["num_errors"]) == (False, len(problems))
    assert program.run("check", "--read-data", "--quiet").stdout != ""


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--read-data", "--read-data-subset", "1/2"], "not-together"),
        (["--read-data-subset", "0/0"], "subset"),
        (["--read-data-subset", "x"], "subset"),
        (["--read-data-subset", ""], "subset"),
    ],
)
def test_what_makes_no_sense(words: list[str], code: str, copy: tuple[Program, Path]) -> None:
    ran = copy[0].run("check", *words, "--json")
    assert (ran.code, ran.stdout, ran.complaint["code"]) == (2, "", code)


def test_without_a_lock(copy: tuple[Program, Path]) -> None:
    program, vault = copy
    shutil.rmtree(vault / "locks")
    assert program.run("check", "--no-lock").code == 0
    assert not (vault / "locks").exists()


def test_only_a_note_that_was_asked_for_is_kept(copied: Program) -> None:
    """A check writes nothing into the vault, unless it is told to keep that nothing was damaged."""

    def noted() -> bool:
        findings = copied.run("checkup", "--json").documents[:-1]
        return "snapshots.never-read-back" not in {finding["code"] for finding in findings}

    before = copied.run("snapshots", "--json").documents
    assert copied.run("check", "--read-data").code == 0
    assert copied.run("snapshots", "--json").documents == before
    assert not noted()
    assert copied.run("check", "--read-data", "--note").code == 0
    assert noted()
    refused = copied.run("check", "--note", "--no-lock", "--json")
    assert (refused.code, refused.complaint["code"]) == (2, "not-together")
