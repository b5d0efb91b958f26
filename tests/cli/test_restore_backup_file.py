"""`restore --as-android-backup`: apps' data out of a snapshot, into a file that `adb restore` puts back."""

import os
import subprocess
import sys
import tarfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest

from phoneward.phones.androidbackup.writing import HEADER
from tests.cli import terminal
from tests.cli.program import PROGRAM, Program, make_vault
from tests.cli.test_adb_backup import given
from tests.cli.test_adb_backup import run as run_adb_backup
from tests.phone import state, trees
from tests.phone.state import App
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.phones.androidbackup.abwriter import Put, archive, manifest, tar
from tests.phones.androidbackup.benches import contents, opened
from tests.tools import restic as restic_tool
from tests.tools.restic import Restic
from tests.vault.walker import Found, walk

NOTES, CHAT, KEYS, SILENT = "com.example.notes", "org.example.chat", "org.example.keys", "com.example.silent"
FILES = [
    manifest(NOTES, version=42),
    Put(f"apps/{NOTES}/_meta".encode(), b"1\ncom.example.notes\n"),
    Put(f"apps/{NOTES}/f/folder".encode(), None, mode=0o2771, mtime=1_400_000_000),
    Put(f"apps/{NOTES}/f/folder/笔记.txt".encode(), b"a note", mode=0o644),
    Put(f"apps/{NOTES}/f/".encode() + b"/".join([b"d" * 90] * 3), b"far down"),
    Put(f"apps/{NOTES}/db/notes.db".encode(), trees.content("database", 2_500_000), mode=0o660),
    Put(f"apps/{NOTES}/sp/a".encode(), b""),
    manifest(CHAT),
    Put(f"apps/{CHAT}/r/odd \xff name\n".encode("latin-1"), b"x"),
    Put(f"apps/{KEYS}/k/_manifest".encode(), manifest(KEYS).content, mtime=0),
    Put(f"apps/{KEYS}/k/Akey.data".encode(), b"pairs"),
]
"""What goes into the written file."""

OTHERS = [
    Put(f"apps/{NOTES}/a/base.apk".encode(), b"PK the app"),
    manifest(SILENT),
    Put(b"shared/0/DCIM/one.jpg", b"photo"),
]


def backed(program: Program, folder: Path, puts: list[Put]) -> Program:
    """The program with a vault that holds a snapshot of a backup file."""
    folder.mkdir(exist_ok=True)
    make_vault(folder / "vault", "x")
    named = program.with_(PHONEWARD_REPOSITORY=str(folder / "vault"), PHONEWARD_PASSWORD="x")
    (folder / "taken.ab").write_bytes(archive(tar(puts)))
    ran = named.run("backup", "--android-backup", folder / "taken.ab", "--json")
    assert ran.code in {0, 3}, ran.stderr
    return named


@pytest.fixture
def ready(program: Program, tmp_path: Path) -> Program:
    return backed(program, tmp_path / "first", FILES + OTHERS)


def words(file: Path, *more: str) -> list[str | Path]:
    return ["restore", "latest", "--as-android-backup", file, *more]


def stream(file: Path) -> bytes:
    data = file.read_bytes()
    assert data.startswith(HEADER)
    return zlib.decompress(data[len(HEADER) :])


def tree(vault: Path, folder: Path) -> dict[bytes, Found]:
    """What restic gives back of the apps' data: names, kinds, rights, times, contents."""
    Restic(restic_tool.restic("0.19"), vault, "x", folder.with_name("cache")).restore("latest", folder)
    return walk(folder / "appdata")


def test_a_snapshot_of_the_written_file_is_the_old_one_again(ready: Program, program: Program, tmp_path: Path) -> None:
    """Taken in, written, taken in once more: restic finds the same names, rights, times and contents."""
    made = tmp_path / "again.ab"
    ran = ready.run(*words(made))
    assert (ran.code, ran.stderr) == (0, "")
    make_vault(tmp_path / "second", "x")
    again = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "second"), PHONEWARD_PASSWORD="x")
    assert again.run("backup", "--android-backup", made).code == 0
    one, other = tree(tmp_path / "first/vault", tmp_path / "one"), tree(tmp_path / "second", tmp_path / "other")
    silent = {path for path in one if path.split(b"/")[0] == SILENT.encode()}
    assert silent == {SILENT.encode(), SILENT.encode() + b"/_manifest"}
    assert {path: f for path, f in one.items() if path not in silent} == other


def test_what_other_readers_find_in_it(ready: Program, tmp_path: Path) -> None:
    made = tmp_path / "again.ab"
    assert ready.run(*words(made)).code == 0
    with opened(made) as phone:
        assert contents(phone) == {b"/" + put.path: put.content for put in FILES if put.content is not None}
        inventory = {app.package: (app.version_code, app.apk_paths) for app in phone.apps().apps}
        assert inventory == {NOTES: (42, ()), CHAT: (7, ()), KEYS: (7, ())}
    with tarfile.open(fileobj=BytesIO(stream(made)), encoding="utf-8", errors="surrogateescape") as theirs:
        found = {one.name.encode("utf-8", "surrogateescape"): one for one in theirs}
    for put in FILES:
        one = found[put.path]
        assert (one.mode, one.mtime, one.isdir()) == (put.mode, put.mtime, put.content is None)


