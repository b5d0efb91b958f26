"""`backup --android-backup`: an Android backup file that exists already becomes a snapshot, judged by restic."""

from pathlib import Path

import pytest

from tests.cli import terminal
from tests.cli.program import Program, make_vault
from tests.phone import trees
from tests.phones.androidbackup.abwriter import Put, archive, manifest, tar
from tests.tools import restic as restic_tool
from tests.tools.restic import Restic

PASSWORD = "长城 wall 🧱"
DATABASE = trees.content("database", 2_500_000)
APPS = {
    "com.example.notes/_manifest": manifest("com.example.notes", version=42).content,
    "com.example.notes/f/笔记/今天.txt": b"a note",
    "com.example.notes/db/notes.db": DATABASE,
    "com.example.notes/sp/settings.xml": b"<map/>",
    "com.example.silent/_manifest": manifest("com.example.silent").content,
}
STORAGE = {"DCIM/Camera/one.jpg": trees.content("one", 300_000), "note.txt": b"hello"}
APK = b"PK the app itself"
PUTS = [
    *(Put(f"apps/{name}".encode(), content) for name, content in APPS.items()),
    Put(b"apps/com.example.notes/a/base.apk", APK),
    *(Put(f"shared/0/{name}".encode(), content, mode=0o644) for name, content in STORAGE.items()),
]


@pytest.fixture
def ready(program: Program, tmp_path: Path) -> Program:
    """A program with an empty vault."""
    named = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="x")
    make_vault(tmp_path / "vault", "x")
    return named


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    path = tmp_path / "phone-2019.ab"
    path.write_bytes(archive(tar(PUTS), password=PASSWORD))
    (tmp_path / "password.txt").write_text(PASSWORD + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("version", restic_tool.ALL_RESTICS)
def test_restic_restores_what_the_phone_had_put_into_it(
    version: str, ready: Program, sealed: Path, tmp_path: Path
) -> None:
    words = ("backup", "--android-backup", sealed, "--android-backup-password-file", tmp_path / "password.txt")
    ran = ready.run(*words, "--json")
    assert ran.code == 0, ran.stderr
    judge = Restic(restic_tool.restic(version), tmp_path / "vault", "x", tmp_path / "cache")
    judge.check()
    judge.restore("latest", tmp_path / "back")
    assert files_below(tmp_path / "back") == {
        **{f"appdata/{name}": content for name, content in APPS.items()},
        **{f"shared/{name}": content for name, content in STORAGE.items()},
        "packages/com.example.notes/base.apk": APK,
    }
    assert (tmp_path / "back/appdata/com.example.notes/db/notes.db").stat().st_mtime == 1_500_000_000


def files_below(root: Path) -> dict[str, bytes]:
    """The phone's files that were restored, without Phoneward's own documents and sums."""
    tops = (root / "appdata", root / "shared", root / "packages")
    found = (path for top in tops for path in top.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in found}


def test_what_it_says(ready: Program, sealed: Path, tmp_path: Path) -> None:
    """Each app with what is known of it: what the file holds is kept; whether that was all, nobody knows."""
    words = ("--android-backup-password-file", tmp_path / "password.txt")
    ran = ready.run("backup", "--android-backup", sealed, *words)
    assert ran.code == 0, ran.stderr
    said = " ".join(ran.stdout.split())
    assert "holds 8 files (2.8 MB)." in said
    assert "Kept from the backup file: 8 files (2.8 MB)." in said
    assert "If this phone broke" not in said
    assert "For 2 apps nobody can tell how much of them would be lost." in said
    assert "keep data that no computer can read" not in said
    assert "looked through first" in ran.stderr
    document = ready.run("coverage", "--json").document
    apps = {app["package"]: (app["state"], app["reason"], app["apk"]) for app in document["apps"]}
    assert apps == {
        "com.example.notes": ("kept in part", "from-backup-file", "kept"),
        "com.example.silent": ("out of reach", "not-in-backup-file", "missing"),
    }
    assert {(row["area"], row["path"], row["state"]) for row in document["storages"]} == {
        ("shared", "/shared", "kept"),
        ("app-data", "/appdata", "kept"),
        ("installed-apps", "/packages", "kept"),
    }
    assert sum(row["bytes"] for row in document["storages"]) == document["totals"]["kept_bytes"]
    assert document["gaps"] == []
    shown = " ".join(ready.run("coverage").stdout.split())
    assert "Whether that was all of it, the file does not say." in shown
    assert "The apps' own data" in shown
    assert ready.run("snapshots", "--json").document["hostname"] == "phone-2019.ab"
    checked = " ".join(ready.run("checkup").stdout.split())
    assert "that no computer can read" not in checked
    assert "nothing else is known to be lost" in checked
    assert "what the apps left out of the backup file when it was made" in checked


def test_a_second_time_nothing_is_read_again_wherever_the_file_lies(
    ready: Program, sealed: Path, tmp_path: Path
) -> None:
    words = ("--android-backup-password-file", tmp_path / "password.txt", "--json")
    first = ready.run("backup", "--android-backup", sealed, *words).document
    moved = sealed.rename(tmp_path / "elsewhere.ab")
    second = ready.run("backup", "--android-backup", moved, *words).document
    assert second["parent"] == first["snapshot_id"]
    assert (second["files_sent"], second["files_unmodified"]) == (0, first["files_new"])
    compared = ready.run("backup", "--android-backup", moved, *words, "--verify-all").document
    assert compared["matched_files"] == first["files_new"]


def test_the_password_is_asked_for_at_a_terminal(ready: Program, sealed: Path) -> None:
    talk = terminal.run(
        ready, ["backup", "--android-backup", str(sealed)], [("Password of the backup file: ", PASSWORD)]
    )
    assert talk.code == 0, talk.screen
    assert "holds 8 files" in " ".join(talk.screen.split())
    assert PASSWORD not in talk.screen


def test_what_is_left_out_is_named_and_the_code_is_3(ready: Program, tmp_path: Path) -> None:
    evil = [
        Put(b"shared/0/../../../evil", b"x"),
        Put(b"elsewhere/evil", b"x"),
        Put(b"apps/com.example/f/pipe", b"", type=b"6"),
        Put(b"apps/com.example/f/file", b"one"),
        Put(b"apps/com.example/f/file", b"two"),
        Put(b"apps/com.example/f/link", b"", type=b"2", link=b"/etc/passwd"),
    ]
    (tmp_path / "odd.ab").write_bytes(archive(tar(evil)))
    ran = ready.run("backup", "--android-backup", tmp_path / "odd.ab", "--json")
    assert ran.code == 3
    coverage = ran.document["coverage"]
    assert coverage["gap_counts"] == {"bad-name": 1, "foreign": 1, "special": 1, "twice": 1}
    (app,) = coverage["apps"]
    assert (app["state"], app["reason"]) == ("kept in part", "some-missing")
    shown = " ".join(ready.run("coverage").stdout.split())
    assert "The backup file holds two of this name." in shown
    assert "where no Android puts anything" in shown
    target = tmp_path / "back"
    assert ready.run("restore", "latest", "--target", target).code == 0
    assert (target / "appdata/com.example/f/file").read_bytes() == b"two"
    assert (target / "appdata/com.example/f/link").is_symlink()
    assert not list(tmp_path.rglob("evil"))


def test_one_odd_name_says_nothing_of_the_apps(ready: Program, tmp_path: Path) -> None:
    puts = [
        Put(b"elsewhere/x", b"x"),
        Put(b"shared/7/only-a-hard-link", type=b"1"),
        Put(b"apps/com.example/f/file", b"two"),
    ]
    (tmp_path / "odd.ab").write_bytes(archive(tar(puts)))
    ran = ready.run("backup", "--android-backup", tmp_path / "odd.ab", "--json")
    assert ran.code == 3
    coverage = ran.document["coverage"]
    found = {gap["path"]: gap["reason"] for gap in coverage["gaps"]}
    assert found == {"/elsewhere/x": "foreign", "/shared/7/only-a-hard-link": "special"}
    (app,) = coverage["apps"]
    assert (app["state"], app["reason"]) == ("kept in part", "from-backup-file")


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (["--android-backup", "SEALED"], 12, "android-backup-locked"),
        (["--android-backup", "SEALED", "--android-backup-password-file", "WRONG"], 12, "android-backup-password"),
        (["--android-backup", "SEALED", "--android-backup-password-file", "/no/such"], 2, "setting-file"),
        (["--android-backup", "EMPTY"], 1, "android-backup-empty"),
        (["--android-backup", "CUT"], 1, "android-backup-cut-off"),
        (["--android-backup", "/no/such"], 1, "android-backup-missing"),
        (["--android-backup", "SEALED", "--folder", "FOLDER"], 2, "not-together"),
        (["--android-backup", "SEALED", "--adb"], 2, "not-together"),
        (["--android-backup-password-file", "WRONG"], 2, "missing-argument"),
    ],
)
def test_what_cannot_be_done(words: list[str], exit_code: int, code: str, ready: Program, sealed: Path) -> None:
    """One sentence, a code for programs, and no snapshot."""
    tmp_path = sealed.parent
    made = {"WRONG": b"another password", "EMPTY": archive(bytes(1024)), "CUT": archive(tar(PUTS))[:-100]}
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    named = {"SEALED": sealed, "FOLDER": tmp_path, **{name: tmp_path / name for name in made}}
    ran = ready.run("backup", "--json", *(named.get(word, word) for word in words))
    assert (ran.code, ran.stdout, ran.complaint["code"]) == (exit_code, "", code)
    assert ready.run("snapshots", "--json").documents == []


