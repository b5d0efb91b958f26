"""Commands in README and the guides are commands that work; the README's own story is played."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from phoneward.cli.app import program as app
from phoneward.vault import LocalStorage, open_repository
from tests.cli.program import PROGRAM, Program, make_vault
from tests.numbers.sources.made import put_phone, sms_xml, text
from tests.phone import trees
from tests.phone.state import AdbBackup, State
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.phones.androidbackup.abwriter import Put, archive, manifest, tar
from tests.phones.appbackups.test_oncomputer import wechat_4
from tests.phones.iosbackup import databases
from tests.phones.iosbackup.writer import BackupWriter
from tests.snapshots.authority import authority
from tests.snapshots.records.test_over_adb import WITH_BOTH
from tests.tools import restic as restic_tool

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "docs" / "how-to"
CHINESE = sorted(GUIDES.glob("*.zh-CN.md"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    home = tmp_path / "home"
    home.mkdir()
    return Program(home, {})


def blocks(page: Path) -> list[list[str]]:
    """The shell blocks of a page, their lines without comments."""
    found = re.findall(r"^ *```sh\n(.*?)^ *```", page.read_text(), re.MULTILINE | re.DOTALL)
    return [[re.sub(r"\s+#.*", "", line.strip()) for line in block.splitlines() if line.strip()] for block in found]


def play(page: Path, program: Program, folder: Path, words: dict[str, str]) -> list[str]:
    """Type all that stands in a guide's blocks into a shell, one block after the other; returns what each printed.

    Args:
        page: the guide.
        program: whose environment the shell has; restic's newest version is on its PATH.
        folder: where the shell starts.
        words: what a reader puts in the place of a guide's examples.
    """
    tools = folder / "tools"
    tools.mkdir()
    (tools / "restic").symlink_to(restic_tool.restic(restic_tool.ALL_RESTICS[-1]))
    path = os.pathsep.join([str(PROGRAM.parent), str(tools), program.env["PATH"]])
    printed = []
    for block in blocks(page):
        script = "\n".join(["set -eu", *block])
        for example, real in words.items():
            script = script.replace(example, real)
        environment = {**program.env, "PATH": path, "RESTIC_PASSWORD": program.env["PHONEWARD_PASSWORD"]}
        done = subprocess.run(
            ["sh", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=240, check=False
        )
        assert done.returncode == 0, (script, done.stdout, done.stderr)
        printed.append(done.stdout)
    return printed


def written_commands() -> Iterator[tuple[str, str]]:
    """Every `phoneward …` in a shell block or in backquotes, with the page it stands on."""
    for page in PAGES:
        name = str(page.relative_to(ROOT))
        for block in blocks(page):
            yield from ((name, line) for line in block if line.startswith("phoneward "))
        for line in re.findall(r"`(phoneward [^`]+)`", page.read_text()):
            yield name, line


@pytest.mark.parametrize(("page", "line"), sorted(set(written_commands())))
def test_every_written_command_is_one(page: str, line: str) -> None:
    del page
    words = [word for word in shlex.split(line)[1:] if not re.fullmatch(r"\[.*\]|…|>>|\$PROFILE", word)]
    words = words[: words.index(">")] if ">" in words else words
    if words[0].startswith("-") or "--help" in words:
        return
    if words[0] == "completion":
        words = words[:2]
    command: click.Command | None = app
    context = click.Context(app, info_name="phoneward")
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        command = command.get_command(context, name)
        assert command is not None, name
    assert command is not None
    command.make_context(command.name, words, parent=context)


def test_the_readmes_story_works(program: Program, phone: TestPhone, tmp_path: Path) -> None:
    trees.typical(phone.storage)
    all_blocks = blocks(ROOT / "README.md")
    (later,) = {tuple(block) for block in all_blocks if any("forget" in line for line in block)}  # in both languages
    story = [*next(block for block in all_blocks if "phoneward init" in block), *later]
    named = program.with_(**{"PHONEWARD_PASSWORD": "a password", **phone.adb_env, "HOME": str(program.home)})
    for line in story:
        words = shlex.split(line.replace("~", str(program.home)))
        if words[0] == "export":
            variable, _equals, value = words[1].partition("=")
            named = named.with_(**{variable: value})
            continue
        assert words[0] == "phoneward"
        ran = named.run(*words[1:], cwd=tmp_path)
        assert ran.code == 0, (line, ran.stderr)
    (restored,) = (path for path in program.home.iterdir() if "restored" in path.name)
    back = {p: d.content for p, d in trees.tree_digest(restored / "shared").items()}
    assert back == {p: d.content for p, d in trees.tree_digest(phone.storage).items()}


@pytest.mark.parametrize("page", CHINESE, ids=lambda page: page.name)
def test_the_chinese_guide_has_the_same_commands(page: Path) -> None:
    english = page.with_name(page.name.replace(".zh-CN", ""))
    assert blocks(page) == blocks(english)
    assert page.name in english.read_text()
    assert english.name in page.read_text()


def test_every_guide_is_in_both_languages_and_in_the_readme() -> None:
    guides = [page for page in GUIDES.glob("*.md") if ".zh-CN" not in page.name]
    assert {page.name.replace(".zh-CN", "") for page in CHINESE} == {page.name for page in guides}
    linked = (ROOT / "README.md").read_text()
    assert [page.name for page in [*guides, *CHINESE] if f"docs/how-to/{page.name}" not in linked] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_years_of_snapshots(program: Program, tmp_path: Path) -> None:
    """The guide's commands, as they stand there, on a vault with two snapshots."""
    named = program.with_(
        PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="a", PHONEWARD_NEW_PASSWORD="a"
    )
    make_vault(tmp_path / "vault", "a")
    trees.put(tmp_path / "card", "DCIM/Camera/IMG_20240101.jpg", b"a photo")
    first = named.run("backup", "--folder", tmp_path / "card", "--json").document["snapshot_id"]
    (tmp_path / "card/DCIM/Camera/IMG_20240101.jpg").unlink()
    assert named.run("backup", "--folder", tmp_path / "card").code == 0
    page = GUIDES / "years-of-snapshots.md"
    keys = '$(phoneward key list --json | sed -n \'s/.*"current":false,"id":"\\([0-9a-f]*\\)".*/\\1/p\')'
    looked, back, family, changed, forgotten, checked, passwords, restics = play(
        page, named, tmp_path, {"remove 1a2b3c4d": f"remove {keys}", "1a2b3c4d": first[:8]}
    )
    assert "/shared/DCIM/Camera/IMG_20240101.jpg" in looked
    assert "removed" in looked
    assert "In the newest" in looked
    assert "one a day for 1 month" in family
    assert "one a day for 3 months" in changed
    assert "All that was asked for is in" in back
    assert (program.home / "phone-restored/shared/DCIM/Camera/IMG_20240101.jpg").read_bytes() == b"a photo"
    assert "Freed" in forgotten or "nothing" in forgotten.lower()
    assert "No damage was found." in checked
    assert "Anna" in passwords
    assert len(named.run("key", "list", "--json").documents) == 1
    assert "IMG_2024" in restics or "keep" in restics


