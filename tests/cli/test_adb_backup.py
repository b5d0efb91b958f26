"""`backup --adb-backup`: the phone is asked, somebody taps (or not), and what its apps gave lies in the snapshot."""

import os
import zlib
from pathlib import Path

import pytest

from tests.cli.program import Program, Ran, make_vault
from tests.phone import profiles, state, trees
from tests.phone.state import AdbBackup, App
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.phones.androidbackup.abwriter import Put, archive, manifest, tar

NOTES = trees.content("notes", 1_500_000)
PASSWORD = "长城 wall 🧱"
PUTS = [
    manifest("org.example.notes"),
    Put(b"apps/org.example.notes/db/notes.db", NOTES),
    Put("apps/org.example.notes/f/笔记.txt".encode(), b"a note"),
    manifest("com.whatsapp"),
]
"""One app gives its data, one takes no part: only its manifest is there."""


def given(puts: list[Put] = PUTS, *, answer: str = "confirm", password: str | None = None) -> AdbBackup:
    content = tar(puts)
    plain = archive(content, compressed=False, password=password)
    return AdbBackup(archive(content, password=password), plain, answer)


def raw(stream: bytes) -> AdbBackup:
    return AdbBackup(stream, stream)


@pytest.fixture
def ready(program: Program, tmp_path: Path) -> Program:
    make_vault(tmp_path / "vault", "x")
    return program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="x")


def run(ready: Program, phone: TestPhone, backup: AdbBackup, *words: str | Path) -> Ran:
    trees.put(phone.storage, "DCIM/a.jpg", b"photo")
    trees.give_to_phone(phone.storage)
    phone.answer_with(phone.state.but(adb_backup=backup))
    here = ready.with_(**{k: v for k, v in phone.adb_env.items() if k != "HOME"})
    return here.run("backup", "--adb", phone.serial, "--adb-backup", *words)


def app(ready: Program, package: str = "org.example.notes") -> dict[str, object]:
    (found,) = ready.run("coverage", "--json").documents
    (one,) = [row for row in found["apps"] if row["package"] == package]
    return dict(one)


def test_what_an_app_gives_is_kept_with_the_phones_own_files(ready: Program, phone: TestPhone, tmp_path: Path) -> None:
    ran = run(ready, phone, given())
    assert ran.code == 0, ran.stderr
    asked = (phone.root / "data/teststate/bu/asked").read_text()
    assert "-nocompress" in asked
    assert "-noapk" in asked
    assert "-noshared" in asked
    assert ready.run("restore", "latest", "--target", tmp_path / "back").code == 0
    assert (tmp_path / "back/appdata/org.example.notes/db/notes.db").read_bytes() == NOTES
    assert (tmp_path / "back/appdata/org.example.notes/f/笔记.txt").read_bytes() == b"a note"
    assert (tmp_path / "back/shared/DCIM/a.jpg").read_bytes() == b"photo"
    notes, other = app(ready), app(ready, "com.whatsapp")
    assert (notes["state"], notes["reason"]) == ("kept in part", "from-adb-backup")
    assert (other["state"], other["kept_files"]) == ("out of reach", 0)


def test_it_says_beforehand_what_to_do_and_what_to_expect(ready: Program, phone: TestPhone) -> None:
    ran = run(ready, phone, given())
    said = " ".join((ran.stderr + ran.stdout).split())
    told = "Tap 'Back up my data' within a minute, or 'Do not back up' to go on without it."
    assert said.index(told) < said.index("holds")
    assert "Since Android 12 nearly all apps stay out of this backup." in said


def test_an_older_phone_is_not_told_of_android_12(ready: Program, phone_factory: PhoneFactory) -> None:
    ran = run(ready, phone_factory(profile=profiles.ANDROID_10), given())
    assert ran.code == 0, ran.stderr
    assert "Android 12" not in ran.stderr + ran.stdout


def test_a_phone_of_before_the_shell_protocol(ready: Program, phone_factory: PhoneFactory) -> None:
    ran = run(ready, phone_factory(profile=profiles.ANDROID_5), given())
    assert ran.code == 0, ran.stderr
    assert app(ready)["reason"] == "from-adb-backup"


EMPTY = {
    "41 bytes": b"ANDROID BACKUP\n5\n1\nnone\n" + zlib.compress(bytes(1024), 9),
    "47 bytes": b"ANDROID BACKUP\n5\n1\nnone\n" + zlib.compress(bytes(3072), 9),
    "header only": b"ANDROID BACKUP\n5\n0\nnone\n",
    "header and two empty blocks": b"ANDROID BACKUP\n5\n0\nnone\n" + bytes(1024),
    "1,024 zero bytes": bytes(1024),
    "manifests only": archive(tar([manifest("org.example.notes"), manifest("com.whatsapp")])),
}


@pytest.mark.parametrize("name", EMPTY)
def test_no_app_gives_anything(ready: Program, phone: TestPhone, name: str) -> None:
    """It is said, and it is no fault: the backup is as complete as without it."""
    ran = run(ready, phone, raw(EMPTY[name]))
    assert ran.code == 0, ran.stderr
    assert "No app gave anything to Android's own backup." in " ".join((ran.stderr + ran.stdout).split())
    assert app(ready)["state"] == "out of reach"


def fails(ready: Program, phone: TestPhone, backup: AdbBackup, words: str, *more: str | Path) -> Ran:
    """The rest is kept, the reason is said and named, the exit code is 3."""
    ran = run(ready, phone, backup, *more)
    assert ran.code == 3, ran.stderr
    assert words in " ".join((ran.stderr + ran.stdout).split())
    (found,) = ready.run("coverage", "--json").documents
    (gap,) = found["gaps"]
    assert (gap["path"], gap["reason"]) == ("adb backup", "read-error")
    assert words[:60] in gap["detail"]
    assert app(ready)["kept_files"] == 0
    assert {row["path"]: row["state"] for row in found["storages"]}["/shared"] == "kept"
    return ran


