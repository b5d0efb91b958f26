"""`phoneward update gate OLD NEW`, as a release pipeline calls it."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.apk.making import make_apk
from tests.cli.program import Program
from tests.updates.pushing.store import NOTES, OURS, THEIRS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path, {})


def test_an_update_of_the_same_signer_may_go_out(program: Program) -> None:
    ran = program.run("update", "gate", make_apk(NOTES, version_code=1), make_apk(NOTES, version_code=2))
    assert ran.code == 0
    assert ran.stdout.startswith(f"This update of {NOTES} may go out")


def test_another_signer_stops_the_release(program: Program) -> None:
    old, new = make_apk(NOTES, version_code=1, keys=(OURS,)), make_apk(NOTES, version_code=2, keys=(THEIRS,))
    ran = program.run("update", "gate", old, new)
    assert ran.code == 4
    assert ran.stdout.startswith(f"Do not push this update of {NOTES}.")
    assert "What helps: sign it with the key of the version that is out" in ran.stdout
    document = program.run("update", "gate", old, new, "--json", "--sdk", "30").document
    assert document["passes"] is False
    (span,) = document["spans"]
    assert (span["min_sdk"], span["max_sdk"], span["verdict"], span["stops"]) == (30, 30, "wipes", True)


def test_a_pipeline_can_show_it_as_sarif(program: Program, tmp_path: Path) -> None:
    """Old phones that stay behind are no finding; another signer is one for each stretch of Android versions."""
    old, new = make_apk(NOTES, version_code=1, keys=(OURS,)), make_apk(NOTES, version_code=2, keys=(THEIRS,))
    assert program.run("update", "gate", old, new, "--sarif", tmp_path / "gate.sarif").code == 4
    (run,) = json.loads((tmp_path / "gate.sarif").read_text())["runs"]
    assert run["invocations"][0]["exitCode"] == 4
    assert {result["ruleId"] for result in run["results"] if result["level"] == "error"} == {
        "signer-differs",
        "verdict-wipes",
    }
    newer = make_apk(NOTES, version_code=2, min_sdk=26, keys=(OURS,))
    assert program.run("update", "gate", old, newer, "--sarif", tmp_path / "gate.sarif").code == 0
    (run,) = json.loads((tmp_path / "gate.sarif").read_text())["runs"]
    assert {result["level"] for result in run["results"]} == {"none"}


def test_a_file_that_is_no_app_is_one_plain_sentence(program: Program, tmp_path: Path) -> None:
    (tmp_path / "no.apk").write_bytes(b"no")
    ran = program.run("update", "gate", make_apk(NOTES), tmp_path / "no.apk")
    assert ran.code == 1
    assert "Traceback" not in ran.stderr
    assert "no.apk" in ran.stderr


def test_in_chinese(program: Program) -> None:
    old, new = make_apk(NOTES, version_code=1), make_apk(NOTES, version_code=2)
    ran = program.run("update", "gate", old, new, "--lang", "zh_CN")
    assert "可以发布" in ran.stdout
    assert "API 级别 21 及以上：保留数据" in ran.stdout


@pytest.mark.slow
def test_the_action_of_a_pipeline_runs_the_gate(tmp_path: Path) -> None:
    """scripts/update-gate as action.yml calls it, with the environment that is there instead of a new one."""
    venv = tmp_path / "venv" / "bin"
    venv.mkdir(parents=True)
    from tests.cli.program import PROGRAM

    (venv / "phoneward").symlink_to(PROGRAM)
    for signer, code, verdict in ((OURS, 0, "keeps"), (THEIRS, 4, "stops")):
        environment = {
            **os.environ,
            "PHONEWARD_GATE_VENV": str(tmp_path / "venv"),
            "OLD": str(make_apk(NOTES, version_code=1, keys=(OURS,))),
            "NEW": str(make_apk(NOTES, version_code=2, keys=(signer,))),
            "GITHUB_OUTPUT": str(tmp_path / "output"),
            "SARIF": str(tmp_path / "gate.sarif"),
        }
        gate = ROOT / "scripts/update-gate"
        ran = subprocess.run([gate], env=environment, capture_output=True, text=True, check=False, timeout=120)
        assert ran.returncode == code, ran.stderr
        assert (tmp_path / "gate.sarif").exists()
        assert (tmp_path / "output").read_text().splitlines()[-1] == f"verdict={verdict}"
