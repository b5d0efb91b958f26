"""`prune`: says what it will free before it starts, frees it, and touches nothing where the vault is not whole."""

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Stocked
from tests.cli.program import Program
from tests.phone import trees


@pytest.fixture
def wasteful(stocked: Stocked, tmp_path: Path) -> tuple[Program, Path]:
    """A vault in which a forgotten snapshot was the only one that needed a large file."""
    vault = tmp_path / "vault"
    shutil.copytree(stocked.vault, vault)
    program = stocked.program.with_(PHONEWARD_REPOSITORY=str(vault))
    phone = tmp_path / "phone"
    trees.put(phone, "DCIM/film.mp4", trees.content("film", 4_000_000))
    name = program.run("backup", "--folder", phone, "--json").document["snapshot_id"]
    (vault / "snapshots" / name).unlink()
    return program, vault


def size(vault: Path) -> int:
    return sum(path.stat().st_size for path in (vault / "data").rglob("*") if path.is_file())


def test_text(wasteful: tuple[Program, Path]) -> None:
    program, vault = wasteful
    before = size(vault)
    planned = program.run("prune", "--dry-run")
    assert (planned.code, planned.stderr) == (0, "")
    assert "About 4.0 MB can be freed." in planned.stdout
    assert "of free space meanwhile" in planned.stdout
    assert size(vault) == before
    done = program.run("prune")
    assert done.code == 0
    assert "About 4.0 MB can be freed." in done.stderr, "said before it starts, beside the result"
    assert done.stdout == "Freed 4.0 MB.\n"
    assert before - size(vault) > 4_000_000
    assert program.run("check", "--read-data").code == 0
    assert program.run("prune").stdout == "Nothing to do.\n"
    assert program.run("prune", "-n").stdout == "Nothing to do.\n"
    assert program.run("prune", "--quiet").stdout == ""
    assert list((vault / "locks").iterdir()) == []


def test_json(wasteful: tuple[Program, Path]) -> None:
    program, vault = wasteful
    before = size(vault)
    plan, summary = program.run("prune", "--json", "--dry-run").documents
    assert (plan["message_type"], plan["dry_run"], summary["dry_run"]) == ("prune_plan", True, True)
    assert plan["blobs"]["unused"] > 0
    assert plan["bytes"]["total"] == plan["bytes"]["used"] + plan["bytes"]["duplicate"] + plan["bytes"]["unused"]
    assert 4_000_000 < plan["frees_bytes"] < 4_100_000
    assert 0 < plan["needs_free_bytes"] < plan["free_bytes"]
    assert size(vault) == before
    plan, summary = program.run("prune", "--json").documents
    assert (summary["message_type"], summary["ok"]) == ("summary", True)
    assert summary["freed_bytes"] == before - size(vault)
    assert plan["packfiles"]["remove"] + plan["packfiles"]["repack"] == summary["packs_removed"]
    verbose = program.run("prune", "--json", "--verbose").documents
    assert any(document.get("phase") == "find-used" for document in verbose)


def test_a_vault_that_is_not_whole(wasteful: tuple[Program, Path]) -> None:
    program, vault = wasteful
    before = size(vault)
    for path in (vault / "index").iterdir():
        path.unlink()
    ran = program.run("prune", "--json")
    assert (ran.code, ran.stdout, ran.complaint["code"]) == (1, "", "vault-not-whole")
    assert "phoneward repair index" in ran.complaint["next_step"]
    assert size(vault) == before
    assert program.run("repair", "index").code == 0
    assert program.run("prune").code == 0
    assert program.run("check", "--read-data").code == 0


@pytest.mark.parametrize(
    "words", [["--max-unused", "100%"], ["--max-unused", "much"], ["--max-unused", ""], ["--max-repack-size", "-1"]]
)
def test_what_makes_no_sense(words: list[str], wasteful: tuple[Program, Path]) -> None:
    ran = wasteful[0].run("prune", *words, "--json")
    assert (ran.code, ran.stdout, ran.complaint["code"]) == (2, "", "prune-option")


def test_nothing_is_packed_anew_where_not_wanted(wasteful: tuple[Program, Path]) -> None:
    program, _vault = wasteful
    plan = program.run("prune", "--dry-run", "--json", "--max-repack-size", "0").documents[0]
    assert (plan["rewrites_bytes"], plan["packfiles"]["repack"]) == (0, 0)
    assert program.run("prune", "--dry-run", "--max-unused", "unlimited", "--max-repack-size", "2G").code == 0


def test_somebody_else_at_work(wasteful: tuple[Program, Path]) -> None:
    from phoneward.vault import LocalStorage, open_repository

    program, vault = wasteful
    repo = open_repository(LocalStorage(vault), "stocked")
    before = size(vault)
    with repo.lock(exclusive=False):
        assert program.run("prune", "--json").complaint["code"] == "repository-locked"
        assert program.run("repair", "index", "--json").complaint["code"] == "repository-locked"
    assert size(vault) == before
