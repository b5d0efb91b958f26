"""`repair index`: a lost index comes back from the packs, and what cannot be read is named."""

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Stocked
from tests.cli.program import Program


@pytest.fixture
def copy(stocked: Stocked, tmp_path: Path) -> tuple[Program, Path]:
    vault = tmp_path / "vault"
    shutil.copytree(stocked.vault, vault)
    return stocked.program.with_(PHONEWARD_REPOSITORY=str(vault)), vault


def test_nothing_to_do(copy: tuple[Program, Path]) -> None:
    ran = copy[0].run("repair", "index")
    assert (ran.code, ran.stdout) == (0, "Nothing to do: the index is right.\n")
    assert copy[0].run("repair", "index", "--read-all-packs", "--quiet").stdout == ""


def test_a_lost_index(copy: tuple[Program, Path]) -> None:
    program, vault = copy
    shutil.rmtree(vault / "index")
    (vault / "index").mkdir()
    assert program.run("check").code == 1
    planned = program.run("repair", "index", "--dry-run")
    assert planned.code == 0
    assert "Nothing was changed." in planned.stdout
    assert list((vault / "index").iterdir()) == []
    *findings, summary = program.run("repair", "index", "--json").documents
    assert {finding["kind"] for finding in findings} == {"pack-added"}
    assert summary["findings"]["pack-added"] == len(findings) == summary["packs"] == summary["packs_read"]
    assert program.run("check", "--read-data").code == 0


def test_a_pack_that_cannot_be_read(copy: tuple[Program, Path]) -> None:
    program, vault = copy
    pack = min(path for path in (vault / "data").rglob("*") if path.is_file())
    pack.chmod(0o600)
    pack.write_bytes(pack.read_bytes()[:-1])
    ran = program.run("repair", "index")
    assert ran.code == 3
    assert pack.name in ran.stdout
    assert "phoneward check" in ran.stdout
    assert "run the backup again" in ran.stdout
    assert pack.exists()


def test_help_where_nothing_is_named(copy: tuple[Program, Path]) -> None:
    ran = copy[0].run("repair")
    assert ran.code == 0
    assert "index" in ran.stdout
    assert copy[0].run("repair", "roof", "--json").complaint["code"] == "no-such-command"