def test_an_old_backup_file_does_not_stand_in_for_the_phone(ready: Program, sealed: Path, tmp_path: Path) -> None:
    """What was put into the vault last is not what the phone would lose, and what the recovery kit says stays true."""
    trees.put(tmp_path / "card", "DCIM/today.jpg", b"taken today")
    assert ready.run("backup", "--folder", tmp_path / "card", "--label", "card").code == 0
    words = ("backup", "--android-backup", sealed, "--android-backup-password-file", tmp_path / "password.txt")
    taken = ready.run(*words, "--json").documents[-1]
    judge = Restic(restic_tool.restic("0.18"), tmp_path / "vault", "x", tmp_path / "cache")
    judge.run("restore", "latest", "--tag", "phoneward", "--path", "/", "--target", str(tmp_path / "back"))
    assert (tmp_path / "back/shared/DCIM/today.jpg").read_bytes() == b"taken today"
    assert [document["path"] for document in ready.run("ls", "latest", "/shared/DCIM", "--json").documents][-1:] == [
        "/shared/DCIM/today.jpg"
    ]
    report = ready.run("checkup", "--json").documents
    assert "phone-2019" not in str(report)
    assert ready.run("coverage", taken["snapshot_id"], "--json").document["label"] == "phone-2019.ab"
    # Taken again it is unchanged: its own earlier snapshot is still found to compare with.
    again = ready.run(*words, "--json").documents[-1]
    assert again["parent"] == taken["snapshot_id"]
