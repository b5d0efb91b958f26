"""`snapshots`: a table for people, restic's fields for programs; damage is named and hides nothing."""

import json
import os
import shutil
from pathlib import Path

from tests.cli import terminal
from tests.cli.conftest import Stocked
from tests.cli.program import Program
from tests.tools import restic as restic_tool
from tests.tools.restic import Restic


def test_the_table(stocked: Stocked) -> None:
    ran = stocked.program.run("snapshots")
    assert (ran.code, ran.stderr) == (0, "")
    assert all(short[:8] in ran.stdout for short in stocked.ids)
    assert "小米手机" in ran.stdout
    assert "2 snapshots" in ran.stdout
    assert ran.stdout.count(" yes") == 2


def test_fields_and_values_are_restics(stocked: Stocked, tmp_path: Path) -> None:
    ours = stocked.program.run("snapshots", "--json").documents
    copy = tmp_path / "copy"
    shutil.copytree(stocked.vault, copy)  # restic leaves locks and cache
    judge = Restic(restic_tool.restic(restic_tool.ALL_RESTICS[-1]), copy, "stocked", tmp_path / "cache")
    for mine, theirs in zip(ours, judge.snapshots(), strict=True):
        assert mine.pop("message_type") == "snapshot"
        for key, value in theirs.items():
            assert mine[key] == value, key


def test_an_empty_vault(program: Program, tmp_path: Path) -> None:
    named = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="x")
    named.run("init")
    assert "phoneward backup" in named.run("snapshots").stdout
    assert named.run("snapshots", "--json").documents == []


def test_a_damaged_snapshot_is_named_and_hides_no_other(stocked: Stocked, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(stocked.vault, copy)
    target = copy / "snapshots" / stocked.ids[0]
    target.chmod(0o600)
    target.write_bytes(os.urandom(200))
    ran = stocked.program.with_(PHONEWARD_REPOSITORY=str(copy)).run("snapshots", "--json")
    assert ran.code == 3
    assert [document["id"] for document in ran.documents] == [stocked.ids[1]]
    complaint = json.loads(ran.stderr)
    assert (complaint["message_type"], complaint["code"]) == ("error", "damaged")
    assert stocked.ids[0] in complaint["message"]


def test_wrong_password_and_no_vault(stocked: Stocked, tmp_path: Path) -> None:
    wrong = stocked.program.with_(PHONEWARD_PASSWORD="wrong").run("snapshots", "--json")
    assert (wrong.code, wrong.complaint["code"], wrong.stdout) == (12, "wrong-password", "")
    nothing = stocked.program.run("-r", tmp_path / "nothing", "snapshots", "--json")
    assert (nothing.code, nothing.complaint["code"], nothing.stdout) == (10, "no-repository", "")
    assert not (tmp_path / "nothing").exists()
    # Said before anybody is asked for a password: neither password nor terminal is needed to hear it.
    assert stocked.program.with_(PHONEWARD_PASSWORD="").run("-r", tmp_path / "nothing", "snapshots").code == 10


def test_a_person_may_type_the_password_again(stocked: Stocked) -> None:
    asking = stocked.program.with_(PHONEWARD_PASSWORD="")
    talk = terminal.run(asking, ["snapshots"], [("Password of the vault: ", "wrong"), ("Password", "stocked")])
    assert talk.code == 0
    assert "Try again" in talk.screen
    assert "wrong" not in talk.screen
    thrice = terminal.run(asking, ["snapshots"], [("Password", "a"), ("Password", "b"), ("Password", "c")])
    assert thrice.code == 12


def test_at_a_terminal_and_in_chinese(stocked: Stocked) -> None:
    for columns in (80, 50):
        talk = terminal.run(stocked.program, ["snapshots", "--lang", "zh_CN"], columns=columns)
        assert talk.code == 0
        assert "小米手机" in talk.screen or columns == 50


def test_no_colour_where_none_is_wanted(stocked: Stocked) -> None:
    coloured = terminal.run(stocked.program, ["coverage"]).screen
    assert "\x1b[" in coloured
    plain = terminal.run(stocked.program.with_(NO_COLOR="1"), ["coverage"]).screen
    assert "\x1b[3" not in plain
    assert "\x1b" not in stocked.program.run("coverage").stdout