def test_each_apps_manifest_comes_first(ready: Program, tmp_path: Path) -> None:
    """Android ignores what stands before it, and ends the restore at a file or folder right below an app's."""
    made = tmp_path / "again.ab"
    assert ready.run(*words(made)).code == 0
    with tarfile.open(fileobj=BytesIO(stream(made)), encoding="utf-8", errors="surrogateescape") as theirs:
        names = [one.name for one in theirs]
    assert len(names) == len(set(names))
    first: dict[str, str] = {}
    for name in names:
        package, _slash, path = name.removeprefix("apps/").partition("/")
        first.setdefault(package, path)
        assert "/" in path or path in {"_manifest", "_meta"}
    assert first == {NOTES: "_manifest", CHAT: "_manifest", KEYS: "k/_manifest"}
    assert names.index(f"apps/{NOTES}/_meta") == names.index(f"apps/{NOTES}/_manifest") + 1
    assert stream(made).endswith(bytes(1024))


def test_the_plan_and_what_comes_next_are_said(ready: Program, tmp_path: Path) -> None:
    made = tmp_path / "my file.ab"
    dry = ready.run(*words(made, "--dry-run"))
    assert (dry.code, made.exists()) == (0, False)
    said = " ".join(dry.stdout.split())
    assert "The file is not encrypted: whoever gets it can read this data." in said
    assert f"nothing to put back: {SILENT}." in said
    assert "in the place of what each of these apps holds" in said
    assert "Since Android 12 most apps no longer take part." in said
    assert said.endswith("Nothing was written.")
    ran = ready.run(*words(made))
    said = " ".join(ran.stdout.split())
    assert f"adb restore '{made}'" in said
    assert "tap 'Restore my data' within a minute" in said
    assert "Delete the file: it is not encrypted." in said
    assert made.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".phoneward")] == []


def test_for_programs(ready: Program, tmp_path: Path) -> None:
    made = tmp_path / "again.ab"
    plan, summary = ready.run(*words(made, "--json")).documents
    assert (plan["message_type"], plan["encrypted"], plan["left_out"]) == ("android_backup_plan", False, [])
    assert [(app["package"], app["state"], app["files"], app["bytes"]) for app in plan["apps"]] == [
        (NOTES, "ready", 4, 2_500_014),
        (SILENT, "nothing", 0, 0),
        (CHAT, "ready", 1, 1),
        (KEYS, "ready", 1, 5),
    ]
    assert (summary["complete"], summary["written"], summary["apps_written"]) == (True, True, 3)
    assert (summary["files_written"], summary["bytes_written"]) == (6, 2_500_020)
    assert summary["file_bytes"] == made.stat().st_size
    assert summary["next_steps"]


def test_one_app_only(ready: Program, tmp_path: Path) -> None:
    made = tmp_path / "one.ab"
    assert ready.run(*words(made, "--app", CHAT)).code == 0
    with opened(made) as phone:
        assert [app.package for app in phone.apps().apps] == [CHAT]


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("", 130)])
def test_a_person_is_asked(ready: Program, tmp_path: Path, answer: str, code: int) -> None:
    made = tmp_path / "again.ab"
    talk = terminal.run(ready, words(made), [("Type yes to go on: ", answer)], columns=120)
    assert talk.code == code, talk.screen
    assert made.exists() is (code == 0)
    assert talk.screen.index("not encrypted") < talk.screen.index("Type yes")


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_nothing_is_written_over(ready: Program, tmp_path: Path, kind: str) -> None:
    made = tmp_path / "out" / "again.ab"
    made.parent.mkdir()
    if kind == "file":
        made.write_bytes(b"mine")
    elif kind == "folder":
        made.mkdir()
    else:
        made.symlink_to(tmp_path / "elsewhere")
    before = walk(made.parent)
    ran = ready.run(*words(made, "--json"))
    assert (ran.code, ran.stdout, ran.complaint["code"]) == (1, "", "backup-file-exists")
    assert walk(made.parent) == before
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("more", "code", "complaint"),
    [
        (["--app", "org.nope"], 1, "no-app-data"),
        (["--target", "x"], 2, "not-together"),
        (["--to-phone", "x"], 2, "not-together"),
        (["--include", "/x"], 2, "not-together"),
        (["--records"], 2, "not-together"),
        (["--app-backups"], 2, "not-together"),
        (["--replace"], 2, "not-together"),
        (["--verify"], 2, "not-together"),
        (["--apks"], 2, "not-together"),
    ],
)
def test_what_cannot_be_done(ready: Program, tmp_path: Path, more: list[str], code: int, complaint: str) -> None:
    ran = ready.run(*words(tmp_path / "again.ab", "--json", *more))
    assert (ran.code, ran.stdout, ran.complaint["code"]) == (code, "", complaint)
    assert not (tmp_path / "again.ab").exists()


