"""libimobiledevice's own programs without an iPhone, and stand-ins in their place that have one."""

from pathlib import Path

import pytest

from phoneward.phones.iosbackup.errors import IphoneToolError, IphoneToolUnfinishedError
from phoneward.phones.iosbackup.tool import AttachedIphone, BackupTool
from tests.phones.iosbackup.writer import UDID
from tests.tools.debian import unpacked_with_dependencies

OLD = "1cb128eafa77c5be74283e9a3a2130af36a3c059"


def put(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    place = folder / name
    place.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    place.chmod(0o755)


def stand_ins(folder: Path, *, encrypts: str = "false", backup: str = "exit 0", listed: str = UDID) -> None:
    """Programs that answer as if an iPhone were there; in `backup` `$4` is the folder."""
    put(folder, "idevice_id", f"printf '%b\\n' '{listed}'")
    put(folder, "ideviceinfo", f'case "$*" in *DeviceName) echo "Mia’s iPhone";; *WillEncrypt) echo {encrypts};; esac')
    put(folder, "idevicebackup2", backup)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return tmp_path / "bin"


def test_the_real_programs_without_an_iphone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    root = unpacked_with_dependencies("libimobiledevice", ["libimobiledevice-utils"])
    (library,) = (root / "usr/lib").glob("*-linux-gnu")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(library))
    monkeypatch.setenv("PATH", f"{root / 'usr/bin'}:/usr/bin:/bin")
    tool = BackupTool.found()
    assert tool is not None
    assert tool.attached() == []
    with pytest.raises(IphoneToolUnfinishedError) as raised:
        tool.back_up(AttachedIphone(UDID), tmp_path / "backups")
    assert raised.value.details["code"] == 255
    assert (tmp_path / "backups").stat().st_mode & 0o777 == 0o700


def test_without_the_programs(tools: Path) -> None:
    del tools
    assert BackupTool.found() is None


@pytest.mark.parametrize(("said", "encrypts"), [("true", True), ("false", False), ("", None), ("ERROR: locked", None)])
def test_an_attached_iphone(tools: Path, said: str, encrypts: bool | None) -> None:
    stand_ins(tools, encrypts=f"'{said}'")
    tool = BackupTool.found()
    assert tool is not None
    assert tool.attached() == [AttachedIphone(UDID, "Mia’s iPhone", encrypts)]


def test_a_locked_iphone_is_listed_without_a_name(tools: Path) -> None:
    stand_ins(tools)
    put(tools, "ideviceinfo", "echo 'ERROR: Could not connect to lockdownd' >&2; exit 255")
    tool = BackupTool.found()
    assert tool is not None
    assert tool.attached() == [AttachedIphone(UDID)]


def test_answers_that_make_no_sense(tools: Path) -> None:
    """What is no number of an iPhone never becomes an argument."""
    stand_ins(tools, listed=f"--help\\n../../etc\\n{OLD}\\n{OLD}\\n$(reboot)")
    tool = BackupTool.found()
    assert tool is not None
    assert [one.udid for one in tool.attached()] == [OLD]
    put(tools, "idevice_id", "exec head -c 10000000 /dev/zero")
    assert tool.attached() == []


def test_a_backup_that_is_made(tools: Path, tmp_path: Path) -> None:
    stand_ins(tools, backup='echo "$*" > "$4/asked"; mkdir -p "$4/$2"')
    tool = BackupTool.found()
    assert tool is not None
    (tmp_path / "backups").mkdir(mode=0o755)
    made = tool.back_up(AttachedIphone(UDID), tmp_path / "backups")
    assert made == tmp_path / "backups" / UDID
    assert (tmp_path / "backups").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "backups/asked").read_text() == f"-u {UDID} backup {tmp_path / 'backups'}\n"


def test_a_program_that_cannot_be_run(tools: Path, tmp_path: Path) -> None:
    stand_ins(tools)
    (tools / "idevicebackup2").write_bytes(b"\0")
    tool = BackupTool(tools / "idevicebackup2")
    with pytest.raises(IphoneToolError):
        tool.back_up(AttachedIphone(UDID), tmp_path / "backups")
    (tmp_path / "file").touch()
    with pytest.raises(IphoneToolError):
        tool.back_up(AttachedIphone(UDID), tmp_path / "file" / "backups")
