"""`phoneward move`: the plan, the question, the work, the table; a script must say --yes; a cut is gone on with."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli import terminal
from tests.cli.program import Program
from tests.moving import two_phones as two
from tests.moving.two_phones import TwoPhones
from tests.phone import trees
from tests.phone.testphone import PhoneFactory
from tests.snapshots.bench import PASSWORD


@dataclass(frozen=True, slots=True)
class Moving:
    """Two phones, and a program that sees the new one."""

    both: TwoPhones
    program: Program

    def words(self, *more: str) -> list[str]:
        return ["move", "--to-phone", self.both.new.serial, *more]


@pytest.fixture
def bench(phone_factory: PhoneFactory, tmp_path: Path) -> Moving:
    both = two.two_phones(phone_factory, tmp_path)
    variables = {
        "PHONEWARD_REPOSITORY": str(tmp_path / "repo"),
        "PHONEWARD_PASSWORD": PASSWORD,
        **both.new.adb_env,
    }
    program = Program(tmp_path / "home", variables)
    program.home.mkdir()
    return Moving(both, program)


def test_a_script_says_yes_and_gets_the_table(bench: Moving, tmp_path: Path) -> None:
    """Nothing without --yes, nothing in a dry run; then all of it, with a report that is a page of its own."""
    before = trees.tree_digest(bench.both.new.storage)
    refused = bench.program.run(*bench.words("--json"))
    assert (refused.code, refused.complaint["code"]) == (2, "move-not-without-yes")
    rehearsed = bench.program.run(*bench.words("--dry-run"))
    assert rehearsed.code == 0
    for said in ("Step 1 of 5: The new phone", "From: ", "WeChat", "Nothing was written to the phone.", "are free"):
        assert said in rehearsed.stdout, said
    assert trees.tree_digest(bench.both.new.storage) == before
    sheet = tmp_path / "move.html"
    done = bench.program.run(*bench.words("--yes", "--report", str(sheet)))
    assert (done.code, done.stderr) == (0, ""), done.stdout
    for said in (
        "All that can come over is on the new phone.",
        "Do not wipe, sell or give away the old phone yet.",
        "What you must still do",
        f"The report is in {sheet}.",
    ):
        assert said in done.stdout, said
    page = sheet.read_text()
    assert '<meta name="generator" content="Phoneward move">' in page
    assert "Do not wipe, sell or give away the old phone yet." in page
    plan, summary = bench.program.run(*bench.words("--json")).documents
    assert plan["message_type"] == "move_plan"
    assert {part["state"] for part in plan["parts"]} == {"done"}
    assert (summary["complete"], summary["parts"][0]["over"]) == (True, len(two.FILES))
    assert {one["code"] for one in plan["not_moved"]} >= {"app:com.tencent.mm", "private-data", "accounts", "system"}


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("", 130)])
def test_a_person_is_asked(bench: Moving, answer: str, code: int) -> None:
    words = bench.words("--only", "files")
    talk = terminal.run(bench.program, words, [("Type yes to go on: ", answer)], columns=120)
    assert talk.code == code, talk.screen
    assert (bench.both.new.storage / "Documents/letter.txt").exists() is (code == 0)


def test_a_cut_cable_is_told_and_the_same_command_goes_on(bench: Moving) -> None:
    bench.both.new.proxy.cut("up", 250_000)
    cut = bench.program.run(*bench.words("--yes", "--json"))
    assert (cut.code, cut.complaint["code"]) == (1, "move-cut-short")
    assert "run the same command" in json.loads(cut.stderr.splitlines()[-1])["next_step"]
    bench.both.new.proxy.clear()
    bench.both.new.connect()
    ran = bench.program.run(*bench.words("--yes", "--json"))
    assert ran.code == 0, ran.stdout
    held = bench.both.on_new()
    assert {name: held.get(name) for name in two.FILES} == two.FILES
    summary = ran.documents[-1]
    assert summary["parts"][0]["over"] == len(two.FILES)


def test_what_cannot_be_done(bench: Moving) -> None:
    """All against the same two phones, which stay as they are."""
    before = trees.tree_digest(bench.both.new.storage)
    serial = bench.both.new.serial
    refused: list[tuple[list[str], int, str]] = [
        (["move"], 2, "missing-argument"),
        (["move", "--to-phone", "S", "--dry-run", "--report", "x.html"], 2, "not-together"),
        (["move", "--to-phone", "S", "--only", "everything"], 2, "not-a-choice"),
        (["move", "ffffffff", "--to-phone", "S"], 1, "snapshot-not-found"),
        (["move", "--to-phone", "nosuchphone"], 1, "phone-not-found"),
        (["move", "--to-phone", "S", "--yes", "--report", "/"], 2, "not-a-report"),
    ]
    for words, exit_code, code in refused:
        ran = bench.program.run(*(serial if word == "S" else word for word in words), "--json")
        assert (ran.code, ran.complaint["code"]) == (exit_code, code), words
    assert trees.tree_digest(bench.both.new.storage) == before
