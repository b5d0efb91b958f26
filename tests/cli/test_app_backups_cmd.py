"""`phoneward app-backups` as it is typed: find, say whose it is, back up, see how old it is; and how to make one."""

import datetime as dt
import json
import os
from pathlib import Path

import pytest

from tests.cli.program import Program, make_vault
from tests.phones.appbackups.test_oncomputer import put, wechat_4

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def program(home: Path, tmp_path: Path) -> Program:
    make_vault(tmp_path / "vault", "secret")
    return Program(home, {"PHONEWARD_REPOSITORY": str(tmp_path / "vault"), "PHONEWARD_PASSWORD": "secret"})


@pytest.fixture
def phone(tmp_path: Path) -> Path:
    put(tmp_path / "phone" / "WhatsApp" / "Databases" / "msgstore.db.crypt15", 50, NOW)
    put(tmp_path / "phone" / "DCIM" / "a.jpg", 50)
    return tmp_path / "phone"


def test_a_backup_is_found_kept_taken_along_and_left(program: Program, home: Path, phone: Path) -> None:
    top = wechat_4(home / "Documents" / "xwechat_files" / "Backup", "wxid_mum", NOW - dt.timedelta(days=3))
    assert program.run("backup", "--folder", str(phone), "--label", "mum").code == 0
    listed = program.run("app-backups", "list")
    assert listed.code == 0, listed.stderr
    assert "WeChat 4 on Linux" in listed.stdout
    assert "wxid_mum" in listed.stdout
    assert "3 days ago" in listed.stdout
    assert str(top) in listed.stdout

    unsaid = program.run("app-backups", "keep", "wechat", "--json")
    assert (unsaid.code, unsaid.complaint["code"]) == (2, "phone-not-said")
    assert "mum" in unsaid.complaint["next_step"]

    kept = program.run("app-backups", "keep", "wechat", "--phone", "mum")
    assert kept.code == 0, kept.stderr
    assert "goes along into the snapshots of mum" in kept.stdout

    assert program.run("backup", "--folder", str(phone), "--label", "mum").code == 0
    stored = program.run("ls", "latest", "/computer/com.tencent.mm/wxid_mum").stdout
    assert "roam_device_info.dat" in stored
    (one,) = [d for d in program.run("app-backups", "list", "--json").documents if d.get("where") == "computer"]
    assert (one["app"], one["account"], one["age_days"], one["bytes"]) == ("wechat", "wxid_mum", 3, 1045)
    assert len(one["kept_for"]) == 1

    os.rename(top, home / "moved")
    missing = program.run("backup", "--folder", str(phone), "--label", "mum")
    assert missing.code == 3
    assert "This folder of the computer was not there" in missing.stdout
    assert "not there" in program.run("app-backups", "list").stdout

    left = program.run("app-backups", "leave", "WeChat", "--json")
    assert [document["kept"] for document in left.documents] == [False]
    assert program.run("backup", "--folder", str(phone), "--label", "mum").code == 0
    assert "Nothing of that" in program.run("app-backups", "leave", "wechat").stdout


def test_a_dry_run_counts_the_folder_and_writes_nothing(program: Program, home: Path, phone: Path) -> None:
    wechat_4(home / "Documents" / "xwechat_files" / "Backup")
    program.run("backup", "--folder", str(phone), "--label", "mum")
    program.run("app-backups", "keep", "wechat", "--phone", "mum")
    ran = program.run("backup", "--folder", str(phone), "--dry-run", "--json")
    assert ran.document["files_listed"] == 12


def test_a_folder_goes_along_this_once(program: Program, home: Path, phone: Path) -> None:
    top = wechat_4(home / "disk" / "xwechat_files" / "Backup", "wxid_once")
    ran = program.run("backup", "--folder", str(phone), "--label", "mum", "--app-backup", str(top), "--json")
    assert ran.code == 0, ran.stderr
    assert "alt_name.dat" in program.run("ls", "latest", "/computer/com.tencent.mm/wxid_once", "--recursive").stdout
    again = program.run("backup", "--folder", str(phone), "--label", "mum", "--json").document
    assert again["coverage"]["missing_storages"] == ["computer/com.tencent.mm/wxid_once"]
    (home / "holiday").mkdir()
    unknown = program.run("backup", "--folder", str(phone), "--app-backup", str(home / "holiday"), "--json")
    assert unknown.complaint["code"] == "whose-folder"


