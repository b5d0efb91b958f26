"""`rename`: a phone's own name, kept in the vault; `snapshots` and all others tell it from the phone's snapshots."""

import shutil
from pathlib import Path

import pytest

from phoneward.vault import LocalStorage, open_repository
from tests.cli.conftest import Stocked
from tests.cli.program import Program
from tests.snapshots.catalogue.histories import put_snapshot
from tests.tools import restic as restic_tool
from tests.tools.restic import Restic


def device_of(program: Program) -> str:
    found = [line["device"] for line in program.run("snapshots", "--json").documents if line["device"]]
    return str(found[0])


def test_a_name_is_kept_and_shown(copied: Program) -> None:
    before = copied.run("snapshots").stdout
    ran = copied.run("rename", "小米手机", "妈妈的手机")
    assert (ran.code, ran.stderr) == (0, "")
    assert "小米手机 is now called 妈妈的手机" in ran.stdout
    shown = copied.with_(COLUMNS="150").run("snapshots")
    assert (shown.code, shown.stderr) == (0, "")
    assert shown.stdout.count("妈妈的手机 (小米手机)") == 2
    assert shown.stdout.count(" yes") == 2, "the state is no row"
    assert "2 snapshots" in shown.stdout
    assert "names, settings and notes" in shown.stdout
    assert "names, settings and notes" not in before
    assert copied.run("snapshots", "--lang", "zh_CN").code == 0
    # By the new name, and back again.
    ran = copied.run("rename", "妈妈的手机", "")
    assert "no name of yours any more" in ran.stdout
    assert "妈妈" not in copied.run("snapshots").stdout


def test_for_programs(copied: Program, stocked: Stocked) -> None:
    device = device_of(copied)
    assert {line["name"] for line in copied.run("snapshots", "--json").documents} == {None}
    ran = copied.run("rename", device[:6], "Mum\x1b[2J", "--json")
    assert ran.code == 0
    assert ran.document == {
        "message_type": "renamed", "device": device, "label": "小米手机", "name": "Mum\\x1b[2J"
    }  # fmt: skip
    *phones, state = copied.run("snapshots", "--json").documents
    assert [(line["id"], line["name"], line["state"]) for line in phones] == [
        (name, "Mum\\x1b[2J", False) for name in stocked.ids
    ]
    assert (state["state"], state["name"], state["device"], state["proof"]) == (True, None, "", False)
    assert (state["tags"], state["paths"]) == (["phoneward-state"], ["/state"])


def test_all_that_this_computer_remembers_may_go(copied: Program) -> None:
    """The name is in the vault, never only in a cache."""
    copied.run("rename", "小米手机", "Mum")
    for folder in ("state", "cache"):
        shutil.rmtree(copied.home / folder, ignore_errors=True)
    elsewhere = Path(copied.variables["PHONEWARD_REPOSITORY"]).parent / "another home"
    elsewhere.mkdir()
    shown = Program(elsewhere, {**copied.variables, "COLUMNS": "150"}).run("snapshots")
    assert shown.stdout.count("Mum (小米手机)") == 2


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (["nobody", "x"], 1, "no-such-phone"),
        (["小米手机", "x" * 101], 2, "state-text"),
        (["小米手机"], 2, "missing-argument"),
    ],
)
def test_what_makes_no_sense(words: list[str], code: int, error: str, copied: Program) -> None:
    before = copied.run("snapshots", "--json").documents
    ran = copied.run("rename", *words, "--json")
    assert (ran.code, ran.stdout, ran.complaint["code"]) == (code, "", error)
    assert copied.run("snapshots", "--json").documents == before


def test_a_phone_that_calls_itself_something_hostile(copied: Program) -> None:
    repo = open_repository(LocalStorage(Path(copied.variables["PHONEWARD_REPOSITORY"])), "stocked")
    repo.load_index()
    put_snapshot(repo, {}, device="hostile", label="red\x1b[2J")
    for name in ("Mum", ""):
        ran = copied.run("rename", "hostile", name)
        assert (ran.code, "\x1b" in ran.stdout) == (0, False)
        assert "red\\x1b[2J" in ran.stdout


