"""`backup --iphone`: an iPhone's backup on this computer becomes a snapshot, judged by restic."""

from pathlib import Path

import pytest

from tests.cli.program import Program, make_vault
from tests.phones.iosbackup.test_reading import WANTED, small
from tests.phones.iosbackup.test_records import with_messages
from tests.phones.iosbackup.writer import PASSWORD, UDID
from tests.tools import restic as restic_tool
from tests.tools.restic import Restic


@pytest.fixture
def ready(program: Program, tmp_path: Path) -> Program:
    """A program with an empty vault."""
    named = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="x")
    make_vault(tmp_path / "vault", "x")
    return named


def test_restic_restores_what_the_iphone_had_put_into_it(ready: Program, tmp_path: Path) -> None:
    ran = ready.run("backup", "--iphone", small(tmp_path / UDID).finish(), "--json")
    assert ran.code == 0, ran.stderr
    judge = Restic(restic_tool.restic(restic_tool.ALL_RESTICS[-1]), tmp_path / "vault", "x", tmp_path / "cache")
    judge.check()
    judge.restore("latest", tmp_path / "back")
    assert {path: (tmp_path / "back" / path.decode()[1:]).read_bytes() for path in WANTED} == WANTED


def test_what_it_says(ready: Program, tmp_path: Path) -> None:
    """When the backup was made, what no such backup holds, and what this one lacks since it is not encrypted."""
    ran = ready.run("backup", "--iphone", small(tmp_path / UDID).finish())
    assert ran.code == 0, ran.stderr
    said = " ".join(ran.stdout.split())
    assert "Kept from the backup that the iPhone made on 2026-03-04 05:06: 9 files" in said
    assert "No iPhone backup holds what is in iCloud already" in said
    assert "not encrypted, so the iPhone left out saved passwords" in said
    assert "If this phone broke" not in said
    document = ready.run("coverage", "--json").document
    apps = {app["package"]: (app["state"], app["reason"], app["kept_files"]) for app in document["apps"]}
    assert apps == {
        "net.whatsapp.WhatsApp": ("kept in part", "from-iphone-backup", 3),
        "com.9gag-app.mobile": ("kept in part", "from-iphone-backup", 1),
    }
    assert document["iphone_backup"] == {"made": "2026-03-04T05:06:07Z", "encrypted": False}
    assert [(one["area"], one["path"], one["gaps"]) for one in document["storages"]] == [
        ("shared", "/shared", 0),
        ("app-data", "/appdata", 0),
        ("domains", "/domains", 0),
    ]


def test_a_second_snapshot_reads_only_what_is_new(ready: Program, tmp_path: Path) -> None:
    """The same iPhone backed up again is the same phone; unchanged files are not read a second time."""
    ready.run("backup", "--iphone", small(tmp_path / UDID).finish())
    later = small(tmp_path / UDID)
    later.file("HomeDomain", "new", b"new")
    ran = ready.run("backup", "--iphone", later.finish(), "--json")
    summary = ran.documents[-1]
    assert summary["files_new"] == 1
    assert summary["files_sent"] == 1


def test_records_lie_beside_the_files_as_for_any_phone(ready: Program, tmp_path: Path) -> None:
    ran = ready.run("backup", "--iphone", with_messages(tmp_path / UDID), "--json")
    assert ran.code == 3, ran.stderr  # one picture is in iCloud
    listed = ready.run("ls", "latest", "/records", "--json")
    assert "/records/sms.xml" in {one.get("path") for one in listed.documents}
    coverage = ready.run("coverage", "--json").document
    assert {one["kind"]: one["kept"] for one in coverage["records"]} == {
        "sms": 4,
        "mms": 5,
        "calls": 0,
        "contacts": 0,
        "calendar": 0,
    }


def test_an_encrypted_backup_asks_for_its_password(ready: Program, tmp_path: Path) -> None:
    folder = small(tmp_path / UDID, PASSWORD).finish()
    ran = ready.run("backup", "--iphone", folder)
    assert ran.code == 12
    assert "--iphone-password-file" in ran.stderr
    (tmp_path / "wrong").write_text("wrong\n", encoding="utf-8")
    assert ready.run("backup", "--iphone", folder, "--iphone-password-file", tmp_path / "wrong").code == 12
    (tmp_path / "right").write_text(PASSWORD + "\n", encoding="utf-8")
    ran = ready.run("backup", "--iphone", folder, "--iphone-password-file", tmp_path / "right")
    assert ran.code == 0, ran.stderr
    assert "This backup is not encrypted" not in ran.stdout


def test_a_gap_makes_exit_code_3(ready: Program, tmp_path: Path) -> None:
    writer = small(tmp_path / UDID)
    name = writer.file("HomeDomain", "lost", b"lost")
    folder = writer.finish()
    (folder / name[:2] / name).unlink()
    ran = ready.run("backup", "--iphone", folder)
    assert ran.code == 3
    assert "the backup lists it, and its content is not in the folder" in " ".join(ran.stdout.split())


def test_without_a_folder_it_says_where_it_looked(ready: Program) -> None:
    ran = ready.run("backup", "--iphone")
    assert ran.code == 0
    assert "No iPhone backup was found" in ran.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--iphone", "X", "--folder", "Y"), 2),
        (("--iphone", "X", "--adb-backup"), 2),
        (("--iphone-password-file", "X"), 2),
    ],
)
def test_what_does_not_go_together(ready: Program, words: tuple[str, ...], code: int) -> None:
    assert ready.run("backup", *words).code == code