def test_a_second_disk(program: Program, tmp_path: Path) -> None:
    """The guide's commands, as they stand there, with a folder in the place of the disk."""
    named = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="a")
    make_vault(tmp_path / "vault", "a")
    trees.put(tmp_path / "card", "DCIM/one.jpg", b"a photo")
    assert named.run("backup", "--folder", tmp_path / "card").code == 0
    told = play(GUIDES / "second-disk.md", named, tmp_path, {"/media/disk2": str(tmp_path / "disk2")})
    first, every, checked, forgotten = told
    assert "1 snapshot" in first
    assert every.count("holds all of it") == 2
    assert "No damage was found." in checked
    assert "Nothing in it was touched." in forgotten


def test_proofs(program: Program, phone: TestPhone, tmp_path: Path) -> None:
    """The guide's commands, as they stand there, with a real phone's checksums, restic, sha256sum and OpenSSL."""
    trees.typical(phone.storage)
    trees.put(phone.storage, "DCIM/one.jpg", b"a photo")
    trees.give_to_phone(phone.storage)
    named = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="a", **phone.adb_env)
    named = named.with_(HOME=str(program.home))
    make_vault(tmp_path / "vault", "a")
    assert named.run("backup").code == 0
    (tmp_path / "tsa").mkdir()
    with authority(tmp_path / "tsa") as tsa:
        shutil.copy(tsa.ca, tmp_path / "authority.pem")
        told = play(GUIDES / "proofs.md", named, tmp_path, {"https://tsa.example/tsr": tsa.url})
    levels, quiet, restics, stamped, _openssl = told
    assert "matched" in levels
    assert "The vault keeps the proof" in levels
    assert quiet == ""
    assert "no errors were found" in restics
    assert "existed on" in stamped