def test_a_name_that_is_no_text_changes_no_other(copied: Program) -> None:
    assert copied.run("rename", "小米手机", b"\xff\x00"[:1]).code == 0
    assert copied.run("snapshots", "--json").documents[0]["name"] == "\\xff"


def test_no_command_takes_it_for_a_phone_s(copied: Program, stocked: Stocked) -> None:
    words = {
        "stats": ["stats", "--json"],
        "find": ["find", "*", "--json"],
        "coverage": ["coverage", "--json"],
        "ls": ["ls", "--json"],
        "diff": ["diff", stocked.ids[0], "latest", "--json"],
        "forget": ["forget", "--keep-last", "1", "--group-by", "", "--dry-run", "--json"],
    }
    before = {name: copied.run(*command) for name, command in words.items()}
    assert copied.run("rename", "小米手机", "Mum").code == 0
    for name, command in words.items():
        after = copied.run(*command)
        assert (after.code, after.stdout) == (before[name].code, before[name].stdout), name
    checked = copied.run("check", "--read-data", "--json").documents[-1]
    assert (checked["ok"], checked["snapshots"]) == (True, 3)


def test_forget_and_prune_keep_it(copied: Program, tmp_path: Path) -> None:
    copied.run("rename", "小米手机", "Mum")
    forgotten = copied.run("forget", "--keep-last", "1", "--prune", "--json")
    assert forgotten.code == 0, forgotten.stderr
    assert len(forgotten.documents[-1]["removed"]) == 1
    phone, state = copied.run("snapshots", "--json").documents
    assert (phone["name"], state["state"]) == ("Mum", True)
    judge = Restic(restic_tool.restic("0.19"), copied.variables["PHONEWARD_REPOSITORY"], "stocked", tmp_path / "cache")
    judge.check()


def tear_index(program: Program) -> None:
    for path in (Path(program.variables["PHONEWARD_REPOSITORY"]) / "index").iterdir():
        path.chmod(0o600)
        path.write_bytes(b"torn")


def test_a_damaged_index_hides_neither_snapshot_nor_name(copied: Program) -> None:
    copied.run("rename", "小米手机", "Mum")
    tear_index(copied)
    ran = copied.run("snapshots", "--json")
    assert (ran.code, [line["name"] for line in ran.documents]) == (0, ["Mum", "Mum", None])


def test_a_name_is_kept_beside_what_is_damaged_and_that_is_said(copied: Program, stocked: Stocked) -> None:
    path = Path(copied.variables["PHONEWARD_REPOSITORY"]) / "snapshots" / stocked.ids[0]
    path.chmod(0o600)
    path.write_bytes(b"torn")
    ran = copied.run("rename", "小米手机", "Mum")
    assert (ran.code, "is now called Mum" in ran.stdout) == (3, True)
    assert stocked.ids[0][:8] in ran.stderr
    assert "Mum" in copied.run("snapshots").stdout


def test_where_the_name_needs_the_damaged_index_the_list_is_whole(copied: Program, tmp_path: Path) -> None:
    copied.run("rename", "小米手机", "Mum")
    vault = copied.variables["PHONEWARD_REPOSITORY"]
    judge = Restic(restic_tool.restic("0.19"), vault, "stocked", tmp_path / "cache")
    judge.run("tag", "--tag", "phoneward-state", "--add", "x")  # which drops the hint where the state lies
    tear_index(copied)
    ran = copied.run("snapshots", "--json")
    assert (ran.code, [line["name"] for line in ran.documents]) == (3, [None, None, None])
    assert "damaged" in ran.stderr


def test_a_vault_with_a_state_and_no_snapshot(copied: Program, stocked: Stocked) -> None:
    copied.run("rename", "小米手机", "Mum")
    assert copied.run("forget", *stocked.ids).code == 0
    ran = copied.run("snapshots")
    assert "holds no snapshot yet" in ran.stdout
    assert copied.run("restore", "latest", "--target", "x", "--json").complaint["code"] == "no-snapshots"
