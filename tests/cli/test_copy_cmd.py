"""`copy`: one command once the disk is known; said in words and for programs; nothing is asked that is known."""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import terminal
from tests.cli.conftest import Stocked
from tests.cli.program import Program, make_vault, wait_for_lock
from tests.snapshots.authority import Authority, authority
from tests.tools import restic as restic_tool
from tests.tools.restic import Restic
from tests.vault.walker import walk


def _snapshots(program: Program, place: Path) -> list[dict[str, object]]:
    return program.with_(PHONEWARD_REPOSITORY=str(place)).run("snapshots", "--json").documents


@pytest.fixture
def second(copied: Program, tmp_path: Path) -> Path:
    """A second vault that everything was copied into once."""
    make_vault(tmp_path / "second", "stocked")
    assert copied.run("copy", "--to", tmp_path / "second").code == 0
    return tmp_path / "second"


def test_the_first_time_and_every_other(copied: Program, stocked: Stocked, tmp_path: Path) -> None:
    nothing = copied.run("copy")
    assert nothing.code == 2
    assert "--to FOLDER --init" in nothing.stderr
    place = tmp_path / "disk" / "second"
    first = copied.run("copy", "--to", place, "--init")
    assert first.code == 0, first.stderr
    assert "2 snapshots" in first.stdout
    judge = Restic(restic_tool.restic(restic_tool.ALL_RESTICS[-1]), place, "stocked", tmp_path / "cache")
    assert "no errors were found" in judge.check()
    judge.restore("latest", tmp_path / "restored")
    assert walk(tmp_path / "restored" / "shared") == walk(stocked.phone)
    again = copied.run("copy")
    assert (again.code, again.stderr) == (0, "")
    assert "holds all of it" in again.stdout
    assert copied.run("copy", "--init", "--to", place).code == 0, "it is there: nothing to make"


def test_for_programs(copied: Program, stocked: Stocked, tmp_path: Path) -> None:
    make_vault(tmp_path / "second", "stocked")
    would = copied.run("copy", "--to", tmp_path / "second", "--dry-run", "--json").document
    assert (would["dry_run"], sorted(would["copied"])) == (True, sorted(stocked.ids))
    assert _snapshots(copied, tmp_path / "second") == []
    done = copied.run("copy", "--to", tmp_path / "second", "--json").document
    assert (sorted(done["copied"]), done["known"], done["failed"]) == (sorted(stocked.ids), [], [])
    assert done["data_added"] == would["data_added"] > 300_000
    known = copied.run("copy", "--json").document
    assert (known["copied"], sorted(known["known"]), known["data_added"]) == ([], sorted(stocked.ids), 0)


def test_only_one_snapshot(copied: Program, stocked: Stocked, tmp_path: Path) -> None:
    make_vault(tmp_path / "second", "stocked")
    done = copied.run("copy", "--to", tmp_path / "second", stocked.ids[0][:8], "--json")
    assert done.document["copied"] == [stocked.ids[0]]
    assert "0000" in copied.run("copy", "--to", tmp_path / "second", "0000").stderr
    assert copied.run("copy", "latest", "--host", "x", "--to", tmp_path / "second").code == 2


def test_the_disk_is_not_there(copied: Program, second: Path) -> None:
    away = second.with_name("put away")
    second.rename(away)
    ran = copied.run("copy", "--json")
    assert (ran.code, ran.complaint["code"]) == (1, "second-vault-away")
    assert str(second) in ran.complaint["message"]
    ran = copied.run("copy", "--to", second, "--json")
    assert (ran.code, ran.complaint["code"]) == (10, "second-vault-missing")
    assert copied.run("copy", "--to", away).code == 0, "it is somewhere else now"
    assert copied.run("copy").code == 0
    away.rename(second)
    shutil.copytree(second, away)


def test_two_disks_and_one_that_is_sold(copied: Program, second: Path, tmp_path: Path) -> None:
    assert copied.run("copy", "--to", tmp_path / "third", "--init").code == 0
    ran = copied.run("copy", "--json")
    assert (ran.code, ran.complaint["code"]) == (2, "several-second-vaults")
    assert copied.run("copy", "--forget", "--json").complaint["code"] == "several-second-vaults"
    gone = copied.run("copy", "--forget", "--to", second)
    assert gone.code == 0
    assert "Nothing in it was touched" in gone.stdout
    assert (second / "config").exists()
    assert copied.run("copy", "--json").document["to"] == str(tmp_path / "third")
    assert copied.run("copy", "--forget", "--to", second, "--json").complaint["code"] == "no-second-vault"


def test_passwords(copied: Program, tmp_path: Path) -> None:
    make_vault(tmp_path / "second", "its own")
    to = ("copy", "--to", tmp_path / "second")
    assert copied.run(*to).code == 2, "nobody can be asked"
    wrong = copied.with_(PHONEWARD_TO_PASSWORD="wrong").run(*to, "--json")
    assert (wrong.code, wrong.complaint["code"]) == (12, "wrong-password")
    assert copied.with_(PHONEWARD_TO_PASSWORD="its own").run(*to).code == 0
    (tmp_path / "password").write_text("its own\n")
    assert copied.run(*to, "--to-password-file", tmp_path / "password").code == 0
    assert copied.with_(PHONEWARD_TO_PASSWORD_FILE=str(tmp_path / "password")).run("copy").code == 0
    assert copied.with_(PHONEWARD_TO_PASSWORD_COMMAND="echo 'its own'").run("copy").code == 0
    typed = terminal.run(copied, ["copy"], [("second vault: ", "its own")])
    assert typed.code == 0
    assert "its own" not in typed.screen


