"""`restore --records`: files under the names by which apps find them, into a folder and onto a real adbd."""

import base64
import datetime as dt
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli import terminal
from tests.cli.program import Program, make_vault
from tests.phone import state, trees
from tests.phone.testphone import TestPhone
from tests.phones.test_adb_push import mount_small
from tests.snapshots.records.ical.test_calendar_over_adb import PHONE
from tests.snapshots.records.test_over_adb import CALLS, MESSAGES, WITH_BOTH
from tests.tools.restic import Restic, restic

FOLDER = "Download/Phoneward"


@dataclass(frozen=True, slots=True)
class Backed:
    """A test phone with messages and calls in a snapshot, and restic to judge what is given out."""

    program: Program
    phone: TestPhone
    judge: Restic

    def onto(self, *more: str) -> list[str]:
        return ["restore", "latest", "--records", "--to-phone", self.phone.serial, *more]

    def dumped(self, name: str) -> bytes:
        done = self.judge.attempt("dump", "latest", f"/records/{name}")
        assert done.returncode == 0, done.stderr
        return done.stdout

    def names(self) -> dict[str, bytes]:
        """The names that the files must have, with the content that they must have."""
        (snapshot,) = self.judge.snapshots()
        made = dt.datetime.fromisoformat(re.sub(r"\.\d+", "", snapshot["time"]))
        stamp = made.astimezone().strftime("%Y%m%d%H%M%S")
        return {f"sms-{stamp}.xml": self.dumped("sms.xml"), f"calls-{stamp}.xml": self.dumped("calls.xml")}


@pytest.fixture
def backed(phone: TestPhone, tmp_path: Path) -> Backed:
    phone.answer_with(WITH_BOTH)
    trees.put(phone.storage, "Download/a.txt", b"a")
    trees.give_to_phone(phone.storage)
    variables = {"PHONEWARD_REPOSITORY": str(tmp_path / "vault"), "PHONEWARD_PASSWORD": "secret", **phone.adb_env}
    program = Program(tmp_path / "home", variables)
    program.home.mkdir()
    make_vault(tmp_path / "vault", "secret")
    assert program.run("backup", "--adb", phone.serial).code == 0
    judge = Restic(restic("0.19"), tmp_path / "vault", "secret", tmp_path / "restic-cache")
    return Backed(program, phone, judge)


def on_phone(backed: Backed) -> dict[str, bytes]:
    folder = backed.phone.storage / FOLDER
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} if folder.exists() else {}


def test_messages_and_calls_lie_where_apps_find_them(backed: Backed) -> None:
    """A person sees how many messages of which days there are, gets the files, and is told what to tap."""
    ran = backed.program.run(*backed.onto())
    assert (ran.code, ran.stderr) == (0, "")
    assert on_phone(backed) == backed.names()
    days = dt.datetime.fromtimestamp(min(int(str(row["date"])) for row in MESSAGES) / 1000).astimezone()
    for said in (
        f"{len(MESSAGES)}",
        f"{days:%Y-%m-%d %H:%M}",
        "written, read back",
        "SMS Backup & Restore",
        "Fossify Messages",
        f"choose {next(iter(backed.names()))}",
        f"the folder {FOLDER}",
        "Taken in twice",
        "Menus may be called otherwise",
    ):
        assert said in ran.stdout, said


def test_a_second_time_nothing_is_written_and_nothing_is_doubled(backed: Backed) -> None:
    assert backed.program.run(*backed.onto()).code == 0
    before = trees.tree_digest(backed.phone.storage)
    again = backed.program.run(*backed.onto("--json"))
    plan, *files, summary = again.documents
    assert [one["state"] for one in plan["files"]] == ["same", "same"]
    assert (summary["complete"], summary["files_written"], summary["files_verified"]) == (True, 0, 2)
    assert [(one["owner"], one["outcome"], one["verified"]) for one in files] == [
        ("sms", "nothing", True),
        ("calls", "nothing", True),
    ]
    assert trees.tree_digest(backed.phone.storage) == before


