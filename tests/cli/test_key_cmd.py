"""`key`: passwords are asked for twice, never shown, and one always opens."""

from pathlib import Path

import pytest

from tests.cli import terminal
from tests.cli.program import Program, make_vault


@pytest.fixture
def named(program: Program, tmp_path: Path) -> Program:
    make_vault(tmp_path / "vault", "first")
    return program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="first")


def _opens(program: Program, password: str) -> bool:
    return program.with_(PHONEWARD_PASSWORD=password).run("snapshots", "--json").code == 0


def test_add_list_remove(named: Program, tmp_path: Path) -> None:
    (tmp_path / "new").write_text("second\n")
    words = ["--new-password-file", str(tmp_path / "new"), "--user", "anna\x1b[2J", "--host", "笔记本"]
    added = named.run("key", "add", *words, "--json").document
    assert added["message_type"] == "key_added"
    assert _opens(named, "second")
    first, second = named.run("key", "list", "--json").documents
    assert (first["current"], second["current"]) == (True, False)
    assert (second["id"], second["hostName"]) == (added["id"], "笔记本")
    listed = named.run("key", "list")
    assert listed.code == 0
    assert "\x1b" not in listed.stdout
    assert "anna" in listed.stdout
    refused = named.run("key", "remove", first["id"][:10], "--json")
    assert (refused.code, refused.complaint["code"]) == (1, "key-in-use")
    removed = named.run("key", "remove", added["id"][:10], "--json").document
    assert removed == {"message_type": "key_removed", "id": added["id"]}
    assert not _opens(named, "second")
    assert _opens(named, "first")


def test_passwd_at_a_terminal(named: Program) -> None:
    answers = [("New password: ", "second"), ("The same password again: ", "second")]
    talk = terminal.run(named, ["key", "passwd"], answers)
    assert talk.code == 0
    assert "The password was changed" in " ".join(talk.screen.split())
    assert "second" not in talk.screen
    assert _opens(named, "second")
    assert not _opens(named, "first")


def test_two_entries_that_differ_change_nothing(named: Program) -> None:
    for command in ("add", "passwd"):
        talk = terminal.run(named, ["key", command], [("New password: ", "a"), ("again: ", "b")])
        assert talk.code == 2
        empty = terminal.run(named, ["key", command], [("New password: ", "")])
        assert empty.code == 2
    assert len(named.run("key", "list", "--json").documents) == 1


def test_the_new_password_from_the_environment(named: Program) -> None:
    changed = named.with_(PHONEWARD_NEW_PASSWORD="second").run("key", "passwd", "--json").document
    assert changed["message_type"] == "key_changed"
    assert changed["removed"] != changed["id"]
    assert _opens(named, "second")


def test_nobody_to_ask_and_the_old_password_is_not_taken_for_the_new(named: Program) -> None:
    ran = named.run("key", "add", "--json")
    assert (ran.code, ran.stdout, ran.complaint["code"]) == (2, "", "no-terminal-for-new")


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (["remove"], 2, "missing-argument"),
        (["remove", "zz\x1b"], 1, "key-not-found"),
        (["add", "--new-password-file", "/nowhere"], 2, "setting-file"),
        (["wipe"], 2, "no-such-command"),
    ],
)
def test_what_makes_no_sense(words: list[str], code: int, error: str, named: Program) -> None:
    ran = named.run("key", *words, "--json")
    assert (ran.code, ran.stdout, ran.complaint["code"]) == (code, "", error)
    assert "\x1b" not in ran.stderr


def test_a_damaged_key_is_named_and_hinders_nothing(named: Program, tmp_path: Path) -> None:
    (tmp_path / "vault" / "keys" / ("0" * 64)).write_bytes(b"\x1b no key")
    ran = named.run("key", "list")
    assert ran.code == 3
    assert "keys/000" in ran.stderr
    assert "yes" in ran.stdout
    assert named.run("key", "remove", "000000", "--json").code == 0
    assert named.run("key", "list").code == 0


def test_key_alone_shows_its_help(named: Program) -> None:
    ran = named.run("key")
    assert ran.code == 0
    assert "passwd" in ran.stdout


@pytest.mark.parametrize(("answer", "opens"), [("", True), ("yes", False)])
def test_at_a_terminal_a_password_is_removed_after_a_yes(
    named: Program, tmp_path: Path, answer: str, *, opens: bool
) -> None:
    (tmp_path / "new").write_text("second\n")
    added = named.run("key", "add", "--new-password-file", str(tmp_path / "new"), "--json").document
    talk = terminal.run(named, ["key", "remove", added["id"]], [("Remove the password. ", answer)], columns=120)
    assert talk.code == (130 if opens else 0), talk.screen
    assert _opens(named, "second") is opens