def test_the_person_refuses(ready: Program, phone: TestPhone) -> None:
    fails(ready, phone, given(answer="refuse"), "it was not confirmed on the phone")


@pytest.mark.parametrize("at", [1, 20, 30, 600, 5_000, 1_000_000, -1025, -513])
def test_a_stream_that_ends_too_early_is_not_taken_for_whole(ready: Program, phone: TestPhone, at: int) -> None:
    stream = given().plain
    size = at if at > 0 else len(stream) + at
    fails(ready, phone, given(answer=f"die {size}"), "adb backup is cut off")


def test_a_program_that_crashes_on_the_phone(ready: Program, phone: TestPhone) -> None:
    fails(ready, phone, given(answer="crash 100000"), "adb backup came to no end")


def test_garbage(ready: Program, phone: TestPhone) -> None:
    fails(ready, phone, raw(os.urandom(5000)), "adb backup is not an Android backup file")


def test_an_encrypted_one_is_opened_with_its_password(ready: Program, phone: TestPhone, tmp_path: Path) -> None:
    """The phone has a desktop backup password, or somebody typed one on its screen."""
    (tmp_path / "password.txt").write_text(PASSWORD + "\n", encoding="utf-8")
    ran = run(ready, phone, given(password=PASSWORD), "--android-backup-password-file", tmp_path / "password.txt")
    assert ran.code == 0, ran.stderr
    assert ready.run("restore", "latest", "--target", tmp_path / "back").code == 0
    assert (tmp_path / "back/appdata/org.example.notes/db/notes.db").read_bytes() == NOTES


def test_a_wrong_password_is_said_in_a_sentence(ready: Program, phone: TestPhone, tmp_path: Path) -> None:
    (tmp_path / "password.txt").write_text("wrong\n")
    words = ("--android-backup-password-file", tmp_path / "password.txt")
    fails(ready, phone, given(password=PASSWORD), "This password does not open the backup file adb backup", *words)


def test_without_somebody_to_type_the_password(ready: Program, phone: TestPhone) -> None:
    fails(ready, phone, given(password=PASSWORD), "is encrypted and needs a password")


def test_hostile_names_in_it_are_named(ready: Program, phone: TestPhone) -> None:
    puts = [
        *PUTS,
        Put(b"apps/org.example.notes/../../etc/passwd", b"up"),
        Put(b"apps/org.example.notes/db/notes.db", b"twice"),
        Put(b"apps/..evil/f/x", b"bad package"),
        Put(b"elsewhere/x", b"foreign"),
    ]
    ran = run(ready, phone, given(puts))
    assert ran.code == 3, ran.stderr
    (found,) = ready.run("coverage", "--json").documents
    assert sorted((gap["path"], gap["reason"]) for gap in found["gaps"]) == [
        ("/@adb-backup/apps/..evil", "bad-name"),
        ("/@adb-backup/apps/org.example.notes/../../etc/passwd", "bad-name"),
        ("/@adb-backup/apps/org.example.notes/db/notes.db", "twice"),
        ("/elsewhere/x", "foreign"),
    ]
    assert app(ready)["reason"] == "some-missing"


def test_an_app_that_can_be_read_itself_is_not_taken_from_it(
    ready: Program, phone_factory: PhoneFactory, tmp_path: Path
) -> None:
    dev = App("org.example.dev", 10140, debuggable=True)
    phone = phone_factory(state=state.SMALL.but(apps=(*state.SMALL.apps, dev)))
    place = phone.root / "data/user/0/org.example.dev/note"
    place.write_bytes(b"as it is on the phone")
    os.chown(place, 10140, 10140)
    puts = [*PUTS, manifest("org.example.dev"), Put(b"apps/org.example.dev/f/old", b"old")]
    ran = run(ready, phone, given(puts))
    assert ran.code == 0, ran.stderr
    assert ready.run("restore", "latest", "--target", tmp_path / "back").code == 0
    assert sorted(p.name for p in (tmp_path / "back/appdata/org.example.dev").rglob("*")) == ["note"]
    assert app(ready, "org.example.dev")["state"] == "kept"


@pytest.mark.parametrize("other", [("--dry-run",), ("--folder", "."), ("--android-backup", "x.ab")])
def test_it_belongs_to_a_real_backup_of_a_real_phone(ready: Program, other: tuple[str, ...]) -> None:
    ran = ready.run("backup", "--adb-backup", *other)
    assert ran.code == 2
    assert "--adb-backup" in ran.stderr


def test_it_is_read_anew_each_time_and_stored_once(ready: Program, phone: TestPhone, tmp_path: Path) -> None:
    assert run(ready, phone, given()).code == 0
    second = run(ready, phone, given(), "--json")
    assert second.code == 0
    summary = second.documents[-1]
    assert summary["files_sent"] >= 2
    assert summary["data_blobs"] == 0
    other = [PUTS[0], Put(b"apps/org.example.notes/db/notes.db", NOTES[:-1] + b"!")]
    assert run(ready, phone, given(other)).code == 0
    assert ready.run("restore", "latest", "--target", tmp_path / "back").code == 0
    kept = (tmp_path / "back/appdata/org.example.notes/db/notes.db").read_bytes()
    assert kept == NOTES[:-1] + b"!", "same size, same second"