def test_which_of_several_must_be_said(program: Program, home: Path, phone: Path) -> None:
    place = home / "Documents" / "xwechat_files" / "Backup"
    mine, other = wechat_4(place, "wxid_a"), wechat_4(place, "wxid_b")
    program.run("backup", "--folder", str(phone), "--label", "mum")
    several = program.run("app-backups", "keep", "wechat", "--phone", "mum", "--json")
    assert several.complaint["code"] == "several-app-backups"
    assert str(mine) in several.complaint["message"]
    kept = program.run("app-backups", "keep", str(other), "--phone", "mum", "--json")
    assert kept.document["path"] == str(other)
    assert kept.document["stored_at"] == "/computer/com.tencent.mm/wxid_b"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("keep", "signal"), "no-app-backup"),
        (("keep", "/nowhere/at/all"), "folder-missing"),
        (("keep", "{home}"), "whose-folder"),
        (("keep", "{home}", "--app", "nobody"), "no-app-guide"),
    ],
)
def test_what_cannot_be_kept_is_said_with_the_next_step(
    program: Program, home: Path, phone: Path, words: tuple[str, ...], code: str
) -> None:
    program.run("backup", "--folder", str(phone), "--label", "mum")
    named = [word.format(home=home) for word in words]
    ran = program.run("app-backups", *named, "--phone", "mum", "--json")
    assert ran.complaint["code"] == code
    assert ran.complaint["next_step"]
    assert program.run("app-backups", "keep", "signal", "--phone", "dad", "--json").complaint["code"] == "no-such-phone"


def test_a_folder_that_no_rule_knows_goes_along_where_the_person_says_what_it_is(
    program: Program, home: Path, phone: Path
) -> None:
    put(home / "微信 备份" / "x.bin", 9)
    program.run("backup", "--folder", str(phone), "--label", "mum")
    kept = program.run(
        "app-backups", "keep", str(home / "微信 备份"), "--app", "微信", "--phone", "mum", "--json"
    )  # fmt: skip
    assert kept.code == 0, kept.stderr
    assert program.run("backup", "--folder", str(phone), "--label", "mum").code == 0
    assert "x.bin" in program.run("ls", "latest", kept.document["stored_at"]).stdout


def test_a_disk_is_looked_through(program: Program, home: Path, phone: Path) -> None:
    wechat_4(home / "disk" / "old computer" / "xwechat_files" / "Backup", "wxid_disk")
    program.run("backup", "--folder", str(phone), "--label", "mum")
    assert "wxid_disk" not in program.run("app-backups", "list").stdout
    assert "wxid_disk" in program.run("app-backups", "list", "--look-in", str(home / "disk")).stdout
    assert (
        program.run("app-backups", "list", "--look-in", str(home / "no"), "--json").complaint["code"]
        == "folder-missing"
    )


def test_the_guide_says_how_and_how_sure_anybody_is(program: Program) -> None:
    shown = program.run("app-backups", "guide", "wechat").stdout
    assert "1. Update WeChat on the phone" in shown
    assert "Do not uninstall WeChat" in shown
    assert "only WeChat itself can prove" in shown
    assert "not found on a page of the app's maker" in shown
    assert "xwechat_files/Backup" in shown
    chinese = program.run("app-backups", "guide", "微信", "--lang", "zh_CN").stdout
    assert "备份与迁移" in chinese
    document = program.run("app-backups", "guide", "com.whatsapp", "--json").document
    assert document["app"] == "whatsapp"
    assert document["make"][0]["steps"]
    listed = program.run("app-backups", "guide").stdout
    assert "neo-backup" in listed
    everything = program.run("app-backups", "guide", "--json").documents
    assert len(everything) == 14
    unknown = program.run("app-backups", "guide", "nobody", "--json")
    assert (unknown.code, unknown.complaint["code"]) == (2, "no-app-guide")


def test_without_a_command_the_help_is_shown(program: Program) -> None:
    ran = program.run("app-backups")
    assert ran.code == 0
    assert "guide" in ran.stdout


def test_hostile_names_do_not_repaint_the_terminal(program: Program, home: Path, phone: Path) -> None:
    wechat_4(home / "Documents" / "xwechat_files" / "Backup", "wxid\x1b[2J\nmum")
    program.run("backup", "--folder", str(phone), "--label", "mum")
    ran = program.run("app-backups", "list")
    assert "\x1b" not in ran.stdout
    documents = program.run("app-backups", "list", "--json").documents
    assert json.dumps(documents)
    assert program.run("app-backups", "keep", "wechat", "--phone", "mum").code == 0
    assert program.run("backup", "--folder", str(phone)).code == 0


def test_without_a_vault_this_computer_is_looked_at(home: Path) -> None:
    """A person who has no vault yet sees whether WeChat's own backup is there, and is told what was not looked at."""
    wechat_4(home / "Documents" / "xwechat_files" / "Backup", "wxid_mum", NOW - dt.timedelta(days=3))
    program = Program(home, {})
    listed = program.run("app-backups", "list")
    assert listed.code == 0, listed.stderr
    assert "wxid_mum" in listed.stdout
    assert "No vault is named" in listed.stdout
    of_a_phone = program.run("app-backups", "list", "--phone", "mum", "--json")
    assert (of_a_phone.code, of_a_phone.complaint["code"]) == (2, "no-repository-named")
