"""`restore --app-backups --to-computer`: WeChat's backup on a computer is lost, and comes back where WeChat looks."""

import shutil
from pathlib import Path

import pytest

from tests.cli import terminal
from tests.cli.program import Program
from tests.cli.test_app_backups_cmd import NOW, home, phone, program
from tests.phones.appbackups.test_oncomputer import wechat_4
from tests.vault.walker import walk

__all__ = ["home", "phone", "program"]

WORDS = ["restore", "latest", "--app-backups", "--to-computer"]


@pytest.fixture
def backup(program: Program, home: Path, phone: Path) -> Path:
    """The folder of WeChat's backup, which a snapshot holds."""
    assert program.run("backup", "--folder", str(phone), "--label", "mum").code == 0
    top = wechat_4(home / "Documents" / "xwechat_files" / "Backup", "wxid_mum", NOW)
    assert program.run("app-backups", "keep", "wechat", "--phone", "mum").code == 0
    assert program.run("backup", "--folder", str(phone), "--label", "mum").code == 0
    return top


def test_it_comes_back_where_it_was(program: Program, home: Path, backup: Path) -> None:
    before = walk(backup)
    shutil.rmtree(home / "Documents" / "xwechat_files")
    dry = program.run(*WORDS, "--dry-run")
    assert (dry.code, backup.exists()) == (0, False)
    assert str(backup) in dry.stdout
    ran = program.run(*WORDS)
    assert (ran.code, ran.stderr) == (0, "")
    assert walk(backup) == before
    assert "phoneward app-backups guide com.tencent.mm" in ran.stdout


def test_what_is_there_stays_and_the_snapshots_lies_beside_it(program: Program, backup: Path) -> None:
    before = walk(backup)
    plan, summary = program.run(*WORDS, "--json").documents
    assert plan["backups"][0]["target"] != str(backup)
    (one,) = summary["backups"]
    assert (one["place"], one["complete"], one["was"]) == (str(backup), True, str(backup))
    assert walk(backup) == before
    contents = {name: found.content for name, found in walk(Path(one["target"])).items()}
    assert contents == {name: found.content for name, found in before.items()}


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("", 130)])
def test_a_person_is_asked(program: Program, home: Path, backup: Path, answer: str, code: int) -> None:
    shutil.rmtree(home / "Documents" / "xwechat_files")
    talk = terminal.run(program, WORDS, [("Type yes to go on: ", answer)], columns=120)
    assert talk.code == code, talk.screen
    assert backup.exists() is (code == 0)


def test_where_nobody_knows_the_place_it_is_said(program: Program, home: Path, backup: Path) -> None:
    """The person has no Documents any more: nothing is made up, and the command that always works is named."""
    shutil.rmtree(home / "Documents")
    shutil.rmtree(home / "Desktop", ignore_errors=True)
    ran = program.with_(HOME=str(home / "nowhere")).run(*WORDS)
    assert ran.code == 3, ran.stdout
    assert "--include /computer/com.tencent.mm/wxid_mum --target DIR" in ran.stdout
    assert not backup.exists()


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (["--to-phone", "x"], 2, "not-together"),
        (["--replace"], 2, "not-together"),
        (["--target", "x"], 2, "not-together"),
        (["--app", "org.nope"], 1, "no-app-backups"),
    ],
)
def test_what_cannot_be_done(program: Program, backup: Path, words: list[str], exit_code: int, code: str) -> None:
    ran = program.run(*WORDS, *words, "--json")
    assert (ran.code, ran.complaint["code"]) == (exit_code, code)
    assert backup.exists()
