"""`backup --iphone`: an iPhone's backup on this computer becomes a snapshot, judged by restic."""

from pathlib import Path

import pytest

from tests.cli import terminal
from tests.cli.program import Program, make_vault
from tests.phones.iosbackup.test_reading import WANTED, small
from tests.phones.iosbackup.test_records import with_messages
from tests.phones.iosbackup.test_tool import stand_ins
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


def with_stand_ins(ready: Program, tmp_path: Path, encrypts: str = "false") -> Program:
    """A computer with an iPhone attached, of which `idevicebackup2` makes a backup."""
    made = small(tmp_path / "made" / UDID).finish()
    stand_ins(tmp_path / "bin", encrypts=encrypts, backup=f'cp -r "{made}" "$4/" && echo "Backup Successful."')
    return ready.with_(PATH=f"{tmp_path / 'bin'}:/usr/bin:/bin")


def test_an_attached_iphone_is_backed_up_when_somebody_says_yes(ready: Program, tmp_path: Path) -> None:
    """It says first where to and what encryption does; encryption itself is left as it is."""
    computer = with_stand_ins(ready, tmp_path)
    talk = terminal.run(computer, ["backup", "--iphone"], [("Back it up now?", "yes")])
    assert talk.code == 0, talk.screen
    said = " ".join(talk.screen.split())
    assert "Mia’s iPhone" in said
    assert "Phoneward never switches encryption on or off" in said
    assert said.index("not encrypted") < said.index("Back it up now?") < said.index("Backup Successful.")
    assert "Kept from the backup that the iPhone made" in said
    kept = ready.home / "state" / "iphone-backups"
    assert (kept / UDID / "Manifest.db").exists()
    assert kept.stat().st_mode & 0o777 == 0o700


def test_an_attached_iphone_is_left_alone_otherwise(ready: Program, tmp_path: Path) -> None:
    computer = with_stand_ins(ready, tmp_path, encrypts="true")
    talk = terminal.run(computer, ["backup", "--iphone"], [("Back it up now?", "")])
    assert talk.code == 0
    assert "Its backups are encrypted" in " ".join(talk.screen.split())
    ran = computer.run("backup", "--iphone")  # nobody there to ask
    assert ran.code == 0
    assert "Name the folder" in ran.stderr
    assert not (ready.home / "state" / "iphone-backups").exists()


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


def test_the_checkup_counts_from_the_day_of_the_backup(ready: Program, tmp_path: Path) -> None:
    """A backup of last spring that is taken today is as old as last spring."""
    ran = ready.run("backup", "--iphone", small(tmp_path / UDID).finish())
    assert ran.code == 0
    found = ready.run("checkup", "--json").documents
    (old,) = [one for document in found for one in all_findings(document) if one.get("code") == "snapshots.old"]
    assert "the iPhone made" in str(old)
    assert "2026" in str(old["loss"]), old["loss"]


def all_findings(value: object) -> list[dict[str, object]]:
    """Every finding anywhere in a document."""
    if isinstance(value, dict):
        mine = [value] if "code" in value else []
        return mine + [one for inner in value.values() for one in all_findings(inner)]
    return [one for inner in value for one in all_findings(inner)] if isinstance(value, list) else []
