"""`update history`: what happened to the apps, in plain words first; exit codes; JSON."""

from pathlib import Path

import pytest

from phoneward.vault import LocalStorage, Repository, open_repository
from tests.cli.program import Program, make_vault
from tests.updates.pasts import WECHAT, app, day, held, own_backup, put_day

SHOP = "org.example.shop"


@pytest.fixture
def vault(tmp_path: Path) -> Repository:
    make_vault(tmp_path / "vault", "past")
    repo = open_repository(LocalStorage(tmp_path / "vault"), "past")
    repo.load_index()
    return repo


@pytest.fixture
def asked(program: Program, vault: Repository) -> Program:
    """Knows a vault in which WeChat was wiped between two snapshots and then signed off by a file."""
    put_day(vault, 0, [app(), app(SHOP)], coverages=[held(own_backups=[own_backup(0)])])
    put_day(vault, 3, [app(first_installed=day(2)), app(SHOP, installer="")], coverages=[held()])
    return program.with_(PHONEWARD_REPOSITORY=vault.storage.location, PHONEWARD_PASSWORD="past")


def test_what_happened_is_said_first_and_what_is_still_held(asked: Program) -> None:
    ran = asked.run("update", "history", "--all")
    assert ran.code == 0, ran.stderr
    said = " ".join(ran.stdout.split())
    assert said.startswith("My phone: 2 things happened that you should know (2 snapshots, 2023-11-14 to")
    assert "The data of WeChat was wiped between 14 November 2023 and 17 November 2023" in said
    assert "holds a backup that the app made of itself on 14 November 2023" in said
    assert "phoneward coverage " in said
    assert f"{SHOP} came from a store (Google Play), and was installed over from a file" in said
    assert "leaves no trace here" in said


def test_one_app_is_told_version_by_version(asked: Program) -> None:
    for name in ("WeChat", "微信", WECHAT, "tencent"):
        ran = asked.run("update", "history", name)
        assert ran.code == 0, ran.stderr
        assert "My phone: 1 thing happened" in ran.stdout
        assert "1.7 (7)" in ran.stdout
        assert "2023-11-16" in ran.stdout
        assert SHOP not in ran.stdout


def test_dates_stand_whole_on_a_narrow_screen(asked: Program) -> None:
    said = asked.with_(COLUMNS="80").run("update", "history", WECHAT).stdout
    assert "2023-11-16" in said, "in the table, where the data begins"
    assert "Google" in said
    assert "com.android.vending" not in said


def test_an_app_is_found_by_its_name_in_any_language(asked: Program) -> None:
    for name in ("WeChat", "微信"):
        chinese = asked.run("update", "history", name, "--lang", "zh_CN")
        assert chinese.code == 0, chinese.stderr
        assert "微信的数据在" in chinese.stdout


def test_programs_get_json_and_exit_codes(asked: Program) -> None:
    ran = asked.run("update", "history", "--json")
    assert ran.code == 0
    *others, summary = ran.documents
    apps = [line for line in others if line["message_type"] == "app_history"]
    alarms = [line for line in others if line["message_type"] == "alarm"]
    assert [line["package"] for line in apps] == [WECHAT, SHOP]
    assert [(line["package"], line["kind"]) for line in alarms] == [(SHOP, "sideloaded"), (WECHAT, "wiped")]
    assert alarms[1]["before"]["taken"] == "2023-11-14T22:13:20+00:00"
    assert alarms[1]["held"]["own_backup"] == "2023-11-14T22:13:20+00:00"
    assert (summary["message_type"], summary["alarms"], summary["snapshots"]) == ("summary", 2, 2)
    assert asked.run("update", "history", "--fail-on", "advice").code == 4
    assert asked.run("update", "history", "--fail-on", "danger").code == 0, "it was years ago"


def test_what_does_not_exist_is_said(asked: Program) -> None:
    ran = asked.run("update", "history", "Threema", "--json")
    assert (ran.code, ran.complaint["code"]) == (2, "no-such-app")
    several = asked.run("update", "history", "com", "--phone", "My phone", "--json")
    assert several.code == 0, "one app only has this in its name"
    several = asked.run("update", "history", "o", "--json")
    assert (several.code, several.complaint["code"]) == (2, "several-apps")
    ran = asked.run("update", "history", "--phone", "Nobody's", "--json")
    assert ran.complaint["code"] == "no-such-phone"


def test_nothing_happened_and_nothing_to_tell(program: Program, vault: Repository) -> None:
    calm = program.with_(PHONEWARD_REPOSITORY=vault.storage.location, PHONEWARD_PASSWORD="past")
    assert "No finished snapshot of a phone is in the vault yet" in calm.run("update", "history").stdout
    put_day(vault, 0, [app()])
    put_day(vault, 3, [app(version_code=8)])
    ran = calm.run("update", "history", "--fail-on", "advice")
    assert ran.code == 0
    assert "nothing happened to your apps that the snapshots show" in ran.stdout


def test_a_hostile_name_does_not_repaint_the_terminal(program: Program, vault: Repository) -> None:
    put_day(vault, 0, [app("evil.\x1b[2J", version_name="\x1b]0;x\x07"), app("org.b")])
    put_day(vault, 1, [app("org.b")])
    asked = program.with_(PHONEWARD_REPOSITORY=vault.storage.location, PHONEWARD_PASSWORD="past")
    ran = asked.run("update", "history", "--all")
    assert ran.code == 0
    assert "\x1b" not in ran.stdout
    assert "\x1b" not in asked.run("update", "history", "--json").stdout
