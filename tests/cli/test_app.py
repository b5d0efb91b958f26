"""Every ending: exit code, two sentences, JSON; signals, broken pipes; language."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from phoneward import __version__
from phoneward.cli.app import COMMANDS, program
from tests.cli import endings
from tests.cli.conftest import Stocked
from tests.cli.program import Program

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("how", "code", "sentence", "advice"),
    [
        ("done", 0, "", ""),
        ("incomplete", 3, "", ""),
        ("gone", 1, r"lost (usb\x1b[2J).", "Plug the phone in"),
        ("full", 1, "no room left on the disk (/vault/data)", "Make room"),
        ("denied", 1, r"Permission denied (/vault/da\nta)", "Check that"),
        ("fault", 1, r"mistake of its own (RuntimeError: a fault \x1b[31m of our own)", "--verbose"),
    ],
)
def test_endings(how: str, code: int, sentence: str, advice: str) -> None:
    sentence = sentence.replace(r"\n", r"\x0a")
    result = CliRunner().invoke(endings.program, ["end", "--how", how])
    assert result.exit_code == code
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == (2 if sentence else 0)
    if sentence:
        assert lines[0].startswith("phoneward: ")
        assert sentence in lines[0]
        assert advice in lines[1]


@pytest.mark.parametrize("how", ["gone", "full", "denied", "fault"])
def test_errors_in_json_are_one_line_on_stderr(how: str) -> None:
    result = CliRunner().invoke(endings.program, ["end", "--how", how, "--json"])
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    document = json.loads(line)
    assert document["message_type"] == "exit_error"
    assert document["exit_code"] == result.exit_code == 1
    assert set(document) == {"message_type", "code", "exit_code", "message", "next_step"}


def test_a_traceback_only_when_asked_for() -> None:
    assert "Traceback" not in CliRunner().invoke(endings.program, ["end", "--how", "fault"]).stderr
    assert "Traceback" in CliRunner().invoke(endings.program, ["end", "--how", "fault", "--verbose"]).stderr
    assert "Traceback" in CliRunner().invoke(endings.program, ["end", "-v", "--how", "fault"]).stderr
    assert "Traceback" not in CliRunner().invoke(endings.program, ["end", "--verbose"]).stderr
    both = CliRunner().invoke(endings.program, ["end", "--how", "fault", "--verbose", "--json"])
    documents = [json.loads(line) for line in both.stderr.splitlines()]
    assert [document["message_type"] for document in documents] == ["traceback", "exit_error"]
    assert "RuntimeError" in documents[0]["text"]


@pytest.mark.parametrize(
    ("words", "sentence", "advice"),
    [
        (["bakup"], "There is no command “bakup”.", "Did you mean `phoneward backup`?"),
        (["zzz"], "There is no command “zzz”.", "Run `phoneward --help` to see all commands."),
        (["snap\x1bshots"], r"There is no command “snap\x1bshots”.", "Did you mean `phoneward snapshots`?"),
        (["--jsn"], "`phoneward` has no option “--jsn”.", "Did you mean --json?"),
        (["completion", "--bogus"], "`phoneward completion` has no option “--bogus”.", "`phoneward completion --help`"),
        (["completion"], "`phoneward completion` needs SHELL.", "Add it to the command"),
        (["completion", "csh"], "“csh” is not a choice for SHELL.", "Choose one of: bash, zsh, fish, powershell."),
        (["completion", "bash", "zsh"], "does not know what to do with “zsh”", "Leave it out"),
        (["completion", "bash", "--lang"], "--lang needs a value after it.", "Add the value"),
        (["completion", "bash", "--json=1"], "--json takes no value.", "Write --json alone"),
        (["--lang", "tlh", "completion", "bash"], "“tlh” is not a choice for --lang.", "Choose one of: en"),
    ],
)
def test_bad_command_lines(words: list[str], sentence: str, advice: str) -> None:
    plain = CliRunner().invoke(program, words)
    assert plain.exit_code == 2
    assert plain.stdout == ""
    first, second = plain.stderr.splitlines()
    assert sentence in first
    assert advice in second
    machine = CliRunner().invoke(program, ["--json", *words])
    assert machine.stdout == ""
    document = json.loads(machine.stderr)
    assert document["exit_code"] == machine.exit_code == 2
    assert sentence in document["message"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_end_with_130_and_clean_up(number: signal.Signals, tmp_path: Path) -> None:
    mark = tmp_path / "lock"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.cli.endings", "end", "--how", "wait", "--mark", str(mark)],
        cwd=ROOT,
        env={**os.environ, "PHONEWARD_LANG": "en"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert json.loads(process.stdout.readline()) == {"message_type": "waiting"}
    assert mark.exists()
    process.send_signal(number)
    _out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert not mark.exists()
    assert "Stopped." in err
    assert "Traceback" not in err


def test_a_job_in_the_background_ends_when_it_is_told(tmp_path: Path) -> None:
    """A shell without job control starts `phoneward … &` with SIGINT ignored; SIGTERM must still clean up."""
    mark = tmp_path / "lock"
    words = [sys.executable, "-m", "tests.cli.endings", "end", "--how", "wait", "--mark", str(mark)]
    process = subprocess.Popen(
        ["sh", "-c", "trap '' INT; exec \"$@\"", "sh", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 130
    assert not mark.exists()


def test_an_ignored_hangup_stays_ignored() -> None:
    """`nohup phoneward backup` goes on when the terminal closes."""
    script = (
        "import signal, os; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "from phoneward.cli import signals\n"
        "with signals.as_interrupts():\n"
        "    os.kill(os.getpid(), signal.SIGHUP)\n"
        "print('still here')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "still here\n"


def test_a_reader_that_goes_away_is_no_traceback(tmp_path: Path) -> None:
    mark = tmp_path / "lock"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.cli.endings", "end", "--how", "flood", "--mark", str(mark)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=30) == 1
    assert process.stderr.read() == b""
    process.stderr.close()
    assert not mark.exists()


def test_libraries_warn_programmers_not_people() -> None:
    words = ["-m", "tests.cli.endings", "end", "--how", "warning"]
    people = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=True)
    assert people.stderr == ""
    asked = subprocess.run([sys.executable, "-Wdefault", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "for programmers" in asked.stderr


def test_version(program: Program) -> None:
    ran = program.run("--version")
    assert (ran.code, ran.stdout, ran.stderr) == (0, f"phoneward {__version__}\n", "")


def test_as_a_module(program: Program) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "phoneward", "--version"], env=program.env, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"phoneward {__version__}\n"


def test_no_command_shows_the_help(program: Program) -> None:
    ran = program.run()
    assert ran.code == 0
    assert ran.stdout == program.run("--help").stdout
    for name in COMMANDS:
        assert f"\n  {name} " in ran.stdout


@pytest.mark.parametrize("name", [*COMMANDS, ""])
def test_every_help_fits_a_terminal(name: str) -> None:
    from rich.cells import cell_len

    for language in ("en", "zh_CN"):
        words = ["--lang", language, *([name] if name else []), "--help"]
        result = CliRunner().invoke(program, words, env={"COLUMNS": "80"})
        assert result.exit_code == 0, result.stderr
        for line in result.stdout.splitlines():
            # Lines to be copied (shell commands) are never broken.
            assert cell_len(line) <= 80 or "completion" in line or "phoneward " in line


@pytest.mark.parametrize("charset", ["ascii", "cp1252", "latin-1"])
def test_every_character_set_can_be_written_to(charset: str, stocked: Stocked) -> None:
    ran = stocked.program.with_(PYTHONIOENCODING=charset, PYTHONUTF8="0").run("ls", "-R")
    assert ran.code == 0, ran.stderr
    assert r"/shared/DCIM/Camera/\u4e00\u5f20\u7167\u7247.jpg" in ran.stdout


def test_errors_speak_the_language_that_was_asked_for() -> None:
    for words in (["end", "--how", "gone", "--lang", "zh_CN"], ["end", "--lang=zh", "--how", "gone"]):
        assert "手机" in CliRunner().invoke(endings.program, words).stderr
    assert "手机" not in CliRunner().invoke(endings.program, ["end", "--how", "gone", "--lang", "en"]).stderr


def test_the_language_is_chosen_when_it_is_needed(program: Program) -> None:
    english = program.run("--help").stdout
    assert program.with_(PHONEWARD_LANG="zh_CN").run("--help").stdout == program.run("--lang=zh-CN", "--help").stdout
    assert program.with_(PHONEWARD_LANG="zh_CN").run("--lang", "en", "--help").stdout == english
    assert program.with_(LANG="zh_CN.UTF-8").run("--help").stdout == program.run("--help", "--lang", "zh").stdout


def test_help_is_fast_because_nothing_heavy_is_imported() -> None:
    heavy = ("cryptography", "rich", "pyfastcdc", "msgspec", "backports.zstd", "platformdirs", "phoneward.vault")
    code = (
        "import sys\n"
        "from phoneward.cli.app import program\n"
        "assert program.main(['--help'], standalone_mode=False) == 0\n"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_help_has_no_english_signs_around_chinese_words(program: Program) -> None:
    text = program.run("--lang=zh_CN", "check", "--help").stdout
    assert text.startswith("用法：phoneward check [OPTIONS]\n")
    assert "\n选项：\n" in text
    assert "Usage" not in text
