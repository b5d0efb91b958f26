"""What is written for each system is what that system reads, whatever folders are called."""

import plistlib
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.schedules.errors import TimerRefusedError
from phoneward.schedules.systems import begin, crontab, end, launchd, systemd, windows
from phoneward.schedules.systems.base import Call, Command, File, Timer


def call(state_dir: str = "/home/me/.local/state/phoneward", *, program: str = "/usr/bin/python3") -> Call:
    return Call((program, "-m", "phoneward"), Path(state_dir), 7, on_plug_in=True, home=Path("/home/me"))


SPECIAL = st.sampled_from(" \"'\\%$&<>;^~{}#=守")
"""What means something to one system or another."""
names = st.text(
    SPECIAL | st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), min_size=1, max_size=30
)
windows_names = st.text(
    SPECIAL | st.characters(min_codepoint=0x20, blacklist_categories=["Cs", "Cn"]), min_size=1, max_size=30
)


def systemd_words(line: str) -> list[str]:
    """Read a command line as systemd.syntax(7) and systemd.service(5) say, independently of how it is written."""
    words: list[str] = []
    word, quote, position = None, "", 0
    escapes = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "s": " "}
    while position < len(line):
        character = line[position]
        if character == "\\":
            following = line[position + 1]
            if following == "x":
                word, position = (word or "") + chr(int(line[position + 2 : position + 4], 16)), position + 4
            else:
                word, position = (word or "") + escapes.get(following, following), position + 2
            continue
        if quote:
            word, quote = ((word or ""), "") if character == quote else ((word or "") + character, quote)
        elif character in "\"'":
            quote, word = character, word or ""
        elif character in " \t":
            words, word = ([*words, word] if word is not None else words), None
        else:
            word = (word or "") + character
        position += 1
    words = [*words, word] if word is not None else words
    assert not quote
    filled = [re.sub("%%", "%", one) for one in words]
    assert all("%" not in one.replace("%%", "") for one in words), "a specifier would be filled in"
    assert all("$" not in one.replace("$$", "") for one in words[1:]), "a variable would be filled in"
    return [filled[0], *(one.replace("$$", "$") for one in filled[1:])]


@given(program=names, folder=names)
def test_systemd_reads_the_words_that_were_meant(program: str, folder: str) -> None:
    given_words = (f"/{program}", "-m", "phoneward", "--state-dir", f"/{folder}")
    line = systemd.command_line(given_words)
    assert "\n" not in line
    assert "\r" not in line
    read = systemd_words(line)
    if read[:3] == ["/bin/sh", "-c", 'exec "$0" "$@"']:  # a program that systemd itself would not take
        read = read[3:]
    assert read == list(given_words)


@pytest.mark.parametrize("folder", ["plain", '我 的 100% $HOME it\'s "here"\\x %h'])
def test_systemd_accepts_the_units(tmp_path: Path, folder: str) -> None:
    """`systemd-analyze verify` reads all three: unknown keys, bad times and a program that is not there are named."""
    program = tmp_path / folder / "python3"
    program.parent.mkdir()
    shutil.copy("/bin/true", program)
    units = systemd.timer(
        call(str(tmp_path / folder / "state"), program=str(program)), {"XDG_CONFIG_HOME": str(tmp_path)}
    )
    for file in units.files:
        file.path.parent.mkdir(parents=True, exist_ok=True)
        file.path.write_bytes(file.content)
    assert {file.path.name for file in units.files} == {
        "phoneward.service",
        "phoneward.timer",
        "phoneward-plug-in.service",
    }
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(runtime), "LANG": "C.UTF-8"}
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", *(str(file.path) for file in units.files)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "phoneward" in line or str(tmp_path) in line]
    assert ours == []
    assert done.returncode == 0, done.stderr


