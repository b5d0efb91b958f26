"""Manual pages: one a command, in every language, read by groff without a warning."""

import subprocess
from pathlib import Path

import click
import pytest

from phoneward.cli.app import program
from scripts import manpages


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("man")
    manpages.write(folder)
    return folder


def shown(page: Path) -> str:
    """Return a page as `man` shows it; fails on a warning."""
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Kutf8", "-Tutf8", "-P-cbou", "-rLL=100n", page],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    # Chinese has no spaces between which a line could be spread.
    complaints = [line for line in done.stderr.splitlines() if "adjust line" not in line and "break line" not in line]
    assert complaints == []
    return done.stdout


def test_every_command_has_a_page_in_every_language(written: Path) -> None:
    names = {"phoneward.1", *(f"phoneward-{name}.1" for name in program.list_commands(click.Context(program)))}
    for folder in ("man1", "zh_CN/man1", "zh_TW/man1"):
        assert {page.name for page in (written / folder).iterdir()} == names


def test_groff_reads_every_page(written: Path) -> None:
    for page in sorted((written / "man1").iterdir()):
        text = shown(page)
        for heading in ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "SEE ALSO"):
            assert heading in text, page


def test_a_page_says_what_help_says_with_what_lies_below(written: Path) -> None:
    text = " ".join(shown(written / "man1" / "phoneward-case.1").split())
    assert "phoneward case seal" in text
    assert "130" in text
    assert "`" in text
    assert "快照" in shown(written / "zh_CN" / "man1" / "phoneward-backup.1")
    assert "執行" in shown(written / "zh_TW" / "man1" / "phoneward-backup.1")
