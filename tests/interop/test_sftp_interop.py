"""A vault on an SSH server is the same vault to restic and to us; every command works there, killed or not."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoneward.vault import init_repository, open_storage
from phoneward.vaultplace import parse_place
from tests.cli.program import Program
from tests.phone import trees
from tests.tools.restic import ALL_RESTICS, Restic, restic
from tests.tools.sshserver import SshServer
from tests.vault.cheap import insecure_test_cost

PASSWORD = "far away"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with SshServer(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture
def address(server: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("PATH", str(server.client), prepend=":")
    return server.address(tmp_path / "vault")


@pytest.fixture
def program(address: str, tmp_path: Path) -> Program:
    (tmp_path / "home").mkdir()
    return Program(tmp_path / "home", {"PHONEWARD_REPOSITORY": address, "PHONEWARD_PASSWORD": PASSWORD})


@pytest.fixture
def phone(tmp_path: Path) -> Path:
    folder = tmp_path / "phone"
    for number in range(6):
        trees.put(folder, f"DCIM/{number}.jpg", trees.content(f"{number}", 400_000))
    trees.put(folder, "Documents/一.txt", b"text")
    return folder


def cheap_vault(address: str) -> None:
    init_repository(open_storage(parse_place(address), {}), PASSWORD, kdf=insecure_test_cost())


def same_files(one: Path, other: Path) -> bool:
    def held(folder: Path) -> dict[str, bytes]:
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    return held(one) == held(other)


def test_every_command_works_far_away(
    program: Program, address: str, phone: Path, tmp_path: Path, server: SshServer
) -> None:
    made = program.with_(PHONEWARD_REPOSITORY=server.address(tmp_path / "made")).run("init")
    assert made.code == 0, made.stderr
    cheap_vault(address)
    for stage in range(2):
        trees.put(phone, f"Documents/{stage}.txt", b"more")
        assert program.run("backup", "--folder", phone).code == 0
    assert program.run("check", "--read-data").code == 0
    assert program.run("restore", "latest", "--target", tmp_path / "back").code == 0
    assert same_files(phone, tmp_path / "back" / "shared")
    second = program.run("copy", "--to", server.address(tmp_path / "second"), "--init")
    assert second.code == 0, second.stderr
    assert program.run("forget", "--keep-last", "1", "--prune").code == 0
    theirs = Restic(restic(ALL_RESTICS[-1]), server.address(tmp_path / "vault"), PASSWORD, tmp_path / "cache")
    assert "no errors were found" in theirs.check()
    assert len([snapshot for snapshot in theirs.snapshots() if "phoneward" in snapshot["tags"]]) == 1
    assert program.with_(PHONEWARD_REPOSITORY=server.address(tmp_path / "second")).run("check").code == 0
    assert not list((tmp_path / "vault").rglob("*-tmp-*"))


@pytest.mark.parametrize("version", [ALL_RESTICS[0], ALL_RESTICS[-1]])
def test_restics_vault_is_ours_and_back(
    version: str, program: Program, address: str, phone: Path, tmp_path: Path
) -> None:
    theirs = Restic(restic(version), address, PASSWORD, tmp_path / "cache")
    if version == ALL_RESTICS[-1]:
        theirs.init()
    else:
        cheap_vault(address)
    made = theirs.backup(".", cwd=phone)
    assert program.run("check", "--read-data").code == 0
    assert program.run("restore", made["snapshot_id"], "--target", tmp_path / "back").code == 0
    assert same_files(phone, tmp_path / "back")
    assert program.run("backup", "--folder", phone).code == 0
    assert "no errors were found" in theirs.check()
    theirs.restore("latest", tmp_path / "by restic", "--include", "/shared")
    assert same_files(phone, tmp_path / "by restic" / "shared")


def test_a_backup_killed_in_the_middle_of_an_upload_goes_on(
    program: Program, address: str, phone: Path, tmp_path: Path
) -> None:
    cheap_vault(address)
    for number in range(4):
        trees.put(phone, f"DCIM/long{number}.mp4", trees.content(f"long{number}", 4_000_000))
    data = tmp_path / "vault" / "data"
    killed = 0
    for _time in range(2):
        before = set(data.rglob("*-tmp-*"))
        process = program.start("backup", "--folder", phone)
        while process.poll() is None and not set(data.rglob("*-tmp-*")) - before:
            time.sleep(0.002)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.communicate()
    assert killed == 2
    theirs = Restic(restic(ALL_RESTICS[-1]), address, PASSWORD, tmp_path / "cache")
    assert program.run("backup", "--folder", phone).code == 0
    theirs.run("unlock")  # restic asks nobody whether the process that was killed is gone
    assert "no errors were found" in theirs.check()
    theirs.restore("latest", tmp_path / "by restic")
    assert same_files(phone, tmp_path / "by restic" / "shared")
    for path in data.rglob("*-tmp-*"):
        os.utime(path, (1, 1))
    assert program.run("prune").code == 0
    assert not list(data.rglob("*-tmp-*"))