@pytest.mark.parametrize("inside", ["", "data/second", ".."])
def test_a_second_vault_has_a_place_of_its_own(inside: str, copied: Program, tmp_path: Path) -> None:
    ran = copied.run("copy", "--to", tmp_path / "vault" / inside, "--init", "--json")
    assert (ran.code, ran.complaint["code"]) == (2, "nested-vaults")
    assert not (tmp_path / "config").exists()


def test_a_copy_of_the_folder_is_the_same_vault(copied: Program, tmp_path: Path) -> None:
    shutil.copytree(tmp_path / "vault", tmp_path / "twin")
    ran = copied.run("copy", "--to", tmp_path / "twin", "--json")
    assert (ran.code, ran.complaint["code"]) == (2, "same-vault")


def test_what_is_damaged_is_named_and_the_rest_is_there(copied: Program, stocked: Stocked, tmp_path: Path) -> None:
    make_vault(tmp_path / "second", "stocked")
    path = tmp_path / "vault" / "snapshots" / stocked.ids[0]
    path.chmod(0o600)
    path.write_bytes(b"damaged")
    ran = copied.run("copy", "--to", tmp_path / "second", "--json")
    assert ran.code == 3
    assert ran.documents[0]["message_type"] == "not_copied"
    assert ran.documents[0]["snapshot_id"] == stocked.ids[0]
    assert ran.documents[-1]["copied"] == [stocked.ids[1]]
    said = copied.run("copy", "--to", tmp_path / "second")
    assert said.code == 3
    assert f"Not copied: {stocked.ids[0][:8]}" in said.stdout
    assert "check --read-data" in said.stdout


def test_locks(copied: Program, second: Path, tmp_path: Path) -> None:
    """Backups may go on in both; whoever cleans one up keeps the copying out, and the other way round."""
    from phoneward.vault import LocalStorage, open_repository

    for place in (tmp_path / "vault", second):
        repo = open_repository(LocalStorage(place), "stocked")
        with repo.lock(exclusive=True):
            assert copied.run("copy", "--json").code == 11
        with repo.lock(exclusive=False):
            assert copied.run("copy").code == 0


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_stopped_in_the_middle(ending: signal.Signals, copied: Program, tmp_path: Path) -> None:
    make_vault(tmp_path / "second", "stocked")
    with copied.start("copy", "--to", tmp_path / "second") as process:
        wait_for_lock(tmp_path / "second", process)
        process.send_signal(ending)
        process.wait(timeout=60)
    assert process.returncode != 0
    copied.with_(PHONEWARD_REPOSITORY=str(tmp_path / "second")).run("unlock")
    copied.run("unlock")
    assert copied.run("copy", "--to", tmp_path / "second").code == 0
    judge = Restic(restic_tool.restic(restic_tool.ALL_RESTICS[-1]), tmp_path / "second", "stocked", tmp_path / "cache")
    assert "no errors were found" in judge.check()


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with authority(tmp_path_factory.mktemp("tsa")) as running:
        yield running


def test_a_time_stamp_is_shown_with_the_vault_that_has_what_was_stamped(
    copied: Program, tsa: Authority, tmp_path: Path
) -> None:
    stamped = copied.run("timestamp", "add", "latest", "--url", tsa.url)
    assert stamped.code == 0, stamped.stderr
    make_vault(tmp_path / "second", "stocked")
    assert copied.run("copy", "--to", tmp_path / "second").code == 0
    there = copied.with_(PHONEWARD_REPOSITORY=str(tmp_path / "second"))
    first = copied.run("timestamp", "check", "latest", "--timestamp-ca", tsa.ca)
    assert first.code == 0
    assert "this copy comes from" not in first.stdout
    copy = there.run("timestamp", "check", "latest", "--timestamp-ca", tsa.ca)
    assert copy.code == 0, copy.stderr
    assert "It was stamped in the vault that this copy comes from" in copy.stdout
    exported = there.run("timestamp", "export", "latest", "--target", tmp_path / "court")
    assert exported.code == 3, "the file that was stamped is not here"
    assert there.run("timestamp", "add", "latest", "--url", tsa.url).code == 0
    assert there.run("timestamp", "export", "latest", "--target", tmp_path / "court 2").code == 0
    (token,) = (tmp_path / "court 2").glob("*.tsr")
    (file,) = (tmp_path / "court 2").glob("*.snapshot")
    judged = subprocess.run(
        ["openssl", "ts", "-verify", "-data", file, "-in", token, "-CAfile", tsa.ca], capture_output=True, check=False
    )
    assert judged.returncode == 0, judged.stderr