def test_case_evidence(program: Program, tmp_path: Path) -> None:
    """The guide's commands, as they stand there, with sha256sum, OpenSSL and bagit as judges."""
    named = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="a")
    make_vault(tmp_path / "vault", "a")
    trees.put(tmp_path / "card", "Documents/contract.txt", b"a contract")
    assert named.run("backup", "--folder", tmp_path / "card").code == 0
    trees.put(tmp_path, "screenshots/one.png", b"a screenshot")
    trees.put(tmp_path, "blackened.png", b"a screenshot without a face")
    trees.put(tmp_path, "chat.db", b"chats")
    (tmp_path / "tsa").mkdir()
    with authority(tmp_path / "tsa") as tsa:
        shutil.copy(tsa.ca, tmp_path / "authority.pem")
        told = play(GUIDES / "case-evidence.md", named, tmp_path, {"https://tsa.example/tsr": tsa.url})
    put, sealed, verified, _judged, exported, redacted = told
    assert "data/originals/Documents/contract.txt" in put
    assert "Sealed: " in sealed
    assert "VERIFIED" in verified
    assert exported.count("SHA-256") == 3
    assert "This is seal 2." in redacted
    press = named.run("case", "export", "my-case", "--to", "for-the-press", "--pdf", "--redacted", cwd=tmp_path)
    assert press.code == 3
    assert "chat.db is left out: it has no redacted copy" in press.stdout
    assert {path.name for path in tmp_path.iterdir()} >= {"my-case.zip", "for-the-portal", "for-the-form"}


def test_back_onto_a_phone(program: Program, phone: TestPhone, tmp_path: Path) -> None:
    trees.put(phone.storage, "DCIM/one.jpg", b"a photo")
    trees.give_to_phone(phone.storage)
    named = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="a", **phone.adb_env)
    make_vault(tmp_path / "vault", "a")
    assert named.run("backup").code == 0
    shutil.rmtree(phone.storage / "DCIM")
    planned, done = play(GUIDES / "back-onto-a-phone.md", named, tmp_path, {"SERIAL": phone.serial})
    assert "Nothing was written to the phone." in planned
    assert "All that was asked for is on the phone." in done
    assert (phone.storage / "DCIM/one.jpg").read_bytes() == b"a photo"


@pytest.mark.slow
def test_a_new_phone(program: Program, phone_factory: PhoneFactory, tmp_path: Path) -> None:
    """The guide's commands, typed on the day of the new phone: it is there alone, and gets everything."""
    old, new = phone_factory(state=WITH_BOTH), phone_factory(state=State())
    trees.put(old.storage, "DCIM/one.jpg", b"a photo")
    trees.give_to_phone(old.storage)
    made = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="a")
    make_vault(tmp_path / "vault", "a")
    assert made.with_(**old.adb_env).run("backup").code == 0
    guides, planned, done = play(
        GUIDES / "new-phone.md",
        made.with_(**new.adb_env),
        tmp_path,
        {"SERIAL": f"{new.serial} --only files --only records"},
    )
    assert "To a new phone" in guides
    assert "Nothing was written to the phone." in planned
    assert "All that can come over is on the new phone." in done
    assert (new.storage / "DCIM/one.jpg").read_bytes() == b"a photo"
    assert "Do not wipe" in (tmp_path / "move.html").read_text()


def test_records_and_app_backups(program: Program, phone: TestPhone, tmp_path: Path) -> None:
    """The guide's commands, as they stand there: messages and WhatsApp's backup are on the phone, where apps look."""
    phone.answer_with(WITH_BOTH)
    trees.put(phone.storage, "WhatsApp/Databases/msgstore.db.crypt15", b"chats")
    named = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="a", **phone.adb_env)
    make_vault(tmp_path / "vault", "a")
    assert named.run("backup").code == 0
    shutil.rmtree(phone.storage / "WhatsApp")
    page = GUIDES / "records-and-app-backups.md"
    records, into_folder, guide, backups = play(page, named, tmp_path, {"SERIAL": phone.serial})
    assert "Nothing was written." in records
    assert "written, read back" in records
    assert "Copy the files onto the phone first" in into_folder
    assert "Where this comes from:" in guide
    assert "All that was asked for is on the phone." in backups
    assert {path.name[:5] for path in (phone.storage / "Download/Phoneward").iterdir()} == {"sms-2", "calls"}
    place = phone.storage / "Android/media/com.whatsapp/WhatsApp/Databases/msgstore.db.crypt15"
    assert place.read_bytes() == b"chats"
    assert len(list((tmp_path / "records").iterdir())) == 2


def test_checkup(program: Program, tmp_path: Path) -> None:
    """The guide's commands, as they stand there; the reports lie where it says."""
    named = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="a")
    make_vault(tmp_path / "vault", "a")
    trees.put(tmp_path / "card", "DCIM/Camera/one.jpg", b"a photo")
    assert named.run("backup", "--folder", tmp_path / "card").code == 0
    told, _watched = play(GUIDES / "checkup.md", named, tmp_path, {})
    assert "1. If the phone broke this minute, what would I lose?" in told
    assert (tmp_path / "report.html").read_bytes().startswith(b"<!doctype html>")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert '"message_type":"checkup"' in (tmp_path / "findings.jsonl").read_text()


