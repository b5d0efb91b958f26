"""Cut short at any step, a case is as it was before or as it should be after; two programs do not mix their lines."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from phoneward.cases import LOG, Case, CaseDamagedError, CaseFacts, CaseInUseError, change, verify
from phoneward.cases.custody import decode_line
from phoneward.incidents import Incident
from tests.cases.killing import contents, killed_at

FACTS = CaseFacts(title="x", incident=Incident.RESET)
MAX_STEPS = 200

ACTIONS: dict[str, Callable[[Case, Path], object]] = {
    "add": lambda case, files: case.add([files]),
    "note": lambda case, _files: case.note("a note"),
    "facts": lambda case, _files: case.set_facts(CaseFacts(title="y", incident=Incident.RESET)),
    "seal": lambda case, _files: case.seal(),
    "letter": lambda case, _files: case.add_bytes("a.pdf", b"%PDF", folder="letters"),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_killed_at_any_step_it_is_before_or_after(name: str, tmp_path: Path) -> None:
    """The files of the case are those of before or those of after; what was begun is gone, and can be done again."""
    files = tmp_path / "files"
    (files / "deep").mkdir(parents=True)
    (files / "one").write_bytes(b"1" * 3000)
    (files / "deep" / "two").write_bytes(b"2")
    start = tmp_path / "start"
    Case.new(start, FACTS).seal()
    before = contents(start)
    seen = set()
    for step in range(MAX_STEPS):
        folder = tmp_path / "case"
        shutil.copytree(start, folder)
        was_killed = killed_at(step, lambda folder=folder: ACTIONS[name](Case.open(folder), files))  # type: ignore[misc]
        case = Case.open(folder)
        after = contents(folder)
        assert not any(path.startswith(".phoneward") for path in after)
        if after == before:
            seen.add("before")
            ACTIONS[name](case, files)
        else:
            seen.add("after")
        numbers = [line.seq for line in case.log()]
        assert numbers == list(range(1, 5 if name == "add" else 4))
        payload = {path for path in contents(folder) if path.startswith("data/")}
        assert {item.path for item in case.items()} | {"data/case.json", LOG} == payload
        if name == "seal":
            assert verify(folder).problems == ()
        shutil.rmtree(folder)
        if not was_killed:
            assert seen == {"before", "after"}
            assert step > 5
            return
    raise AssertionError("no end")


def test_killed_at_any_step_a_new_case_is_there_or_not(tmp_path: Path) -> None:
    for step in range(MAX_STEPS):
        folder = tmp_path / str(step) / "case"
        folder.parent.mkdir()
        was_killed = killed_at(step, lambda folder=folder: Case.new(folder, FACTS))  # type: ignore[misc]
        if folder.exists():
            assert Case.open(folder).facts == FACTS
        else:
            assert Case.new(folder, FACTS).facts == FACTS
        if not was_killed:
            assert step > 3
            return
    raise AssertionError("no end")


def test_what_was_cleared_away_is_named(tmp_path: Path) -> None:
    case = Case.new(tmp_path / "case", FACTS)
    (tmp_path / "photo.jpg").write_bytes(b"x")
    assert killed_at(4, lambda: case.add([tmp_path / "photo.jpg"]))
    assert (case.folder / ".phoneward").exists()
    assert Case.open(case.folder).cleaned == (str(tmp_path / "photo.jpg"),)
    assert Case.open(case.folder).cleaned == ()


def test_two_programs_at_once(tmp_path: Path) -> None:
    """Eight threads of two programs write notes: every note has a line, and the chain holds."""
    case = Case.new(tmp_path / "case", FACTS)
    program = (
        "import sys, pathlib; from phoneward.cases import Case\n"
        "case = Case.open(pathlib.Path(sys.argv[1]))\n"
        "for number in range(10): case.note(f'other {number}')\n"
    )
    other = subprocess.Popen([sys.executable, "-c", program, str(case.folder)], env={**os.environ, "PYTHONPATH": "src"})

    def write(name: int) -> None:
        for number in range(5):
            Case.open(case.folder).note(f"{name} {number}")

    threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert other.wait(timeout=60) == 0
    notes = [line.note for line in case.log()][1:]
    wanted = [f"other {number}" for number in range(10)] + [f"{name} {n}" for name in range(4) for n in range(5)]
    assert sorted(notes) == sorted(wanted)


def test_a_case_that_is_in_use_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change, "_WAIT_S", 0.05)
    case = Case.new(tmp_path / "case", FACTS)
    with change.locked(case.folder), pytest.raises(CaseInUseError):
        Case.open(case.folder).note("x")
    assert len(list(case.log())) == 1


@pytest.mark.parametrize(
    "commit",
    [
        b"",
        b"{}",
        b'{"moves":[["0","../out"]],"size":0,"tail":""}',
        b'{"moves":[["0","/tmp/out"]],"size":0,"tail":""}',
        b'{"moves":[["0","data/../../out"]],"size":0,"tail":""}',
        b'{"moves":[["../../out","data/x"]],"size":0,"tail":""}',
        b'{"moves":[["0",".phoneward/x"]],"size":0,"tail":""}',
        b'{"moves":[["0","data/link/x"]],"size":0,"tail":""}',
        b'{"moves":[],"size":0,"tail":"other"}',
        b'{"moves":[],"size":99999,"tail":"x"}',
        b'{"moves":[["1","data/x"]],"size":0,"tail":""}',
    ],
)
def test_a_commit_that_is_not_ours_does_nothing(tmp_path: Path, commit: bytes) -> None:
    """A case from somebody else: what it says is to be done is done inside it, or not at all."""
    case = Case.new(tmp_path / "case", FACTS)
    (tmp_path / "elsewhere").mkdir()
    (case.folder / "data" / "link").symlink_to(tmp_path / "elsewhere")
    (case.folder / ".phoneward").mkdir()
    (case.folder / ".phoneward" / "0").write_bytes(b"bad")
    (case.folder / ".phoneward" / "commit.json").write_bytes(commit)
    log = (case.folder / LOG).read_bytes()
    with pytest.raises(CaseDamagedError):
        Case.open(case.folder)
    assert (case.folder / LOG).read_bytes() == log
    assert sorted(os.listdir(tmp_path)) == ["case", "elsewhere"]
    assert os.listdir(tmp_path / "elsewhere") == []


def test_a_log_that_was_altered_gets_no_line_more(tmp_path: Path) -> None:
    case = Case.new(tmp_path / "case", FACTS)
    log = case.folder / LOG
    whole = log.read_bytes()
    for broken in (b"", whole[:-1], whole + b"x", whole.replace(b":", b" :"), b"\n", whole + b"\n"):
        log.write_bytes(broken)
        with pytest.raises(CaseDamagedError):
            case.note("x")
        assert log.read_bytes() == broken
    log.write_bytes(whole)
    assert decode_line(whole).seq == 1
    case.note("x")
