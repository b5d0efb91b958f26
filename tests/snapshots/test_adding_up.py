"""Every app has one state, and what is kept and what is not add up to what the phone says.

The figures are the phone's: `dumpsys diskstats` of the test phone, taken apart here by JSON alone. What an app has on
the storages is measured by this test with `os.walk`.
"""

import json
import os
import re
from pathlib import Path

import pytest

from phoneward.snapshots import Coverage, State
from tests.phone import state, trees
from tests.phone.testphone import TestPhone
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault, settle

PRIVATE = {"com.chat": 9_000_000, "com.notes": 40_000, "com.game": 0, "com.whatsapp": 700_000, "org.twin": 5}
STATES = {
    "com.chat": State.PART,
    "com.notes": State.OUT_OF_REACH,
    "com.game": State.KEPT,
    "com.whatsapp": State.OWN_BACKUP,
    "org.twin": State.PART,
    "com.silent": State.OUT_OF_REACH,
}
FILES = {
    "Android/data/com.chat/files/a": 1_000,
    "Android/media/com.chat/b": 200,
    "Android/obb/com.game/main.obb": 7_000,
    "Android/obb/com.chat/main.obb": 500,
    "Android/media/com.whatsapp/WhatsApp/Databases/msgstore.db.crypt15": 600_000,
    "WhatsApp/Media/old.jpg": 3_000,
    "Android/data/org.twin/x": 11,
    "DCIM/photo.jpg": 50_000,
}


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


def bytes_in(*folders: Path) -> int:
    return sum(
        os.lstat(os.path.join(top, name)).st_size
        for folder in folders
        for top, _folders, names in os.walk(folder)
        for name in names
    )


def on_storage(top: Path, package: str) -> int:
    """What Android counts as an app's data there (AOSP StorageStats.getDataBytes)."""
    return bytes_in(top / "Android/data" / package, top / "Android/media" / package)


def told_by_phone(phone: TestPhone) -> dict[str, int]:
    """The list of `dumpsys diskstats`."""
    text = phone.shell("dumpsys diskstats").decode()
    lists = {name: json.loads(found) for name, found in re.findall(r"^(.+?): (\[.*\])$", text, re.MULTILINE)}
    return dict(zip(lists["Package Names"], lists["App Data Sizes"], strict=True))


def filled(phone: TestPhone) -> None:
    for place, size in FILES.items():
        trees.put(phone.storage, place, trees.content(place, size))
    trees.give_to_phone(phone.storage)
    apps = [
        state.App(
            package,
            10_100 + number,
            sizes=(1_000_000, private + on_storage(phone.storage, package), 0),
            first_installed={0: "2024-03-01 10:00:00"} | ({10: "2024-03-02 10:00:00"} if package == "org.twin" else {}),
        )
        for number, (package, private) in enumerate(PRIVATE.items())
    ]
    users = (state.User(0, "Owner"), state.User(10, "Work"))
    phone.answer_with(
        state.State(users=users, apps=(*apps, state.App("com.silent", 10_200, sizes=None)), cards=(state.Card(),))
    )
    trees.put(phone.user_storage(10), "Android/data/org.twin/y", trees.content("twin", 22))
    trees.give_to_phone(phone.user_storage(10))
    trees.put(phone.card(), "Android/data/com.chat/on-card", trees.content("card", 333))
    trees.give_to_phone(phone.card())
    settle()


def covered(vault: Vault, phone: TestPhone) -> Coverage:
    result = vault.backup(adb_phone(phone))
    assert result.coverage is not None
    assert result.complete, result.coverage.gaps
    return result.coverage


def test_every_app_has_one_state_and_its_bytes_add_up(vault: Vault, phone: TestPhone) -> None:
    """No app is missing from the table or twice in it, and none of its bytes is said to be nowhere."""
    filled(phone)
    coverage = covered(vault, phone)
    rows = [(app.package, app.user_id) for app in coverage.apps]
    assert rows == sorted({*((package, 0) for package in STATES), ("org.twin", 10)})
    assert {app.package: app.state for app in coverage.apps if app.user_id == 0} == STATES
    told = told_by_phone(phone)
    main = {app.package: app for app in coverage.apps if app.user_id == 0}
    for package, app in main.items():
        assert app.phone_bytes == told.get(package)
        if app.phone_bytes is not None:
            assert app.out_of_reach_bytes == PRIVATE[package], package
            assert on_storage(phone.storage, package) + app.out_of_reach_bytes == app.phone_bytes, package
    twin = next(app for app in coverage.apps if app.user_id == 10)
    assert (twin.phone_bytes, twin.out_of_reach_bytes, twin.kept_bytes) == (None, None, 22)
    assert main["com.silent"].out_of_reach_bytes is None
    assert main["com.game"].kept_bytes == 7_000


def test_the_totals_are_the_sums_of_the_rows(vault: Vault, phone: TestPhone) -> None:
    """The one sentence at the top says the same as the table below it, and as restic."""
    filled(phone)
    coverage = covered(vault, phone)
    totals = coverage.totals
    assert totals.out_of_reach_bytes == sum(PRIVATE.values()) - PRIVATE["com.whatsapp"]
    assert totals.own_backup_bytes == PRIVATE["com.whatsapp"]
    known = sum(told_by_phone(phone).values())
    external = sum(on_storage(phone.storage, package) for package in PRIVATE)
    assert external + totals.out_of_reach_bytes + totals.own_backup_bytes == known
    assert (totals.unknown_apps, totals.unknown_system_apps) == (2, 0)
    storages = {storage.area.value: storage.bytes for storage in coverage.storages}
    assert storages["shared"] == sum(FILES.values()) == bytes_in(phone.storage)
    assert (storages["user"], storages["card"]) == (22, 333)
    assert totals.kept_bytes == sum(storage.bytes for storage in coverage.storages)
    restored = vault.restored_by_restic("latest")
    assert totals.kept_bytes == sum(bytes_in(restored / place) for place in ("shared", "users", "volumes", "packages"))
