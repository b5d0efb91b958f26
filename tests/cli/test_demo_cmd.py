"""`demo`: exit 0 only if all came back the same; cleans up unless told to keep."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from phoneward import demo as story
from phoneward.cli.app import program as app
from phoneward.texts import words
from tests.cli.program import Program
from tests.tools import restic as restic_tool
from tests.tools.restic import Restic


def test_it_tells_the_story_and_cleans_up(program: Program, tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    ran = program.with_(TMPDIR=str(tmp_path / "tmp")).run("demo")
    assert (ran.code, ran.stderr) == (0, "")
    for number in range(1, 10):
        assert f"\n{number}. " in "\n" + ran.stdout
    assert "are the same, byte by byte" in ran.stdout
    assert "com.tencent.mm" in ran.stdout
    assert list((tmp_path / "tmp").iterdir()) == []


def test_kept_it_can_be_looked_at_with_restic(program: Program, tmp_path: Path) -> None:
    ran = program.run("demo", "--json", "--keep", tmp_path / "kept")
    assert (ran.code, ran.stderr) == (0, "")
    *steps, summary = ran.documents
    assert all(step["good"] for step in steps)
    assert (summary["same"], summary["kept"]) == (True, True)
    password = next(step["password"] for step in steps if step["step"] == "vault")
    judge = Restic(restic_tool.restic(restic_tool.ALL_RESTICS[-1]), summary["vault"], password, tmp_path / "cache")
    judge.check()
    assert len(judge.snapshots()) == 3  # two of the phone, and the proof of the restore


def test_a_folder_with_something_in_it_is_left_alone(program: Program, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    ran = program.run("demo", "--keep", tmp_path)
    assert (ran.code, ran.stdout) == (2, "")
    assert "is not empty" in ran.stderr
    assert (tmp_path / "mine").read_text() == "mine"


def test_a_broken_promise_is_exit_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_more: object) -> object:
        yield story.Told("vault", (words("yes"),), {"vault": "v", "password": "p"})
        yield story.Told("compare", (words("yes"),), {"same": False}, good=False)

    monkeypatch.setattr("phoneward.demo.tell", broken)
    result = CliRunner().invoke(app, ["demo"])
    assert result.exit_code == 1
    assert "(FAILED)" in result.stdout
    assert CliRunner().invoke(app, ["demo", "--json"]).exit_code == 1
