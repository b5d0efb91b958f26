"""`phoneward update catalog DIR`, as a store calls it."""

import hashlib
import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.apk.making import make_apk
from tests.cli.program import PROGRAM, Program
from tests.updates.pushing.store import NOTES, put, store_in


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path, {})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store_in(tmp_path_factory.mktemp("store"))


def asked(store: Path, *more: str | Path) -> list[str | Path]:
    return ["update", "catalog", store / "candidates", "--published", store / "published", *more]


def test_one_line_for_each_problem_and_a_stop_list(program: Program, store: Path, tmp_path: Path) -> None:
    ran = program.run(*asked(store, "--stop-list", tmp_path / "stop.jsonl", "--jobs", "1"))
    assert ran.code == 4
    wiping, damaged, _summary = ran.stdout.splitlines()
    assert wiping.startswith("WIPES  org.example.chat 8 ")
    assert damaged.startswith("NOT-AN-APP")
    listed = [json.loads(line) for line in (tmp_path / "stop.jsonl").read_text().splitlines()]
    assert [(one["problem"], one["package"]) for one in listed] == [("wipes", "org.example.chat"), ("not-an-app", "")]
    chat = (store / "candidates/chat-8.apk").read_bytes()
    assert listed[0]["sha256"] == hashlib.sha256(chat).hexdigest()
    assert list(tmp_path.glob(".stop-list*")) == []


def test_what_is_wrong_is_said_in_the_language_of_whoever_reads_it(
    program: Program, store: Path, tmp_path: Path
) -> None:
    """The history was written by an English run, by processes of its own; a Chinese one shows all of it in Chinese."""
    history = ("--history", tmp_path / "history.jsonl", "--jobs", "1")
    english = program.run(*asked(store, *history)).stdout.splitlines()[1]
    assert english.endswith("it is not a ZIP file, or its end is missing.")
    chinese = program.run(*asked(store, *history, "--lang", "zh_CN")).stdout.splitlines()[1]
    assert "它不是 ZIP 文件，或者结尾缺失" in chinese
    assert "ZIP file" not in chinese


@pytest.mark.slow
def test_as_json_with_all_cores(program: Program, store: Path) -> None:
    ran = program.run(*asked(store, "--json"))
    assert ran.code == 4
    *problems, summary = ran.documents
    assert [one["problem"] for one in problems] == ["wipes", "not-an-app"]
    assert (summary["candidates"], summary["new_apps"], summary["problems"]) == (6, 1, 2)


@pytest.mark.slow
def test_killed_and_started_again(program: Program, store: Path, tmp_path: Path) -> None:
    history = tmp_path / "history.jsonl"
    words = [str(word) for word in asked(store, "--history", history, "--jobs", "1", "--json")]
    first = subprocess.Popen([PROGRAM, *words], env=program.env, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not (history.exists() and history.read_bytes().count(b"\n") >= 2) and first.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    first.send_signal(signal.SIGKILL)
    first.wait()
    known = history.read_bytes().count(b"\n")
    summary = program.run(*words).documents[-1]
    assert summary["read"] == 10 - known
    assert summary["problems"] == 2


def test_a_stop_list_that_cannot_be_written_is_said_and_the_lines_are_there(
    program: Program, store: Path, tmp_path: Path
) -> None:
    ran = program.run(*asked(store, "--stop-list", tmp_path / "none" / "stop.jsonl", "--jobs", "1"))
    assert ran.code == 1
    assert "stop list" in ran.stderr
    assert "WIPES" in ran.stdout


def test_what_went_out_before_and_cannot_be_read_is_named(program: Program, tmp_path: Path) -> None:
    put(tmp_path / "published", "1.apk", make_apk(NOTES, version_code=1))
    (tmp_path / "published" / "2.apk").write_bytes(b"PK no app")
    put(tmp_path / "candidates", "3.apk", make_apk(NOTES, version_code=3))
    ran = program.run(*asked(tmp_path, "--jobs", "1"))
    assert ran.code == 3
    assert "Not compared with" in ran.stderr
    assert "2.apk" in ran.stderr
    assert program.run(*asked(tmp_path, "--jobs", "1", "--json")).documents[-1]["unread"] == 1
