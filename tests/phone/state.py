"""What the stand-ins of a test phone answer: users, apps, properties, cards, as plain text tables they read.

Tables lie in `/data/teststate` of the phone, one record a line, fields parted by `|`. The APK files named there exist
and can be read by the shell user, as on a phone (/data/app/… has mode 0755, base.apk 0644).
"""

import contextlib
import os
import shutil
import sqlite3
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.phone import rooted
from tests.phone.apps import App, apk_bytes, apks_of, app_of, install_apks, make_data_folders, package_row
from tests.phone.packages import KnownApk
from tests.phone.providers import PROVIDERS

__all__ = [
    "FULL",
    "SMALL",
    "AdbBackup",
    "App",
    "AppOp",
    "Card",
    "Sent",
    "State",
    "User",
    "apk_bytes",
    "apks_of",
    "app_of",
    "install",
]

_STANDINS = Path(__file__).with_name("standins")
_MEDIA_RW = 1023
_SDCARD_RW = 1015
_SYSTEM = 1000


@dataclass(frozen=True, slots=True)
class User:
    """One user of the phone.

    Attributes:
        flags: hexadecimal, as `pm list users` prints them (AOSP UserInfo.FLAG_*).
        storage: "open" (shell may look in), "closed" (mode 0700, another owner), "none" (not mounted).
        debuggable: False plays the restriction no_debugging_features: `pm --user` throws.
    """

    id: int
    name: str
    flags: str = "c13"
    running: bool = True
    storage: str = "open"
    debuggable: bool = True


@dataclass(frozen=True, slots=True)
class Card:
    """An SD card or USB drive."""

    uuid: str = "1A2B-3C4D"
    volume: str = "public:179,1"


@dataclass(frozen=True, slots=True)
class AdbBackup:
    """What `adb backup` gives.

    Attributes:
        compressed, plain: the whole stream, with and without compression.
        answer: what the person does, or what happens: "confirm", "refuse", "die N" (ends after N bytes as though all
            were well), "crash N" (ends with an error), "silence N" (says nothing more).
    """

    compressed: bytes
    plain: bytes
    answer: str = "confirm"


@dataclass(frozen=True, slots=True)
class Sent:
    """What the kernel has counted for one user id on one network; `TestPhone.send` adds to it.

    Attributes:
        kind: 0 mobile, 1 Wi-Fi, 17 a VPN.
        set: "DEFAULT" (background) or "FOREGROUND".
    """

    uid: int
    kind: int = 1
    set: str = "DEFAULT"
    received: int = 0
    sent: int = 0


@dataclass(frozen=True, slots=True)
class AppOp:
    """One app's note about one right.

    Attributes:
        time, rejected: seconds since 1970 when it was last used, or last refused; None never.
        of_uid: it is the line of the whole user id, which has no times.
    """

    package: str
    op: str
    mode: str = "allow"
    time: int | None = None
    rejected: int | None = None
    of_uid: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """All that the stand-ins know.

    Attributes:
        refused: options of `pm` this phone is too old for.
        has_disk_figures: False plays a phone that has not measured its apps yet.
        content: URI without `content://` to what `content query` prints for it.
        messages, calls: rows of the phone's databases, by column.
        tables: rows of its other databases (`providers.py`), by URI without `content://`.
        attached: URI without `content://` to the bytes that `content read` gives out for it.
        truncates: whether `content` prints only the lower 32 bits of a number, as older builds do.
        missing_columns: columns that this version of Android's databases does not have.
        screen: what `wm size` prints: kind and size.
        sent: what was sent and received; None plays a phone whose netstats says nothing.
        appops: notes about rights.
        hears_media: False plays a phone whose media provider takes no file into its list.
        apks: files that the package manager can read, beside those of `apps`; see `packages.py`.
        played: what else the package manager plays, by name: "refuses" (`STATUS: words` of every commit), "waits" and
            "answers-late" (seconds before a commit is decided, and between its work and its answer), "room" (bytes
            that are left), "loses" ("data" or "data-and-time": an accepted update deletes the data nevertheless, as
            one maker's phone did).
        su: what a rooted phone's `su` does (standins/su.c): "magisk", "aosp", "refuse", "lies", "silent", "floods";
            empty: no rooted phone.
    """

    users: tuple[User, ...] = (User(0, "Owner"),)
    apps: tuple[App, ...] = ()
    cards: tuple[Card, ...] = ()
    props: dict[str, str] = field(default_factory=dict)
    settings: dict[tuple[str, str], str] = field(default_factory=dict)
    content: dict[str, str] = field(default_factory=dict)
    messages: tuple[dict[str, object], ...] = ()
    calls: tuple[dict[str, object], ...] = ()
    tables: dict[str, tuple[dict[str, object], ...]] = field(default_factory=dict)
    attached: dict[str, bytes] = field(default_factory=dict)
    truncates: bool = False
    missing_columns: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    has_disk_figures: bool = True
    adb_backup: AdbBackup | None = None
    screen: tuple[tuple[str, str], ...] = (("Physical", "1080x2400"),)
    sent: tuple[Sent, ...] | None = ()
    appops: tuple[AppOp, ...] = ()
    hears_media: bool = True
    apks: tuple[KnownApk, ...] = ()
    played: dict[str, str] = field(default_factory=dict)
    su: str = ""

    def but(self, **changes: object) -> "State":
        """Return a copy with some attributes changed."""
        return replace(self, **changes)  # type: ignore[arg-type]  # names are checked by dataclasses when it runs