def test_the_plan_as_json(backed: Backed) -> None:
    plan, *_files, summary = backed.program.run(*backed.onto("--dry-run", "--json")).documents
    assert plan["message_type"] == "records_plan"
    dates = {"sms": [int(str(r["date"])) for r in MESSAGES], "calls": [int(str(r["date"])) for r in CALLS]}
    assert [(f["kind"], f["records"], f["first_ms"], f["last_ms"], f["state"]) for f in plan["files"]] == [
        (kind, len(times), min(times), max(times), "new") for kind, times in dates.items()
    ]
    assert plan["absent"] == ["contacts", "calendar"][: len(plan["absent"])]
    assert (summary["dry_run"], summary["files_written"]) == (True, 0)
    assert on_phone(backed) == {}


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("no", 130), ("", 130)])
def test_a_person_is_asked(backed: Backed, answer: str, code: int) -> None:
    talk = terminal.run(backed.program, backed.onto(), [("Type yes to go on: ", answer)], columns=120)
    assert talk.code == code, talk.screen
    assert bool(on_phone(backed)) is (code == 0)


def test_only_what_is_asked_for(backed: Backed) -> None:
    words = ["restore", "latest", "--kind", "calls", "--to-phone", backed.phone.serial]
    assert backed.program.run(*words).code == 0
    assert [name[:6] for name in on_phone(backed)] == ["calls-"]


def test_what_is_there_is_never_replaced(backed: Backed) -> None:
    """The folder is there already, and in it another file of that very name: both files are kept."""
    name, content = next(iter(backed.names().items()))
    trees.put(backed.phone.storage, f"{FOLDER}/{name}", b"the person's own")
    trees.put(backed.phone.storage, f"{FOLDER}/other.txt", b"other")
    trees.give_to_phone(backed.phone.storage)
    ran = backed.program.run(*backed.onto())
    assert ran.code == 0
    found = on_phone(backed)
    assert found[name] == b"the person's own"
    assert found[name.replace(".xml", "-2.xml")] == content
    assert found["other.txt"] == b"other"
    assert backed.program.run(*backed.onto("--json")).documents[-1]["files_written"] == 0


@pytest.mark.parametrize("in_the_way", ["file", "link"])
def test_something_else_in_the_place_of_the_folder(backed: Backed, in_the_way: str) -> None:
    """Nothing is written through a link, nor over a file, and what is missing is told by the exit code."""
    outside = backed.phone.storage / "outside"
    outside.mkdir()
    place = backed.phone.storage / FOLDER
    if in_the_way == "file":
        place.write_bytes(b"mine")
    else:
        place.symlink_to("../outside")
    before = trees.tree_digest(backed.phone.storage)
    ran = backed.program.run(*backed.onto())
    assert ran.code == 3
    assert "cannot be put there: " + ("a file is in the place of a folder" if in_the_way == "file" else "a link") in (
        ran.stdout
    )
    assert trees.tree_digest(backed.phone.storage) == before


def test_a_cut_cable_leaves_nothing_half_and_the_next_run_goes_on(backed: Backed) -> None:
    backed.phone.proxy.cut("up", 6_000)
    cut = backed.program.run(*backed.onto("--json"))
    assert (cut.code, cut.complaint["code"]) in {(1, "return-cut-short"), (1, "phone-gone")}
    assert on_phone(backed).items() <= backed.names().items()
    backed.phone.proxy.clear()
    backed.phone.connect()
    assert backed.program.run(*backed.onto()).code == 0
    assert on_phone(backed) == backed.names()


def test_a_phone_without_room(backed: Backed) -> None:
    """Nothing is begun that cannot be finished, and the person is told how much is missing."""
    mount_small(backed.phone, "storage/emulated/0", "4k")
    ran = backed.program.run(*backed.onto("--json"))
    assert (ran.code, ran.complaint["code"]) == (1, "phone-too-full")
    assert backed.phone.shell("ls -A /storage/emulated/0") == b""


