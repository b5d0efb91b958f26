"""`update install` with many updates: one plan, one snapshot, one summary, and a stop at the first loss."""

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cli.installing import APP, SECOND, Bench, apk
from tests.cli.test_update_install_cmd import snapshots_of
from tests.phone import state, trees
from tests.phone.testphone import TestPhone

NOTES, CHAT = "org.example.memo", "org.example.talk"


@pytest.fixture
def bench(phone: TestPhone, tmp_path: Path) -> Bench:
    """A phone with three apps in version 1."""
    bench = Bench.make(phone, tmp_path, apk(1, debuggable=True))
    memo = state.app_of(apk(1, package=NOTES, debuggable=True), app_id=10141)
    talk = state.app_of(apk(1, package=CHAT), app_id=10142)
    bench.others = (memo, talk)
    bench.answer_without_harm()
    return bench


def outcomes(documents: list[dict[str, Any]]) -> dict[str, str]:
    return {line["package"]: line["outcome"] for line in documents if line["message_type"] == "install_app"}


def files(bench: Bench) -> list[Path]:
    first = bench.file(apk(2, debuggable=True), "1.apk")
    second = bench.file(apk(2, package=NOTES, debuggable=True), "2.apk")
    return [first, second, bench.file(apk(2, package=CHAT), "3.apk")]


def test_many_are_judged_saved_once_asked_once_and_summed_up(bench: Bench) -> None:
    talk = bench.talk([*files(bench)], [("Install them. ", "yes")])
    assert talk.code == 0, talk.screen
    assert "Install 3 updates?" in talk.screen
    assert talk.screen.count("Installed, data kept") == 6, "each is told, and the table sums them up"
    assert snapshots_of(bench) == 1
    assert [bench.record(package)["versionCode"] for package in (APP, NOTES, CHAT)] == ["2", "2", "2"]


def test_one_that_cannot_be_done_does_not_keep_the_others_from_it(bench: Bench) -> None:
    first, second, _third = files(bench)
    strange = bench.file(apk(3, package=CHAT, by=SECOND), "4.apk")
    ran = bench.install(first, strange, second, "--yes", "--json")
    assert ran.code == 4
    assert outcomes(ran.documents) == {APP: "kept", CHAT: "not-done", NOTES: "kept"}


def test_it_stops_at_the_first_loss(bench: Bench) -> None:
    update = files(bench)
    bench.played = {"loses": "data-and-time"}
    bench.answer_without_harm()
    ran = bench.install(*update, "--yes", "--json")
    assert ran.code == 4
    assert outcomes(ran.documents) == {APP: "lost", NOTES: "not-begun", CHAT: "not-begun"}
    assert bench.record(NOTES)["versionCode"] == "1"


def test_a_second_users_data_is_looked_after_too(phone: TestPhone, tmp_path: Path) -> None:
    bench = Bench.make(phone, tmp_path, apk(1))
    times = {0: "2024-03-01 10:00:00", 10: "2024-04-01 10:00:00"}
    app = replace(state.app_of(apk(1, package=NOTES), app_id=10141), first_installed=times)
    users = (state.User(0, "Owner"), state.User(10, "Work profile", "1030"))
    update = apk(2, package=NOTES)
    phone.answer_with(state.SMALL.but(users=users, apps=(*state.SMALL.apps, app), apks=(update,)))
    file = bench.folder / "memo.apk"
    file.write_bytes(update.data)
    ran = bench.install(file, "--yes", "--json")
    assert outcomes(ran.documents) == {NOTES: "kept"}, ran.stdout
    assert ran.code == 0


def test_on_a_phone_that_is_known_to_lose_data_nobody_is_spared_the_question(phone: TestPhone, tmp_path: Path) -> None:
    bench = Bench.make(phone, tmp_path, apk(1))
    wechat = "com.tencent.mm"
    update = apk(2, package=wechat, debuggable=True)
    old = apk(1, package=wechat, debuggable=True)
    kept = state.app_of(old, app_id=10123, sizes=(1000, 2000, 0))
    smartisan = state.SMALL.but(
        apps=(kept,), apks=(update,), props={"ro.product.manufacturer": "smartisan", "ro.product.brand": "smartisan"}
    )
    phone.answer_with(smartisan)
    file = bench.folder / "wechat.apk"
    file.write_bytes(update.data)
    script = bench.install(file, "--yes", "--json")
    assert (script.code, outcomes(script.documents)) == (4, {wechat: "declined"}), script.stdout
    talk = bench.talk([file], [("Install it all the same. ", "yes")])
    assert talk.code == 0, talk.screen
    assert "Phones like yours" in talk.screen
    assert bench.record(wechat)["versionCode"] == "2"
    phone.answer_with(smartisan.but(apps=(replace(kept, apks=(apk(1, package=wechat),), debuggable=False),)))
    refused = bench.install(file, "--yes", "--json")
    assert (refused.code, outcomes(refused.documents)) == (4, {wechat: "not-done"}), "there is no copy"


def test_with_the_apps_own_backup_saved_its_name_may_be_typed_and_the_backup_comes_back(
    phone: TestPhone, tmp_path: Path
) -> None:
    bench = Bench.make(phone, tmp_path, apk(1))
    whatsapp = "com.whatsapp"
    update = apk(2, package=whatsapp, by=SECOND)
    kept = state.app_of(apk(1, package=whatsapp), app_id=10124, sizes=(1000, 900_000, 0))
    phone.answer_with(state.SMALL.but(apps=(kept,), apks=(update,)))
    file = bench.folder / "whatsapp.apk"
    file.write_bytes(update.data)
    refused = bench.install(file, "--yes", "--json")
    assert outcomes(refused.documents) == {whatsapp: "not-done"}
    assert "phoneward app-backups guide whatsapp" in refused.stdout
    name = f"Android/media/{whatsapp}/WhatsApp/Databases/msgstore.db.crypt15"
    backup = trees.put(phone.storage, name, b"all chats")
    trees.give_to_phone(phone.storage)
    old = time.time() - 400 * 86400
    os.utime(backup, (old, old))
    talk = bench.talk([file], [("type “WhatsApp”", "whatsapp"), ("Put back onto", "yes")])
    assert talk.code == 0, talk.screen
    assert "The newest backup that the app made of itself is of" in talk.screen
    assert "What came later is not in it: make a new one first." in talk.screen
    assert bench.record(whatsapp)["versionCode"] == "2"
    assert (phone.storage / name).read_bytes() == b"all chats", "what the app takes back is where it looks for it"


def test_a_phone_that_cannot_compute_checksums_may_keep_and_never_wipe(bench: Bench) -> None:
    (bench.phone.root / "system/bin/sha256sum").unlink()
    keeps = bench.install(bench.file(apk(2, debuggable=True)), "--yes")
    assert keeps.code == 0, keeps.stdout
    assert "not compared (the phone has no tool)" in keeps.stderr
    wipes = bench.install(bench.file(apk(3, by=SECOND, debuggable=True), "w.apk"), "--json")
    assert outcomes(wipes.documents) == {APP: "not-done"}
    assert "not-saved" in wipes.stdout
