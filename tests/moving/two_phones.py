"""An old phone in a vault and a new phone on the cable, both real adbd, with real APKs: what the tests of a move share.

Each phone has an adb server of its own, so that the program sees the new one alone, as a person does who has put the
old one away.
"""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from phoneward import moving
from phoneward.moving import MovePlan, MoveReport, Part
from phoneward.phones import AdbWriter
from phoneward.progress import Listener, silent
from phoneward.snapshots import backup
from tests.apk.making import Key, key, make_apk
from tests.phone import packages, state, trees
from tests.phone.packages import KnownApk
from tests.phone.state import State
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault
from tests.snapshots.records.test_over_adb import WITH_BOTH

DIARY, CAMERA, TABLET = "org.example.diary", "org.example.camera", "org.example.tablet"
WHATSAPP = "com.whatsapp"
WECHAT = "com.tencent.mm"
FIRST, SECOND = key("first"), key("second")
ABIS = {"ro.product.cpu.abilist": "arm64-v8a,armeabi-v7a,armeabi"}
BACKUP = "WhatsApp/Databases/msgstore.db.crypt15"
NEW_PLACE = "Android/media/com.whatsapp/WhatsApp/Databases/msgstore.db.crypt15"
PHOTOS = {f"DCIM/Camera/{number}.jpg": trees.content(f"photo {number}", 60_000) for number in range(12)}
FILES = {**PHOTOS, "Documents/letter.txt": b"Dear reader", BACKUP: b"chats" * 1000}


def apk(package: str, *, by: Key = FIRST, split: str = "", version: int = 3, **facts: Any) -> KnownApk:
    """Return a real, signed APK and what a phone reads in it."""
    if split:
        facts["split"] = split
    path = make_apk(package, version_code=version, version_name=f"{version}.0", keys=(by,), **facts)
    return KnownApk(path.read_bytes(), packages.facts_of(path, [by.der]))


def diary_set(*, by: Key = FIRST, version: int = 3) -> tuple[KnownApk, ...]:
    """An app of three files, as stores install it."""
    return (
        apk(DIARY, by=by, version=version),
        apk(DIARY, by=by, version=version, split="config.arm64_v8a", abis=("arm64-v8a",)),
        apk(DIARY, by=by, version=version, split="config.zh"),
    )


@dataclass
class TwoPhones:
    """The old phone, the new one, and the vault between them.

    Attributes:
        known: APKs that the new phone's package manager can read.
    """

    old: TestPhone
    new: TestPhone
    vault: Vault
    known: list[KnownApk] = field(default_factory=list)

    @property
    def state_dir(self) -> Path:
        return self.vault.folder / "moving state"

    def back_up(self) -> str:
        """Take a snapshot of the old phone; returns its id."""
        self.vault.reopen()
        with adb_phone(self.old) as phone:
            return backup(phone, self.vault.repo, state_dir=self.vault.state).snapshot_id or ""

    def plan(self, ref: str = "latest", *, only: tuple[str, ...] = (), again: bool = False) -> MovePlan:
        self.vault.reopen()
        with adb_phone(self.new) as phone, AdbWriter(phone) as writer:
            new = moving.look_at_new(phone, writer)
            old = moving.choose_old(self.vault.repo, ref, new.device)
            noted = moving.noted_move(self.state_dir, self.vault.repo, moving.Pair(old.device, new.device))
            wanted = moving.wanted_of(only, again=again)
            return moving.MovePlanner(self.vault.repo, phone, writer).plan(old, new, wanted, noted)

    def move(
        self,
        ref: str = "latest",
        *,
        only: tuple[str, ...] = (),
        again: bool = False,
        listener: Listener = silent,
        now: dt.datetime | None = None,
    ) -> MoveReport:
        """Plan and carry out, as the command does it after the yes."""
        self.vault.reopen()
        repo = self.vault.repo
        with adb_phone(self.new) as phone, AdbWriter(phone) as writer:
            new = moving.look_at_new(phone, writer)
            old = moving.choose_old(repo, ref, new.device)
            pair = moving.Pair(old.device, new.device)
            noted = moving.noted_move(self.state_dir, repo, pair)
            planner = moving.MovePlanner(repo, phone, writer, listener)
            plan = planner.plan(old, new, moving.wanted_of(only, again=again), noted)
            with moving.MoveNotes(self.state_dir, repo, pair) as notes:
                clock = {} if now is None else {"now": lambda: now}
                return moving.Mover(repo, writer, planner, notes, listener=listener, **clock).run(plan)

    def on_new(self) -> dict[str, bytes]:
        """What the new phone's storage holds."""
        root = self.new.storage
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file() and not path.is_symlink()
        }

    def apks_on_new(self, package: str) -> list[bytes]:
        """The APK files of an app as the new phone has them; none where it does not have it."""
        done = self.new.adb("shell", f"pm path {package}")
        paths = [line.removeprefix("package:") for line in done.stdout.decode().splitlines()]
        return [(self.new.root / path.lstrip("/")).read_bytes() for path in paths]


def old_state(*more: state.App) -> State:
    """An old phone: records, WhatsApp, WeChat, and an app of three real files."""
    theirs = tuple(app for app in state.SMALL.apps if app.name in {WECHAT, WHATSAPP, "com.android.settings"})
    diary = state.app_of(*diary_set(), app_id=10_201)
    return WITH_BOTH.but(apps=(*theirs, diary, *more))


def new_state(*known: KnownApk, apps: tuple[state.App, ...] = (), **changes: object) -> State:
    """A new phone: nothing but its system; its package manager can read these APKs."""
    settings = state.SMALL.apps[0]
    return state.State(apps=(settings, *apps), apks=known, props=dict(ABIS)).but(**changes)


def readable_by_new() -> tuple[KnownApk, ...]:
    """The APKs of the old phone's apps."""
    theirs = [app for app in state.SMALL.apps if app.name in {WECHAT, WHATSAPP}]
    return (*(known for app in theirs for known in state.apks_of(app)), *diary_set())


def two_phones(factory: PhoneFactory, folder: Path, *, old: State | None = None, new: State | None = None) -> TwoPhones:
    """Start both; the old one holds `FILES` and is in the vault."""
    before = factory(state=old or old_state())
    for name, content in FILES.items():
        trees.put(before.storage, name, content)
    trees.give_to_phone(before.storage)
    after = factory(state=new or new_state(*readable_by_new()))
    both = TwoPhones(before, after, Vault.make(folder))
    both.back_up()
    return both


def row(report: MoveReport, part: Part) -> tuple[int, int, int]:
    """What came over, was there, and is missing."""
    found = next(one for one in report.rows if one.part is part)
    return found.over, found.there, found.missing