def test_a_folder_that_is_not_there(ready: Program, tmp_path: Path) -> None:
    ran = ready.run(*words(tmp_path / "no" / "again.ab", "--json"))
    assert (ran.code, ran.stdout, ran.complaint["code"]) == (1, "", "backup-file-unwritable")


@pytest.mark.skipif(sys.platform != "linux", reason="tmpfs")
def test_a_full_disk_leaves_nothing(program: Program, tmp_path: Path) -> None:
    puts = [manifest(NOTES), Put(f"apps/{NOTES}/f/noise".encode(), os.urandom(3_000_000))]
    ready = backed(program, tmp_path / "first", puts)
    (tmp_path / "disk").mkdir()
    script = (
        'mount -t tmpfs -o size=1m tmpfs disk; "$0" restore latest --as-android-backup disk/again.ab; '
        'echo "code $?"; ls -A disk'
    )
    done = subprocess.run(
        ["unshare", "-r", "-m", "sh", "-c", script, str(PROGRAM)],
        env=ready.env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.endswith("code 1\n"), done.stdout
    assert "disk/again.ab could not be written (No space left on device); nothing of it is left." in done.stderr


def test_what_the_apps_gave_to_adb_backup_goes_back(program: Program, phone: TestPhone, tmp_path: Path) -> None:
    """`backup --adb-backup`, months later `restore --as-android-backup`: the data, with the manifest of then."""
    make_vault(tmp_path / "vault", "x")
    ready = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="x")
    puts = [manifest(NOTES), Put(f"apps/{NOTES}/db/a".encode(), b"data", mode=0o660), manifest(SILENT)]
    assert run_adb_backup(ready, phone, given(puts)).code == 0
    made = tmp_path / "again.ab"
    assert ready.run(*words(made)).code == 0
    assert stream(made) == stream_without(puts[:2], made)
    with opened(made) as backup:
        assert contents(backup) == {b"/" + put.path: put.content for put in puts[:2]}


def stream_without(puts: list[Put], made: Path) -> bytes:
    """The same members as another writer has them, but for their owners, which no reader looks at."""
    found, theirs = bytearray(stream(made)), tar(puts)
    assert len(found) == len(theirs)
    wanted = bytearray(theirs)
    for at in range(0, len(found), 512):
        if found[at + 257 : at + 262] == b"ustar":
            for field in (slice(at + 108, at + 124), slice(at + 148, at + 156)):
                wanted[field] = found[field]
    return bytes(wanted)


def test_data_without_a_manifest_stays_and_is_named(
    program: Program, phone_factory: PhoneFactory, tmp_path: Path
) -> None:
    """What was read from an app made for testing did not come from Android's backup, so nothing can put it back."""
    dev = App("org.example.dev", 10140, debuggable=True)
    phone = phone_factory(state=state.SMALL.but(apps=(*state.SMALL.apps, dev)))
    place = phone.root / "data/user/0/org.example.dev/note"
    place.write_bytes(b"as it is on the phone")
    os.chown(place, 10140, 10140)
    make_vault(tmp_path / "vault", "x")
    ready = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="x")
    puts = [manifest(NOTES), Put(f"apps/{NOTES}/f/a".encode(), b"data")]
    assert run_adb_backup(ready, phone, given(puts)).code == 0
    ran = ready.run(*words(tmp_path / "again.ab"))
    assert ran.code == 3
    assert "since they did not come from Android's own backup: org.example.dev." in " ".join(ran.stdout.split())
    with opened(tmp_path / "again.ab") as backup:
        assert [app.package for app in backup.apps().apps] == [NOTES]
    only = ready.run(*words(tmp_path / "dev.ab", "--app", "org.example.dev"))
    assert (only.code, (tmp_path / "dev.ab").exists()) == (3, False)
    assert "Nothing was written." in only.stdout


def test_links_are_left_out_and_named(program: Program, tmp_path: Path) -> None:
    """Android's own files hold none; other tools' do."""
    puts = [*FILES[:1], *FILES[3:4], Put(f"apps/{NOTES}/f/link".encode(), b"", type=b"2", link=b"/etc/passwd")]
    ready = backed(program, tmp_path / "first", puts)
    ran = ready.run(*words(tmp_path / "again.ab"))
    assert ran.code == 3
    said = " ".join(ran.stdout.split())
    assert f"/appdata/{NOTES}/f/link is left out: it is a link, and Android's backup knows no links." in said
    with opened(tmp_path / "again.ab") as phone:
        assert len(contents(phone)) == 2
