"""`restore --to-phone`: the acceptance form, a plan before anything, a question, a table, honest exit codes."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli import terminal
from tests.cli.program import Program, make_vault
from tests.phone import trees
from tests.phone.testphone import TestPhone


@dataclass(frozen=True, slots=True)
class Backed:
    """A test phone with a snapshot of it, and a program that sees both."""

    program: Program
    phone: TestPhone
    before: dict[bytes, trees.Digest]

    def words(self, *more: str) -> list[str]:
        return ["restore", "latest", "--to-phone", self.phone.serial, *more]


@pytest.fixture
def backed(phone: TestPhone, tmp_path: Path) -> Backed:
    trees.put(phone.storage, "DCIM/Camera/一张照片.jpg", trees.content("photo", 300_000))
    trees.put(phone.storage, "DCIM/Camera/2.jpg", trees.content("2", 3_000))
    trees.put(phone.storage, "Download/a.txt", b"a")
    trees.give_to_phone(phone.storage)
    variables = {"PHONEWARD_REPOSITORY": str(tmp_path / "vault"), "PHONEWARD_PASSWORD": "secret", **phone.adb_env}
    program = Program(tmp_path / "home", variables)
    program.home.mkdir()
    make_vault(tmp_path / "vault", "secret")
    assert program.run("backup", "--adb", phone.serial).code == 0
    return Backed(program, phone, trees.tree_digest(phone.storage))


def test_the_acceptance_form(backed: Backed) -> None:
    shutil.rmtree(backed.phone.storage / "DCIM")
    ran = backed.program.run(*backed.words("--include", "/shared/DCIM"))
    assert (ran.code, ran.stderr) == (0, "")
    for words in (
        "Files to write",
        "2 (303.0 kB)",
        "are free",
        "/shared/DCIM",
        "All that was asked for is on the phone.",
    ):
        assert words in ran.stdout
    after = trees.tree_digest(backed.phone.storage)
    assert {n: (d.kind, d.mtime_ns, d.content) for n, d in after.items() if n.startswith(b"DCIM")} == {
        n: (d.kind, d.mtime_ns, d.content) for n, d in backed.before.items() if n.startswith(b"DCIM")
    }
    again = backed.program.run(*backed.words("--include", "/shared/DCIM", "--json"))
    plan, summary = again.documents
    assert (plan["message_type"], plan["new_files"], plan["same_files"]) == ("return_plan", 0, 2)
    assert (summary["complete"], summary["files_written"], summary["already_there"]) == (True, 0, 2)


def test_a_dry_run_writes_nothing(backed: Backed) -> None:
    shutil.rmtree(backed.phone.storage / "DCIM")
    before = trees.tree_digest(backed.phone.storage)
    ran = backed.program.run(*backed.words("--dry-run"))
    assert ran.code == 0
    assert "Nothing was written to the phone." in ran.stdout
    assert trees.tree_digest(backed.phone.storage) == before
    plan, summary = backed.program.run(*backed.words("--dry-run", "--json")).documents
    assert (plan["new_files"], plan["new_bytes"], plan["new_folders"]) == (2, 303_000, 2)
    assert (summary["dry_run"], summary["complete"], summary["files_written"]) == (True, True, 0)


def test_a_file_that_differs_is_kept_named_and_told_by_the_exit_code(backed: Backed) -> None:
    mine = backed.phone.storage / "Download/a.txt"
    mine.write_bytes(b"mine")
    ran = backed.program.run(*backed.words())
    assert ran.code == 3
    assert "/shared/Download/a.txt: the phone has a different file there, which is left as it is." in ran.stdout
    assert "Not everything is on the phone" in ran.stdout
    assert mine.read_bytes() == b"mine"
    _plan, issue, summary = backed.program.run(*backed.words("--json")).documents
    assert (issue["message_type"], issue["kind"], issue["path"]) == ("return_issue", "kept", "/shared/Download/a.txt")
    assert (summary["kept"], summary["issues"], summary["complete"]) == (1, {"kept": 1}, False)


def test_replacing_without_a_terminal_needs_yes(backed: Backed) -> None:
    mine = backed.phone.storage / "Download/a.txt"
    mine.write_bytes(b"mine")
    refused = backed.program.run(*backed.words("--replace", "--json"))
    assert (refused.code, refused.complaint["code"]) == (2, "not-without-yes")
    assert mine.read_bytes() == b"mine"
    done = backed.program.run(*backed.words("--replace", "--yes"))
    assert done.code == 0
    assert mine.read_bytes() == b"a"
    (old,) = mine.parent.glob("a.txt.phoneward-old-*")
    assert old.read_bytes() == b"mine"
    assert old.name in done.stdout


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("no", 130), ("", 130)])
def test_a_person_is_asked(backed: Backed, answer: str, code: int) -> None:
    shutil.rmtree(backed.phone.storage / "DCIM")
    talk = terminal.run(backed.program, backed.words(), [("Type yes to go on: ", answer)], columns=120)
    assert talk.code == code, talk.screen
    assert (backed.phone.storage / "DCIM/Camera/2.jpg").exists() is (code == 0)
    assert ("nothing was written" in talk.screen) is (code != 0)


@pytest.mark.parametrize(("answer", "content"), [("YES", b"a"), ("", b"mine")])
def test_a_yes_is_enough_where_nothing_is_lost(backed: Backed, answer: str, content: bytes) -> None:
    mine = backed.phone.storage / "Download/a.txt"
    mine.write_bytes(b"mine")
    talk = terminal.run(backed.program, backed.words("--replace"), [("Type yes to go on: ", answer)], columns=120)
    assert talk.code == (0 if content == b"a" else 130)
    assert mine.read_bytes() == content


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (["latest", "--to-phone", "S", "--target", "x"], 2, "not-together"),
        (["latest", "--target", "x", "--apks"], 2, "not-together"),
        (["latest"], 2, "missing-argument"),
        (["latest", "--to-phone", "nosuchphone"], 1, "phone-not-found"),
        (["latest", "--to-phone", "S", "--include", "/nope"], 1, "path-not-found"),
        (["latest", "--to-phone", "S", "--app", "org.nope"], 1, "no-app-files"),
        (["ffffffff", "--to-phone", "S"], 1, "snapshot-not-found"),
    ],
)
def test_what_cannot_be_done(backed: Backed, words: list[str], exit_code: int, code: str) -> None:
    before = trees.tree_digest(backed.phone.storage)
    ran = backed.program.run("restore", *(backed.phone.serial if w == "S" else w for w in words), "--json")
    assert (ran.code, ran.complaint["code"]) == (exit_code, code)
    assert trees.tree_digest(backed.phone.storage) == before


def test_a_cut_cable_is_told_and_the_next_run_goes_on(backed: Backed) -> None:
    shutil.rmtree(backed.phone.storage / "DCIM")
    backed.phone.proxy.cut("up", 150_000)
    cut = backed.program.run(*backed.words("--json"))
    assert (cut.code, cut.complaint["code"]) == (1, "return-cut-short")
    backed.phone.proxy.clear()
    backed.phone.connect()
    ran = backed.program.run(*backed.words())
    assert ran.code == 0
    assert {n: d.content for n, d in trees.tree_digest(backed.phone.storage).items()} == {
        n: d.content for n, d in backed.before.items()
    }


def test_what_the_phone_does_anyway_is_not_promised_twice(backed: Backed) -> None:
    """`--verify` would keep a proof in the vault; here every file is read back by the phone, and none is kept."""
    refused = backed.program.run(*backed.words("--verify", "--json"))
    assert (refused.code, refused.complaint["code"]) == (2, "not-together")