def test_into_a_folder(backed: Backed, tmp_path: Path) -> None:
    target = tmp_path / "new" / "place"
    ran = backed.program.run("restore", "latest", "--records", "--target", target)
    assert (ran.code, ran.stderr) == (0, "")
    assert {path.name: path.read_bytes() for path in target.iterdir()} == backed.names()
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in target.iterdir())
    assert str(target) in ran.stdout
    again = backed.program.run("restore", "latest", "--records", "--target", target, "--json")
    assert again.documents[-1]["files_written"] == 0


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (["--records"], 2, "missing-argument"),
        (["--records", "--target", "x", "--to-phone", "S"], 2, "not-together"),
        (["--records", "--target", "x", "--app", "a.b"], 2, "not-together"),
        (["--records", "--target", "x", "--replace"], 2, "not-together"),
        (["--kind", "letters", "--target", "x"], 2, "not-a-choice"),
        (["--kind", "calendar", "--target", "x"], 1, "no-records"),
        (["--records", "--to-phone", "nosuchphone"], 1, "phone-not-found"),
    ],
)
def test_what_cannot_be_done(backed: Backed, words: list[str], exit_code: int, code: str) -> None:
    given = [backed.phone.serial if word == "S" else word for word in words]
    ran = backed.program.run("restore", "latest", *given, "--json")
    assert (ran.code, ran.complaint["code"]) == (exit_code, code)
    assert on_phone(backed) == {}


def bombs() -> dict[str, bytes]:
    laughs = b"<?xml version='1.0'?><!DOCTYPE smses [<!ENTITY a 'ha'>" + b"".join(
        b"<!ENTITY %c '%s'>" % (letter, b"&%c;" % (letter - 1) * 10) for letter in range(ord("b"), ord("k"))
    )
    return {
        "entities": laughs + b"]><smses><sms body='&j;'/></smses>",
        "one endless message": b"<smses count='1'><sms body='" + b"a" * (80 << 20) + b"'/></smses>",
        "nested": b"<smses>" + b"<sms>" * 2_000_000,
        "cut": b"<?xml version='1.0' ?>\n<smses count='2'>\n<sms body='a' date='1' />\n",
        "something else": b"\x7fELF" * 1000,
    }


@pytest.mark.parametrize("bomb", bombs())
def test_a_damaged_file_is_named_and_not_given_out(bomb: str, program: Program, tmp_path: Path) -> None:
    """A vault that restic wrote, with calls that are whole and messages that are not: the calls come."""
    source = tmp_path / "source" / "records"
    source.mkdir(parents=True)
    (source / "sms.xml").write_bytes(bombs()[bomb])
    whole = b"<?xml version='1.0' ?>\n<calls count='1'>\n<call number='1' date='1700000000000' />\n</calls>\n"
    (source / "calls.xml").write_bytes(whole)
    judge = Restic(restic("0.19"), tmp_path / "vault", "secret", tmp_path / "cache")
    judge.init()
    judge.backup("records", cwd=source.parent)
    shutil.rmtree(source)
    with_vault = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="secret")
    ran = with_vault.run("restore", "latest", "--records", "--target", tmp_path / "out")
    assert ran.code == 3, ran.stderr
    assert "/records/sms.xml is damaged and is not given out: This is no whole file of messages or calls" in ran.stdout
    (only,) = (tmp_path / "out").iterdir()
    assert only.name.startswith("calls-")
    assert only.read_bytes() == whole


ITEM, AUTHORITY = "vnd.android.cursor.item/", "com.android.contacts/"
PICTURE = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40
WITH_CONTACTS = state.SMALL.but(
    tables={
        AUTHORITY + "contacts": ({"_id": 1, "name_raw_contact_id": 3, "display_name": "妈妈"},),
        AUTHORITY + "raw_contacts": ({"_id": 3, "contact_id": 1, "account_type": "com.google", "account_name": "a@b"},),
        AUTHORITY + "data": (
            {"_id": 10, "raw_contact_id": 3, "mimetype": ITEM + "name", "data1": "妈妈", "data2": "妈妈"},
            {"_id": 11, "raw_contact_id": 3, "mimetype": ITEM + "phone_v2", "data1": "+86 138", "data2": "2"},
            {"_id": 12, "raw_contact_id": 3, "mimetype": ITEM + "photo", "data14": "7", "data15": b"small"},
        ),
        AUTHORITY + "groups": (),
    },
    attached={AUTHORITY + "display_photo/7": PICTURE, AUTHORITY + "data/12": b"small"},
)


