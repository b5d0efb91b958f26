"""`restore --app-backups`: each app's newest own backup back to where the app looks for it, on a real adbd."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli import terminal
from tests.cli.program import Program, make_vault
from tests.phone import profiles, trees
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.phones.test_adb_push import mount_small
from tests.snapshots.bench import LONG_AGO_NS
from tests.tools.restic import Restic, restic

DAY = 86_400 * 10**9
NEW_PLACE = "Android/media/com.whatsapp/WhatsApp/Databases"
OLD_PLACE = "WhatsApp/Databases"

HELD = {
    f"{OLD_PLACE}/msgstore.db.crypt14": (b"w" * 70_000, 3),
    f"{OLD_PLACE}/msgstore-2020-09-13.1.db.crypt14": (b"older", 0),
    "Backups/signal-2020-09-14-10-20-30.backup": (b"signal", 1),
    "MIUI/backup/AllBackup/20200914_101500/微信(com.tencent.mm).bak": (b"MIUI BACKUP", 1),
    "MIUI/backup/AllBackup/20200914_101500/descript.xml": (b"<list/>", 1),
    "Neo/org.app/2020-09-14-10-15-00-123-user_0.properties": (b"{}", 1),
    "Neo/org.app/2020-09-14-10-15-00-123-user_0/data.tar.gz": (b"data", 1),
    "Neo/org.app/2020-09-14-10-15-00-123-user_0/deep/er/obb.tar.gz": (b"obb", 1),
    "Download/sms-20200914101500.xml": (b"<smses count='0'/>", 1),
    "Download/letter.txt": (b"no backup", 1),
}
"""Path on the phone → content, days after `LONG_AGO_NS`."""

GOES = {
    OLD_PLACE + "/msgstore.db.crypt14": NEW_PLACE + "/msgstore.db.crypt14",
    **{path: path for path in HELD if not path.startswith(OLD_PLACE) and path != "Download/letter.txt"},
}


@dataclass(frozen=True, slots=True)
class Backed:
    """A vault with a snapshot of an old phone, and a phone to put backups onto."""

    program: Program
    phone: TestPhone
    judge: Restic

    def onto(self, *more: str) -> list[str]:
        return ["restore", "latest", "--app-backups", "--to-phone", self.phone.serial, *more]

    def files(self) -> dict[str, bytes]:
        root = self.phone.storage
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file() and not path.is_symlink()
        }


def make(phone: TestPhone, folder: Path) -> Backed:
    source = folder / "old phone"
    for name, (content, days) in HELD.items():
        trees.put(source, name, content, mtime_ns=LONG_AGO_NS + days * DAY)
    variables = {"PHONEWARD_REPOSITORY": str(folder / "vault"), "PHONEWARD_PASSWORD": "secret", **phone.adb_env}
    program = Program(folder / "home", variables)
    program.home.mkdir()
    make_vault(folder / "vault", "secret")
    assert program.run("backup", "--folder", source).code == 0
    shutil.rmtree(source)
    return Backed(program, phone, Restic(restic("0.19"), folder / "vault", "secret", folder / "restic-cache"))


@pytest.fixture
def backed(phone: TestPhone, tmp_path: Path) -> Backed:
    return make(phone, tmp_path)


def test_every_backup_lies_where_its_app_looks(backed: Backed) -> None:
    """A new phone: WhatsApp's file goes to its new place, every other to its old one; restic says what is in them."""
    before = backed.files()
    ran = backed.program.run(*backed.onto())
    assert (ran.code, ran.stderr) == (0, ""), ran.stdout
    new = {name: content for name, content in backed.files().items() if name not in before}
    assert set(new) == set(GOES.values())
    for name, place in GOES.items():
        dumped = backed.judge.attempt("dump", "latest", f"/shared/{name}").stdout
        assert new[place] == dumped == HELD[name][0]
        assert (backed.phone.storage / place).stat().st_mtime_ns == LONG_AGO_NS + HELD[name][1] * DAY
    for said in (
        "since Android 11 WhatsApp looks for it below Android/media",
        "WhatsApp needs the same phone number",
        "1 older one stays in the snapshot.",
        "it lay there on the phone that it came from",
        "tap 'Restore' when it asks",
        "only WhatsApp itself can prove",
        "All that was asked for is on the phone.",
    ):
        assert said in ran.stdout, said


def test_an_older_android_has_another_place(phone_factory: PhoneFactory, tmp_path: Path) -> None:
    backed = make(phone_factory(profile=profiles.ANDROID_10), tmp_path)
    assert backed.program.run(*backed.onto("--app", "com.whatsapp")).code == 0
    assert f"{OLD_PLACE}/msgstore.db.crypt14" in backed.files()
    assert not any(name.startswith(NEW_PLACE) for name in backed.files())


@pytest.mark.parametrize(
    ("app", "kept"),
    [
        ("com.whatsapp", "WhatsApp"),
        ("signal", "Backups"),
        ("com.tencent.mm", "MIUI"),
        ("Neo Backup", "Neo"),
        ("org.app", "Neo"),
    ],
)
def test_only_one_app(backed: Backed, app: str, kept: str) -> None:
    before = backed.files()
    assert backed.program.run(*backed.onto("--app", app)).code == 0
    new = {name for name in backed.files() if name not in before}
    assert new == {place for name, place in GOES.items() if name.split("/")[0] == kept}