def test_systemd_reads_the_minute() -> None:
    """Each hour at that minute, by systemd's own reading."""
    line = next(line for line in systemd.hourly(call()).splitlines() if line.startswith("OnCalendar="))
    said = subprocess.run(
        [
            "systemd-analyze",
            "calendar",
            "--base-time=2026-11-30 09:30:00 UTC",
            "--iterations=2",
            line.partition("=")[2],
        ],
        env={"PATH": "/usr/bin:/bin", "TZ": "UTC"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    assert re.findall(r"2026-11-30 (\d\d:\d\d):00 UTC", said) == ["10:07", "11:07"]


LAUNCHD_KEYS = {
    "Label": str,
    "ProgramArguments": list,
    "StartCalendarInterval": dict,
    "RunAtLoad": bool,
    "KeepAlive": bool,
    "ThrottleInterval": int,
    "ProcessType": str,
    "LowPriorityIO": bool,
    "Nice": int,
    "Umask": int,
}
"""Apple's launchd.plist(5): keys and their types, of those that we may use."""


@given(folder=names.filter(lambda name: name.isprintable()))
def test_launchd_gets_the_words_that_were_meant(folder: str) -> None:
    meant = call(f"/{folder}")
    for content, words in ((launchd.agent(meant), meant.run), (launchd.plug_in(meant), meant.watch)):
        agent = plistlib.loads(content)
        assert agent["ProgramArguments"] == list(words)
        for key, value in agent.items():
            assert type(value) is LAUNCHD_KEYS[key], key
        assert agent["ProcessType"] in {"Background", "Standard", "Adaptive", "Interactive"}
    assert plistlib.loads(launchd.agent(meant))["StartCalendarInterval"] == {"Minute": 7}
    assert plistlib.loads(launchd.agent(meant))["RunAtLoad"], "a Mac that was off is caught up with at the next login"


def test_launchd_is_told_for_this_person_only() -> None:
    timer = launchd.timer(call(), 501)
    assert [file.path.name for file in timer.files] == [
        "org.phoneward.phoneward.plist",
        "org.phoneward.phoneward-plug-in.plist",
    ]
    assert {file.path.parent for file in timer.files} == {Path("/home/me/Library/LaunchAgents")}
    assert timer.begins[-1].words[:3] == ("launchctl", "bootstrap", "gui/501")
    assert all(command.may_fail for command in timer.ends)


TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
SEQUENCE = (
    "Enabled",
    "StartBoundary",
    "EndBoundary",
    "Repetition",
    "ExecutionTimeLimit",
    "RandomDelay",
    "UserId",
    "Delay",
)
"""Microsoft's Task Scheduler Schema: a trigger's elements come in this order (`xs:sequence`); elsewhere in any."""
ELEMENTS = {
    "Task": {"RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"},
    "RegistrationInfo": {"Description"},
    "Triggers": {"TimeTrigger", "LogonTrigger"},
    "TimeTrigger": {"StartBoundary", "Repetition"},
    "LogonTrigger": {"UserId"},
    "Repetition": {"Interval"},
    "Principals": {"Principal"},
    "Principal": {"UserId", "LogonType", "RunLevel"},
    "Settings": {
        "DisallowStartIfOnBatteries",
        "StopIfGoingOnBatteries",
        "MultipleInstancesPolicy",
        "StartWhenAvailable",
        "ExecutionTimeLimit",
        "Priority",
        "RestartOnFailure",
    },
    "RestartOnFailure": {"Interval", "Count"},
    "Actions": {"Exec"},
    "Exec": {"Command", "Arguments"},
}


def windows_words(line: str) -> list[str]:
    """Read a command line as Windows programs do (Microsoft, "Parsing C command-line arguments")."""
    words: list[str] = []
    word, is_quoted, position = None, False, 0
    while position < len(line):
        slashes = len(line[position:]) - len(line[position:].lstrip("\\"))
        position += slashes
        character = line[position] if position < len(line) else ""
        if character == '"':
            word = (word or "") + "\\" * (slashes // 2)
            if slashes % 2:
                word += '"'
            else:
                is_quoted = not is_quoted
        else:
            if slashes:
                word = (word or "") + "\\" * slashes
            if character in {" ", "\t"} and not is_quoted:
                words, word = ([*words, word] if word is not None else words), None
            elif character:
                word = (word or "") + character
        position += 1
    return [*words, word] if word is not None else words


def check_task(element: ET.Element) -> None:
    name = element.tag.removeprefix(TASK)
    inside = [child.tag.removeprefix(TASK) for child in element]
    assert set(inside) <= ELEMENTS.get(name, set()), (name, inside)
    if name.endswith("Trigger"):
        assert inside == sorted(inside, key=SEQUENCE.index)
    for child in element:
        check_task(child)


@given(folder=windows_names)
def test_windows_gets_the_words_that_were_meant(folder: str) -> None:
    meant = call(f"C:/{folder}", program="C:/Program Files/Python/pythonw.exe")
    for content, words in (
        (windows.hourly(meant, "PC\\小明"), meant.run),
        (windows.plug_in(meant, "PC\\小明"), meant.watch),
    ):
        assert content.startswith((b"\xff\xfe", b"\xfe\xff")), "a byte order mark, as Windows' own files have"
        text = content.decode("utf-16")
        assert text.startswith('<?xml version="1.0" encoding="UTF-16"?>')
        task = ET.fromstring(content)  # noqa: S314 - we wrote it
        check_task(task)
        execute = task.find(f"{TASK}Actions/{TASK}Exec")
        assert execute is not None
        assert execute.findtext(f"{TASK}Command") == words[0]
        assert windows_words(execute.findtext(f"{TASK}Arguments") or "") == list(words[1:])
        assert task.findtext(f"{TASK}Principals/{TASK}Principal/{TASK}UserId") == "PC\\小明"


def test_windows_catches_up_and_does_not_mind_the_battery() -> None:
    task = ET.fromstring(windows.hourly(call(), "me"))  # noqa: S314 - we wrote it
    set_ = {child.tag.removeprefix(TASK): child.text for child in task.find(f"{TASK}Settings") or ()}
    assert set_["StartWhenAvailable"] == "true"
    assert (set_["DisallowStartIfOnBatteries"], set_["StopIfGoingOnBatteries"]) == ("false", "false")
    assert set_["MultipleInstancesPolicy"] == "IgnoreNew"


@given(folder=names.filter(lambda name: "\n" not in name and "\r" not in name))
def test_cron_reads_the_words_that_were_meant(folder: str) -> None:
    """crontab(5): five times, then a line for the shell in which a percent sign must not stand bare."""
    meant = call(f"/{folder}")
    (line, at_boot) = crontab.timer(meant).lines
    *times, command = line.split(" ", 5)
    assert times == ["7", "*", "*", "*", "*"]
    assert not re.search(r"(?<!\\)%", command)
    assert shlex.split(command.replace("\\%", "%")) == list(meant.run)
    assert at_boot.startswith("@reboot ")


def test_files_are_written_and_taken_back(tmp_path: Path) -> None:
    file, stale = tmp_path / "units" / "one", tmp_path / "old"
    stale.touch()
    noted = tmp_path / "noted"
    timer = Timer(
        "systemd",
        (File(file, b"content"),),
        (Command(("sh", "-c", f"cat '{file}' > '{noted}'")),),
        (Command(("false",), may_fail=True),),
        (stale,),
    )
    begin(timer)
    assert noted.read_bytes() == b"content", "first the files, then the commands"
    assert file.stat().st_mode & 0o777 == 0o600
    assert not stale.exists()
    end(timer)
    assert not file.exists()


def test_a_system_that_refuses_is_quoted(tmp_path: Path) -> None:
    refusing = Timer("systemd", (), (Command(("sh", "-c", "echo 'No such bus' >&2; exit 1")),))
    with pytest.raises(TimerRefusedError, match="No such bus"):
        begin(refusing)
    missing = Timer("systemd", (), (Command((str(tmp_path / "nothing"),)),))
    with pytest.raises(TimerRefusedError):
        begin(missing)
