"""A warm program's run is as that of a program started for it: `Program.run` may take either."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cli import warm
from tests.cli.conftest import Stocked
from tests.cli.program import PROGRAM, Program, Ran


def as_bytes(words: tuple[str | bytes | Path, ...]) -> list[bytes]:
    return [word if isinstance(word, bytes) else str(word).encode() for word in words]


def run_warm(program: Program, *words: str | bytes | Path, stdin: bytes = b"", cwd: Path | None = None) -> Ran:
    done = warm.run(as_bytes(words), env=program.env, stdin=stdin, cwd=cwd, timeout=60)
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def run_cold(program: Program, *words: str | bytes | Path, stdin: bytes = b"", cwd: Path | None = None) -> Ran:
    line = [bytes(PROGRAM), *as_bytes(words)]
    done = subprocess.run(line, env=program.env, input=stdin, cwd=cwd, capture_output=True, check=False, timeout=60)
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize(
    "words",
    [
        ("--version",),
        ("snapshots",),
        ("ls", "latest", "--json"),
        ("no-such-command",),
        ("ls", "no-such-snapshot"),
        ("ls", "no-such-snapshot", "--json"),
        ("ls", "latest", b"/shared/Download/\xff\x1b[2J"),
        ("backup", "--folder", b"no\xff\xe6such folder"),
    ],
    ids=lambda words: repr(words[:2]),
)
def test_the_same_words_the_same_end(stocked: Stocked, words: tuple[str | bytes, ...]) -> None:
    assert run_warm(stocked.program, *words) == run_cold(stocked.program, *words)


def test_nothing_of_one_run_is_in_the_next(stocked: Stocked) -> None:
    before = run_warm(stocked.program, "snapshots")
    for variables in ({"PHONEWARD_LANG": "zh_CN"}, {"TZ": "Asia/Shanghai"}, {"PHONEWARD_PASSWORD": "wrong"}):
        other = stocked.program.with_(**variables)
        there = run_warm(other, "snapshots")
        assert there == run_cold(other, "snapshots")
        assert there != before
        assert run_warm(stocked.program, "snapshots") == before


def test_folder_and_standard_input(program: Program, tmp_path: Path) -> None:
    (tmp_path / "手机").mkdir()
    there = program.with_(PHONEWARD_REPOSITORY="vault", PHONEWARD_PASSWORD="Tulpe-Regen-77")
    assert run_warm(there, "init", cwd=tmp_path).code == 0
    for run in (run_warm, run_cold):
        assert run(there, "backup", "--folder", "手机", cwd=tmp_path).code == 0
        assert run(there, "backup", "--folder", "手机", cwd=tmp_path.parent).code != 0
    message = b'{"id": "%d", "sender": "", "body": "Your code is 482913"}\n'
    messages = b"".join(message % number for number in range(20_000))
    asked = ("number", "recognise", "--json")
    warm_one = run_warm(program, *asked, stdin=messages)
    assert warm_one == run_cold(program, *asked, stdin=messages)
    assert len(warm_one.documents) == 20_000  # more than a pipe holds


def test_a_run_has_nothing_else_open(stocked: Stocked, tmp_path: Path) -> None:
    """Also not the ends of another one's pipes: who waits for those would wait for both."""
    seen = []
    for run in (run_cold, run_warm):
        note = tmp_path / "open"
        # What starting the shell itself took is closed a moment after it began.
        look = f"sh -c 'sleep 0.5; ls /proc/$PPID/fd > {note}; echo stocked'"
        looking = stocked.program.with_(PHONEWARD_PASSWORD="", PHONEWARD_PASSWORD_COMMAND=look)
        with ThreadPoolExecutor(2) as pool:
            both = [pool.submit(run, looking, "snapshots") for _ in range(2)]
        assert [one.result().code for one in both] == [0, 0]
        seen.append(note.read_text())
    assert seen[0] == seen[1]


def test_a_killed_run_and_one_that_takes_too_long(stocked: Stocked, tmp_path: Path) -> None:
    killed = stocked.program.with_(PHONEWARD_PASSWORD="", PHONEWARD_PASSWORD_COMMAND="sh -c 'kill -9 $PPID'")
    assert run_warm(killed, "snapshots") == run_cold(killed, "snapshots") == Ran(-9, "", "")
    note = tmp_path / "pid"
    slow = stocked.program.with_(
        PHONEWARD_PASSWORD="", PHONEWARD_PASSWORD_COMMAND=f"sh -c 'echo $PPID > {note}; exec sleep 60'"
    )
    with pytest.raises(subprocess.TimeoutExpired):
        warm.run([b"snapshots"], env=slow.env, stdin=b"", cwd=None, timeout=2)
    assert not Path("/proc", note.read_text().strip()).exists()


def test_what_may_differ_is_started(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    words = [b"snapshots", b"--json"]
    monkeypatch.setattr(warm, "_started_cold", set())
    assert not warm.may_run(words, program.env)
    assert warm.may_run(words, program.env)
    assert not warm.may_run([b"ls"], program.env)
    for variable in ("PYTHONWARNINGS", "LC_ALL", "LD_PRELOAD"):
        assert not warm.may_run(words, {**program.env, variable: "C"})
    mask = os.umask(0o077)
    try:
        assert not warm.may_run(words, program.env)
    finally:
        os.umask(mask)
    assert warm.may_run(words, program.env)
    monkeypatch.setenv("PHONEWARD_TEST_COLD", "1")
    assert not warm.may_run(words, program.env)
