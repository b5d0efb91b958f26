"""`checkup`: one report for people and programs; exit codes say what it came to; files are written with care."""

import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from phoneward.cases.finding_codes import CODES as CASES_CODES
from phoneward.checkup import RoomFailedError
from phoneward.cli import checkup_cmd
from phoneward.numbers.finding_codes import CODES as NUMBERS_CODES
from phoneward.rescue.finding_codes import CODES as RESCUE_CODES
from phoneward.snapshots.finding_codes import CODES
from phoneward.updates.finding_codes import CODES as UPDATES_CODES
from phoneward.vault import StorageFullError
from phoneward.watch.finding_codes import CODES as WATCH_CODES
from tests.checkup.reports import report
from tests.cli.conftest import Stocked
from tests.cli.program import Program, make_vault

ALL_CODES = {*CODES, *UPDATES_CODES, *NUMBERS_CODES, *WATCH_CODES, *RESCUE_CODES, *CASES_CODES}


def test_json_is_findings_worst_first_and_one_summary(stocked: Stocked) -> None:
    ran = stocked.program.run("checkup", "--json")
    assert (ran.code, ran.stderr) == (0, "")
    *findings, summary = ran.documents
    assert {line["message_type"] for line in findings} == {"finding"}
    assert summary["message_type"] == "checkup"
    assert {line["code"] for line in findings} <= ALL_CODES
    order = ["danger", "warning", "advice", "fine"]
    ranks = [order.index(line["severity"]) for line in findings]
    assert ranks == sorted(ranks)
    assert summary["snapshot"]["id"] == stocked.ids[1]
    assert summary["rooms"][0]["room"] == "snapshots"
    assert summary["not_built"] == []
    assert all(line["actions"] for line in findings)


def test_an_earlier_snapshot_can_be_asked_about(stocked: Stocked) -> None:
    summary = stocked.program.run("checkup", "--json", "--snapshot", stocked.ids[0][:8]).documents[-1]
    assert summary["snapshot"]["id"] == stocked.ids[0]
    missing = stocked.program.run("checkup", "--json", "--snapshot", "ffffffff")
    assert (missing.code, missing.complaint["code"]) == (1, "snapshot-not-found")


def test_words_for_a_person(stocked: Stocked) -> None:
    ran = stocked.program.run("checkup")
    assert ran.code == 0
    assert "1. If the phone broke this minute, what would I lose?" in ran.stdout
    assert "Not looked at:" in ran.stdout
    assert "6. How do I prove it, and what may I demand?" in ran.stdout
    assert "Not built yet" not in ran.stdout
    assert "\x1b" not in ran.stdout
    chinese = stocked.program.run("checkup", "--lang", "zh_CN")
    assert "1. 如果手机此刻坏了，我会失去什么？" in chinese.stdout


def test_it_names_the_phone_as_its_person_does(copied: Program, tmp_path: Path) -> None:
    assert "Checkup of 小米手机" in copied.run("checkup").stdout
    assert copied.run("rename", "小米手机", "妈妈的手机").code == 0
    ran = copied.run("checkup", "--html", tmp_path / "report.html")
    assert "Checkup of 妈妈的手机" in ran.stdout
    assert "Checkup of 妈妈的手机" in (tmp_path / "report.html").read_text()
    summary = copied.run("checkup", "--json").documents[-1]
    assert (summary["phone"], summary["snapshot"]["label"]) == ("妈妈的手机", "小米手机")


@pytest.mark.parametrize(("level", "code"), [("advice", 4), ("warning", 0), ("danger", 0)])
def test_fail_on(stocked: Stocked, level: str, code: int) -> None:
    ran = stocked.program.run("checkup", "--json", "--fail-on", level)
    assert ran.documents[-1]["severity"] == "advice", "what the stocked vault has"
    assert ran.code == code


def test_no_snapshot_is_a_danger(program: Program, tmp_path: Path) -> None:
    make_vault(tmp_path / "vault", "a")
    named = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="a")
    ran = named.run("checkup", "--json", "--fail-on", "danger")
    assert ran.code == 4
    finding, summary = ran.documents
    assert (finding["code"], summary["snapshot"]) == ("snapshots.none", None)


def test_files_are_written_for_their_owner_and_replace_only_reports(stocked: Stocked, tmp_path: Path) -> None:
    page, paper = tmp_path / "report.html", tmp_path / "report.pdf"
    words = ["checkup", "--html", str(page), "--pdf", str(paper)]
    for _again in range(2):
        ran = stocked.program.run(*words)
        assert ran.code == 0, ran.stderr
    assert page.read_bytes().startswith(b"<!doctype html>")
    assert paper.read_bytes().startswith(b"%PDF-")
    assert [oct(path.stat().st_mode & 0o777) for path in (page, paper)] == ["0o600", "0o600"]
    mine = tmp_path / "mine.html"
    mine.write_text("my own page")
    refused = stocked.program.run("checkup", "--json", "--html", mine)
    assert (refused.code, refused.complaint["code"]) == (2, "not-a-report")
    assert mine.read_text() == "my own page"
    locked_out = stocked.program.with_(PHONEWARD_PASSWORD="wrong")
    assert locked_out.run("checkup", "--html", mine).code == 2, "said before anybody types a password, or waits"
    for target in (mine, page):  # a link to a report is no report either
        (tmp_path / "link.html").unlink(missing_ok=True)
        (tmp_path / "link.html").symlink_to(target)
        assert stocked.program.run("checkup", "--html", tmp_path / "link.html").code == 2
    assert sorted(os.listdir(tmp_path)) == ["link.html", "mine.html", "report.html", "report.pdf"]


def test_a_damaged_part_of_the_vault_is_a_failure_in_its_place(copied: Program, tmp_path: Path) -> None:
    for pack in (tmp_path / "vault" / "data").rglob("*"):
        if pack.is_file():
            pack.chmod(0o600)
            data = bytearray(pack.read_bytes())
            for place in range(0, len(data), 64):
                data[place] ^= 1
            pack.write_bytes(data)
    ran = copied.run("checkup", "--json")
    assert ran.code == 3, ran.stdout
    room = ran.documents[-1]["rooms"][0]
    assert room["failure"]["next_step"]
    assert ran.documents[-1]["complete"] is False
    told = copied.run("checkup")
    assert told.code == 3
    assert "6. How do I prove it" in told.stdout, "the rest of the report is there"


def test_progress_says_which_step(stocked: Stocked) -> None:
    ran = stocked.program.run("checkup", "--json", "--verbose")
    kinds = [json.loads(line)["message_type"] for line in ran.stdout.splitlines()]
    assert kinds.count("step_status") >= 2


@pytest.mark.parametrize("json_lines", [False, True])
def test_python_s_own_words_about_a_mistake_are_for_who_asks(
    json_lines: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    failure = RoomFailedError(kind="ZeroDivisionError")
    failure.__cause__ = ZeroDivisionError("by our mistake")
    for verbose in (False, True):
        frame: Any = SimpleNamespace(output=SimpleNamespace(verbose=verbose, json=json_lines))
        checkup_cmd._show_faults(frame, report(failure=failure))
        said = capsys.readouterr().err
        assert ("by our mistake" in said) == verbose
        assert said.startswith("{") == (verbose and json_lines)
        checkup_cmd._show_faults(frame, report(failure=StorageFullError(path="/disk", detail="")))
        assert capsys.readouterr().err == "", "what was foreseen is said in words"