_SETTINGS = App(
    "com.android.settings",
    1000,
    34,
    "14",
    installer="null",
    system=True,
    signer="b4addb29",
    first_installed={0: "2009-01-01 00:00:00"},
    last_updated="2009-01-01 00:00:00",
    folder="/system/priv-app/Settings",
    base="Settings.apk",
    sizes=(60_000_000, 1_000_000, 0),
)
_WECHAT = App(
    "com.tencent.mm",
    10123,
    2841,
    "8.0.50",
    installer="com.huawei.appmarket",
    splits=("split_config.arm64_v8a.apk", "split_config.zh.apk"),
    sizes=(260_000_000, 11_000_000_000, 900_000_000),
)
_WHATSAPP = App("com.whatsapp", 10124, 241_676_004, "2.24.16.76")
_NOTES = App("org.example.notes", 10125, 7, '0.7 beta = "x"', installer="null", sizes=None)

SMALL = State(apps=(_SETTINGS, _WECHAT, _WHATSAPP, _NOTES))
"""A phone with one user and four apps."""

FULL = SMALL.but(
    users=(
        User(0, "Owner", "c13"),
        User(10, "Work profile", "1030", storage="open"),
        User(999, "Dual apps", "4001030", storage="closed", debuggable=False),
    ),
    apps=(
        _SETTINGS,
        replace(_WECHAT, first_installed={0: "2024-03-01 10:00:00", 999: "2024-04-02 11:11:11"}),
        _WHATSAPP,
        _NOTES,
        App("com.example.work", 10130, 12, "1.2", first_installed={10: "2024-05-05 05:05:05"}),
    ),
    cards=(Card(),),
    settings={("global", "device_name"): "Anna's phone", ("secure", "android_id"): "0123456789abcdef"},
)
"""A phone with a work profile that can be read, an app twin that cannot, and an SD card."""


def install(root: Path, state: State, *, release: str, sdk: int, serial: str) -> None:
    """Write state and stand-ins into a phone's file system; call it again to change what a running phone answers."""
    tables = root / "data/teststate"
    shutil.rmtree(tables, ignore_errors=True)
    tables.mkdir(parents=True)
    for script in sorted(_STANDINS.glob("*.sh")):
        target = root / "system/bin" / script.stem
        target.unlink(missing_ok=True)  # toybox's own command of that name is a link
        shutil.copyfile(script, target)
        target.chmod(0o755)
    if sdk < 24:  # `cmd` came with Android 7
        (root / "system/bin/cmd").unlink()
    props = _default_props(release, sdk, serial) | state.props
    _write(tables / "sdk", [(str(sdk),)])
    (tables / "props").write_text("".join(f"{name}={value}\n" for name, value in sorted(props.items())))
    _write(tables / "users", [(str(u.id), u.name, u.flags, f"{u.running:d}", f"{u.debuggable:d}") for u in state.users])
    _write(tables / "packages", [package_row(app, sdk) for app in state.apps])
    known = {apk.sha256: apk.row for apk in (*state.apks, *(apk for app in state.apps for apk in apks_of(app)))}
    _write(tables / "apks", list(known.values()))
    (tables / "played").mkdir()
    for name, value in state.played.items():
        (tables / "played" / name).write_text(value + "\n")
    _write(tables / "settings", [(space, key, value) for (space, key), value in sorted(state.settings.items())])
    _write(tables / "refused", [(word,) for word in state.refused])
    _write(tables / "volumes", _volume_rows(state))
    if state.has_disk_figures:
        rows = [(app.name, *map(str, app.sizes)) for app in state.apps if app.sizes is not None]
        _write(tables / "diskstats", rows)
    for uri, rows_text in state.content.items():
        folder = tables / "content" / uri
        folder.mkdir(parents=True)
        (folder / "rows").write_text(rows_text)
    for uri, data in state.attached.items():
        folder = tables / "content" / uri
        folder.mkdir(parents=True)
        (folder / "bytes").write_bytes(data)
    _make_databases(tables, state)
    _write(tables / "screen", list(state.screen))
    _write_counts(tables / "net", state)
    _write(tables / "appops", [_appop_row(note) for note in state.appops])
    (tables / "media").mkdir()
    (tables / "media").chmod(0o777)  # the media provider's own, which here runs as the shell
    if not state.hears_media:
        (tables / "media/deaf").touch()
    _write_runas(tables, state)
    _write_adb_backup(tables / "bu", state.adb_backup)
    _write_su(root, tables, state.su)
    for app in state.apps:
        install_apks(root, app)
        make_data_folders(root, app)
    for user in state.users[1:]:
        _make_storage(root / "storage/emulated" / str(user.id), user.storage, owner=user.id * 100_000 + _MEDIA_RW)
    for card in state.cards:
        _make_storage(root / "storage" / card.uuid, "open", owner=_MEDIA_RW)


