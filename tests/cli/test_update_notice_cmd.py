"""`phoneward update notice OLD NEW`, as somebody who runs a store calls it."""

from pathlib import Path

import pytest

from tests.apk.making import make_apk
from tests.cli.program import Program
from tests.updates.pushing.store import NOTES, OURS, THEIRS
from tests.updates.pushing.test_grading import INCIDENT


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path, {})


def wiping() -> tuple[Path, Path]:
    return make_apk(NOTES, version_code=1, keys=(OURS,)), make_apk(NOTES, version_code=2, keys=(THEIRS,))


def test_two_steps_where_everything_would_be_lost(program: Program) -> None:
    ran = program.run("update", "notice", *wiping(), "--name", "WeChat")
    assert ran.code == 0
    assert "Delete WeChat and all in it, then install?" in ran.stdout
    assert "Type the name of the app to go on: WeChat" in ran.stdout


def test_wechat_is_called_so_without_being_told(program: Program) -> None:
    """A store that forgets --name does not ask people about com.tencent.mm."""
    files = [make_apk("com.tencent.mm", version_code=code, keys=(by,)) for code, by in ((1, OURS), (2, THEIRS))]
    assert "Delete WeChat and all in it, then install?" in program.run("update", "notice", *files).stdout
    assert "删除微信和里面的一切，再安装吗？" in program.run("update", "notice", *files, "--lang", "zh_CN").stdout


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_what_it_writes_keeps_all_the_rules_itself(program: Program, tmp_path: Path, language: str) -> None:
    """The second step asks for typing; the two steps together are graded as one prompt."""
    first, second = program.run(
        "update", "notice", *wiping(), "--name", "WeChat", "--json", "--lang", language
    ).document["steps"]
    labels = [f"[{label}]" for label in first["buttons"]]
    (tmp_path / "own.txt").write_text("\n".join([first["title"], *first["text"], *second["text"], *labels]))
    graded = program.run("update", "notice", *wiping(), "--grade", tmp_path / "own.txt", "--json").document["grade"]
    assert [rule for rule in graded["rules"] if not rule["kept"]] == []


def test_no_question_where_nothing_is_lost(program: Program) -> None:
    ran = program.run("update", "notice", make_apk(NOTES, version_code=1), make_apk(NOTES, version_code=2), "--json")
    assert ran.document["verdict"] == "keeps"
    assert ran.document["steps"] == []


def test_the_prompt_of_the_incident_is_graded(program: Program, tmp_path: Path) -> None:
    (tmp_path / "prompt.txt").write_text(INCIDENT)
    ran = program.run("update", "notice", *wiping(), "--grade", tmp_path / "prompt.txt")
    assert ran.code == 4
    assert "keeps 0 of 6 rules" in ran.stdout


def test_a_prompt_that_is_no_text_is_said(program: Program, tmp_path: Path) -> None:
    (tmp_path / "prompt.txt").write_bytes(b"\xff\xfe\x00")
    ran = program.run("update", "notice", *wiping(), "--grade", tmp_path / "prompt.txt")
    assert ran.code == 2
    assert "prompt.txt" in ran.stderr