def test_existing_backups(program: Program, tmp_path: Path, phone: TestPhone) -> None:
    """The guide's commands, as they stand there: on a file as an old phone wrote it, and on a phone that makes one."""
    named = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="a", **phone.adb_env)
    make_vault(tmp_path / "vault", "a")
    note = Put(b"apps/com.example.notes/f/note.txt", b"a note")
    (tmp_path / "old-phone.ab").write_bytes(archive(tar([manifest("com.example.notes"), note])))
    given = tar([manifest("org.example.notes"), Put(b"apps/org.example.notes/f/new.txt", b"a new note")])
    phone.answer_with(phone.state.but(adb_backup=AdbBackup(archive(given), archive(given, compressed=False))))
    planned, taken, asked, looked = play(GUIDES / "existing-backups.md", named, tmp_path, {})
    assert "Nothing was written." in planned
    assert "holds 2 files" in taken
    assert "Snapshot" in asked
    assert "/appdata/org.example.notes/" in looked, "the phone's snapshot is the latest"
    assert "old-phone" in {one["hostname"] for one in named.run("snapshots", "--json").documents}


def test_iphone(program: Program, tmp_path: Path) -> None:
    """The guide's commands, as they stand there, on an encrypted backup."""
    named = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="a")
    make_vault(tmp_path / "vault", "a")
    writer = BackupWriter(tmp_path / "MY-BACKUP", password="secret")
    writer.file("CameraRollDomain", "Media/DCIM/100APPLE/IMG_0001.JPG", b"a photo")
    calls = databases.database(databases.CALLS_SCHEMA, lambda db: databases.insert(db, "ZCALLRECORD", Z_PK=1, ZDATE=1))
    writer.file(databases.HOME, databases.CALLS, calls)
    writer.finish()
    (tmp_path / "password.txt").write_text("secret\n", encoding="utf-8")
    _listed, taken, looked, _restored = play(GUIDES / "iphone.md", named, tmp_path, {})
    assert "Nothing was written." in taken
    assert "Kept from the backup that the iPhone made on 2026-03-04" in taken
    assert "/records/calls.xml" in looked
    assert (tmp_path / "restored/shared/DCIM/100APPLE/IMG_0001.JPG").read_bytes() == b"a photo"


def test_app_backups(program: Program, phone: TestPhone, tmp_path: Path) -> None:
    """The guide's commands, as they stand there: WeChat's backup on this computer, and a real phone over adb."""
    trees.put(phone.storage, "DCIM/one.jpg", b"a photo")
    trees.give_to_phone(phone.storage)
    named = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="a", **phone.adb_env)
    named = named.with_(HOME=str(program.home))
    make_vault(tmp_path / "vault", "a")
    wechat_4(program.home / "Documents" / "xwechat_files" / "Backup", "wxid_example")
    assert named.run("backup").code == 0
    (snapshot,) = named.run("snapshots", "--json").documents
    assert named.run("rename", snapshot["device"], "mum").code == 0
    listed, guides, kept, left = play(GUIDES / "app-backups.md", named, tmp_path, {})
    assert "wxid_example" in listed
    assert "Do not uninstall WeChat" in guides
    assert "goes along into the snapshots of mum" in kept
    assert "From this computer" in kept
    assert "goes along no longer" in left
    held = [one["path"] for one in named.run("ls", "latest", "--recursive", "--json").documents]
    assert "/computer/com.tencent.mm/wxid_example/roam_device_info.dat" in held


def test_set_up(program: Program, tmp_path: Path) -> None:
    trees.put(tmp_path / "card", "DCIM/one.jpg", b"a photo")
    (tmp_path / "password.txt").write_text("stroller-anime-shy-unblock-algebra")
    named = program.with_(PHONEWARD_PASSWORD="", HOME=str(program.home))
    done, kits, printed, again = play(GUIDES / "set-up.md", named, tmp_path, {})
    assert "chosen by chance" in done
    assert "restic -r" in kits
    assert "noted in the vault" in printed
    assert (tmp_path / "kit.html").exists()
    assert (tmp_path / "phone-vault-recovery-kit.html").exists()
    assert "holds 1 file" in again


def test_leave_a_number(program: Program, tmp_path: Path) -> None:
    make_vault(tmp_path / "vault", "a password")
    repo = open_repository(LocalStorage(tmp_path / "vault"), "a password")
    repo.load_index()
    body = "【支付宝】验证码：482913，您正在登录支付宝，请勿告诉他人。"
    put_phone(repo, 0, sms_xml([text(body)]))
    environment = {"PHONEWARD_REPOSITORY": str(tmp_path / "vault"), "PHONEWARD_PASSWORD": "a password"}
    plan, again = play(GUIDES / "leave-a-number.md", program.with_(**environment), tmp_path, {})
    assert "Alipay" in plan
    assert "plan.html" in again
    assert (tmp_path / "plan.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")