def test_contacts_come_as_androids_own_app_reads_them(phone: TestPhone, tmp_path: Path) -> None:
    """Android's contacts app knows vCard 2.1 and 3.0: names, numbers and pictures are there in 3.0."""
    phone.answer_with(WITH_CONTACTS)
    (phone.storage / "a.txt").write_bytes(b"a")
    variables = {"PHONEWARD_REPOSITORY": str(tmp_path / "vault"), "PHONEWARD_PASSWORD": "secret", **phone.adb_env}
    (tmp_path / "home").mkdir()
    program = Program(tmp_path / "home", variables)
    make_vault(tmp_path / "vault", "secret")
    assert program.run("backup", "--adb", phone.serial).code == 0
    words = ["restore", "latest", "--kind", "contacts", "--to-phone", phone.serial]
    ran = program.run(*words)
    assert ran.code == 0, ran.stderr
    (made,) = (phone.storage / FOLDER).iterdir()
    text = made.read_bytes()
    assert made.name == "contacts.vcf"
    assert text.count(b"BEGIN:VCARD\r\nVERSION:3.0\r\n") == text.count(b"END:VCARD\r\n") == 1
    unfolded = text.replace(b"\r\n ", b"")
    for wanted in ("妈妈", "+86 138", base64.b64encode(PICTURE).decode()[:200]):
        assert wanted.encode() in unfolded
    assert b"VERSION:4.0" not in text
    assert program.run(*words, "--json").documents[-1]["files_written"] == 0


def test_the_calendar_comes_as_the_snapshot_holds_it(phone: TestPhone, tmp_path: Path) -> None:
    phone.answer_with(PHONE)
    (phone.storage / "a.txt").write_bytes(b"a")
    variables = {"PHONEWARD_REPOSITORY": str(tmp_path / "vault"), "PHONEWARD_PASSWORD": "secret", **phone.adb_env}
    (tmp_path / "home").mkdir()
    program = Program(tmp_path / "home", variables)
    make_vault(tmp_path / "vault", "secret")
    assert program.run("backup", "--adb", phone.serial).code == 0
    ran = program.run("restore", "latest", "--records", "--to-phone", phone.serial)
    assert ran.code == 0, ran.stderr
    judge = Restic(restic("0.19"), tmp_path / "vault", "secret", tmp_path / "restic-cache")
    dumped = judge.attempt("dump", "latest", "/records/calendar.ics").stdout
    assert dumped.count(b"BEGIN:VEVENT") > 1
    assert (phone.storage / FOLDER / "calendar.ics").read_bytes() == dumped
    assert "Fossify Calendar" in ran.stdout


CARDS = b"BEGIN:VCARD\r\nVERSION:2.1\r\nN:a;b\r\nEND:VCARD\r\n"
EVENTS = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize(("name", "content"), [("contacts.vcf", CARDS), ("calendar.ics", EVENTS)])
@pytest.mark.parametrize("is_cut", [False, True])
def test_files_of_other_programs_are_given_out_as_they_are(
    name: str, content: bytes, is_cut: bool, program: Program, tmp_path: Path
) -> None:
    """A vault that restic wrote; what was cut short in it is named and stays there."""
    source = tmp_path / "source" / "records"
    source.mkdir(parents=True)
    (source / name).write_bytes(content[:-12] if is_cut else content)
    judge = Restic(restic("0.19"), tmp_path / "vault", "secret", tmp_path / "cache")
    judge.init()
    judge.backup("records", cwd=source.parent)
    with_vault = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="secret")
    ran = with_vault.run("restore", "latest", "--records", "--target", tmp_path / "out")
    assert ran.code == (3 if is_cut else 0), ran.stderr
    if is_cut:
        assert f"/records/{name} is damaged and is not given out" in ran.stdout
        assert not (tmp_path / "out").exists()
    else:
        assert (tmp_path / "out" / name).read_bytes() == judge.attempt("dump", "latest", f"/records/{name}").stdout