def _make_databases(tables: Path, state: State) -> None:
    folder = tables / "databases"
    folder.mkdir()
    rows = state.tables | {"sms": state.messages, "call_log/calls": state.calls}
    described: list[tuple[str, ...]] = []
    for provider in PROVIDERS:
        described.append(
            (
                *(provider.uri, provider.table, str(provider.first_sdk), provider.permission, provider.java),
                *(provider.by, provider.shown, "mute" if provider.mute else ""),
                *(provider.file or provider.table, provider.source or provider.table, provider.row),
            )
        )
        place = folder / (provider.file or provider.table)
        with contextlib.closing(sqlite3.connect(place)) as database:
            database.executescript("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;")  # no phone outlives its test
            database.execute(f"CREATE TABLE {provider.table} ({provider.columns})")
            for row in rows.pop(provider.uri, ()):
                marks = ",".join("?" * len(row))
                database.execute(
                    f"INSERT INTO {provider.table} ({','.join(row)}) VALUES ({marks})",  # noqa: S608 - rows of tests
                    tuple(row.values()),
                )
            for column in state.missing_columns:
                if any(part.split()[:1] == [column] for part in provider.columns.split(",")):
                    database.execute(f"ALTER TABLE {provider.table} DROP COLUMN {column}")
            database.commit()
        place.chmod(0o644)
    assert not rows, f"no provider answers {sorted(rows)}"
    _write(tables / "providers", described)
    if state.truncates:
        (folder / "truncates").touch()


def _write_counts(folder: Path, state: State) -> None:
    folder.mkdir()
    rows: list[tuple[str, ...]] = [
        (str(one.uid), str(one.kind), one.set, str(one.received), str(one.sent)) for one in state.sent or ()
    ]
    _write(folder / "kernel", rows)
    _write(folder / "recorded", [])
    (folder / "recorded").chmod(0o666)
    if state.sent is None:
        (folder / "silent").touch()


def _appop_row(note: AppOp) -> tuple[str, ...]:
    times = ("" if time is None else str(time) for time in (note.time, note.rejected))
    return (note.package, note.op, note.mode, *times, "uid" if note.of_uid else "")


def _write(path: Path, rows: list[tuple[str, ...]]) -> None:
    for row in rows:
        if any("|" in part or "\n" in part for part in row):
            raise ValueError(f"a field holds the separator: {row}")
    path.write_text("".join("|".join(row) + "\n" for row in rows))


def _volume_rows(state: State) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("private", "PRIVATE", "mounted", "null", "/data")]
    rows += [(f"emulated;{u.id}", "EMULATED", "mounted", "null", "/storage/emulated") for u in state.users if u.running]
    return rows + [(c.volume, "PUBLIC", "mounted", c.uuid, f"/storage/{c.uuid}") for c in state.cards]


def _write_adb_backup(folder: Path, backup: AdbBackup | None) -> None:
    if backup is None:
        return
    folder.mkdir()
    (folder / "stream.1").write_bytes(backup.compressed)
    (folder / "stream.0").write_bytes(backup.plain)
    (folder / "answer").write_text(backup.answer + "\n")
    (folder / "asked").touch()
    (folder / "asked").chmod(0o666)


def _write_runas(tables: Path, state: State) -> None:
    lines = [f"{app.name} {app.app_id} {app.debuggable:d}\n" for app in state.apps if not app.data_only]
    (tables / "runas").write_text("".join(lines))


def _write_su(root: Path, tables: Path, kind: str) -> None:
    (tables / "stopped").touch()
    (tables / "stopped").chmod(0o666)
    if not kind:
        return
    rooted.install(root / "system/bin")
    _write(tables / "su", [(kind,)])
    if kind == "lies":
        (tables / "lies").mkdir()
        (tables / "lies/id").write_text("#!/system/bin/sh\necho 0\n")
        (tables / "lies/id").chmod(0o755)


def _make_storage(place: Path, access: str, *, owner: int) -> None:
    if access == "none":
        return
    place.mkdir(exist_ok=True)
    os.chown(place, owner, _SDCARD_RW if access == "open" else owner)
    place.chmod(0o770 if access == "open" else 0o700)


def _default_props(release: str, sdk: int, serial: str) -> dict[str, str]:
    build = f"TEST.{sdk}"
    return {
        "ro.build.fingerprint": f"google/husky/husky:{release}/{build}/1234567:user/release-keys",
        "ro.build.version.release": release,
        "ro.build.version.sdk": str(sdk),
        "ro.build.version.security_patch": "2024-08-05",
        "ro.product.brand": "google",
        "ro.product.device": "husky",
        "ro.product.manufacturer": "Google",
        "ro.product.model": "Pixel 8 Pro",
        "ro.product.name": "husky",
        "ro.serialno": serial,
        "persist.sys.timezone": "Asia/Shanghai",
        "sys.boot_completed": "1",
    }
