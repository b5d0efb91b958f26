"""A rooted test phone with one app, and what its private folder holds."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from phoneward.phones.adb import AdbPhone
from phoneward.phones.adb.rooted import Rooted, RootedPlan
from phoneward.snapshots import BackupResult, backup
from tests.phone import rooted, state
from tests.phone.state import App
from tests.phone.testphone import TestPhone
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault

NAME = "org.example.diary"
DIARY = App(NAME, 10141, 7, "0.7", private=True, sizes=(1_000_000, 5_000, 0))
ROOTED = state.SMALL.but(apps=(*state.SMALL.apps, DIARY), su="magisk")


def folder_of(phone: TestPhone, kind: str = "user", name: str = NAME) -> Path:
    return phone.root / "data" / kind / "0" / name


def put(phone: TestPhone, name: bytes | str, content: bytes, kind: str = "user") -> Path:
    """Make a file of the app's, and all folders above it."""
    place = os.path.join(os.fsencode(folder_of(phone, kind)), os.fsencode(name))
    os.makedirs(os.path.dirname(place), exist_ok=True)
    with open(place, "wb") as stream:
        stream.write(content)
    give(phone)
    return Path(os.fsdecode(place))


def give(phone: TestPhone, app_id: int = DIARY.app_id, name: str = NAME) -> None:
    for kind in ("user", "user_de"):
        rooted.give(folder_of(phone, kind, name), app_id)
    cache = folder_of(phone, "user", name) / "cache"
    if cache.exists():
        os.chown(cache, app_id, rooted.cache_gid(app_id))
        cache.chmod(0o2771)


@contextmanager
def taking(phone: TestPhone, *packages: str) -> Iterator[tuple[AdbPhone, Rooted, RootedPlan]]:
    """Yield the phone with the private data of these apps taken along."""
    with adb_phone(phone) as main:
        root = main.rooted()
        plan = root.plan(main.apps(), packages)
        main.take_along(root.take(plan))
        yield main, root, plan


def rooted_backup(vault: Vault, phone: TestPhone, *packages: str) -> BackupResult:
    vault.reopen()
    with taking(phone, *(packages or (NAME,))) as (main, _root, _plan):
        return backup(main, vault.repo, state_dir=vault.state)


@contextmanager
def run_app(phone: TestPhone, app_id: int = DIARY.app_id) -> Iterator[None]:
    """Have something of an app run meanwhile: a process of its user, in the phone's own process namespace."""
    place = phone.root / "data/local/tmp/app"
    place.write_text("#!/system/bin/sh\necho up\nexec /system/bin/sleep 1000\n")
    place.chmod(0o755)
    enter = ["nsenter", "-t", str(phone._phone_pid()), "-p", "-m", "chroot", f"--userspec={app_id}:{app_id}"]
    command = [*enter, str(phone.root), "/data/local/tmp/app"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        yield
    finally:
        process.kill()
        process.wait()