def test_a_second_time_there_is_nothing_to_do(backed: Backed) -> None:
    assert backed.program.run(*backed.onto()).code == 0
    before = trees.tree_digest(backed.phone.storage)
    plan, *files, summary = backed.program.run(*backed.onto("--json")).documents
    assert (plan["message_type"], plan["to_write"]) == ("app_backups_plan", 0)
    assert {one["state"] for one in files} == {"same"}
    assert (summary["complete"], summary["files_written"], summary["files_verified"]) == (True, 0, len(GOES))
    assert trees.tree_digest(backed.phone.storage) == before


def test_what_the_phone_has_already_is_kept_or_set_aside(backed: Backed) -> None:
    newer = b"n" * 70_000  # as long as the one in the snapshot
    trees.put(backed.phone.storage, f"{NEW_PLACE}/msgstore.db.crypt14", newer)
    trees.give_to_phone(backed.phone.storage)
    mine = backed.phone.storage / NEW_PLACE / "msgstore.db.crypt14"
    kept = backed.program.run(*backed.onto("--app", "com.whatsapp"))
    assert kept.code == 3
    assert "a different file there, which is left as it is" in kept.stdout
    assert mine.read_bytes() == newer
    refused = backed.program.run(*backed.onto("--app", "com.whatsapp", "--replace", "--json"))
    assert (refused.code, refused.complaint["code"]) == (2, "not-without-yes")
    done = backed.program.run(*backed.onto("--app", "com.whatsapp", "--replace", "--yes"))
    assert done.code == 0, done.stdout
    assert mine.read_bytes() == HELD[f"{OLD_PLACE}/msgstore.db.crypt14"][0]
    (old,) = mine.parent.glob("msgstore.db.crypt14.phoneward-old-*")
    assert old.read_bytes() == newer
    assert old.name in done.stdout


def test_a_dry_run_writes_nothing(backed: Backed) -> None:
    before = trees.tree_digest(backed.phone.storage)
    plan, *_files, summary = backed.program.run(*backed.onto("--dry-run", "--json")).documents
    found = {(one["app"], one["package"]): one for one in plan["backups"]}
    assert set(found) == {
        ("whatsapp", "com.whatsapp"),
        ("signal", "org.thoughtcrime.securesms"),
        ("xiaomi", "com.tencent.mm"),
        ("neo-backup", "org.app"),
        ("sms", "com.riteshsahu.SMSBackupRestore"),
    }
    assert (found["whatsapp", "com.whatsapp"]["older"], found["neo-backup", "org.app"]["files"]) == (1, 3)
    assert found["whatsapp", "com.whatsapp"]["folder"].endswith(NEW_PLACE)
    assert found["whatsapp", "com.whatsapp"]["installed"] is True
    assert found["signal", "org.thoughtcrime.securesms"]["installed"] is False
    assert summary["files_written"] == 0
    assert trees.tree_digest(backed.phone.storage) == before


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("", 130)])
def test_a_person_is_asked(backed: Backed, answer: str, code: int) -> None:
    before = backed.files()
    talk = terminal.run(backed.program, backed.onto(), [("Type yes to go on: ", answer)], columns=120)
    assert talk.code == code, talk.screen
    assert (backed.files() == before) is (code != 0)


def test_nothing_goes_through_a_link(backed: Backed) -> None:
    outside = backed.phone.storage / "outside"
    outside.mkdir()
    (backed.phone.storage / "Neo").symlink_to("outside")
    ran = backed.program.run(*backed.onto("--app", "org.app"))
    assert ran.code == 3
    assert "cannot be put there: a link" in ran.stdout
    assert list(outside.iterdir()) == []


def test_a_cut_cable_and_then_the_rest(backed: Backed) -> None:
    backed.phone.proxy.cut("up", 40_000)
    cut = backed.program.run(*backed.onto("--json"))
    assert (cut.code, cut.complaint["code"]) == (1, "return-cut-short")
    half = {name: content for name, content in backed.files().items() if ".phoneward-" not in name}
    assert not any(place in half and half[place] != HELD[name][0] for name, place in GOES.items())
    backed.phone.proxy.clear()
    backed.phone.connect()
    assert backed.program.run(*backed.onto()).code == 0
    found = backed.files()
    assert all(found[place] == HELD[name][0] for name, place in GOES.items())
    assert not any(".phoneward-" in name for name in found)


def test_a_phone_without_room(backed: Backed) -> None:
    mount_small(backed.phone, "storage/emulated/0", "40k")
    ran = backed.program.run(*backed.onto("--json"))
    assert (ran.code, ran.complaint["code"]) == (1, "phone-too-full")
    assert backed.phone.shell("find /storage/emulated/0 -type f") == b""


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        ([], 2, "missing-argument"),
        (["--target", "x"], 2, "not-together"),
        (["--to-phone", "S", "--apks"], 2, "not-together"),
        (["--to-phone", "S", "--include", "/shared"], 2, "not-together"),
        (["--to-phone", "S", "--app", "org.nope"], 1, "no-app-backups"),
        (["--to-phone", "S", "--app", "com.tencent.mm.nope"], 1, "no-app-backups"),
    ],
)
def test_what_cannot_be_done(backed: Backed, words: list[str], exit_code: int, code: str) -> None:
    given = [backed.phone.serial if word == "S" else word for word in words]
    ran = backed.program.run("restore", "latest", "--app-backups", *given, "--json")
    assert (ran.code, ran.complaint["code"]) == (exit_code, code)
