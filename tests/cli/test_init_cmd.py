"""`init`: a vault that restic opens, asked for twice at a terminal, never in the way of another."""

from pathlib import Path

import pytest

from phoneward.settings import NoRepositoryNamedError
from tests.cli import terminal
from tests.cli.program import Program
from tests.tools.restic import Restic

PASSWORD = "correct horse 电池"


def test_restic_opens_what_init_made(program: Program, tmp_path: Path, restic_program: Path) -> None:
    vault = tmp_path / "vault"
    ran = program.with_(PHONEWARD_REPOSITORY=str(vault), PHONEWARD_PASSWORD=PASSWORD).run("init")
    assert ran.code == 0
    assert str(vault) in ran.stdout
    assert "password" in ran.stdout
    Restic(restic_program, vault, PASSWORD, tmp_path / "cache").check()


def test_json(program: Program, tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    ran = program.with_(RESTIC_REPOSITORY=str(vault), RESTIC_PASSWORD=PASSWORD).run("init", "--json")
    assert ran.document["message_type"] == "initialized"
    assert ran.document["repository"] == str(vault)
    assert len(ran.document["id"]) == 64
    assert ran.stderr == ""


def test_quiet(program: Program, tmp_path: Path) -> None:
    ran = program.with_(PHONEWARD_PASSWORD=PASSWORD).run("-q", "-r", tmp_path / "vault", "init")
    assert (ran.code, ran.stdout, ran.stderr) == (0, "", "")


def test_a_vault_is_never_made_over_another(program: Program, tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    named = program.with_(PHONEWARD_REPOSITORY=str(vault), PHONEWARD_PASSWORD=PASSWORD)
    assert named.run("init").code == 0
    before = sorted((path, path.stat().st_mtime_ns) for path in vault.rglob("*"))
    again = named.run("init")
    assert again.code == 1
    assert "already" in again.stderr
    assert len(again.stderr.splitlines()) == 2
    assert sorted((path, path.stat().st_mtime_ns) for path in vault.rglob("*")) == before
    # Said before anybody is asked for a password: no terminal is needed to hear it.
    assert program.run("init", "-r", vault).code == 1


@pytest.mark.parametrize("words", [["init"], ["snapshots"], ["check", "--read-data"], ["unlock"]])
def test_no_vault_named(words: list[str], program: Program) -> None:
    ran = program.with_(PHONEWARD_PASSWORD=PASSWORD).run(*words)
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr.splitlines() == [
        "phoneward: You have not said where the vault is.",
        NoRepositoryNamedError.next_step,
    ]


def test_without_a_terminal_nobody_is_asked(program: Program, tmp_path: Path) -> None:
    ran = program.run("init", "--repo", tmp_path / "vault", stdin=b"password\npassword\n")
    assert (ran.code, ran.stdout) == (2, "")
    assert "no terminal" in ran.stderr
    assert "PHONEWARD_PASSWORD" in ran.stderr.splitlines()[1]
    assert not (tmp_path / "vault").exists()


def test_a_person_is_asked_twice_and_told_what_it_means(program: Program, tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    talk = terminal.run(program, ["init", "-r", str(vault)], [("New password: ", PASSWORD), ("again: ", PASSWORD)])
    assert talk.code == 0
    assert "no way to reset it" in talk.screen
    assert PASSWORD not in talk.screen
    assert program.with_(PHONEWARD_PASSWORD=PASSWORD).run("snapshots", "-r", vault).code == 0


def test_a_weak_password_is_said_and_used(program: Program, tmp_path: Path) -> None:
    named = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="5201314")
    ran = named.run("init")
    assert ran.code == 0
    assert "This password is weak" in ran.stderr
    assert "5201314" not in ran.stderr
    assert named.run("snapshots").code == 0


@pytest.mark.parametrize(("first", "second", "said"), [("a", "b", "not the same"), ("", None, "is empty")])
def test_a_person_mistypes(first: str, second: str | None, said: str, program: Program, tmp_path: Path) -> None:
    answers = [("New password: ", first)] + ([("again: ", second)] if second is not None else [])
    talk = terminal.run(program, ["init", "-r", str(tmp_path / "vault")], answers)
    assert talk.code == 2
    assert said in talk.screen
    assert not (tmp_path / "vault").exists()


def test_ctrl_c_at_the_prompt(program: Program, tmp_path: Path) -> None:
    talk = terminal.run(program, ["init", "-r", str(tmp_path / "vault")], [("New password: ", terminal.CTRL_C)])
    assert talk.code == 130
    assert "Stopped." in talk.screen
    assert "Traceback" not in talk.screen
